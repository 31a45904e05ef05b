"""Quads that come as lines of N-Triples are published as the same quads are that come as quads."""

from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from leap_kg.graph.names import source_graph
from leap_kg.graph.publication.canonical import batch_of, batches
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import GEO, RDF, XSD
from tests.ontology.terms import BASE, texts

GRAPH = source_graph(BASE, "one")
TYPES = ("string", "integer", "decimal", "double", "boolean", "date", "dateTime", "gYear", "anyURI")
PIECES = st.text(st.sampled_from('aé"\\\n\r\t\b\f\x7f\x01 .<>_:@^#🜨'), max_size=12) | texts
VALUES = PIECES | st.sampled_from(["01", "1.50", "true", "2020-02-29", "2020-01-01T00:00:00+01:00", "1e3", " ."])
LITERALS = (
    st.builds(Literal, PIECES)
    | st.builds(lambda text, language: Literal(text, language=language), PIECES, st.sampled_from(["en", "de-ch"]))
    | st.builds(lambda text, name: Literal(text, datatype=XSD(name)), VALUES, st.sampled_from(TYPES))
    | st.builds(
        lambda text, kind: Literal(text, datatype=kind), PIECES, st.sampled_from([RDF("JSON"), GEO("wktLiteral")])
    )
)
IRIS = st.sampled_from([NamedNode(f"{BASE}{name}") for name in ("a", "a#b", "ü", "a%20b", "x?y=z&w")])


@example([Triple(NamedNode(BASE), NamedNode(BASE), Literal("01", datatype=XSD("integer")))])
@given(st.lists(st.builds(Triple, IRIS, IRIS, LITERALS | IRIS), max_size=8))
def test_lines_are_published_as_quads_are(triples: list[Triple]) -> None:
    text = serialize(triples, format=RdfFormat.N_TRIPLES) or b""
    lines = text.replace(b" .\n", f" {GRAPH} .\n".encode()).split(b"\n")[:-1]
    assert len(lines) == len(triples)
    assert set(batch_of(lines, GRAPH)) == {line for batch in batches(quads_in(triples, GRAPH), GRAPH) for line in batch}
