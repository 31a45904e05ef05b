"""Providers that have only a name: organisations where the name tells, and never a person taken for one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from leap_kg.ingest.mapping.parties import is_organisation, say_party
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ontology.namespaces import FOAF, ORG, RDF
from leap_kg.settings import DEFAULT_BASE as BASE


@pytest.mark.parametrize(
    "name",
    [
        *("NASA", "NOAA NCEI", "NOAA-GFDL", "NCEI/NOAAA", "University of Maryland", "Met Office Hadley Centre"),
        *(
            "Remote Data, Inc.",
            "Remote Data, Inc",
            "Hugging Face",
            "Zenodo",
            "National Center for Atmospheric Research",
        ),
    ],
)
def test_names_that_only_organisations_bear(name: str) -> None:
    assert is_organisation(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Julius",
            "Jane Doe",
            "LI WEI",
            "Sungduk Yu et al",
            "Nathaniel et al.",
            "NASA, Abigail Bodner, Dhruv Balwada",
        ),
        *("Abatzoglou, J.T.", "Abatzoglou, J.T., S.Z. Dobrowski", "Jane Doe, University of X", "A. Doe; NASA", ""),
        "Jane Roe and John Doe",
    ],
)
def test_names_of_people_and_of_lists_make_no_organisation(name: str) -> None:
    assert not is_organisation(name)


@settings(max_examples=50)
@given(st.text(min_size=1, max_size=200).filter(str.strip))
def test_every_name_makes_one_node_with_that_name(name: str) -> None:
    say = Statements()
    party = say_party(name, say, BASE)
    said = {(triple.predicate, triple.object) for triple in say.triples() if triple.subject == party}
    kinds = {kind for predicate, kind in said if predicate == RDF("type")}
    assert kinds in ({ORG("Organization")}, {FOAF("Agent")})
    assert isinstance(party, NamedNode)
    assert party.value.startswith(f"{BASE}organization/")
