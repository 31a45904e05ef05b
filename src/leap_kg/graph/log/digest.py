"""One number that stands for a whole state of the graph, and that a change updates in time of its own size.

It is the sum of the SHA-256 of all N-Quads lines, without their ends, modulo 2**256: the order of the lines does not
matter, and a line is taken out again by subtraction. It shows damage and lost patches; it is no signature, since
with much effort two sets of lines with one sum can be made.
"""

from collections.abc import Iterable
from hashlib import sha256
from itertools import islice

from pyoxigraph import Quad

_PREFIX = "sum-sha256:"
_MODULUS = 1 << 256
_BATCH = 10_000


def total(lines: Iterable[bytes]) -> int:
    """The sum for these lines `s p o g .`, given without their ends; sums of parts add up, and can be taken off."""
    return sum(int.from_bytes(sha256(line).digest(), "big") for line in lines) % _MODULUS


def total_of(quads: Iterable[Quad]) -> int:
    """The sum for these quads, each of which must come once."""
    return total(f"{quad} .".encode() for quad in quads)


def digest_text(value: int) -> str:
    """The sum as it stands in the header of a patch: `sum-sha256:` and 64 hexadecimal digits."""
    return f"{_PREFIX}{value % _MODULUS:064x}"


def digest_value(text: str) -> int:
    """The sum that a text stands for; raises `ValueError` if it is none."""
    number = text.removeprefix(_PREFIX)
    if number == text or len(number) != 64:
        raise ValueError(f"{text!r} is no digest of a graph")
    return int(number, 16)


def digest_of(quads: Iterable[Quad]) -> str:
    """The digest of a set of quads, for example of a whole store."""
    left, value = iter(quads), 0
    while batch := list(islice(left, _BATCH)):
        value += total_of(batch)
    return digest_text(value)
