"""Bodies: what is read, and what is refused before a parser can suffer from it."""

import json
import socket
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse, serialize

from leap_kg.ontology.jsonld import compact, context_iri
from leap_kg.sparql.body import BodyLimits, BodyRefused, check_turtle, parse_body
from tests.sparql.body import hostile

BASE = "https://w3id.org/leap-kg/"
GRAPH = "http://example.org/graph"
QUAD = Quad(NamedNode("http://e/s"), NamedNode("http://e/p"), Literal("x"))


def read(data: bytes | Path, form: RdfFormat, limits: BodyLimits | None = None) -> list[Quad]:
    """All quads of a body."""
    return list(parse_body(data, form, GRAPH, BASE, limits or BodyLimits()))


def refused(data: bytes | Path, form: RdfFormat, limits: BodyLimits | None = None) -> BodyRefused:
    """The refusal of a body."""
    with pytest.raises(BodyRefused) as caught:
        read(data, form, limits)
    return caught.value


@pytest.mark.parametrize("form", [
    RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.N_TRIPLES, RdfFormat.N_QUADS, RdfFormat.N3, RdfFormat.JSON_LD,
    RdfFormat.RDF_XML,
])  # fmt: skip
def test_every_format_is_read_from_bytes_and_from_a_file(form: RdfFormat, tmp_path: Path) -> None:
    data = serialize([QUAD.triple], format=form)
    assert data is not None
    assert read(data, form) == [QUAD]
    path = tmp_path / "body"
    path.write_bytes(b"\xef\xbb\xbf" + data)
    assert read(path, form) == [QUAD]
    assert refused(path, form, BodyLimits(bytes=10)).status == 413
    assert refused(data, form, BodyLimits(triples=0)).status == 413
    assert refused(data, form, BodyLimits(characters=5)).status == 413
    error = refused(b"\n\n  \xff", form)
    assert (error.status, error.line, error.column) == (400, 3, 3)


def test_relative_iris_and_blank_nodes() -> None:
    first, second = read(b"<> <#p> _:a . _:a <q> 'x' .", RdfFormat.TURTLE)
    assert first.subject == NamedNode(GRAPH)
    assert first.predicate == NamedNode(f"{GRAPH}#p")
    assert first.object == second.subject
    assert isinstance(second.subject, BlankNode)
    assert second.subject != BlankNode("a")


def test_named_graphs_are_kept() -> None:
    names = {str(quad.graph_name) for quad in read(b"<a:a> { <a:a> <a:b> 1 } <a:b> <a:b> 2 .", RdfFormat.TRIG)}
    assert names == {"<a:a>", str(DefaultGraph())}


@pytest.mark.parametrize("name", hostile.TURTLE)
@pytest.mark.parametrize("form", [RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.N_QUADS, RdfFormat.N3])
def test_nesting_of_turtle_is_refused_with_its_place(name: str, form: RdfFormat) -> None:
    error = refused(hostile.TURTLE[name], form)
    assert (error.status, error.line) == (400, 1)
    assert error.column is not None
    assert "write" in error.reason


def test_nesting_up_to_the_limit_is_read() -> None:
    for opening, closing in (("[ <a:p> ", "]"), ("( ", ")")):
        text = "<a:a> <a:b> " + opening * 128 + "1" + closing * 128 + " ."
        assert len(read(text.encode(), RdfFormat.TURTLE)) > 100
        deeper = text.replace("1", f"{opening}1{closing}", 1)
        assert "nested deeper than 128" in refused(deeper.encode(), RdfFormat.TURTLE).reason


@pytest.mark.parametrize(
    "text",
    [
        '<a:a> <a:b> \'<<( {| ~ [[[\' , "[[\\"[[" , \'\'\'[[ \' \'\' [ \\\'\'\' """ , """[[ " "" \\"""" \'\'\' .',
        "# [[[ <<( {|\n<a:a> <a:b> <http://e/#x> , <http://e/(x)> .",
        "PREFIX e: <http://e/> e:a\\~b e:c\\# e:d\\' .",
    ],
)
def test_what_only_looks_like_brackets_passes(text: str) -> None:
    check_turtle(text.encode(), BodyLimits(depth=0))
    list(parse(text, format=RdfFormat.TURTLE))


CONTENT = ["'", '"', "\\'", '\\"', "\\\\", "[", "]", "(", "{|", "<<(", "<", ">", "#", "\n", " ", "x"]
texts = st.tuples(
    st.sampled_from(["'", '"', "'''", '"""']), st.lists(st.sampled_from(CONTENT), max_size=12).map("".join)
).map(lambda pair: f"<a:a> <a:b> {pair[0]}{pair[1]}{pair[0]} .")
comments = st.lists(st.sampled_from(CONTENT), max_size=12).map(
    lambda parts: "#" + "".join(parts).replace("\n", "") + "\n"
)


@settings(max_examples=100)
@given(st.lists(texts | comments, max_size=4).map(" ".join))
def test_no_text_or_comment_hides_nesting(before: str) -> None:
    body = f"{before} <a:s> <a:p> [ <a:p> [ <a:p> [] ] ] ."
    try:
        quads = list(parse(body, format=RdfFormat.TURTLE))
    except SyntaxError:
        assume(False)
    nested = sum(isinstance(quad.object, BlankNode) for quad in quads)
    assert nested in (0, 3)  # unless an open text swallowed it
    if nested:
        check_turtle(body.encode(), BodyLimits(depth=3))
        with pytest.raises(BodyRefused, match="nested deeper than 2"):
            check_turtle(body.encode(), BodyLimits(depth=2))


