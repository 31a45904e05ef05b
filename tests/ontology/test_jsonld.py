"""JSON-LD: what goes out comes back, for rdflib as for us, and no document makes us fetch anything."""

import json
import socket
import threading
import warnings
from typing import Any

import pytest
import rdflib
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from leap_kg.ontology.declared import ontology_quads
from leap_kg.ontology.iri import mint, part
from leap_kg.ontology.jsonld import (
    MAX_DEPTH,
    ContextRefused,
    compact,
    context,
    context_iri,
    parse_document,
    quads_in,
)
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, ONTOLOGY_PATH, RDF, SCHEMA, XSD, Namespace
from tests.ontology.terms import BASE, any_triples, iris, objects, texts

LEAP = Namespace(BASE + ONTOLOGY_PATH)
NODE = mint(BASE, "dataset", "x")
OTHER_BASE = "https://example.org/kg/"


def _terms() -> list[NamedNode]:
    """Every property that our context has a word for, and some it has none for."""
    found = {NamedNode("https://example.org/unknown"), DCT("conformsTo"), RDF("type"), FOAF("nick"), LEAP("revision")}
    prefixes = {k: v["@id"] if isinstance(v, dict) else v for k, v in context(BASE)["@context"].items() if k[0] != "@"}
    for definition in prefixes.values():
        prefix, _, name = definition.partition(":")
        if prefix in prefixes and name:
            found.add(NamedNode(prefixes[prefix] + name))
    return sorted(found, key=str)


def _readable(triple: Triple) -> bool:
    """PyLD takes an IRI with a no-break or other wide space, which is legal, for none."""
    names = [term.value for term in (triple.subject, triple.predicate, triple.object) if isinstance(term, NamedNode)]
    if isinstance(triple.object, Literal):
        names.append(triple.object.datatype.value)
    return not any(character.isspace() for name in names for character in name)


own_nodes = st.sampled_from(
    (NODE, part(NODE, "attribution", "a"), mint(BASE, "person", "github", "ada"), NamedNode("https://orcid.org/0"))
)
our_triples = st.lists(
    st.builds(Triple, st.one_of(own_nodes, iris), st.sampled_from(_terms()), st.one_of(own_nodes, objects)).filter(
        _readable
    ),
    max_size=25,
)
any_graph = any_triples.map(lambda drawn: [triple for triple in drawn if _readable(triple)])


def read_by_rdflib(document: dict[str, Any]) -> set[Triple]:
    """What rdflib makes of the document, letter by letter."""
    graph = rdflib.Graph()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its JSON-LD parser uses what rdflib itself gave up
        graph.parse(data=json.dumps(document), format="json-ld")
    return {Triple(_term(s), _term(p), _term(o)) for s, p, o in graph}  # type: ignore[arg-type]


def _term(term: Any) -> NamedNode | Literal | BlankNode:
    if isinstance(term, rdflib.URIRef):
        return NamedNode(str(term))
    if isinstance(term, rdflib.BNode):
        return BlankNode(str(term))
    if term.language:
        return Literal(str(term), language=term.language)
    return Literal(str(term), datatype=NamedNode(str(term.datatype)) if term.datatype else None)


