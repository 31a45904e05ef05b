"""Our own queries in this process."""

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.sparql.run import select

EX = "http://example.org/"


@pytest.fixture
def store() -> Store:
    filled = Store()
    for graph, value in (("g1", 1), ("g2", 2)):
        filled.add(Quad(NamedNode(EX + "s"), NamedNode(EX + "p"), Literal(value), NamedNode(EX + graph)))
    return filled


def test_rows_are_over_all_graphs_and_leave_out_what_is_unbound(store: Store) -> None:
    rows = select(store, "SELECT ?o ?none { ?s ?p ?o OPTIONAL { ?o ?p ?none } } ORDER BY ?o")
    assert rows == [{"o": Literal(1)}, {"o": Literal(2)}]


def test_from_is_kept(store: Store) -> None:
    assert select(store, "SELECT ?o FROM <http://example.org/g2> { ?s ?p ?o }") == [{"o": Literal(2)}]
    assert select(store, "SELECT ?o FROM NAMED <http://example.org/g2> { ?s ?p ?o }") == []


def test_no_rows(store: Store) -> None:
    assert select(store, "SELECT ?o { ?s ?p ?o FILTER(?o > 5) }") == []
    assert select(store, "SELECT * {}") == [{}]


@pytest.mark.parametrize("text", ["ASK {}", "CONSTRUCT WHERE { ?s ?p ?o }"])
def test_only_select(store: Store, text: str) -> None:
    with pytest.raises(ValueError, match="no SELECT"):
        select(store, text)
