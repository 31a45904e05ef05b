"""Documents of a dataset with more stores than one of them has: which each has, and where the others are."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from leap_kg.catalog.croissant import croissant
from leap_kg.catalog.dcat import dcat_ap, stores_said
from leap_kg.catalog.facts import Facts
from leap_kg.catalog.reading import read
from leap_kg.catalog.record import Record
from leap_kg.catalog.schemaorg import schema_org
from leap_kg.catalog.signposts import linkset
from leap_kg.catalog.span import Span
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.catalog.made import BARE, PLACE, store_of

NUMBER, MOST = 23, 5
TEXT = '<DATASET/bare> a dcat:Dataset ; dct:title "Bare" .\n' + "".join(
    f"<DATASET/bare> dcat:distribution <BASEstore/{n:03}> . <BASEstore/{n:03}> a dcat:Distribution ;\n"
    f'dcat:accessURL <https://data.example/{n}> ; schema:version "{n}" ;\n'
    f"schema:variableMeasured <BASEstore/{n:03}#v> .\n"
    f'<BASEstore/{n:03}#v> schema:name "v{n:03}" .\n'
    for n in range(NUMBER)
)


@pytest.fixture(scope="module")
def records() -> list[Record]:
    """The dataset as each document has it, from the first to that without another after it."""
    facts, found, first = Facts(store_of(TEXT), BASE), [], 1
    while first:
        found.append(read(facts, NamedNode(BARE), MOST, first))
        first = found[-1].span.around.get("next", 0)
    return found


def test_documents_have_each_store_once(records: list[Record]) -> None:
    assert [store.iri for record in records for store in record.stores] == [
        f"{BASE}store/{n:03}" for n in range(NUMBER)
    ]
    assert {len(record.stores) for record in records[:-1]} == {MOST}
    assert {record.span.total for record in records} == {NUMBER}
    for before, after in pairwise(records):
        assert after.span.around["prev"] == before.span.first
    assert "prev" not in records[0].span.around


def test_the_dataset_says_the_same_in_all_of_them(records: list[Record]) -> None:
    assert len(records[0].variables) == MOST
    for record in records[1:]:
        assert (record.variables, record.version, record.places) == (records[0].variables, "", ())


def test_each_twin_says_how_many_there_are_and_leads_to_the_others(records: list[Record]) -> None:
    middle = records[1]
    words = ["stores 1 to 5 of 23", "stores 11 to 15 of 23"]
    for document, suffix in (
        (schema_org(middle, PLACE), ".schemaorg.jsonld"),
        (croissant(middle, PLACE, 1), ".croissant.json"),
    ):
        assert document["size"] == {"@type": "QuantitativeValue", "value": NUMBER, "unitText": "stores"}
        others = [each for each in document["subjectOf"] if "stores" in each["name"]]
        page = f"{PLACE.page(BARE)}{suffix}"
        assert [each["contentUrl"] for each in others] == [page, f"{page}?stores-from=11"]
        assert [each["name"].partition(", ")[2] for each in others] == words
    said = {str(triple) for triple in stores_said(middle, PLACE)}
    here = f"<{PLACE.page(BARE)}.dcat.ttl?stores-from=6>"
    assert f"{here} <http://www.w3.org/ns/hydra/core#next> <{PLACE.page(BARE)}.dcat.ttl?stores-from=11>" in said
    assert f"{here} <http://www.w3.org/ns/hydra/core#previous> <{PLACE.page(BARE)}.dcat.ttl>" in said
    assert any("totalItems" in each and '"23"' in each for each in said)
    context = linkset(middle, PLACE)["linkset"][-1]
    assert context["anchor"].endswith(".linkset.json?stores-from=6")
    assert [context[relation][0]["title"] for relation in ("prev", "next")] == words


def test_a_dataset_whose_stores_are_all_there_says_nothing_of_that() -> None:
    record = read(Facts(store_of(TEXT), BASE), NamedNode(BARE))
    assert stores_said(record, PLACE) == []
    assert "size" not in schema_org(record, PLACE)
    assert "subjectOf" not in croissant(record, PLACE, 1)
    assert not any("next" in context for context in linkset(record, PLACE)["linkset"])


def test_variables_of_a_dataset_are_no_fields_of_the_last_store_that_is_left() -> None:
    """Only of the store of a dataset that has one store."""
    silent = TEXT.partition("schema:variableMeasured")[0].rsplit("\n", 1)[0]
    many = "".join(
        f"<DATASET/bare> dcat:distribution <BASEs/{n}> . <BASEs/{n}> dcat:accessURL <https://data.example/{n}> .\n"
        for n in range(3)
    )
    own = '<DATASET/bare> schema:variableMeasured <DATASET/bare#v> . <DATASET/bare#v> schema:name "v" .\n'
    facts = Facts(store_of(f"{silent.partition('<DATASET/bare> dcat:distribution')[0]}{many}{own}"), BASE)
    last = read(facts, NamedNode(BARE), 2, 3)
    assert (len(last.stores), len(last.variables)) == (1, 1)
    assert "recordSet" not in croissant(last, PLACE, 1)
    assert list(dcat_ap(last, PLACE))


@given(st.integers(0, 50), st.integers(1, 60), st.integers(0, 20))
def test_a_span_counts_what_is_there_and_what_is_not(total: int, first: int, most: int) -> None:
    span, stores = Span(total, first, most), range(total)
    there = stores[first - 1 : first - 1 + most]
    assert list(stores[first - 1 : span.last]) == list(there)
    assert span.left_out == total - len(there)
    after = span.around.get("next")
    assert (after is not None) == (most > 0 and first - 1 + most < total)
