"""Reads the W3C manifests of SPARQL 1.1 as exchanges: requests in order, each with what its response must be.

`protocol` and `graph-store-protocol` describe their exchanges in RDF, `http-rdf-update` in the text of its comments.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from rdflib import RDF, RDFS, Graph, Literal, Namespace
from rdflib.collection import Collection
from rdflib.term import Node

ROOT = Path(__file__).resolve().parents[2]
SUITES = ROOT / "../shared/conformance/sparql11/sparql/sparql11"

CNT = Namespace("http://www.w3.org/2011/content#")
HT = Namespace("http://www.w3.org/2011/http#")
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")

_STATUS = {"OK": "200", "Created": "201", "NoContent": "204", "NotFound": "404"}

# Faults of the deprecated suite http-rdf-update, each mended here so that the test says what it means. The suite that
# replaced it, graph-store-protocol, has them mended too.
_UNFINISHED = re.compile(r'("Jane Doe"|"Doe"|"Jane")(?=\s*(?:--|\Z))')  # Turtle without its last "."
_STATE_OF_POST = re.compile(r'"John Doe"\s*\] \.')  # the requests before leave another state behind
_SOMETHING = b'<http://example.org/2> <http://xmlns.com/foaf/0.1/name> "Alice" .'
_MENDED_STATE = '"Jane Doe" ] ; foaf:name "Jane Doe" .'


@dataclass(frozen=True)
class Expected:
    """What a response must be: one of these statuses (`2xx` for a class), and what its body says, if anything.

    `location` is the variable that keeps the Location header, `graph` the RDF of the body with its media type.
    """

    statuses: frozenset[str]
    boolean: bool | None = None
    format: str | None = None
    location: str | None = None
    graph: tuple[str, str] | None = None


@dataclass(frozen=True)
class Sent:
    """One request: `path` begins with the suite's own name for the endpoint."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    expected: Expected


@dataclass(frozen=True)
class Exchange:
    """One test: graphs to load first (IRI and N-Triples), then requests."""

    name: str
    requests: tuple[Sent, ...]
    data: tuple[tuple[str, bytes], ...] = ()


def manifest(path: str) -> Graph:
    """A manifest of the suites; skips the test where they are absent."""
    if not SUITES.is_dir():
        pytest.skip("needs the W3C suites in ../shared/conformance/sparql11")
    return Graph().parse(SUITES / path, format="turtle")


def names(path: str) -> list[str]:
    """The tests of a manifest, in order; one that says so where the suites are absent."""
    return [name(test) for test in entries(manifest(path))] if SUITES.is_dir() else ["absent"]


def name(test: Node) -> str:
    """The short name of a test."""
    return str(test).rpartition("#")[2]


def entries(graph: Graph) -> list[Node]:
    """The tests of a manifest, in order, and after them those that its list leaves out."""
    (head,) = graph.objects(None, MF.entries)
    listed = list(Collection(graph, head))
    return [*listed, *sorted(set(graph.subjects(MF.name, None)) - set(listed), key=str)]


def exchanges(path: str) -> dict[str, Exchange]:
    """The tests of a manifest that describes its exchanges in RDF."""
    graph = manifest(path)
    return {
        name(test): Exchange(name(test), tuple(_requests(graph, test)), _data(graph, test, path))
        for test in entries(graph)
    }


def _data(graph: Graph, test: Node, path: str) -> tuple[tuple[str, bytes], ...]:
    found = []
    for data in graph.objects(test, UT.graphData):
        (source,), (label,) = graph.objects(data, UT.graph), graph.objects(data, RDFS.label)
        file = (SUITES / path).parent / str(source).rpartition("/")[2]
        found.append((str(label), file.read_bytes()))
    return tuple(sorted(found))


