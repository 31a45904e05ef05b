"""RDF that somebody sent: bytes in, triples without blank nodes or one reason out.

Hazard: bodies are hostile; `leap_kg.sparql.body` measures them before and while a parser runs.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Triple

from leap_kg.ingest.formats import genid
from leap_kg.ingest.formats.skolem import TooAlike
from leap_kg.sparql.body import BODY_LIMITS, BodyRefused, parse_body
from leap_kg.sparql.guard import Refused
from leap_kg.web.sparql.queryform import media_type
from leap_kg.web.writing.bodies import Body

FORMATS: dict[str, RdfFormat] = {
    "text/turtle": RdfFormat.TURTLE,
    "application/x-turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/json": RdfFormat.JSON_LD,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/xml": RdfFormat.RDF_XML,
    "text/xml": RdfFormat.RDF_XML,
    "application/trig": RdfFormat.TRIG,
    "application/n-quads": RdfFormat.N_QUADS,
}
"""What can be sent, by its media type."""

MAX_EXPANSION = 4
"""How many times longer than `body_bytes` the triples may be, written out."""

_SUFFIXES = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".jsonld": RdfFormat.JSON_LD,
    ".json": RdfFormat.JSON_LD,
    ".rdf": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML,
    ".trig": RdfFormat.TRIG,
    ".nq": RdfFormat.N_QUADS,
}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a body goes: the graph, the base of all IRIs of ours, and the most characters its triples may have."""

    graph: str
    base: str
    characters: int


def triples_of(bodies: Sequence[Body], target: Target) -> list[Triple]:
    """All triples of these files, with IRIs for their blank nodes; those of two files are never the same node.

    Relative IRIs are relative to the graph. Raises `Refused` with 400 (line and column, where they are known), 413
    or 415.
    """
    found: set[Triple] = set()
    for number, body in enumerate(bodies):
        said = _parsed(body, target)
        scope = target.graph if len(bodies) == 1 else f"{target.graph} {number}"
        try:
            found.update(genid.named(said, scope, target.base))
        except TooAlike as error:
            raise Refused(400, f"{body.name or 'the body'} cannot be taken: {error}") from None
    return list(found)


def format_of(body: Body) -> RdfFormat:
    """The format of a file by its Content-Type, else by its name; raises `Refused` with 415."""
    kind = media_type(body.content_type)
    if kind in FORMATS:
        return FORMATS[kind]
    if kind in ("", "application/octet-stream") and (by_name := _SUFFIXES.get(PurePath(body.name).suffix.lower())):
        return by_name
    known = ", ".join(FORMATS)
    raise Refused(415, f"send RDF with one of the content types {known}, not as {kind or 'nothing'}")


def _parsed(body: Body, target: Target) -> Iterator[Triple]:
    """The triples of a file, one by one, within bounds."""
    what = f"{body.name}: " if body.name else ""
    limits = replace(BODY_LIMITS, bytes=sys.maxsize, characters=target.characters)
    try:
        for quad in parse_body(body.read(), format_of(body), target.graph, target.base, limits):
            yield _in_graph(quad, target.graph)
    except BodyRefused as error:
        raise Refused(error.status, f"{what}{error.reason}") from None


def _in_graph(quad: Quad, graph: str) -> Triple:
    if not isinstance(quad.graph_name, DefaultGraph) and quad.graph_name != NamedNode(graph):
        raise BodyRefused(400, f"holds triples of the graph {quad.graph_name}, which is not the one written")
    return Triple(quad.subject, quad.predicate, quad.object)
