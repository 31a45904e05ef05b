"""Which part of a store a small picture is drawn of: one plane of latitudes and longitudes, a few chunks at most.

Of the arrays that have both, the first by name that looks like a quantity (has a standard name, holds fractions); of
one that is there at several resolutions, the coarsest that is not too coarse; of the other dimensions, the first place.
A plane in more chunks than are read is drawn in part, around its middle.

Hazard: shapes are a stranger's and may be astronomical, so nothing here has the length of an array.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from leap_kg.ingest.zarr.arrays import Array
from leap_kg.ingest.zarr.chunks import MAX_BYTES
from leap_kg.ingest.zarr.coordinates import MAX_CHUNKS, coordinates
from leap_kg.ingest.zarr.hierarchy import Hierarchy

MOST_CHUNKS = 36
MOST_BYTES = 64 * 2**20
"""The most that the chunks of one picture may unpack to, together."""

_FINE = 90  # columns that a picture should have, where there is a choice
_DRAWN = ("float", "int", "uint")


class TooLarge(Exception):
    """The chunks of every plane are too large to be read for a picture; the text says how large."""


@dataclass(frozen=True, slots=True)
class Plane:
    """The part of `array` that is drawn, with the latitudes and longitudes of its cells.

    `rows` and `columns` are the chunks along those two dimensions, whose places in the array are `down` and `across`.
    """

    array: Array
    latitude: Array
    longitude: Array
    down: int
    across: int
    rows: range
    columns: range

    @property
    def whole(self) -> bool:
        """Whether nothing of the plane is left out."""
        counts = self.array.chunk_counts()
        return (len(self.rows), len(self.columns)) == (counts[self.down], counts[self.across])

    def places(self) -> Iterator[tuple[int, ...]]:
        """The chunks to read, in rows."""
        for row, column in product(self.rows, self.columns):
            place = [0] * len(self.array.shape)
            place[self.down], place[self.across] = row, column
            yield tuple(place)


def plane(hierarchy: Hierarchy) -> Plane | None:
    """The plane to draw; `None` if no array lies on latitudes and longitudes. Raises `TooLarge`."""
    candidates = sorted(_candidates(hierarchy), key=_order)
    if not candidates:
        return None
    chosen = [one for one in candidates if _name(one.array) == _name(candidates[0].array)]
    fitting = [fitted for one in sorted(chosen, key=_coarseness) if (fitted := _fitted(one)) is not None]
    if not fitting:
        array = candidates[0].array
        size = array.item_bytes * math.prod(array.chunks)
        raise TooLarge(f"one chunk of {array.name} unpacks to {size:,} bytes, and at most {MAX_BYTES:,} are read")
    return fitting[0]


def _candidates(hierarchy: Hierarchy) -> Iterator[Plane]:
    folders = dict.fromkeys(array.name.rpartition("/")[0] for array in hierarchy.arrays)
    above = coordinates(replace(hierarchy, arrays=[a for a in hierarchy.arrays if "/" not in a.name]))
    for folder in folders:
        arrays = [array for array in hierarchy.arrays if array.name.rpartition("/")[0] == folder]
        roles = {**above, **coordinates(replace(hierarchy, arrays=arrays))}
        latitude, longitude = roles.get("latitude"), roles.get("longitude")
        if latitude is None or longitude is None or not _is_axis(latitude) or not _is_axis(longitude):
            continue
        for array in arrays:
            if (found := _placed(array, latitude, longitude)) is not None:
                yield found


def _is_axis(array: Array) -> bool:
    """Whether the coordinate has one dimension, and few enough chunks to be read in full."""
    size = array.item_bytes * math.prod(array.chunks)
    return (
        len(array.shape) == len(array.dimensions) == 1 and array.chunk_counts()[0] <= MAX_CHUNKS and size <= MAX_BYTES
    )


def _placed(array: Array, latitude: Array, longitude: Array) -> Plane | None:
    """The whole plane of an array that has both dimensions, each as long as its coordinate."""
    names, (north,), (east,) = array.dimensions, latitude.dimensions, longitude.dimensions
    if len(names) != len(array.shape) or names.count(north) != 1 or names.count(east) != 1 or north == east:
        return None
    down, across = names.index(north), names.index(east)
    lengths = (array.shape[down], array.shape[across])
    if not array.data_type.startswith(_DRAWN) or 0 in array.shape or 0 in array.chunks or min(lengths) < 2:
        return None
    if lengths != (latitude.shape[0], longitude.shape[0]):
        return None
    counts = array.chunk_counts()
    return Plane(array, latitude, longitude, down, across, range(counts[down]), range(counts[across]))


def _fitted(one: Plane) -> Plane | None:
    """The plane, or the middle of one that has too many chunks; `None` if a single chunk is too large."""
    size = one.array.item_bytes * math.prod(one.array.chunks)
    if not 0 < size <= MAX_BYTES:
        return None
    most = max(min(MOST_CHUNKS, MOST_BYTES // size), 1)
    tall, wide = len(one.rows), len(one.columns)
    if tall * wide > most:
        # As wide for its height as the plane is, as far as whole chunks go.
        share = math.sqrt(most / (tall * wide))
        columns = min(wide, most // max(int(tall * share), 1))
        return replace(one, rows=_middle(one.rows, most // columns), columns=_middle(one.columns, columns))
    return one


def _middle(places: range, kept: int) -> range:
    """So many places in the middle, or all."""
    first = places.start + max(len(places) - kept, 0) // 2
    return range(first, min(first + kept, places.stop))


def _order(one: Plane) -> tuple[bool, bool, str, str]:
    array = one.array
    named = isinstance(array.attributes.get("standard_name"), str)
    return not named, not _is_fraction(array), _name(array), array.name


def _is_fraction(array: Array) -> bool:
    """Whether the values have fractions, as they are or once they are unpacked as CF says."""
    return array.data_type.startswith("float") or "scale_factor" in array.attributes


def _name(array: Array) -> str:
    return array.name.rpartition("/")[2]


def _coarseness(one: Plane) -> tuple[bool, int]:
    """The smallest plane of enough columns first, then the largest of those with fewer."""
    columns = one.array.shape[one.across]
    size = columns * one.array.shape[one.down]
    return (False, size) if columns >= _FINE else (True, -size)