@pytest.mark.parametrize("name", hostile.TOO_MUCH_TURTLE)
def test_too_much_turtle_is_a_413(name: str) -> None:
    assert refused(hostile.TOO_MUCH_TURTLE[name], RdfFormat.TURTLE).status == 413


@pytest.mark.parametrize("name", hostile.JSON)
def test_nesting_of_json_is_refused_with_its_place(name: str) -> None:
    error = refused(hostile.JSON[name], RdfFormat.JSON_LD)
    assert (error.status, error.line) == (400, 1)
    assert "nested deeper than 128" in error.reason


@pytest.mark.parametrize("name", hostile.TOO_MUCH_JSON)
def test_too_much_json_is_refused(name: str) -> None:
    error = refused(hostile.TOO_MUCH_JSON[name], RdfFormat.JSON_LD)
    assert error.status in (400, 413)
    assert any(word in error.reason for word in ("split it", "write ", "send ", "shorten it"))


@pytest.mark.parametrize("name", hostile.WRONG_JSON)
def test_wrong_json_is_a_400(name: str) -> None:
    assert refused(hostile.WRONG_JSON[name], RdfFormat.JSON_LD).status == 400


@pytest.mark.parametrize("name", hostile.REMOTE_CONTEXT)
def test_no_context_is_fetched(name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/context"
        for named in (address, "file:///etc/passwd", "context.jsonld"):
            error = refused(hostile.REMOTE_CONTEXT[name].replace(b"ADDRESS", named.encode()), RdfFormat.JSON_LD)
            assert error.status == 400
            assert "into the document" in error.reason
        with pytest.raises(TimeoutError):
            listener.accept()


def test_our_context_is_known_by_its_address() -> None:
    document = b'{"@context":["ADDRESS",{"n":"http://e/n"}],"@id":"http://e/s","dct:title":"T","n":1}'
    quads = read(document.replace(b"ADDRESS", context_iri(BASE).encode()), RdfFormat.JSON_LD)
    assert {quad.predicate.value for quad in quads} == {"http://purl.org/dc/terms/title", "http://e/n"}


@given(
    st.lists(
        st.sampled_from(
            [
                QUAD,
                Quad(QUAD.subject, NamedNode("http://purl.org/dc/terms/title"), Literal("t", language="en")),
                Quad(NamedNode(f"{BASE}dataset/a"), QUAD.predicate, QUAD.subject),
            ]
        ),
        min_size=1,
    )
)
def test_what_we_write_as_json_ld_is_read_back(quads: list[Quad]) -> None:
    document = json.dumps(compact([quad.triple for quad in quads], BASE)).encode()
    assert set(read(document, RdfFormat.JSON_LD)) == set(quads)


@pytest.mark.parametrize("name", hostile.XML)
def test_hostile_xml_is_refused_with_its_place(name: str) -> None:
    error = refused(hostile.XML[name].replace(b"ADDRESS", b"http://127.0.0.1:9/"), RdfFormat.RDF_XML)
    assert error.status == 400
    assert error.line is not None
    if "entit" in name or "document type" in name:
        assert "DOCTYPE is not allowed" in error.reason


def test_directions_of_texts_are_refused() -> None:
    error = refused(b'<a:a> <a:b> "x"@ar--rtl .', RdfFormat.TURTLE)
    assert (error.status, "write it without" in error.reason) == (400, True)


TURTLE = ["<a:b>", "<x>", "_:a", "[", "]", "(", ")", "'x'", '"""', "#", "\n", ".", ";", ",", "a", "1", "{", "}"]
TURTLE += ["@prefix p: <p:> .", "p:x", "<<", ">>", "@en", "^^", "\\", "GRAPH", "\x00"]
JSON = ['{"@id":"a:a","a:b":', '{"@context":', "[", "]", "{", "}", '"a:b"', ":", ",", "1", "null", '"@id"', "true"]
JSON += ['"@type":', '"@graph":', '"@reverse":', '"@list":', '"\\ud800"', '{"@vocab":"a:"}']
XML = [f"<rdf:RDF {hostile.RDF.decode()}>", "</rdf:RDF>", "<rdf:Description>", "</rdf:Description>", "<a:b>", "</a:b>"]
XML += ["x", "&lt;", "&x;", "<!--", "-->", "<![CDATA[", "]]>", ' rdf:about="x"', "<a:b rdf:parseType='Collection'>"]
XML += ["<?xml version='1.0'?>", "\x00"]
PIECES = dict.fromkeys((RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.N3, RdfFormat.N_QUADS), TURTLE)
PIECES |= {RdfFormat.JSON_LD: JSON, RdfFormat.RDF_XML: XML}


def bodies(form: RdfFormat) -> st.SearchStrategy[tuple[RdfFormat, list[str]]]:
    """Pieces of a format in any order."""
    return st.tuples(st.just(form), st.lists(st.sampled_from(PIECES[form]), max_size=15))


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(list(PIECES)).flatmap(
        lambda form: st.tuples(st.just(form), st.lists(st.sampled_from(PIECES[form]), max_size=15))
    ),
    st.binary(max_size=3),
)
def test_any_bytes_are_read_or_refused(case: tuple[RdfFormat, list[str]], junk: bytes) -> None:
    form, pieces = case
    for separator in ("", " "):
        data = separator.join(pieces).encode()
        for body in (data, data[: len(data) // 2] + junk + data[len(data) // 2 :]):
            try:
                quads = read(body, form)
            except BodyRefused as error:
                assert error.reason  # noqa: PT017 - some examples raise, some do not
                continue
            assert all(isinstance(quad, Quad) for quad in quads)
