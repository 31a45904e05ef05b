"""What a body of RDF may be at most, and the refusal of one that is more, or none."""

from dataclasses import dataclass, field

from leap_kg.sparql.measure import Limits, Refused


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """The largest body that is read; nesting is that of queries.

    `bytes` bounds a body as sent, `characters` its triples written out, `triples` their number. `json_bytes` bounds
    JSON-LD, which is read whole; `context_bytes` its contexts together, `contexts` their number. `attributes` bounds
    those of one XML element, `namespaces` those declared at one place, `iri` the characters of an IRI that would be
    written out again and again: a namespace, a base, a node's name.
    """

    bytes: int = 64 * 2**20
    characters: int = 256 * 2**20
    triples: int = 5_000_000
    depth: int = field(default=Limits().depth)
    json_bytes: int = 16 * 2**20
    context_bytes: int = 64 * 2**10
    contexts: int = 10_000
    attributes: int = 1000
    namespaces: int = 200
    iri: int = 8192


BODY_LIMITS = BodyLimits()


class BodyRefused(Refused):
    """A body that is not read: `detail` says why and what to do, `line` and `column` (from 1) where, if known."""

    def __init__(self, status: int, detail: str, line: int | None = None, column: int | None = None) -> None:
        place = ", ".join(f"{name} {at}" for name, at in (("line", line), ("column", column)) if at is not None)
        super().__init__(status, f"{place}: {detail}" if place else detail)
        self.detail = detail
        self.line = line
        self.column = column


def refused_at(data: bytes, offset: int, detail: str, status: int = 400) -> BodyRefused:
    """The refusal of what stands at a byte of the body."""
    start = data.rfind(b"\n", 0, offset) + 1
    column = len(data[start:offset].decode("utf-8", "replace")) + 1
    return BodyRefused(status, detail, data.count(b"\n", 0, offset) + 1, column)