def _requests(graph: Graph, test: Node) -> Iterator[Sent]:
    (action,) = graph.objects(test, MF.action)
    (requests,) = graph.objects(action, HT.requests)
    for request in Collection(graph, requests):
        (response,) = graph.objects(request, HT.resp)
        body = next(graph.objects(request, HT.body), None)
        yield Sent(
            method=str(graph.value(request, HT.methodName)),
            path=str(graph.value(request, HT.absolutePath)),
            headers=_headers(graph, request),
            body=None if body is None else _text(graph, body).encode(str(graph.value(body, CNT.characterEncoding))),
            expected=_expected(graph, response),
        )


def _headers(graph: Graph, message: Node) -> dict[str, str]:
    head = next(graph.objects(message, HT.headers), RDF.nil)
    return {
        str(graph.value(header, HT.fieldName)).lower(): str(graph.value(header, HT.fieldValue))
        for header in Collection(graph, head)
    }


def _text(graph: Graph, body: Node) -> str:
    return str(graph.value(body, CNT.chars))


def _expected(graph: Graph, response: Node) -> Expected:
    statuses = {str(status).rpartition("#")[2] for status in graph.objects(response, MF.expectedStatus)}
    boolean, form = graph.value(response, MF.expectedBoolean), graph.value(response, MF.expectedFormat)
    location = graph.value(response, MF.expectedLocation)
    body, headers = graph.value(response, HT.body), _headers(graph, response)
    return Expected(
        statuses=frozenset(_STATUS.get(status) or status.removeprefix("StatusCode") for status in statuses),
        boolean=bool(boolean.toPython()) if isinstance(boolean, Literal) else None,
        format=None if form is None else str(form),
        location=None if location is None else str(location),
        graph=None if body is None else (headers["content-type"], _text(graph, body)),
    )


def written_exchanges(host: str, store: str) -> list[Exchange]:
    """The tests of http-rdf-update, which follow one another on one store: `host` and its path `store`."""
    graph = manifest("http-rdf-update/manifest.ttl")
    found = []
    for test in entries(graph):
        text = next(str(comment) for comment in graph.objects(test, RDFS.comment) if "#### Request" in str(comment))
        text = text.replace("$GRAPHSTORE$", store.removeprefix("/")).replace("$HOST$", host)
        request, _, response = text.partition("#### Response")
        sent = _written_request(request.partition("#### Request")[2], store)
        expected = _written_response(response)
        if name(test) == "get_of_post__existing_graph" and expected.graph:
            kind, body = expected.graph
            mended, number = _STATE_OF_POST.subn(_MENDED_STATE, body)
            assert number == 1, "the suite has changed: look at its faults again"
            expected = replace(expected, graph=(kind, mended))
        # What is deleted must be there; no test of this suite has put it there.
        there = ((f"http://{host}{store}/person/2.ttl", _SOMETHING),) if name(test) == "delete__existing_graph" else ()
        found.append(Exchange(name(test), (replace(sent, expected=expected),), there))
    return found


def _message(text: str) -> tuple[str, dict[str, str], str]:
    """First line, headers and body of a message that is indented by four spaces."""
    lines = [line.removeprefix("    ") for line in text.strip("\n").split("\n")]
    lines = lines[next(number for number, line in enumerate(lines) if line.strip()) :]
    head, _, body = "\n".join(lines).partition("\n\n")
    first, *rest = head.split("\n")
    headers = dict(line.split(": ", 1) for line in rest if ": " in line)
    return first.strip(), {key.lower(): value.strip() for key, value in headers.items()}, body.strip()


def _written_request(text: str, store: str) -> Sent:
    first, headers, body = _message(text)
    method, path, _ = first.split()
    headers = {key: value for key, value in headers.items() if key in ("content-type", "accept")}
    content = _UNFINISHED.sub(r"\1 .", body)
    if "multipart" in headers.get("content-type", ""):
        content = content.replace("\n", "\r\n") + "\r\n"
    path = path if path.startswith("$") else "/" + path.removeprefix("/")
    return Sent(method, path, headers, content.encode() if body else None, Expected(frozenset()))


def _written_response(text: str) -> Expected:
    first, headers, body = _message(text)
    status = first.split()[0]
    return Expected(
        statuses=frozenset({status}),
        location=headers.get("location"),
        graph=(headers["content-type"], body) if body else None,
    )
