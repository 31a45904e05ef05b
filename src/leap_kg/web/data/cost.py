"""What reading a part of an array would cost, from its metadata alone: whole chunks, unpacked.

Hazard: the numbers are a stranger's and may be astronomical. They are only multiplied and compared; that chunks are no
larger than they are said to be is seen to when they are read.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MOST_CHUNKS = 2000
MOST_ROWS = 1_000_000
"""The most values that are written as text."""

Picked = Sequence[int]
"""Places along a dimension, as a range wherever they follow each other."""


@dataclass(frozen=True, slots=True)
class Cost:
    """The chunks that are touched, their bytes once unpacked, and the values that come out."""

    chunks: int
    bytes: int
    values: int

    @property
    def words(self) -> str:
        """The cost for people: `12 chunks, 3.4 MB unpacked`."""
        return f"{self.chunks:,} chunk{'' if self.chunks == 1 else 's'}, {in_words(self.bytes)} unpacked"


def cost(chunks: Sequence[int], item_bytes: int, picked: Sequence[Picked]) -> Cost:
    """The cost of the places picked along each dimension."""
    touched = math.prod(_touched(places, max(size, 1)) for size, places in zip(chunks, picked, strict=True))
    return Cost(touched, touched * item_bytes * math.prod(chunks), math.prod(map(len, picked)))


def smaller(
    picked: Sequence[Picked], chunks: Sequence[int], fits: Callable[[Sequence[Picked]], bool]
) -> list[Picked] | None:
    """The beginning of what was picked that `fits`; `None` if not even one value does.

    It is halved along the dimension that touches most chunks, again and again.
    """
    left = list(picked)
    while not fits(left):
        spread = [(_touched(places, max(size, 1)), len(places)) for size, places in zip(chunks, left, strict=True)]
        halved = [at for at, places in enumerate(left) if len(places) > 1]
        if not halved:
            return None
        longest = max(halved, key=lambda at: spread[at])
        left[longest] = left[longest][: len(left[longest]) // 2]
    return left


def in_words(count: int) -> str:
    """A number of bytes with a unit: `3.4 MB`."""
    size, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB", "TB", "PB", "EB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"


def _touched(places: Picked, size: int) -> int:
    """In how many chunks of this size the places lie."""
    if isinstance(places, range):
        return places[-1] // size - places[0] // size + 1 if places else 0
    return len({place // size for place in places})
