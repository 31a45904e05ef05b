"""The contract of an engine: what is published is read back, whatever answers."""

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, QueryBoolean, QuerySolutions, QueryTriples, Triple

from leap_kg.graph.index.search import SearchIndex
from leap_kg.graph.names import provenance_graph, source_graph, whole_graph
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, RDF, XSD
from tests.graph.engines.conftest import Bench
from tests.graph.samples import dataset
from tests.ontology.terms import BASE

ONE, TWO = source_graph(BASE, "one"), source_graph(BASE, "two")
A, B = mint(BASE, "dataset", "a"), mint(BASE, "dataset", "b")


def _terms(quad: Quad) -> tuple[object, ...]:
    return quad.subject, quad.predicate, quad.object, quad.graph_name


def stands(bench: Bench, graph: NamedNode) -> set[Quad]:
    return set(bench.engine.quads_for_pattern(None, None, None, graph))


def test_what_is_published_is_read_back(bench: Bench) -> None:
    quads = dataset("a", "Ocean heat", keywords=("ocean", "heat"))
    assert bench.publish("one", quads).revision == 1
    snapshot = bench.snapshot()
    assert snapshot.revision == 1
    assert stands(bench, ONE) == quads
    assert all(quad in snapshot.store for quad in quads)
    assert set(snapshot.store.named_graphs()) == {ONE, provenance_graph(BASE)}
    assert len(snapshot.store) == len(set(snapshot.store))


def test_the_same_again_makes_no_revision(bench: Bench) -> None:
    quads = dataset("a", "Ocean heat")
    bench.publish("one", quads)
    before = set(bench.engine)
    assert bench.publish("one", quads).revision == 1
    assert set(bench.engine) == before


def test_a_change_is_a_change_and_a_removal_a_removal(bench: Bench) -> None:
    bench.publish("one", dataset("a", "Ocean heat") | dataset("b", "Rain"))
    bench.publish("two", dataset("b", "Rain", "two"))
    changed = dataset("a", "Heat of the ocean")
    publication = bench.publish("one", changed)
    assert publication.revision == bench.snapshot().revision == 3
    assert stands(bench, ONE) == changed
    assert stands(bench, TWO) == dataset("b", "Rain", "two")
    bench.publish("one", set())
    assert stands(bench, ONE) == set()
    assert stands(bench, TWO) == dataset("b", "Rain", "two")


def test_a_reader_keeps_its_revision_until_it_asks_for_a_newer_one(bench: Bench) -> None:
    bench.publish("one", dataset("a", "Ocean heat"))
    snapshots = bench.snapshots()
    first = snapshots.current()
    assert first is not None
    assert snapshots.current() is first
    bench.publish("one", dataset("a", "Heat of the ocean"))
    second = snapshots.current()
    assert second is not None
    assert (first.revision, second.revision, snapshots.newest()) == (1, 2, 2)
    assert {q.object for q in second.store.quads_for_pattern(A, DCT("title"), None)} == {Literal("Heat of the ocean")}


@pytest.fixture
def filled(bench: Bench) -> Bench:
    bench.publish("one", dataset("a", "Ocean heat", keywords=("ocean", "heat")))
    bench.publish("two", dataset("a", "Ocean heat", "two") | dataset("b", "Rain", "two", ("rain",)))
    return bench


def test_patterns(filled: Bench) -> None:
    store = filled.engine

    def found(*pattern: NamedNode | Literal | None) -> set[Quad]:
        return set(store.quads_for_pattern(*pattern))  # type: ignore[arg-type]

    everything = set(store)
    assert everything
    patterns: list[tuple[NamedNode | Literal | None, ...]] = [
        (A, None, None, None),
        (A, DCT("title"), None, None),
        (A, None, None, ONE),
        (A, None, DCAT("Dataset"), TWO),
        (None, DCAT("keyword"), None, None),
        (None, RDF("type"), DCAT("Dataset"), None),
        (None, None, Literal("Rain"), None),
        (None, None, Literal("2", datatype=XSD("integer")), None),
        (A, DCT("title"), Literal("Ocean heat"), None),
        (A, DCT("title"), Literal("Ocean heat"), ONE),
        (A, DCT("title"), Literal("Rain"), ONE),
        (None, None, None, TWO),
        (NamedNode("urn:nobody"), None, None, None),
        (None, None, None, NamedNode("urn:nowhere")),
    ]
    for pattern in patterns:
        expected = {
            quad
            for quad in everything
            if all(wanted is None or wanted == term for wanted, term in zip(pattern, _terms(quad), strict=True))
        }
        assert found(*pattern) == expected, pattern
    assert not list(store.quads_for_pattern(None, None, None, DefaultGraph()))


