"""The lines of a patch are read as the engine's own parser reads them."""

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from leap_kg.graph.history.feed import entity_of
from leap_kg.graph.history.tally import Said, Tally
from leap_kg.ontology.kinds import LABELS
from leap_kg.ontology.namespaces import DCAT, DCT, RDF
from tests.ontology.terms import BASE

GRAPHS = [NamedNode(f"{BASE}graph/{name}") for name in ("source/one", "prov", "metrics/one", "curated")]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.one_of(
    TEXTS.map(Literal),
    TEXTS.map(lambda text: Literal(text, language="en")),
    TEXTS.map(lambda text: Literal(text, datatype=NamedNode("https://example.org/a"))),
    st.just(NamedNode("https://example.org/Ä?b=c#d")),
)
QUADS = st.builds(
    Quad,
    st.sampled_from([f"{BASE}dataset/{name}" for name in ("a", "a#p", "ü")]).map(NamedNode),
    st.sampled_from([*LABELS, DCT("description")]),
    VALUES,
    st.sampled_from(GRAPHS),
)


@given(st.lists(st.tuples(st.booleans(), QUADS), max_size=20), st.integers(1, 4))
def test_any_lines_are_counted_by_entity_with_their_names(changes: list[tuple[bool, Quad]], cut: int) -> None:
    lines = [f"{'A' if added else 'D'} {quad} .\n".encode() for added, quad in changes]
    blocks = [b"".join(lines[at : at + cut]) for at in range(0, len(lines), cut)]
    parts: list[dict[str, Said]] = []
    counts = Tally(BASE).read(blocks, parts.append)
    told = [(added, quad) for added, quad in changes if quad.graph_name in (GRAPHS[0], GRAPHS[3])]
    assert (counts.all_removed, counts.all_added) == tuple(sum(a is side for a, _ in changes) for side in (False, True))
    assert (counts.removed, counts.added) == tuple(sum(a is side for a, _ in told) for side in (False, True))
    found: dict[str, list[object]] = {}
    for part in parts:
        for iri, said in part.items():
            assert iri not in found
            found[iri] = [said.removed, said.added, said.names]
    expected: dict[str, list[object]] = {}
    for entity in dict.fromkeys(entity_of(quad.subject.value, BASE) for _, quad in told):  # type: ignore[union-attr]
        mine = [(a, q) for a, q in told if entity_of(q.subject.value, BASE) == entity]  # type: ignore[union-attr]
        names = [
            (LABELS.index(q.predicate), q.object.value.replace("\0", " "), 1 if a else -1)
            for a, q in mine
            if q.predicate in LABELS and isinstance(q.object, Literal) and q.subject == NamedNode(entity)
        ]
        expected[entity] = [sum(not a for a, _ in mine), sum(a for a, _ in mine), names]
    assert found == expected


def test_types_of_known_kinds_are_noted() -> None:
    node = NamedNode(f"{BASE}dataset/a")
    types = [DCAT("Dataset"), NamedNode("https://example.org/Unknown")]
    block = b"".join(f"A {Quad(node, RDF('type'), cls, GRAPHS[0])} .\n".encode() for cls in types)
    parts: list[dict[str, Said]] = []
    Tally(BASE).read([block], parts.append)
    assert parts[0][node.value].types == [(1, 1)]
