"""Judging a graph by its lines in order finds what the reference finds, at any size."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.graph.names import source_graph
from leap_kg.graph.publication.canonical import quads_of
from leap_kg.graph.publication.change import Change
from leap_kg.graph.publication.validity import breaches, breaches_in_order
from leap_kg.ontology.iri import mint, part
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, PROV, RDF, RDFS, SCHEMA
from leap_kg.ontology.shapes import validate
from tests.ontology.terms import BASE

GRAPH = source_graph(BASE, "one")
NODES = [mint(BASE, "dataset", name) for name in "ab"]
CREDITS = [part(node, "attribution", "1") for node in NODES]
PEOPLE = [mint(BASE, "person", "github", name) for name in ("ada", "grace")]
OURS = mint(BASE, "class", "SpecialDataset")

statements = st.one_of(
    st.builds(Quad, st.sampled_from([*NODES, *CREDITS, *PEOPLE]), st.just(RDF("type")),
              st.sampled_from([DCAT("Dataset"), PROV("Attribution"), FOAF("Person"), OURS]), st.just(GRAPH)),
    st.builds(Quad, st.sampled_from([*NODES, *PEOPLE]), st.sampled_from([DCT("title"), FOAF("name"), SCHEMA("name")]),
              st.builds(Literal, st.sampled_from(["", "A", "B"])), st.just(GRAPH)),
    st.builds(Quad, st.sampled_from(NODES), st.just(PROV("qualifiedAttribution")),
              st.sampled_from([*CREDITS, *PEOPLE]), st.just(GRAPH)),
    st.builds(Quad, st.sampled_from(CREDITS), st.sampled_from([PROV("agent"), DCAT("hadRole")]),
              st.sampled_from([*PEOPLE, NamedNode("https://example.org/role")]), st.just(GRAPH)),
    st.just(Quad(OURS, RDFS("subClassOf"), DCAT("Dataset"), GRAPH)),
)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(st.sets(statements, max_size=25), st.integers(1, 9))
def test_lines_in_order_are_judged_as_the_graph_is(quads: set[Quad], size: int) -> None:
    lines = sorted(f"{quad} .".encode() for quad in quads)
    pieces = [lines[place : place + size] for place in range(0, len(lines), size)]
    assert breaches_in_order(lambda: iter(pieces), BASE) == validate(quads, BASE)


@settings(max_examples=100, deadline=None)
@given(st.sets(statements, max_size=25), st.integers(0, 2**16), st.booleans())
def test_of_a_conforming_graph_the_change_tells_what_breaks(
    tmp_path_factory: pytest.TempPathFactory, quads: set[Quad], seed: int, empty: bool
) -> None:
    """From any conforming part of the statements to any other part of them."""
    pick, store = random.Random(seed), Store()
    before = set() if empty else {quad for quad in quads if pick.random() < 0.6}
    if validate(before, BASE):
        before = set()
    store.extend(before)
    after = {quad for quad in quads if pick.random() < 0.6}
    gone, come = (sorted(f"{quad} .".encode() for quad in side) for side in (before - after, after - before))
    with Change(tmp_path_factory.getbasetemp()).add([(gone, come)]) as change:
        assert set(quads_of(come)) == after - before
        assert breaches(store, change, BASE) == validate(after, BASE)
