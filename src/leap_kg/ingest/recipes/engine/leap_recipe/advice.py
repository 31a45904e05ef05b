"""Which chunks fit how data are read: maps take all places at one time, and series one place at all times.

What is compared is how many bytes a reader has to fetch for one map, or one series, as a whole chunk is fetched for any
value in it and each chunk costs a request.
"""

import math
from collections.abc import Mapping

ACCESS = ("maps", "series", "both")
_CHUNK = 8 * 2**20
"""Bytes of a chunk, at most, that is still fetched in one go without regret."""
_REQUEST = 2**18
"""Bytes that could have been fetched while a request is answered."""
_WORTH = 3.0
"""How many times more has to be fetched before it is worth writing a store anew."""


def cost(sizes: Mapping[str, int], chunks: Mapping[str, int], times: str, width: int, access: str) -> float:
    """Bytes that are fetched for a map or for a series, or both multiplied, of elements `width` bytes wide."""
    counts = {name: math.ceil(size / chunks[name]) for name, size in sizes.items()}
    whole = width * math.prod(chunks.values()) + _REQUEST
    across = math.prod(count for name, count in counts.items() if name != times) * whole
    along = counts[times] * whole
    return {"maps": across, "series": along, "both": float(across) * along}[access]


def advised(sizes: Mapping[str, int], times: str, width: int, access: str) -> dict[str, int]:
    """Chunks for this access: halved from the whole, each time where that serves it best, until they are small."""
    found = {name: max(1, size) for name, size in sizes.items()}
    while width * math.prod(found.values()) > _CHUNK and any(size > 1 for size in found.values()):
        halves = ({**found, name: math.ceil(size / 2)} for name, size in found.items() if size > 1)
        found = min(halves, key=lambda each: (cost(sizes, each, times, width, access), sorted(each.items())))
    return found


def advice(
    sizes: Mapping[str, int], chunks: Mapping[str, int], times: str, width: int, access: str
) -> tuple[dict[str, int], float]:
    """Better chunks, and how many times less is fetched with them; none and 1 if these will do."""
    best = advised(sizes, times, width, access)
    gain = cost(sizes, chunks, times, width, access) / cost(sizes, best, times, width, access)
    if access == "both":
        gain = math.sqrt(gain)
    return (best, gain) if gain >= _WORTH else ({}, 1.0)
