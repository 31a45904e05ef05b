"""Writes a result of the engine in one of our formats: whole, refused, or cut and marked as cut if that was asked for.

Hazards: a result can be far larger than its query; and pyoxigraph writes control characters and nameless elements
into XML, which no XML parser reads. Loaded by the worker: imports little.
"""

from __future__ import annotations

import io
import re

import pyoxigraph
from pyoxigraph import QueryResultsFormat, RdfFormat

from leap_kg.sparql import cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

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

    @property
    def is_full(self) -> bool:
        """Whether it holds more than it may."""
        return self.tell() > self._limit

    def write(self, data: ReadableBuffer) -> int:
        written = super().write(data)
        if self.is_full:
            raise TooLargeError(f"the result is larger than {self._limit} bytes{_ADVICE}")
        return written


_ADVICE = ": add LIMIT, select less, or take its beginning with truncate=yes"


class Limits:
    """The largest result in bytes and in rows (or triples), and whether a larger one is cut (else it is refused)."""

    __slots__ = ("bytes", "cut", "rows")

    def __init__(self, most_bytes: int, most_rows: int, cut: bool = False) -> None:
        self.bytes = most_bytes
        self.rows = most_rows
        self.cut = cut


def write(results: Results, name: str, limits: Limits, prefixes: Mapping[str, str]) -> tuple[bytes, int | None]:
    """The result as bytes, and how many rows of it there are if it had to be cut, else `None`.

    `name` is the short name of a format, `prefixes` are for Turtle and RDF/XML. Raises `TooLargeError` over the limits
    and `ValueError` where the format cannot say what the result holds.
    """
    if isinstance(results, pyoxigraph.QueryTriples):
        if name not in GRAPHS:
            raise ValueError(f"a graph cannot be written as {name}")
        content, kept = _graph(results, name, limits, prefixes)
    else:
        if name not in ROWS:
            raise ValueError(f"rows cannot be written as {name}")
        content, kept = _rows(results, name, limits)
    if name in ("xml", "rdf"):
        _check_xml(content)
    return content, kept


def _rows(
    results: pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean, name: str, limits: Limits
) -> tuple[bytes, int | None]:
    sink = _Sink(limits.bytes)
    try:
        results.serialize(sink, ROWS[name])
    except TooLargeError:
        if not limits.cut:
            raise
        return cut.cut(sink.getvalue(), name, limits.bytes, limits.rows)
    content = sink.getvalue()
    if isinstance(results, pyoxigraph.QueryBoolean) or not cut.has_more_rows(content, name, limits.rows):
        return content, None
    if not limits.cut:
        raise TooLargeError(f"the result has more than {limits.rows} rows{_ADVICE}")
    return cut.cut(content, name, limits.bytes, limits.rows)


def _graph(
    results: pyoxigraph.QueryTriples, name: str, limits: Limits, prefixes: Mapping[str, str]
) -> tuple[bytes, int | None]:
    triples = _Distinct(results, limits)
    sink = _Sink(limits.bytes)
    try:
        pyoxigraph.serialize(triples, sink, GRAPHS[name], prefixes=dict(prefixes))
    except TooLargeError:
        if not limits.cut:
            raise
        return _graph_in(triples.taken, sink.tell(), name, limits, prefixes)
    return sink.getvalue(), len(triples.taken) if triples.is_cut else None


def _graph_in(
    triples: Collection[pyoxigraph.Triple], size: int, name: str, limits: Limits, prefixes: Mapping[str, str]
) -> tuple[bytes, int]:
    """As many of the triples, which take `size` bytes or more, as fit; halved until they do."""
    kept = list(triples)
    while True:
        kept = kept[: min(len(kept) // 2, len(kept) * limits.bytes // max(size, 1))] if len(kept) > 1 else []
        content = pyoxigraph.serialize(kept, format=GRAPHS[name], prefixes=dict(prefixes)) or b""
        if len(content) <= limits.bytes or not kept:
            return content, len(kept)
        size = len(content)


class _Distinct:
    """Each triple once, up to the limit: DESCRIBE repeats those that stand in several graphs of the union."""

    def __init__(self, triples: Iterable[pyoxigraph.Triple], limits: Limits) -> None:
        self._triples = triples
        self._limits = limits
        self.taken: dict[pyoxigraph.Triple, None] = {}
        self.is_cut = False

    def __iter__(self) -> Iterator[pyoxigraph.Triple]:
        for triple in self._triples:
            if triple in self.taken:
                continue
            if len(self.taken) == self._limits.rows:
                if not self._limits.cut:
                    raise TooLargeError(f"the result has more than {self._limits.rows} triples{_ADVICE}")
                self.is_cut = True
                return
            self.taken[triple] = None
            yield triple


def _check_xml(content: bytes) -> None:
    if _NO_XML.search(content):
        raise ValueError("it holds control characters, which XML cannot carry; ask for another format")
    if nameless := _NAMELESS.search(content):
        iri = nameless[1].decode()
        raise ValueError(f"RDF/XML has no element name for <{iri}>; ask for Turtle or N-Triples")
