"""IRIs for blank nodes: the same for the same statements, whatever the blank nodes are called, and back again."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from leap_kg.ingest.formats import genid
from leap_kg.ingest.formats.skolem import TooAlike

BASE = "https://example.org/kg/"
GRAPH = "https://example.org/g"
PEOPLE = """
<http://example.org/1> <urn:card> [ <urn:name> "Jane" ] , [ <urn:name> "Joan" ] .
"""


def triples(text: str) -> list[Triple]:
    return [Triple(q.subject, q.predicate, q.object) for q in parse(text, format=RdfFormat.TURTLE)]


def named(text: str, graph: str = GRAPH) -> set[str]:
    return {str(triple) for triple in genid.named(triples(text), graph, BASE)}


def canonical(found: list[Triple]) -> Dataset:
    dataset = Dataset(Quad(t.subject, t.predicate, t.object) for t in found)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


nodes = st.integers(0, 4).map(lambda number: BlankNode(f"b{number}"))
iris = st.integers(0, 2).map(lambda number: NamedNode(f"urn:{number}"))
graphs = st.lists(
    st.builds(Triple, nodes | iris, iris, nodes | iris | st.integers(0, 2).map(lambda n: Literal(str(n)))),
    max_size=12,
    unique=True,
)


def test_no_blank_node_is_left_and_names_are_below_the_base() -> None:
    found = genid.named(triples(PEOPLE), GRAPH, BASE)
    assert len(found) == 4
    assert not any(isinstance(term, BlankNode) for triple in found for term in triple)
    assert sum(str(triple.subject).startswith(f"<{genid.prefix(BASE)}") for triple in found) == 2


def test_a_change_of_one_part_leaves_the_names_of_the_others() -> None:
    before, after = named(PEOPLE), named(PEOPLE.replace("Joan", "John"))
    assert len(before & after) == 2


def test_names_depend_on_the_graph() -> None:
    assert not named(PEOPLE) & named(PEOPLE, "https://example.org/h")


def test_parts_that_say_the_same_stay_two() -> None:
    assert len(named("<urn:a> <urn:b> [ <urn:c> 1 ] , [ <urn:c> 1 ] .")) == 4


@given(graphs, st.randoms())
def test_labels_and_order_do_not_matter(found: list[Triple], random: Random) -> None:
    try:
        names = set(genid.named(found, GRAPH, BASE))
    except TooAlike:
        return
    labels: dict[object, BlankNode] = {}
    for number in range(5):
        labels[BlankNode(f"b{number}")] = BlankNode(f"x{random.randrange(1000)}n{number}")
    other = [Triple(labels.get(t.subject, t.subject), t.predicate, labels.get(t.object, t.object)) for t in found]
    random.shuffle(other)
    assert set(genid.named(other, GRAPH, BASE)) == names


@given(graphs)
def test_the_way_there_and_back_gives_the_same_graph(found: list[Triple]) -> None:
    try:
        there = genid.named(found, GRAPH, BASE)
    except TooAlike:
        return
    assert len(set(there)) == len(set(found))
    back = list(map(genid.blank(BASE), there))
    assert canonical(back) == canonical(found)
    assert set(genid.named(back, GRAPH, BASE)) == set(there)


def test_only_our_names_become_blank_nodes() -> None:
    back = genid.blank(BASE)
    for tail in ("x", "", "0" * 32, f"{'0' * 32}c", f"{'0' * 32}c0/x", f"{'G' * 32}c0"):
        triple = Triple(NamedNode(genid.prefix(BASE) + tail), NamedNode("urn:p"), Literal("x"))
        assert back(triple) == triple
    literal = Triple(NamedNode("urn:s"), NamedNode("urn:p"), Literal(f"{genid.prefix(BASE)}{'0' * 32}c0"))
    assert back(literal) == literal


def test_a_label_leads_back_to_its_iri() -> None:
    (triple,) = genid.named(triples("[] <urn:p> 1 ."), GRAPH, BASE)
    node = genid.blank(BASE)(triple).subject
    assert isinstance(node, BlankNode)
    assert genid.from_label(node, BASE) == triple.subject
    assert genid.from_label(BlankNode("b0"), BASE) is None


def test_what_cannot_be_told_apart_is_refused_soon() -> None:
    many = " , ".join("[ <urn:q> [] ]" for _ in range(40))
    knot = f"_:a <urn:p> {many} . _:a <urn:r> _:b . _:b <urn:p> {many} . _:b <urn:r> _:a ."
    with pytest.raises(TooAlike):
        genid.named(triples(knot), GRAPH, BASE)
