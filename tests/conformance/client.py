"""Carries out an exchange of a suite against a server, with a connection of its own, and says how it went wrong."""

import http.client
import json
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree

from rdflib import Graph
from rdflib.compare import isomorphic

from tests.conformance.suites import Exchange, Expected, Sent

_TABULAR = {
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
}
_RDF = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
}
_BOOLEAN = {"application/sparql-results+json", "application/sparql-results+xml"}
_RESULTS = "{http://www.w3.org/2005/sparql-results#}"


@dataclass(frozen=True)
class Response:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The content type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip()


@dataclass(frozen=True)
class Endpoint:
    """A server at `host` (with its port) to which a suite's paths are mapped; `token` is sent with each request."""

    host: str
    paths: dict[str, str]
    token: str

    def send(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> Response:
        """One request on a new connection, with no header but those given and what HTTP needs."""
        connection = http.client.HTTPConnection(self.host, timeout=60)
        try:
            connection.request(method, path, body, {"Authorization": f"Bearer {self.token}", **(headers or {})})
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        return Response(response.status, {key.lower(): value for key, value in response.getheaders()}, content)

    def address(self, path: str) -> str:
        """The path on this server of a path of a suite."""
        for theirs, ours in self.paths.items():
            if path.startswith(theirs):
                return ours + path.removeprefix(theirs)
        return path


def carry_out(exchange: Exchange, endpoint: Endpoint, variables: dict[str, str] | None = None) -> list[str]:
    """Load the data, send all requests; returns what was not as expected.

    `variables` are kept from one exchange to the next.
    """
    known = {} if variables is None else variables
    for graph, triples in exchange.data:
        loaded = endpoint.send("PUT", f"/graph-store?graph={graph}", {"Content-Type": "application/n-triples"}, triples)
        assert loaded.status == 201, loaded
    wrong: list[str] = []
    for sent in exchange.requests:
        response = _send(sent, endpoint, known)
        found = list(_differences(sent.expected, response, known))
        wrong += [f"{sent.method} {sent.path}: {each}" for each in found]
    return wrong


def _send(sent: Sent, endpoint: Endpoint, known: dict[str, str]) -> Response:
    path, body = sent.path, sent.body
    for variable, value in known.items():
        path = path.replace(variable, value)
        body = body.replace(variable.encode(), value.encode()) if body else body
    if path.startswith("http://"):
        path = "/" + path.split("/", 3)[3]
    return endpoint.send(sent.method, endpoint.address(path), sent.headers, body)


def _differences(expected: Expected, response: Response, known: dict[str, str]) -> Iterable[str]:
    status = str(response.status)
    if not {status, f"{status[0]}xx"} & expected.statuses:
        yield f"status {status}, not {'/'.join(sorted(expected.statuses))}: {response.body[:300]!r}"
        return
    if expected.location is not None:
        if "location" in response.headers:
            known[expected.location] = response.headers["location"]
        else:
            yield "no Location header"
    if expected.format == "boolean" and response.media_type not in _BOOLEAN:
        yield f"{response.media_type} holds no truth value"
    if expected.format == "tabular" and response.media_type not in _TABULAR:
        yield f"{response.media_type} holds no rows"
    if expected.format == "RDF" and response.media_type not in _RDF:
        yield f"{response.media_type} is no RDF"
    if expected.boolean is not None and _truth(response) is not expected.boolean:
        yield f"{response.body[:300]!r} instead of {expected.boolean}"
    if expected.graph is not None:
        yield from _graph_differences(*expected.graph, response)


def _graph_differences(content_type: str, body: str, response: Response) -> Iterable[str]:
    wanted = content_type.partition(";")[0].strip()
    if response.media_type not in _RDF or (response.media_type != wanted):
        yield f"{response.media_type} instead of {wanted}"
        return
    there = Graph().parse(data=response.body, format=_RDF[response.media_type])
    if not isomorphic(there, Graph().parse(data=body, format=_RDF[wanted])):
        yield f"another graph than expected: {response.body[:1000]!r}"


def _truth(response: Response) -> bool | None:
    if response.media_type.endswith("json"):
        value: bool | None = json.loads(response.body).get("boolean")
        return value
    found = ElementTree.fromstring(response.body).find(f"{_RESULTS}boolean")  # noqa: S314 - from our own server
    return None if found is None else found.text == "true"
