"""What the index keeps of a node."""

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.graph.index.entry import Entry, Facet, Stored, is_part, kind_in, label_in
from leap_kg.graph.index.entry import entry as entry_of
from leap_kg.graph.names import source_graph
from leap_kg.ontology.iri import mint, part
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, ORG, OWL, PROV, RDF, RDFS, SCHEMA, SKOS
from tests.graph.samples import LEAP
from tests.ontology.terms import BASE

NODE = mint(BASE, "dataset", "leap-stc", "sea%20ice")
WHO = NamedNode("https://ror.org/00hj8s172")
CREDIT = part(NODE, "attribution", "1")


def entry(store: Store, node: NamedNode, base: str) -> Entry | None:
    others = Stored(store)
    return entry_of(node.value, others.said(node.value), others, base)


@pytest.fixture
def store() -> Store:
    """A dataset that two sources describe, with its provider two links away."""
    made = Store()
    one, two = source_graph(BASE, "one"), source_graph(BASE, "two")
    made.extend(
        [
            Quad(NODE, RDF("type"), DCAT("Dataset"), one),
            Quad(NODE, DCT("title"), Literal("Sea ice"), one),
            Quad(NODE, DCT("description"), Literal("How thick it is."), one),
            Quad(NODE, DCAT("keyword"), Literal("Ocean"), one),
            Quad(NODE, DCAT("keyword"), Literal("ocean"), two),
            Quad(NODE, DCT("license"), NamedNode("https://spdx.org/licenses/CC-BY-4.0"), two),
            Quad(NODE, PROV("qualifiedAttribution"), CREDIT, one),
            Quad(CREDIT, PROV("agent"), WHO, one),
            Quad(CREDIT, DCAT("hadRole"), mint(BASE, "role", "host"), one),
            Quad(WHO, RDF("type"), ORG("Organization"), one),
            Quad(WHO, FOAF("name"), Literal("Columbia University"), one),
        ]
    )
    return made


def test_an_entry_says_what_people_look_for(store: Store) -> None:
    made = entry(store, NODE, BASE)
    assert made is not None
    assert (made.iri, made.kind, made.label, made.summary) == (NODE.value, "dataset", "Sea ice", "How thick it is.")
    assert made.keywords == "Ocean ocean"
    assert made.facets == (
        Facet("kind", "dataset", "Datasets"),
        Facet("licence", "https://spdx.org/licenses/CC-BY-4.0", "CC-BY-4.0"),
        Facet("provider", WHO.value, "Columbia University"),
        Facet("tag", "ocean", "ocean"),
    )


def test_a_dataset_is_found_by_the_words_of_its_parts_and_of_what_it_points_to(store: Store) -> None:
    made = entry(store, NODE, BASE)
    assert made is not None
    assert {"Columbia University", "CC-BY-4.0", "host", "How thick it is."} <= set(made.body.split("\n"))
    assert "attribution" not in made.body


def test_parts_and_nodes_without_a_kind_have_no_entry(store: Store) -> None:
    store.add(Quad(CREDIT, RDF("type"), DCAT("Dataset"), source_graph(BASE, "one")))
    assert entry(store, CREDIT, BASE) is None
    assert entry(store, mint(BASE, "dataset", "unknown"), BASE) is None
    assert is_part(CREDIT.value, BASE)
    assert not is_part(LEAP("recipe").value, BASE)
    assert not is_part(NODE.value, BASE)


def test_our_terms_are_no_parts(store: Store) -> None:
    store.add(Quad(LEAP("recipe"), RDF("type"), OWL("ObjectProperty"), source_graph(BASE, "ontology")))
    store.add(Quad(LEAP("recipe"), SKOS("definition"), Literal("What builds it."), source_graph(BASE, "ontology")))
    made = entry(store, LEAP("recipe"), BASE)
    assert made is not None
    assert (made.kind, made.label, made.summary) == ("term", "recipe", "What builds it.")


def test_names_are_the_best_there_are(store: Store) -> None:
    graph, node = source_graph(BASE, "two"), mint(BASE, "person", "github", "ada")
    assert label_in(store, node) == "ada"
    for predicate, text in (
        (SCHEMA("name"), "e"),
        (RDFS("label"), "d"),
        (SKOS("prefLabel"), "c"),
        (FOAF("name"), "b"),
        (DCT("title"), "a"),
    ):
        store.add(Quad(node, predicate, Literal(text), graph))
        assert label_in(store, node) == text
    store.add(Quad(node, DCT("title"), Literal("A"), graph))
    assert label_in(store, node) == "A"
    assert kind_in(store, node, BASE) is None


def test_long_texts_are_cut(store: Store) -> None:
    store.add(Quad(NODE, DCT("abstract"), Literal("word " * 10_000), source_graph(BASE, "two")))
    made = entry(store, NODE, BASE)
    assert made is not None
    assert len(made.body) == 20_000
