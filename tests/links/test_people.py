"""Who may be one person: an account joins, a name never does, and two ORCID iDs are two people."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Store

from leap_kg.links.assembling import Assembly
from leap_kg.links.assertion import PUBLISHED, Link
from leap_kg.links.known import Known
from leap_kg.links.people import MOST_NAMESAKES, add_people, agree, key_of
from leap_kg.ontology.namespaces import OWL
from leap_kg.settings import DEFAULT_BASE as BASE

PREFIXES = """
@prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix : <https://e.org/> .
@prefix orcid: <https://orcid.org/> .
"""


def links(turtle: str) -> list[Link]:
    """What is said of the people of a graph."""
    store = Store()
    store.load((PREFIXES + turtle).encode(), format=RdfFormat.TURTLE)
    assembly = Assembly(Known(store, BASE), BASE)
    add_people(store, assembly)
    return assembly.links()


def test_an_account_makes_one_person_of_two_nodes() -> None:
    (link,) = links(
        "orcid:0000-0002-1825-0097 a foaf:Person ; foaf:name 'Jo Carberry' ; foaf:account <https://github.com/jc> . "
        ":a a foaf:Person ; foaf:name 'jc' ; foaf:account <https://github.com/jc> ."
    )
    assert (link.subject, link.predicate) == ("https://e.org/a", OWL("sameAs"))
    assert link.target == "https://orcid.org/0000-0002-1825-0097"
    assert link.published


def test_a_name_makes_a_candidate_that_company_makes_surer_and_never_more() -> None:
    people = ":a a foaf:Person ; foaf:name 'Josiah Carberry' . :b a foaf:Person ; foaf:name 'Carberry, Josiah' . "
    (alone,) = links(people)
    company = ":c a foaf:Person ; foaf:name 'Tomas Rei' . :p dct:creator :a, :c . :q dct:creator :b, :c ."
    (together,) = links(people + company)
    assert alone.confidence < together.confidence < PUBLISHED
    assert "Tomas Rei" in together.evidence[0].quote
    assert not together.published


@pytest.mark.parametrize(
    "turtle",
    [
        "orcid:0000-0002-1825-0097 a foaf:Person ; foaf:name 'Wei Li' . "
        "orcid:0000-0001-5109-3700 a foaf:Person ; foaf:name 'Wei Li' .",
        ":a a foaf:Person ; foaf:name 'Wei Li' . :b a foaf:Person ; foaf:name 'Wen Li' .",
        ":a a foaf:Person ; foaf:name 'Wei Li' . :b a foaf:Person ; foaf:name 'Wei Li' . :p dct:creator :a, :b .",
        ":a a foaf:Person ; foaf:name 'Li' . :b a foaf:Person ; foaf:name 'Li' .",
        "".join(f":p{n} a foaf:Person ; foaf:name 'Wei Li' . " for n in range(MOST_NAMESAKES + 1)),
    ],
)
def test_these_are_not_taken_for_one(turtle: str) -> None:
    assert links(turtle) == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Laure Zanna", "Zanna, Laure", 0.5),
        ("Carl-Friedrich Müller", "Carl Friedrich Muller", 0.5),
        ("L. Zanna", "Laure Zanna", 0.3),
        ("Josiah Stinkney Carberry", "Josiah S. Carberry", 0.5),
        ("J. S. Carberry", "Josiah T. Carberry", 0.0),
        ("Laure Zanna", "Laura Zanna", 0.0),
    ],
)
def test_names_agree_by_their_parts(one: str, other: str, expected: float) -> None:
    assert agree(one, other) == agree(other, one) == expected


@given(st.text(max_size=20), st.text(max_size=20))
@settings(max_examples=50)
def test_agreeing_has_no_direction_and_needs_one_key(one: str, other: str) -> None:
    assert agree(one, other) == agree(other, one)
    if agree(one, other):
        assert key_of(one) == key_of(other) != ""
