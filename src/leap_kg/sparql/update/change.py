"""The outcome of an update: the quads it takes and adds, as two sorted lists and as bytes.

The bytes are the length of the first list and then both lists as N-Quads.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Quad, RdfFormat, parse, serialize


@dataclass(frozen=True, slots=True)
class Delta:
    """Net: no quad is in both, what is removed was there, what is added was not. Sorted as N-Quads."""

    removed: tuple[Quad, ...] = ()
    added: tuple[Quad, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.removed or self.added)

    @classmethod
    def of(cls, removed: Iterable[Quad], added: Iterable[Quad]) -> "Delta":
        """The delta of these quads, in order."""
        return cls(tuple(sorted(removed, key=str)), tuple(sorted(added, key=str)))

    def to_bytes(self) -> bytes:
        """The delta for a pipe."""
        removed, added = _write(self.removed), _write(self.added)
        return b"%d\n%b%b" % (len(removed), removed, added)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Delta":
        """What `to_bytes` wrote; raises `ValueError` for other bytes."""
        head, newline, body = data.partition(b"\n")
        if not newline or not head.isdigit() or int(head) > len(body):
            raise ValueError("these bytes are no delta: their head is missing or does not fit")
        try:
            return cls(_read(body[: int(head)]), _read(body[int(head) :]))
        except SyntaxError as error:
            raise ValueError(f"these bytes are no delta: {error}") from None


def _write(quads: tuple[Quad, ...]) -> bytes:
    return serialize(quads, format=RdfFormat.N_QUADS) or b""


def _read(data: bytes) -> tuple[Quad, ...]:
    return tuple(parse(data, format=RdfFormat.N_QUADS))
