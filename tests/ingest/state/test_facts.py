"""Which texts of records have nothing to do with people, and what is read of them without taking them apart."""

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.state.facts import Facts, speaks_of_people
from leap_kg.ingest.state.rows import said_text
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, RDF
from tests.ontology.terms import BASE, any_triples, texts

NODES = st.sampled_from(
    [NamedNode(f"{BASE}{name}") for name in ("dataset/a", "dataset/a#part", "store/gs/b", "person/github/ada", "ü")]
    + [NamedNode("https://orcid.org/0000-0002-1825-0097"), NamedNode("https://github.com/ada"), FOAF("Person")]
)
SAID = st.sampled_from([RDF("type"), FOAF("name"), FOAF("account"), DCAT("distribution"), DCT("title")])
RECORDS = st.lists(st.builds(Triple, NODES, SAID, NODES | st.builds(Literal, texts)), max_size=10)


@given(RECORDS | any_triples)
def test_what_speaks_of_nobody_has_neither_people_nor_names_nor_accounts(triples: list[Triple]) -> None:
    facts = Facts.of(triples)
    if facts.people or facts.names or facts.accounts:
        assert speaks_of_people(said_text(triples))


@given(RECORDS)
def test_the_text_of_a_record_states_what_its_triples_do(triples: list[Triple]) -> None:
    assert Facts.of_record(said_text(triples), triples) == Facts.of(triples)
