"""Answers of other engines, as the embedded one would give them.

Servers write values in ways of their own (`1` for `true`, `.250` for `.25`, blank nodes as IRIs, the answer to ASK as
a row). Values are brought into the form in which the embedded store keeps them, so that pages and results are the
same on every engine.
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from threading import Lock
from typing import Any

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
)

from leap_kg.graph.engine import Term
from leap_kg.graph.remote.protocol import RemoteError, Reply, TooLong
from leap_kg.ontology.namespaces import XSD, Namespace

ROWS = "application/sparql-results+json"
GRAPH = "application/n-triples, text/turtle;q=0.8"

# What Virtuoso answers to ASK where it is not asked for its own media type.
_ASKED = "__ASK_RETVAL"
_BLANK = re.compile(r"(?:nodeID://|_:)")
_GEOMETRY = "http://www.openlinksw.com/schemas/virtrdf#Geometry"
_WKT = Namespace("http://www.opengis.net/ont/geosparql#")("wktLiteral")
_BOX_FROM_180 = re.compile(r"\(180 ([-0-9.e]+),([^,()]+),([^,()]+),180 ([-0-9.e]+),180 ([-0-9.e]+)\)")
_SAME_EVERYWHERE = (XSD("string").value, XSD("integer").value, XSD("anyURI").value)
# If a body has none of this, there is nothing to mend in it.
_SUSPECT = re.compile(
    rb'__ASK_RETVAL|nodeID:|"_:|virtrdf#Geometry|XMLSchema#(?!string"|integer"|anyURI")', re.IGNORECASE
)
_SYNTAXES = {
    "application/n-triples": RdfFormat.N_TRIPLES,
    "text/plain": RdfFormat.N_TRIPLES,
    "text/turtle": RdfFormat.TURTLE,
    "application/x-turtle": RdfFormat.TURTLE,
}
_scratch = Store()
_scratch_lock = Lock()


def rows(reply: Reply) -> QuerySolutions | QueryBoolean:
    """The answer to SELECT or ASK; raises `RemoteError` if it is none, or was cut."""
    _require_whole(reply)
    if reply.media_type not in (ROWS, "application/json"):
        raise RemoteError(f"the server answers with {reply.media_type or 'nothing'} where {ROWS} was asked for")
    body, most = reply.body, reply.headers.get("x-sparql-maxrows", "")
    try:
        if most.isdecimal() or _SUSPECT.search(body):
            document = json.loads(body)
            if most.isdecimal() and len(document.get("results", {}).get("bindings", ())) >= int(most):
                raise TooLong(f"the server cuts answers at {most} rows; raise its limit (ResultSetMaxRows)")
            body = json.dumps(_mended(document)).encode()
        return parse_query_results(body, QueryResultsFormat.JSON)
    except (ValueError, SyntaxError, KeyError, TypeError, AttributeError) as error:
        raise RemoteError(f"the server's answer cannot be read: {error}") from None


def triples(reply: Reply) -> QueryTriples:
    """The answer to CONSTRUCT or DESCRIBE; raises `RemoteError` if it is none, or was cut."""
    _require_whole(reply)
    syntax = _SYNTAXES.get(reply.media_type)
    if syntax is None:
        raise RemoteError(f"the server answers with {reply.media_type or 'nothing'} where triples were asked for")
    found = Store()
    try:
        found.extend(
            Quad(quad.subject, quad.predicate, _ours(quad.object))
            for quad in parse(reply.body, syntax, rename_blank_nodes=True)
        )
    except (ValueError, SyntaxError) as error:
        raise RemoteError(f"the server's answer cannot be read: {error}") from None
    results = found.query("CONSTRUCT WHERE { ?s ?p ?o }")
    if not isinstance(results, QueryTriples):
        raise TypeError("CONSTRUCT gives triples")
    return results


def terms(solutions: QuerySolutions, names: tuple[str, ...]) -> Iterator[tuple[Term | None, ...]]:
    """The rows of an answer as tuples in the order of `names`."""
    for solution in solutions:
        yield tuple(solution[name] for name in names)


def _require_whole(reply: Reply) -> None:
    if reply.headers.get("x-sql-state", "").upper() == "S1TAT":
        raise RemoteError("the server ran out of time and cut its answer; ask for less, or raise the server's limit")


def _mended(document: dict[str, Any]) -> dict[str, Any]:
    if document["head"].get("vars") == [_ASKED]:
        found = [row[_ASKED]["value"] for row in document["results"]["bindings"]]
        return {"head": {}, "boolean": found == ["1"]}
    for row in document.get("results", {}).get("bindings", ()):
        for name, term in row.items():
            row[name] = _mended_term(term)
    return document


def _mended_term(term: dict[str, Any]) -> dict[str, Any]:
    value, datatype = term["value"], term.get("datatype")
    if term["type"] in ("uri", "bnode") and _BLANK.match(value):
        return {"type": "bnode", "value": re.sub(r"\W", "", _BLANK.sub("", value, count=1)) or "b"}
    if datatype is None or datatype in _SAME_EVERYWHERE:
        return term
    ours = _canonical(value, datatype)
    return {"type": "literal", "value": ours.value, "datatype": ours.datatype.value}


def _ours(term: Term) -> Term:
    if isinstance(term, Literal) and term.language is None and term.datatype.value not in _SAME_EVERYWHERE:
        return _canonical(term.value, term.datatype.value)
    if isinstance(term, NamedNode) and term.value.startswith("nodeID://"):
        return BlankNode(re.sub(r"\W", "", term.value.removeprefix("nodeID://")) or "b")
    return term


@lru_cache(65_536)
def _canonical(value: str, datatype: str) -> Literal:
    """A typed value in the form in which the embedded store gives it back."""
    node = NamedNode("urn:x")
    literal = (
        Literal(_boxed(value), datatype=_WKT) if datatype == _GEOMETRY else Literal(value, datatype=NamedNode(datatype))
    )
    quad = Quad(node, node, literal)
    with _scratch_lock:
        _scratch.add(quad)
        (kept,) = _scratch
        _scratch.remove(kept)
    if not isinstance(kept.object, Literal):
        raise TypeError("a literal stays one")
    return kept.object


def _boxed(wkt: str) -> str:
    """A geometry of Virtuoso's, which takes 180 degrees west for 180 degrees east: no box begins at its own end."""
    return _BOX_FROM_180.sub(r"(-180 \1,\2,\3,-180 \4,-180 \5)", wkt)