@pytest.fixture(autouse=True)
def _as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """rdflib keeps literals as they are written, and nothing in here opens a connection."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)

    def refuse(*_: object) -> None:
        pytest.fail("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def assert_round_trip(statements: set[Triple], base: str = BASE) -> None:
    document = compact(statements, base)
    assert set(parse_document(json.dumps(document).encode(), base)) == statements
    assert read_by_rdflib(document) == statements


# --- out and back -------------------------------------------------------------------------------------------------


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(our_triples)
def test_any_graph_of_our_terms_comes_back(statements: list[Triple]) -> None:
    assert_round_trip(set(statements))


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(any_graph)
@example([Triple(NODE, DCT("source"), NamedNode("dcat:Dataset"))])
@example([Triple(NamedNode("schema:Person"), RDF("type"), NamedNode("kg:x"))])
@example([Triple(NODE, NamedNode(str(DCAT) + "//foo"), NamedNode(BASE + "//x"))])
@example([Triple(NODE, RDF("type"), Literal("a text where a class is due"))])
@example([Triple(NODE, DCT("title"), Literal("{no json", datatype=RDF("JSON")))])
@example([Triple(NODE, DCT("relation"), RDF("nil")), Triple(NODE, RDF("rest"), RDF("nil"))])
def test_any_graph_at_all_comes_back(statements: list[Triple]) -> None:
    assert_round_trip(set(statements))


@pytest.mark.parametrize("base", [BASE, OTHER_BASE])
def test_the_whole_ontology_comes_back(base: str) -> None:
    graph = NamedNode(base + "graph")
    statements = {Triple(q.subject, q.predicate, q.object) for q in ontology_quads(base, graph)}
    assert len(statements) > 200
    assert_round_trip(statements, base)
    text = json.dumps(compact(statements, base))
    assert base == BASE or BASE not in text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(our_triples, st.randoms())
def test_the_document_depends_on_the_statements_alone(statements: list[Triple], chance: Any) -> None:
    shuffled = [*statements, *statements[:3]]
    chance.shuffle(shuffled)
    assert json.dumps(compact(statements, BASE)) == json.dumps(compact(shuffled, BASE))


@given(texts, st.sampled_from(("1", "01", "1.0E0", "NaN", "-INF", "many")))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_numbers_keep_their_value(text: str, number: str) -> None:
    integer = Triple(NODE, LEAP("revision"), Literal(number, datatype=XSD("integer")))
    assert_round_trip({integer, Triple(NODE, DCT("title"), Literal(text, datatype=XSD("anyURI")))})
    double = Triple(NODE, LEAP("revision"), Literal(number, datatype=XSD("double")))
    (back,) = parse_document(json.dumps(compact([double], BASE)).encode(), BASE)
    assert isinstance(back.object, Literal)
    assert back.object.datatype == XSD("double")
    assert repr(_number(back.object.value)) == repr(_number(number))


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def test_a_document_reads_as_people_would_write_it() -> None:
    who = mint(BASE, "person", "github", "ada")
    document = compact(
        [
            Triple(NODE, RDF("type"), DCAT("Dataset")),
            Triple(NODE, DCT("title"), Literal("Sea ice")),
            Triple(NODE, DCAT("keyword"), Literal("ice")),
            Triple(NODE, SCHEMA("maintainer"), who),
            Triple(NODE, DCT("modified"), Literal("2026-03-01T00:00:00Z", datatype=XSD("dateTime"))),
        ],
        BASE,
    )
    assert document.pop("@context") == context(BASE)["@context"]
    assert document == {
        "id": "kg:dataset/x",
        "type": "Dataset",
        "title": "Sea ice",
        "keyword": ["ice"],
        "maintainer": ["kg:person/github/ada"],
        "modified": "2026-03-01T00:00:00Z",
    }


def test_the_root_comes_first() -> None:
    other = mint(BASE, "dataset", "a")
    statements = [Triple(node, DCT("title"), Literal("x")) for node in (other, NODE)]
    assert [node["id"] for node in compact(statements, BASE, NODE.value)["@graph"]] == ["kg:dataset/x", "kg:dataset/a"]
    assert [node["id"] for node in compact(statements, BASE)["@graph"]] == ["kg:dataset/a", "kg:dataset/x"]
    assert compact([], BASE)["@graph"] == []


def test_a_document_may_name_our_context() -> None:
    data = json.dumps({"@context": context_iri(BASE), "id": NODE.value, "title": "x", "maintainer": "kg:person/a"})
    assert set(parse_document(data.encode(), BASE)) == {
        Triple(NODE, DCT("title"), Literal("x")),
        Triple(NODE, SCHEMA("maintainer"), mint(BASE, "person", "a")),
    }


def test_blank_nodes_are_kept() -> None:
    data = b'{"@id": "a:b", "http://x/p": {"http://x/q": "v"}}'
    found = parse_document(data, BASE)
    (blank,) = {t.object for t in found if t.predicate == NamedNode("http://x/p")}
    assert isinstance(blank, BlankNode)
    assert Triple(blank, NamedNode("http://x/q"), Literal("v")) in found


@pytest.mark.parametrize(
    ("name", "iri"), [("dataset/x", NODE.value), ("", BASE), ("#a", BASE + "#a"), ("/x", "https://w3id.org/x")]
)
def test_relative_names_are_below_our_base(name: str, iri: str) -> None:
    found = parse_document(json.dumps({"@id": name, "http://x/p": {"@id": name}}).encode(), BASE)
    assert found == [Triple(NamedNode(iri), NamedNode("http://x/p"), NamedNode(iri))]


@pytest.mark.parametrize("name", ["a:b c", "a:b> <a:b> <a:c> .\n<a:d"])
def test_what_is_no_iri_adds_no_statement(name: str) -> None:
    document = {"@id": name, "http://x/p": {"@id": "a:b", "http://x/q": ["v", {"@id": name}]}}
    assert parse_document(json.dumps(document).encode(), BASE) == [
        Triple(NamedNode("a:b"), NamedNode("http://x/q"), Literal("v"))
    ]


def test_quads_are_the_same_statements_in_a_graph() -> None:
    graph = NamedNode(BASE + "graph/source/one")
    (quad,) = quads_in([Triple(NODE, DCT("title"), Literal("x"))], graph)
    assert (quad.subject, quad.predicate, quad.object, quad.graph_name) == (NODE, DCT("title"), Literal("x"), graph)


def test_threads_do_not_disturb_each_other() -> None:
    sets = [
        {Triple(mint(BASE, "dataset", f"{number}-{n}"), DCT("title"), Literal(f"{number}")) for n in range(10)}
        for number in range(4)
    ]
    faults: list[object] = []

    def work(statements: set[Triple], base: str) -> None:
        try:
            for _ in range(15):
                back = set(parse_document(json.dumps(compact(statements, base)).encode(), base))
                assert back == statements
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            faults.append(error)

    workers = [
        threading.Thread(target=work, args=(s, base)) for s, base in zip(sets, (BASE, OTHER_BASE) * 2, strict=True)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not faults


# --- hostile documents --------------------------------------------------------------------------------------------

FOREIGN = (
    "https://schema.org/", "http://127.0.0.1:9/context", "file:///etc/passwd", "/etc/passwd", "other.jsonld", "ftp://x/y",
    BASE + "context.json", BASE + "context.jsonld#x", BASE + "../context.jsonld", OTHER_BASE + "context.jsonld",
    "data:,{}", "",
)  # fmt: skip


@pytest.mark.parametrize("iri", FOREIGN)
@pytest.mark.parametrize(
    "wrap",
    [
        lambda iri: {"@context": iri, "http://x/p": "v"},
        lambda iri: {"@context": [iri], "http://x/p": "v"},
        lambda iri: {"@context": [context_iri(BASE), {"a": "http://x/a"}, iri], "http://x/p": "v"},
        lambda iri: {"@context": {"@version": 1.1, "@import": iri}, "http://x/p": "v"},
        lambda iri: {"http://x/p": {"@context": iri, "http://x/q": "v"}},
        lambda iri: [{"http://x/p": "v"}, {"@graph": [{"@context": [iri], "http://x/q": "v"}]}],
        lambda iri: {"@context": {"t": {"@id": "http://x/t", "@context": iri}}, "t": {"http://x/q": "v"}},
        lambda iri: {"@context": {"T": {"@id": "http://x/T", "@context": [iri]}}, "@type": "T", "http://x/q": "v"},
    ],
    ids=["plain", "list", "after ours", "import", "nested", "in a graph", "property-scoped", "type-scoped"],
)
def test_foreign_contexts_are_refused(wrap: Any, iri: str) -> None:
    with pytest.raises(
        ContextRefused, match=r"is not bundled; use https://w3id.org/leap-kg/context.jsonld or write it"
    ):
        parse_document(json.dumps(wrap(iri)).encode(), BASE)


def _nested(opening: str, closing: str, inner: str, depth: int) -> bytes:
    return (opening * depth + inner + closing * depth).encode()


@pytest.mark.parametrize(
    ("opening", "closing", "inner"),
    [
        ("[", "]", ""),
        ('{"http://x/p":', "}", "1"),
        ('{"http://x/p":[', "]}", "1"),
        ('{"http://x/p":{"@list":[', "]}}", "1"),
        ('{"@graph":', "}", '{"http://x/p":1}'),
        ('{"@context":{"t":{"@id":"http://x/t","@context":', "}}}", "{}"),
        ('{"@reverse":{"http://x/p":', "}}", '{"@id":"a:b"}'),
        ('{"@included":', "}", '{"http://x/p":1}'),
        ("{", "", ""),
        ("]", "", ""),
    ],
)
@pytest.mark.parametrize("depth", [101, 2_000, 200_000])
def test_documents_nested_too_deeply_are_refused(opening: str, closing: str, inner: str, depth: int) -> None:
    with pytest.raises(ValueError, match="not JSON"):
        parse_document(_nested(opening, closing, inner, depth), BASE)


@pytest.mark.parametrize("opening", ['{"http://x/p":', "[", '{"@included":'])
def test_documents_up_to_the_limit_are_read(opening: str) -> None:
    closing = "}" if "{" in opening else "]"
    inner = '{"http://x/q":"v"}'
    found = parse_document(_nested(opening, closing, inner, MAX_DEPTH - 1), BASE)
    assert Literal("v") in {t.object for t in found}
    with pytest.raises(ValueError, match=f"more than {MAX_DEPTH} brackets"):
        parse_document(_nested(opening, closing, inner, MAX_DEPTH), BASE)


def test_brackets_within_texts_are_no_depth() -> None:
    text = '[{"\\' * 500
    found = parse_document(json.dumps({"@id": "a:b", "http://x/p": text}).encode(), BASE)
    assert [t.object for t in found] == [Literal(text)]


def test_a_deep_callers_stack_does_not_matter() -> None:
    data = _nested('{"http://x/p":', "}", "1", MAX_DEPTH)

    def dig(depth: int) -> int:
        return dig(depth - 1) if depth else len(parse_document(data, BASE))

    assert dig(400) == MAX_DEPTH


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe{\x00}\x00", "not JSON"),
        (b"{", "not JSON"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": -Infinity}', "-Infinity is no number"),
        (b'{"http://x/p": ' + b"9" * 5000 + b"}", "not JSON"),
        (b'"https://example.org/elsewhere"', "a document is an object or a list"),
        (b"null", "a document is an object or a list"),
        (b"1", "a document is an object or a list"),
        (b'{"@id": "a:{b}", "http://x/p": 1}', "not JSON-LD"),
        (b'{"@id": "a:b", "http://x/p": "\\ud800"}', "not JSON-LD"),
        (b'{"@id": "a:b", "http://x/p": {"@value": "x", "@language": "no tag"}}', "not JSON-LD"),
        (b'{"@id": "a:b", "http://x/p": {"@value": "x", "@type": "a:b c"}}', "not JSON-LD"),
        (b'{"@id": 7, "http://x/p": 1}', "not JSON-LD"),
        (b'{"@type": [[]], "http://x/p": 1}', "not JSON-LD"),
        (b'{"@id": "a:g", "@graph": [{"@id": "a:b", "http://x/p": 1}]}', "named graphs"),
        (b'[{"@id": "a:s", "http://x/p": 1}, {"@id": "a:g", "@graph": {"@id": "a:b", "a:c": 1}}]', "named graphs"),
    ],
)  # fmt: skip
def test_a_document_that_is_wrong_is_refused_with_a_reason(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        parse_document(data, BASE)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


_keys = st.sampled_from(
    [
        "@context", "@id", "@type", "@value", "@language", "@list", "@set", "@graph", "@reverse", "@index", "@base",
        "@vocab", "@included", "@nest", "@container", "@direction", "@import", "@propagate", "@protected", "@prefix",
        "@version", "@none", "@json", "title", "license", "type", "id", "dct:title", "http://x/p", "_:b",
    ]
)  # fmt: skip
_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), _keys, texts,
    st.sampled_from(("http://x/a b", "http://x/a", "en us", "file:///etc/passwd", "xsd:double", "\ud800")),
    st.just(context_iri(BASE)),
)  # fmt: skip
_documents = st.recursive(
    _scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_keys, inner, max_size=5)),
    max_leaves=20,
)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(_documents)
@pytest.mark.filterwarnings("ignore:terms beginning with:SyntaxWarning")
def test_any_document_gives_triples_or_a_reason(document: Any) -> None:
    try:
        found = parse_document(json.dumps(document).encode(), BASE)
    except ValueError:
        return
    assert all(isinstance(triple, Triple) for triple in found)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)))
def test_any_bytes_give_triples_or_a_reason(data: bytes) -> None:
    try:
        parse_document(data, BASE)
    except ValueError:
        return
