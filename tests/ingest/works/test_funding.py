"""An award is one node however its number is written, and no other award is taken for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pyoxigraph import NamedNode

from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.works.funding import Award, funder_iri, say_funding
from leap_kg.ingest.works.kinds import Kind
from leap_kg.ingest.works.work import Agency, Funding, Work
from leap_kg.ontology.namespaces import DCT, SCHEMA
from leap_kg.settings import DEFAULT_BASE

NSF = "https://doi.org/10.13039/100000001"
AWARD = Award(
    number="2019625", funder="National Science Foundation", funder_names=("NSF",), funder_ids=(NSF, "021nxhr62")
)


def funding(number: str, name: str = "", iri: str = "") -> Funding:
    return Funding(Agency(name, iri), (), number)


@pytest.mark.parametrize(
    "number", ["2019625", " 2019625", "OCE-2019625", "NSF#2019625", "AGS 2019625 (LEAP)", "1234567, 2019625"]
)
def test_every_spelling_of_the_number_is_the_award(number: str) -> None:
    assert AWARD.is_named(funding(number, iri=NSF))


@pytest.mark.parametrize("number", ["", "20196250", "12019625", "2019626", "2019", "201962"])
def test_another_number_is_another_award(number: str) -> None:
    assert not AWARD.is_named(funding(number, iri=NSF))


def test_the_funder_is_known_by_identifier_else_by_name() -> None:
    assert AWARD.is_named(funding("2019625", "whoever", "https://ror.org/021nxhr62"))
    assert AWARD.is_named(funding("2019625", "national science foundation"))
    assert AWARD.is_named(funding("2019625", "NSF"))
    assert not AWARD.is_named(funding("2019625", "NSF", "https://doi.org/10.13039/501100001809"))
    assert not AWARD.is_named(funding("2019625", "National Science Foundation of Sri Lanka"))
    assert not AWARD.is_named(funding("2019625"))


def test_an_award_may_have_a_node_of_its_own() -> None:
    node = "https://example.org/kg/grant/leap"
    work = Work(NamedNode("https://doi.org/10.1000/x"), Kind.ARTICLE, funding=[funding("2019625", iri=NSF)])
    say = Statements()
    ((_, grant),) = say_funding(work, (AWARD.model_copy(update={"iri": node}),), say, DEFAULT_BASE)
    assert grant.value == node
    said = {(t.subject, t.predicate, t.object.value) for t in say.triples()}  # type: ignore[union-attr]
    assert (work.node, SCHEMA("funding"), node) in said
    assert (grant, DCT("identifier"), "2019625") in said
    assert (grant, SCHEMA("funder"), NSF) in said


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("10.13039/100000001", NSF),
        ("http://dx.doi.org/10.13039/100000001", NSF),
        ("http://doi.org/http://doi.org/10.13039/100000001", NSF),
        ("100000001", NSF),
        ("https://ror.org/021nxhr62", "https://ror.org/021nxhr62"),
        ("grid.4372.2", ""),
        ("", ""),
        ("NSF", ""),
    ],
)
def test_identifiers_of_funders(text: str, iri: str) -> None:
    assert funder_iri(text) == iri


@given(st.text(max_size=40))
def test_any_text_is_a_funder_or_none(text: str) -> None:
    iri = funder_iri(text)
    assert iri == "" or NamedNode(iri).value.startswith(("https://doi.org/10.", "https://ror.org/0"))


@pytest.mark.parametrize(
    "wrong", [{"number": ""}, {"funder": ""}, {"funder_ids": ()}, {"funder_ids": ("NSF",)}, {"iri": "x y"}]
)
def test_a_mistake_in_the_configuration_is_an_error(wrong: dict[str, object]) -> None:
    right: dict[str, object] = {"number": "1", "funder": "NSF", "funder_ids": (NSF,)}
    with pytest.raises(ValidationError):
        Award.model_validate({**right, "number": "2019625", **wrong})
