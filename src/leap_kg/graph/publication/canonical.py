"""Quads as the store will give them back, as lines of N-Quads; and what may not be published at all.

The store keeps numbers and times by value ("01" comes back as "1"), so quads are brought into that form before
they are compared; else the same harvest would differ from itself for ever. Most lines are seen to be in that form
already by one regular expression; the rest makes a detour through a store in memory. A line here has no end.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from leap_kg.graph.publication.sorting import Batch
from leap_kg.ontology.namespaces import GEO, RDF, XSD

_CHUNK = 20_000
MOST_BYTES = 15 * 2**20
"""Of one line: what is longer the engine writes but cannot read, so the log would never be replayed."""

_PLAIN = frozenset((XSD("string"), RDF("langString")))

# Types whose every text the store gives back as it is, and forms of others; a test holds this against the store.
_ANY = (XSD("anyURI"), RDF("JSON"), GEO("wktLiteral"))
_SETTLED = (
    (XSD("boolean"), r"true|false"),
    (XSD("integer"), r"0|-?[1-9]\d{0,17}"),
    (XSD("date"), r"[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])"),
    (
        XSD("dateTime"),
        r"[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{0,5}[1-9])?Z",
    ),
)


class TooLong(ValueError):
    """A statement that is longer than can be read back."""


def batches(quads: Iterable[Quad], graph: NamedNode) -> Iterator[Batch]:
    """The lines of these quads, some thousands at a time, in no order.

    Raises `ValueError` for quads of another graph, for blank nodes, and for what RDF 1.2 added (triples as
    objects, directions of texts), which other tools cannot read yet; `TooLong` for a text of many megabytes.
    """
    settled, left = _settled(graph), iter(quads)
    while chunk := list(islice(left, _CHUNK)):
        lines = [f"{quad} .".encode() for quad in chunk]
        require_readable(lines)
        if all(map(settled, lines)):
            yield lines
        else:
            kept, by_value = [], []
            for line, quad in zip(lines, chunk, strict=True):
                if settled(line):
                    kept.append(line)
                else:
                    by_value.append(quad)
            yield kept + _by_value(by_value, graph)


def batch_of(lines: Batch, graph: NamedNode) -> Batch:
    """The same for quads that are lines already, as the engine writes quads; raises as `batches` does."""
    settled = _settled(graph)
    require_readable(lines)
    if all(map(settled, lines)):
        return lines
    kept, by_value = Batch(), Batch()
    for line in lines:
        (kept if settled(line) else by_value).append(line)
    return kept + _by_value(quads_of(by_value), graph)


def publishable(quads: Iterable[Quad], graph: NamedNode) -> set[Quad]:
    """The quads as the store will give them back; raises `ValueError` as `batches` does."""
    return {quad for batch in batches(quads, graph) for quad in quads_of(batch)}


def quads_of(lines: Iterable[bytes]) -> list[Quad]:
    """The quads of lines that this module made."""
    return list(parse(b"\n".join(lines), format=RdfFormat.N_QUADS))


def lines_of(quads: Iterable[Quad]) -> Iterator[Batch]:
    """The lines of quads that come out of a store, some thousands at a time."""
    left = iter(quads)
    while chunk := list(islice(left, _CHUNK)):
        yield [f"{quad} .".encode() for quad in chunk]


def require_readable(lines: Batch) -> None:
    """Raise `TooLong` for a line that the engine could not read back."""
    longest = max(lines, key=len, default=b"")
    if len(longest) > MOST_BYTES:
        subject = longest[:200].decode("utf-8", "replace").partition(" ")[0]
        raise TooLong(
            f"a text about {subject} has {len(longest):,} bytes as N-Quads, more than the {MOST_BYTES:,} that can be "
            "read back; shorten it, or publish it as a file and say its address"
        )


def _by_value(quads: list[Quad], graph: NamedNode) -> Batch:
    """Lines by the detour through a store; raises `ValueError` for what cannot be published."""
    plain, valued = [], []
    for quad in quads:
        _require_publishable(quad, graph)
        if isinstance(quad.object, Literal) and quad.object.datatype not in _PLAIN:
            valued.append(quad)
        else:
            plain.append(quad)
    scratch = Store()
    scratch.extend(valued)
    return [f"{quad} .".encode() for quads in (plain, scratch) for quad in quads]


def _require_publishable(quad: Quad, graph: NamedNode) -> None:
    if quad.graph_name != graph:
        raise ValueError(f"a quad of {quad.graph_name} cannot be published to {graph}")
    if not isinstance(quad.subject, NamedNode) or not isinstance(quad.object, NamedNode | Literal):
        raise ValueError(f"only IRIs and texts can be published; give each node an IRI: {quad}")
    if isinstance(quad.object, Literal) and quad.object.direction is not None:
        raise ValueError(f"a text with a direction cannot be published: {quad}")


@lru_cache(maxsize=64)
def _pattern(graph: str) -> re.Pattern[bytes]:
    """Lines of this graph that may be published and that the store gives back as they are."""
    typed = "|".join(rf'"(?:{form})"\^\^{re.escape(str(datatype))}' for datatype, form in _SETTLED)
    free = "|".join(re.escape(str(datatype)) for datatype in _ANY)
    text = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
    target = rf"<[^<> ][^<> ]*>|{typed}|{text}(?:@[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*|\^\^(?:{free}))?"
    return re.compile(rf"<[^<> ]+> <[^<> ]+> (?:{target}) {re.escape(graph)} \.".encode())


def _settled(graph: NamedNode) -> Callable[[bytes], re.Match[bytes] | None]:
    return _pattern(str(graph)).fullmatch
