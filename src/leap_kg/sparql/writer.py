"""Writes a result of the engine in one of our formats, whole or not at all.

Hazards: a result can be far larger than its query; and pyoxigraph writes control characters and nameless elements
into XML, which no XML parser reads. Loaded by the worker: imports little.
"""

from __future__ import annotations

import io
import re

import pyoxigraph
from pyoxigraph import QueryResultsFormat, RdfFormat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from _typeshed import ReadableBuffer

Results = pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean | pyoxigraph.QueryTriples

ROWS = {
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
}
GRAPHS = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
    "rdf": RdfFormat.RDF_XML,
}

# XML 1.0, production Char: these and U+FFFE, U+FFFF cannot occur, not even escaped.
_NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_NAMELESS = re.compile(rb'<[A-Za-z]+:[ />][^>]*?="([^"]*)"')


class TooLargeError(Exception):
    """The result is over its limit; nothing of it is sent."""


class _Sink(io.BytesIO):
    """Where the engine writes to, in chunks of about 8 KiB; it stops the engine at `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def write(self, data: ReadableBuffer) -> int:
        written = super().write(data)
        if self.tell() > self._limit:
            raise TooLargeError(f"the result is larger than {self._limit} bytes: add LIMIT, or select less")
        return written


def write(results: Results, name: str, limit: int, prefixes: Mapping[str, str]) -> bytes:
    """The result as bytes; `name` is the short name of a format, `prefixes` are for Turtle and RDF/XML.

    Raises `TooLargeError` over `limit` bytes and `ValueError` where the format cannot say what the result holds.
    """
    sink = _Sink(limit)
    if isinstance(results, pyoxigraph.QueryTriples):
        if name not in GRAPHS:
            raise ValueError(f"a graph cannot be written as {name}")
        pyoxigraph.serialize(_distinct(results), sink, GRAPHS[name], prefixes=dict(prefixes))
    else:
        if name not in ROWS:
            raise ValueError(f"rows cannot be written as {name}")
        results.serialize(sink, ROWS[name])
    content = sink.getvalue()
    if name in ("xml", "rdf"):
        _check_xml(content)
    return content


def _distinct(triples: Iterable[pyoxigraph.Triple]) -> Iterator[pyoxigraph.Triple]:
    """Each triple once: DESCRIBE repeats those that stand in several graphs of the union."""
    seen = set()
    for triple in triples:
        if triple not in seen:
            seen.add(triple)
            yield triple


def _check_xml(content: bytes) -> None:
    if _NO_XML.search(content):
        raise ValueError("it holds control characters, which XML cannot carry; ask for another format")
    if nameless := _NAMELESS.search(content):
        iri = nameless[1].decode()
        raise ValueError(f"RDF/XML has no element name for <{iri}>; ask for Turtle or N-Triples")
