"""RDF in the bodies of requests: every format, one graph out of it, and hostile bytes refused with their place."""

import time
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from leap_kg.ontology.jsonld import context_iri
from leap_kg.sparql.guard import Refused
from leap_kg.web.writing.bodies import Body
from leap_kg.web.writing.rdfbody import FORMATS, Target, triples_of
from tests.ontology.terms import BASE

GRAPH = f"{BASE}graph/source/one"
TARGET = Target(GRAPH, BASE, 10_000_000)
RDF = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/">'


def body(data: bytes | str, content_type: str = "text/turtle", name: str = "") -> Body:
    return Body(BytesIO(data.encode() if isinstance(data, str) else data), content_type, name)


def read(data: bytes | str, content_type: str = "text/turtle", target: Target = TARGET) -> set[str]:
    return {str(triple) for triple in triples_of([body(data, content_type)], target)}


def refused(data: bytes | str, content_type: str, status: int = 400, target: Target = TARGET) -> str:
    with pytest.raises(Refused) as caught:
        read(data, content_type, target)
    assert caught.value.status == status
    return caught.value.reason


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        ("<s> <http://p> 'o' .", "text/turtle"),
        ("<s> <http://p> 'o' .", 'text/turtle; charset="UTF-8"'),
        ("<s> <http://p> 'o' .", "application/x-turtle"),
        (f'<{BASE}graph/source/s> <http://p> "o" .', "application/n-triples"),
        (f'<{BASE}graph/source/s> <http://p> "o" <{GRAPH}> .', "application/n-quads"),
        (f'<{GRAPH}> {{ <s> <http://p> "o" }}', "application/trig"),
        ('{"@id": "s", "http://p": "o"}', "application/ld+json"),
        ('{"@id": "s", "http://p": "o"}', "application/json"),
        (
            RDF.replace(b"http://example.org/", b"http://")
            + b'<rdf:Description rdf:about="s"><e:p>o</e:p></rdf:Description></rdf:RDF>',
            "application/rdf+xml",
        ),
    ],
)
def test_every_format_says_the_same(data: bytes | str, content_type: str) -> None:
    assert read(data, content_type) == {f'<{BASE}graph/source/s> <http://p> "o"'}


def test_the_name_of_a_file_tells_its_format_where_nothing_else_does() -> None:
    for name, content_type in (("a.ttl", ""), ("a.b.ttl", "application/octet-stream")):
        assert triples_of([body("<s> <p> 1 .", content_type, name)], TARGET)
    for name, content_type in (("a", ""), ("a.exe", ""), ("a.ttl", "text/plain"), ("ttl", "")):
        with pytest.raises(Refused) as caught:
            triples_of([body("<s> <p> 1 .", content_type, name)], TARGET)
        assert caught.value.status == 415


@pytest.mark.parametrize("content_type", ["", "text/plain", "text/turtle; charset=utf-16", "image/png", "\x00"])
def test_other_content_types_are_refused(content_type: str) -> None:
    refused("<s> <p> 1 .", content_type, 415)


@pytest.mark.parametrize(
    ("data", "content_type", "place"),
    [
        ("<s> <p> 1 .\n<s> <p> nonsense .", "text/turtle", "line 2, column 9"),
        ('{"@id": "s",\n "http://p": nope}', "application/ld+json", "line 2, column 14"),
        (RDF + b"\n<rdf:Description></x>", "application/rdf+xml", "line 2, column 20"),
        (b"<s> <p> 1 .\n<s> <p> \xff .", "text/turtle", "line 2, column 9"),
        ('<urn:s> <urn:p> "o" .\n<urn:s> x', "application/n-triples", "line 2"),
    ],
)
def test_broken_bodies_are_refused_with_their_place(data: bytes | str, content_type: str, place: str) -> None:
    assert place in refused(data, content_type)


