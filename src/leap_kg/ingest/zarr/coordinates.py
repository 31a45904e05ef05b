"""Where and when the data of a store are: the least and greatest of its latitudes, longitudes and times.

Only the chunks of these coordinates are read, and few of them: all, if there are at most sixteen, else the first and
the last of a coordinate of one dimension, which then is taken to run in one direction.
"""

import base64
import binascii
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from leap_kg.ingest.mapping.extents import Box, turned
from leap_kg.ingest.zarr.arrays import Array
from leap_kg.ingest.zarr.chunks import MAX_BYTES, Unread, numbers
from leap_kg.ingest.zarr.hierarchy import Hierarchy
from leap_kg.ingest.zarr.moments import is_time_unit, moment, numpy_moment

MAX_CHUNKS = 16

# https://cfconventions.org/cf-conventions/cf-conventions.html#coordinate-types, and names for want of attributes.
_EAST = ("degrees_east", "degree_east", "degree_e", "degrees_e", "degreee", "degreese", "degrees east")
_NORTH = ("degrees_north", "degree_north", "degree_n", "degrees_n", "degreen", "degreesn", "degrees north")
_NAMES = {
    "latitude": ("lat", "latitude", "nav_lat", "xt_lat"),
    "longitude": ("lon", "longitude", "nav_lon", "xt_lon"),
    "time": ("time",),
}


@dataclass(frozen=True, slots=True)
class Extent:
    """What was found: `where` and the period from `start` to `end` (ISO 8601, `""` if unknown), and what was not."""

    where: Box | None
    start: str
    end: str
    unread: tuple[str, ...]


def coordinates(hierarchy: Hierarchy) -> dict[str, Array]:
    """The arrays for `latitude`, `longitude` and `time`, as far as there are any; the simplest of several."""
    found: dict[str, Array] = {}
    for array in sorted(hierarchy.arrays, key=_plainness):
        role = _role(array)
        if role and role not in found and len(array.shape) <= 2:
            found[role] = array
    return found


def wanted_keys(hierarchy: Hierarchy) -> list[str]:
    """The keys of the chunks to read, those left out that came with the metadata."""
    keys = [
        array.chunk_key(place)
        for array in coordinates(hierarchy).values()
        if _readable(array)
        for place in _places(array)
    ]
    return [key for key in keys if key not in hierarchy.inline]


def extent(hierarchy: Hierarchy, chunks: Mapping[str, bytes]) -> Extent:
    """What the coordinates span, from their chunks by key."""
    spans: dict[str, tuple[float, float]] = {}
    unread: list[str] = []
    found = coordinates(hierarchy)
    bodies = {**{key: _inline(value) for key, value in hierarchy.inline.items()}, **chunks}
    for role, array in found.items():
        try:
            spans[role] = _span(array, bodies)
        except Unread as problem:
            unread.append(str(problem))
    where = None
    if "latitude" in spans and "longitude" in spans:
        (south, north), (west, east) = spans["latitude"], _all_round(found["longitude"], spans["longitude"])
        where = turned(west, south, east, north)
    start = end = ""
    if "time" in spans:
        start, end = (_moment(found["time"], number) for number in spans["time"])
    return Extent(where, start, end, tuple(unread))


def _all_round(longitude: Array, span: tuple[float, float]) -> tuple[float, float]:
    """The span of the longitudes; the whole circle if one more step of them closes it, as on any global grid."""
    count = longitude.shape[0] if len(longitude.shape) == 1 else 0
    width = span[1] - span[0]
    closed = count > 1 and 0 < 360 - width <= width / (count - 1) * (1 + 1e-6)
    return (-180.0, 180.0) if closed else span


def _plainness(array: Array) -> tuple[int, int, bool, str]:
    """What comes first of several candidates: few dimensions, near the root, called as usual."""
    last = array.name.rpartition("/")[2].lower()
    usual = any(last in names for names in _NAMES.values())
    return len(array.shape), array.name.count("/"), not usual, array.name


def _role(array: Array) -> str:
    stated = array.attributes
    name = array.name.rpartition("/")[2].lower()
    units = str(stated.get("units", "")).strip().lower()
    standard = stated.get("standard_name")
    if standard == "time" or is_time_unit(stated.get("units")) or array.data_type.startswith("datetime64"):
        # Other times, that of a forecast's reference say, have a standard name of their own.
        is_time = standard == "time" or (
            standard is None and (name in _NAMES["time"] or array.dimensions == (array.name,))
        )
        return "time" if is_time and len(array.shape) <= 1 else ""
    if standard in ("latitude", "longitude"):
        return str(standard)
    if standard is None:
        for role, units_of in (("latitude", _NORTH), ("longitude", _EAST)):
            if (units in units_of and (len(array.shape) == 1 or name in _NAMES[role])) or name in _NAMES[role]:
                return role
    return ""


def _readable(array: Array) -> bool:
    return 0 < array.item_bytes * math.prod(array.chunks) <= MAX_BYTES


def _places(array: Array) -> list[tuple[int, ...]]:
    counts = array.chunk_counts()
    if math.prod(counts) <= MAX_CHUNKS:
        return list(product(*(range(count) for count in counts)))
    return [(0,), (counts[0] - 1,)] if len(counts) == 1 else []


def _span(array: Array, chunks: Mapping[str, bytes]) -> tuple[float, float]:
    places = _places(array) if _readable(array) else []
    if not places:
        raise Unread(f"{array.name}: its coordinates lie in too many or too large chunks")
    low, high = math.inf, -math.inf
    for place in places:
        data = chunks.get(array.chunk_key(place))
        if data is None:
            continue
        for value in _ends(array, numbers(array, place, data)):
            low, high = min(low, value), max(high, value)
    if low > high:
        raise Unread(f"{array.name}: none of its chunks could be read, or they hold no value")
    return low, high


def _ends(array: Array, values: Any) -> Sequence[float]:  # noqa: ANN401 - a NumPy array
    """The least and the greatest of the values that are there, unpacked as CF says."""
    import numpy as np

    plain = values.astype("int64") if values.dtype.kind in "mM" else values
    good = np.isfinite(plain) if plain.dtype.kind == "f" else np.ones(plain.shape, bool)
    if values.dtype.kind in "mM":
        good &= ~np.isnat(values)
    for fill in (array.attributes.get("_FillValue"), array.attributes.get("missing_value")):
        if isinstance(fill, int | float) and not isinstance(fill, bool):
            good &= plain != fill
    if not good.any():
        return ()
    scale, offset = (
        _number(array.attributes.get(key), usual) for key, usual in (("scale_factor", 1.0), ("add_offset", 0.0))
    )
    return [float(end) * scale + offset for end in (plain[good].min(), plain[good].max())]


def _number(value: object, usual: float) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if good and isinstance(value, int | float) else usual


def _moment(array: Array, number: float) -> str:
    if array.data_type.startswith("datetime64"):
        return numpy_moment(number, array.data_type.partition("[")[2].rstrip("]"))
    return moment(number, str(array.attributes.get("units", "")), array.attributes.get("calendar"))


def _inline(value: bytes | str) -> bytes:
    """A chunk as references hold it: as text, or as base64."""
    if isinstance(value, bytes):
        return value
    if value.startswith("base64:"):
        try:
            return base64.b64decode(value.removeprefix("base64:"), validate=True)
        except (binascii.Error, ValueError):
            return b""
    return value.encode("latin-1", "ignore")