def rows(results: object) -> list[tuple[object, ...]]:
    assert isinstance(results, QuerySolutions)
    return sorted((tuple(solution) for solution in results), key=str)


def test_queries_are_over_the_graphs_that_are_asked_for(filled: Bench) -> None:
    store = filled.engine
    titles = f"SELECT DISTINCT ?title {{ ?d a {DCAT('Dataset')} ; {DCT('title')} ?title }}"
    both = [(Literal("Ocean heat"),), (Literal("Rain"),)]
    assert rows(store.query(titles, use_default_graph_as_union=True)) == both
    assert rows(store.query(titles, default_graph=[ONE])) == both[:1]
    assert rows(store.query(titles, default_graph=[ONE, TWO])) == both
    assert rows(store.query(titles, named_graphs=[ONE])) == []
    assert rows(store.query(titles.replace("{", f"FROM {TWO} {{", 1))) == both
    graphs = "SELECT DISTINCT ?g { GRAPH ?g { ?d a <http://www.w3.org/ns/dcat#Dataset> } }"
    assert rows(store.query(graphs, use_default_graph_as_union=True)) == [(ONE,), (TWO,)]
    assert rows(store.query(graphs, named_graphs=[TWO])) == [(TWO,)]


def test_every_form_of_query(filled: Bench) -> None:
    store = filled.engine
    for pattern, expected in (("?s ?p 'Rain'", True), ("?s ?p 'Snow'", False)):
        asked = store.query(f"ASK {{ {pattern} }}", use_default_graph_as_union=True)
        assert isinstance(asked, QueryBoolean)
        assert bool(asked) is expected
    for form in ("CONSTRUCT WHERE {{ {} ?p ?o }}", "DESCRIBE {}"):
        made = store.query("# a remark\nPREFIX x: <urn:x#>\n" + form.format(B), use_default_graph_as_union=True)
        assert isinstance(made, QueryTriples)
        assert set(made) == {Triple(q.subject, q.predicate, q.object) for q in store.quads_for_pattern(B, None, None)}
    counted = store.query(
        "SELECT (COUNT(DISTINCT ?d) AS ?n) { ?d a dcat:Dataset OPTIONAL { ?d dcat:keyword ?k } }",
        prefixes={"dcat": "http://www.w3.org/ns/dcat#"},
        use_default_graph_as_union=True,
    )
    assert rows(counted) == [(Literal("2", datatype=XSD("integer")),)]


@pytest.mark.parametrize("text", ["SELECT", "SELECT ?x {", "FETCH ?x {}", "", "SELECT ?x { ?x a nothing:known }"])
def test_what_is_no_query_is_a_syntax_error(filled: Bench, text: str) -> None:
    with pytest.raises(SyntaxError):
        filled.engine.query(text, use_default_graph_as_union=True)


def test_a_visitor_cannot_change_anything(filled: Bench) -> None:
    before = set(filled.engine)
    with pytest.raises(SyntaxError):
        filled.engine.query(f"CLEAR GRAPH {ONE}")
    assert set(filled.engine) == before


def test_the_search_index_is_that_of_the_revision(filled: Bench) -> None:
    index = SearchIndex(filled.home.index)
    assert [hit.iri for hit in index.find("rain").hits] == [B.value]
    index.close()


def test_the_graph_says_its_revision(filled: Bench) -> None:
    quads = list(filled.engine.quads_for_pattern(whole_graph(BASE), None, None, provenance_graph(BASE)))
    assert [quad.object for quad in quads] == [Literal("2", datatype=XSD("integer"))]
