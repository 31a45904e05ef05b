"""Lines are what the store gives back: each form that is taken as settled is held against the store itself."""

from itertools import chain

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from leap_kg.graph.log.fields import fields
from leap_kg.graph.publication import canonical
from leap_kg.graph.publication.canonical import batches, lines_of, publishable, quads_of
from leap_kg.ontology.namespaces import GEO, RDF, XSD
from tests.ontology.terms import any_triples

GRAPH = NamedNode("https://example.org/g")
S, P = NamedNode("https://example.org/s"), NamedNode("https://example.org/p")

NAMES = (
    "anyURI", "boolean", "integer", "int", "decimal", "double", "float", "date", "dateTime", "time", "duration",
    "dayTimeDuration", "gYear", "string", "token", "hexBinary", "unheardOf",
)  # fmt: skip
DATATYPES = (*map(XSD, NAMES), RDF("JSON"), GEO("wktLiteral"))
numbers = st.one_of(
    st.integers().map(str), st.from_regex(r"[+-]?0{0,2}\d{0,4}", fullmatch=True), st.floats(width=32).map(str)
)
moments = st.from_regex(
    r"-?\d{4}-(0[0-9]|1[0-3])-([0-3]\d)(T([0-2]\d):[0-6]\d:[0-6]\d(\.\d{0,9})?)?(Z|[+-](0\d|1[0-4]):[0-5]\d)?",
    fullmatch=True,
)
forms = st.one_of(
    numbers, moments, st.sampled_from(("true", "false", "1", "TRUE", "P1D", "PT90000S")), st.text(max_size=6)
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(DATATYPES), forms)
@example(XSD("dateTime"), "2026-01-01T24:00:00Z")
@example(XSD("dateTime"), "2026-02-29T00:00:00Z")
@example(XSD("dateTime"), "0000-01-01T00:00:00Z")
@example(XSD("integer"), "-0")
@example(XSD("integer"), "9" * 18)
@example(XSD("integer"), "9" * 19)
@example(XSD("anyURI"), 'a b\n"\\')
@example(XSD("anyURI"), "")
@example(RDF("JSON"), '{"a": [1, "\\n\t"]}')
@example(GEO("wktLiteral"), "POINT(1 2)")
def test_a_line_is_what_the_store_gives_back(datatype: NamedNode, text: str) -> None:
    try:
        quad = Quad(S, P, Literal(text, datatype=datatype), GRAPH)
    except ValueError:
        return
    store = Store()
    store.add(quad)
    assert list(chain.from_iterable(batches([quad], GRAPH))) == list(chain.from_iterable(lines_of(store)))


@settings(max_examples=100, deadline=None)
@given(any_triples)
def test_any_statements_read_back_from_their_lines(triples: list[Triple]) -> None:
    quads = {Quad(t.subject, t.predicate, t.object, GRAPH) for t in triples}
    lines = list(chain.from_iterable(batches(quads, GRAPH)))
    assert set(quads_of(lines)) == quads == publishable(quads, GRAPH)
    assert not any(b"\n" in line or b"\r" in line for line in lines)


@settings(max_examples=200, deadline=None)
@given(any_triples)
@example(
    [Triple(S, P, Literal('quote " backslash \\ tab \t newline \n return \r bell \b feed \f null \0 \u2028 \x7f'))]
)
@example([Triple(S, P, Literal("", language="en-gb")), Triple(S, P, Literal("> <a> ."))])
def test_lines_come_apart_as_the_parser_takes_them_apart(triples: list[Triple]) -> None:
    quads = {Quad(t.subject, t.predicate, t.object, GRAPH) for t in triples}
    lines = list(chain.from_iterable(batches(quads, GRAPH)))
    told = []
    for quad in quads_of(lines):
        assert isinstance(quad.subject, NamedNode)
        assert isinstance(quad.object, NamedNode | Literal)
        ends = (quad.object.value, "") if isinstance(quad.object, NamedNode) else ("", quad.object.value)
        told.append((quad.subject.value, quad.predicate.value, *ends))
    assert fields(lines) == told


def test_lines_of_another_form_are_refused() -> None:
    for line in (b"_:b <a:b> <a:b> <a:g> .", b'<a:b> <a:b> "a', b"<a:b> <a:b> <<( <a:b> <a:b> <a:b> )>> <a:g> .", b""):
        with pytest.raises(ValueError, match="not all N-Quads"):
            fields([line])


def test_most_forms_need_no_detour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canonical, "_by_value", lambda quads, _: pytest.fail(f"a detour for {quads}") if quads else [])
    values: list[NamedNode | Literal] = [
        Literal("a"), Literal("a", language="en"), S, Literal("12", datatype=XSD("integer")),
        Literal("2026-03-01T12:30:15.25Z", datatype=XSD("dateTime")), Literal("gs://b/c", datatype=XSD("anyURI")),
        Literal("true", datatype=XSD("boolean")), Literal("2026-03-01", datatype=XSD("date")),
    ]  # fmt: skip
    assert len(list(chain.from_iterable(batches((Quad(S, P, value, GRAPH) for value in values), GRAPH)))) == 8
