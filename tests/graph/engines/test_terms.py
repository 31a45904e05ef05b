"""Terms that servers treat in ways of their own: the home keeps them exactly, readers get them as the home has them."""

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import XSD
from tests.graph.engines.conftest import Bench
from tests.graph.samples import activity, dataset, graph_of
from tests.ontology.terms import BASE

GRAPH, NODE, SAYS = source_graph(BASE, "one"), mint(BASE, "dataset", "a"), NamedNode("https://example.org/says")


def typed(value: str, name: str) -> Literal:
    return Literal(value, datatype=XSD(name))


FAITHFUL: list[Literal | NamedNode] = [
    Literal(""),
    Literal(" leading and trailing "),
    Literal("tab\t line\n return\r quote\" apostrophe' backslash\\ done"),
    Literal("é ü ß 漢字 עברית 😀 \u200b \u2028"),
    Literal("e\u0301 is not \u00e9"),
    Literal("\x01\x02\x08\x0b\x0c\x1f\x7f\x80\x9f"),
    Literal("}} ; DROP ALL ; INSERT DATA { <urn:a> <urn:b> '''"),
    Literal("\\u0041 \\n ''' \"\"\""),
    Literal("x" * 100_000),
    Literal("texte", language="fr"),
    Literal("text", language="en-US"),
    Literal("text", language="en"),
    Literal("字", language="zh-Hant-TW"),
    typed("1", "integer"),
    typed("-7", "integer"),
    typed("9223372036854775807", "integer"),
    typed("1.5", "decimal"),
    typed("0.1", "decimal"),
    typed("true", "boolean"),
    typed("false", "boolean"),
    typed("1.5E0", "double"),
    typed("2026-03-01", "date"),
    typed("2026-03-01T12:30:15.25Z", "dateTime"),
    typed("2026-03-01T12:30:15+05:30", "dateTime"),
    typed("2026-03-01T12:30:15", "dateTime"),
    typed("2026", "gYear"),
    typed("2026-03", "gYearMonth"),
    typed("P1D", "dayTimeDuration"),
    typed("https://example.org/a?b=c&d=%20", "anyURI"),
    Literal("POINT(1 2)", datatype=NamedNode("http://www.opengis.net/ont/geosparql#wktLiteral")),
    Literal('{"a": [1, "x"]}', datatype=NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON")),
    Literal("own", datatype=NamedNode("https://example.org/datatype")),
    NamedNode("https://example.org/é/漢"),
    NamedNode("https://example.org/a?x=y&z=%2e%2E#f'(b)*,;!$"),
    NamedNode("HTTPS://Example.ORG/Up"),
    NamedNode("urn:odd:it's"),
    NamedNode("mailto:data@example.org"),
    NamedNode("javascript:alert(1)"),
    NamedNode("https://example.org/" + "a" * 1_500),
]
# Servers refuse these or keep them less exactly; what they can hold of them they do, and the home holds them all.
DEMANDING: list[Literal | NamedNode] = [
    typed("P1Y2M", "duration"),
    typed("12345678901234567890", "integer"),
    typed("not a number", "integer"),
    typed("2026-13-45", "date"),
    typed("123456789012.123456789012345678", "decimal"),
    Literal("nul \0 within"),
    NamedNode("https://example.org/" + "b" * 3_000),
    NamedNode("https://example.org/a/../b"),
]


def saying(terms: Sequence[Literal | NamedNode]) -> set[Quad]:
    """A dataset of which each term is said by a property of its own."""
    kept = Store()  # values are kept by what they mean
    kept.extend(Quad(NODE, NamedNode(f"{SAYS.value}-{number}"), term, GRAPH) for number, term in enumerate(terms))
    return dataset("a", "Terms") | set(kept)


def test_terms_come_back_as_the_home_has_them(bench: Bench) -> None:
    wanted = saying(FAITHFUL)
    bench.publish("one", wanted)
    with Writer(bench.home, BASE) as writer:
        assert graph_of(writer.store, "one") == wanted
    assert set(bench.engine.quads_for_pattern(None, None, None, GRAPH)) == wanted
    for quad in wanted:
        if quad.object == typed("P1D", "dayTimeDuration"):
            continue  # Virtuoso keeps it by its seconds, and finds it by nothing else
        assert list(bench.engine.quads_for_pattern(None, quad.predicate, quad.object)) == [quad]
    assert bench.publish("one", wanted).revision == 1
    bench.publish("one", dataset("a", "Terms"))
    assert set(bench.engine.quads_for_pattern(None, None, None, GRAPH)) == dataset("a", "Terms")


def test_terms_that_a_server_cannot_hold_never_stop_a_publication(bench: Bench) -> None:
    wanted = saying(DEMANDING)
    assert bench.publish("one", wanted).revision == 1
    with Writer(bench.home, BASE) as writer:
        assert graph_of(writer.store, "one") == wanted
    read = list(bench.engine.quads_for_pattern(NODE, None, None, GRAPH))
    assert len(read) == sum(quad.subject == NODE for quad in wanted)
    changed = {
        "embedded": 0,
        "Fuseki": 1,  # dots in IRIs
        "Virtuoso": 5,
    }
    assert len(set(read) - wanted) == changed[bench.server.name if bench.server else "embedded"]
    assert bench.publish("one", wanted).revision == 1, "nothing has changed for the home"
    bench.publish("one", dataset("a", "Terms"))
    assert set(bench.engine.quads_for_pattern(None, None, None, GRAPH)) == dataset("a", "Terms")


def test_values_that_are_one_for_the_server_are_taken_away_one_by_one(bench: Bench) -> None:
    both = {Quad(NODE, SAYS, typed("P1Y", "duration"), GRAPH), Quad(NODE, SAYS, Literal("P1Y"), GRAPH)}
    bench.publish("one", dataset("a", "Terms") | both)
    bench.publish("one", dataset("a", "Terms") | {Quad(NODE, SAYS, Literal("P1Y"), GRAPH)})
    found = [quad.object for quad in bench.engine.quads_for_pattern(NODE, SAYS, None)]
    assert found == [Literal("P1Y")]


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.lists(texts, max_size=8, unique=True), second=st.lists(texts, max_size=8, unique=True))
def test_any_texts_settle(bench: Bench, first: list[str], second: list[str]) -> None:
    for said in (first, second):
        wanted = saying([Literal(text) for text in said])
        with Writer(bench.home, BASE) as writer:
            writer.publish("one", wanted, activity("one"))
            bench.follow(writer)
        assert set(bench.engine.quads_for_pattern(None, None, None, GRAPH)) == wanted
