"""Blank nodes: the same names whatever a file calls them, and no graph that keeps us busy."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad, Triple

from leap_kg.ingest.formats.skolem import TooAlike, skolemise

P, Q = NamedNode("https://example.org/p"), NamedNode("https://example.org/q")
ONE = Literal("1")


def name(label: str) -> NamedNode:
    return NamedNode(f"https://example.org/file#{label}")


def blank(label: object) -> BlankNode:
    return BlankNode(f"n{label}")


def chain(length: int) -> list[Triple]:
    """A list of equal values."""
    values = [Triple(blank(n), P, ONE) for n in range(length)]
    return values + [Triple(blank(n), Q, blank(n + 1)) for n in range(length - 1)]


def clique(size: int) -> list[Triple]:
    return [Triple(blank(n), Q, blank(m)) for n in range(size) for m in range(size) if n != m]


def two_hubs(children: int) -> list[Triple]:
    """Two nodes that cannot be told apart, each with so many children that cannot be told apart."""
    pairs = [(hub, f"{hub}x{child}") for hub in "ab" for child in range(children)]
    return [Triple(blank(hub), Q, blank(child)) for hub, child in pairs] + [
        Triple(blank(child), P, ONE) for _, child in pairs
    ]


nodes = st.integers(0, 5).map(blank) | st.integers(0, 3).map(lambda n: NamedNode(f"https://example.org/{n}"))
graphs = st.lists(st.builds(Triple, nodes, st.sampled_from([P, Q]), nodes | st.sampled_from([ONE, Literal("2")])))


@settings(max_examples=50, deadline=None)
@given(graphs, st.randoms(use_true_random=False))
def test_names_do_not_depend_on_labels_or_order(triples: list[Triple], rng: random.Random) -> None:
    labels = list(range(100, 106))
    rng.shuffle(labels)

    def relabelled(term: object) -> object:
        return blank(labels[int(term.value[1:])]) if isinstance(term, BlankNode) else term

    other = [Triple(relabelled(t.subject), t.predicate, relabelled(t.object)) for t in triples]  # type: ignore[arg-type]
    rng.shuffle(other)
    try:
        found = skolemise(triples, name)
    except TooAlike:
        with pytest.raises(TooAlike):
            skolemise(other, name)
        return
    assert found == skolemise(other, name)
    assert not any(isinstance(term, BlankNode) for triple in found for term in triple)
    # Read as blank nodes again, the names give the graph that went in.
    back = [Triple(_unnamed(t.subject), t.predicate, _unnamed(t.object)) for t in found]  # type: ignore[arg-type]
    assert _canonical(back) == _canonical(triples)


def _unnamed(term: object) -> object:
    prefix = "https://example.org/file#"
    named = isinstance(term, NamedNode) and term.value.startswith(prefix)
    return BlankNode(term.value.removeprefix(prefix)) if named else term  # type: ignore[attr-defined]


def _canonical(triples: list[Triple]) -> set[Quad]:
    dataset = Dataset(Quad(*triple) for triple in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)


def test_many_lone_nodes_and_plain_lists_are_no_trouble() -> None:
    lone = [Triple(NamedNode("https://example.org/a"), P, blank(n)) for n in range(2000)]
    values = [Triple(blank(n), P, Literal(str(n))) for n in range(2000)]
    links = [Triple(blank(n), Q, blank(n + 1)) for n in range(1999)]
    assert len(skolemise(lone, name)) == 2000
    assert len(skolemise(values + links, name)) == 3999
    assert len(skolemise(chain(100), name)) == 199
    assert len(skolemise(two_hubs(4), name)) == 16


@pytest.mark.parametrize("triples", [chain(2000), clique(9), clique(60), two_hubs(12), two_hubs(500)])
def test_what_would_take_for_ever_is_refused_at_once(triples: list[Triple]) -> None:
    start = time.monotonic()
    with pytest.raises(TooAlike, match="look alike and point at one another: give them ids"):
        skolemise(triples, name)
    assert time.monotonic() - start < 5