@pytest.mark.parametrize(
    ("data", "content_type", "status", "reason"),
    [
        ('{"http://a":' * 10_000 + "1" + "}" * 10_000, "application/ld+json", 400, "nested deeper than"),
        ("[" * 100_000, "application/ld+json", 400, "nested deeper than"),
        (RDF + b"<rdf:Description><e:p>" * 100_000, "application/rdf+xml", 400, "nested deeper than"),
        ("<s> <p> " + "<<( <a> <b> " * 100_000, "text/turtle", 400, "plain triples"),
        ("<s> <p> <<( <a> <b> <c> )>> .", "text/turtle", 400, "is RDF 1.2"),
        (b'<!DOCTYPE r [<!ENTITY a "aaaa">]>' + RDF + b"</rdf:RDF>", "application/rdf+xml", 400, "DOCTYPE"),
        (b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>', "application/rdf+xml", 400, "DOCTYPE"),
        ('{"@context": "http://127.0.0.1:1/c", "a": "b"}', "application/ld+json", 400, ""),
        ('{"@context": {"@import": "http://127.0.0.1:1/c"}, "a": "b"}', "application/ld+json", 400, ""),
        ("<http://other> { <s> <p> 1 }", "application/trig", 400, "not the one written"),
        ("<urn:s> <urn:p> <urn:o> <urn:g> .", "application/n-quads", 400, "not the one written"),
        (" " * (16 * 2**20 + 1), "application/ld+json", 413, "send Turtle"),
        ("@prefix p: <http://" + "x" * 100_000 + "/> .\n" + "p:a p:b p:c .\n" * 100, "text/turtle", 413, "characters"),
    ],
)
def test_hostile_bodies_are_refused_soon(data: bytes | str, content_type: str, status: int, reason: str) -> None:
    began = time.monotonic()
    assert reason in refused(data, content_type, status)
    assert time.monotonic() - began < 20


def test_our_own_context_is_known_without_being_fetched() -> None:
    document = f'[{{"@context": ["{context_iri(BASE)}"], "@id": "http://s", "title": "T"}}]'
    assert read(document, "application/ld+json") == {'<http://s> <http://purl.org/dc/terms/title> "T"'}


def test_texts_that_look_like_our_context_stay_texts() -> None:
    document = f'{{"@id": "http://s", "http://p": "{context_iri(BASE)}"}}'
    assert read(document, "application/ld+json") == {f'<http://s> <http://p> "{context_iri(BASE)}"'}


def test_blank_nodes_of_two_files_are_never_the_same() -> None:
    both = triples_of([body("_:a <urn:p> 1 ."), body("_:a <urn:p> 1 .")], TARGET)
    assert len({triple.subject for triple in both}) == 2


def test_labels_of_blank_nodes_that_look_like_ours_are_only_labels() -> None:
    label = f"g{'0' * 32}c0"
    (triple,) = triples_of([body(f"_:{label} <urn:p> <urn:o> .", "application/n-triples")], TARGET)
    assert label not in str(triple.subject)


nodes = st.integers(0, 3).map(lambda number: BlankNode(f"b{number}")) | st.integers(0, 3).map(
    lambda number: NamedNode(f"http://example.org/{number}")
)
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=5).map(Literal)
triples = st.lists(
    st.builds(Triple, nodes, st.sampled_from([NamedNode("http://example.org/p")]), nodes | texts), max_size=6
)


@given(triples, st.sampled_from(sorted(FORMATS)))
def test_the_formats_agree(found: list[Triple], media_type: str) -> None:
    try:
        expected = triples_of(
            [body(serialize(found, format=RdfFormat.N_TRIPLES) or b"", "application/n-triples")], TARGET
        )
    except Refused:
        return
    data = serialize(found, format=FORMATS[media_type]) or b""
    assert set(triples_of([body(data, media_type)], TARGET)) == set(expected)


@given(st.binary(max_size=200), st.sampled_from(sorted(FORMATS)))
def test_any_bytes_are_read_or_refused(data: bytes, media_type: str) -> None:
    try:
        found = triples_of([body(data, media_type)], TARGET)
    except Refused:
        return
    assert not any(isinstance(term, BlankNode) for triple in found for term in triple)
