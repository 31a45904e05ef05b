"""Where and when the data of a store are: how far the cells of its latitudes, longitudes and times reach.

Only the chunks of these coordinates and of their bounds are read, and few of them: all, if there are at most sixteen,
else the first and the last of a coordinate of one dimension, which then is taken to run in one direction.
"""

import base64
import binascii
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from leap_kg.ingest.mapping.extents import Box, turned
from leap_kg.ingest.zarr.arc import arc, near
from leap_kg.ingest.zarr.arrays import Array
from leap_kg.ingest.zarr.cells import Axis, has_cells, joined, latitudes, longitudes, period
from leap_kg.ingest.zarr.chunks import MAX_BYTES, Unread, numbers
from leap_kg.ingest.zarr.hierarchy import Hierarchy
from leap_kg.ingest.zarr.moments import is_time_unit, time_moment

MAX_CHUNKS = 16
_NOTHING = Axis(math.nan, math.nan, 0)

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
    """What was found: `where` and the period from `start` to `end` (ISO 8601, `""` if unknown), and what was not.

    These reach as far as the cells do; `points` and the `times` of first and last are those of the coordinates, of
    which `values` has the least and the greatest by the name of each, numbers or, of times, moments.
    """

    where: Box | None
    start: str
    end: str
    unread: tuple[str, ...]
    points: Box | None = None
    times: tuple[str, str] = ("", "")
    values: Mapping[str, tuple[str, str]] = field(default_factory=dict)


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
    found = coordinates(hierarchy)
    edges = [bounds for array in found.values() if (bounds := _bounds(hierarchy, array)) is not None]
    keys = [array.chunk_key(place) for array in found.values() if _readable(array) for place in _places(array)]
    keys += [array.chunk_key(place) for array in edges if _readable(array) for place in _places(array, rows=True)]
    return [key for key in dict.fromkeys(keys) if key not in hierarchy.inline]


def extent(hierarchy: Hierarchy, chunks: Mapping[str, bytes]) -> Extent:
    """What the coordinates span, from their chunks by key."""
    axes: dict[str, Axis] = {}
    edges: dict[str, Axis] = {}
    read: dict[str, list[Any]] = {}
    sides: dict[str, list[Any]] = {}
    unread: list[str] = []
    found = coordinates(hierarchy)
    bodies = {**{key: _inline(value) for key, value in hierarchy.inline.items()}, **chunks}
    for role, array in found.items():
        try:
            axes[role], read[role] = _axis(array, bodies, _places(array))
        except Unread as problem:
            unread.append(str(problem))
        if role in axes and (bounds := _bounds(hierarchy, array)) is not None:
            # Bounds that cannot be read are as good as none.
            with suppress(Unread):
                edges[role], sides[role] = _axis(bounds, bodies, _places(bounds, rows=True))
    values = {found[role].name: (repr(axis.low), repr(axis.high)) for role, axis in axes.items() if role != "time"}
    where = points = None
    if "latitude" in axes and "longitude" in axes:
        # The values above are those to select by; these are where they lie, whichever turn they are written in.
        _join_turns(axes, edges, read["longitude"], sides.get("longitude", []))
        (south, north), (west, east) = (
            reach(axes[role], edges.get(role), cells=has_cells(hierarchy, found[role], role))
            for role, reach in (("latitude", latitudes), ("longitude", longitudes))
        )
        (west, east) = _all_round(found["longitude"], axes["longitude"]) or (west, east)
        where = turned(west, south, east, north)
        points = turned(axes["longitude"].low, axes["latitude"].low, axes["longitude"].high, axes["latitude"].high)
    times = start, end = "", ""
    if "time" in axes:
        time, axis = found["time"], axes["time"]
        times = time_moment(time, axis.low), time_moment(time, axis.high)
        start, end = period(hierarchy, time, axis, edges.get("time"), _bounds(hierarchy, time) or time)
        if all(times):
            values[time.name] = times
    return Extent(where, start, end, tuple(unread), points, times, values)


def _bounds(hierarchy: Hierarchy, array: Array) -> Array | None:
    """The array with the edges of the cells of a coordinate, whose units it has unless it says others."""
    stated = array.attributes.get("bounds") or array.attributes.get("climatology")
    if not isinstance(stated, str):
        return None
    folder = array.name.rpartition("/")[0]
    name = f"{folder}/{stated.strip()}".lstrip("/")
    # CF section 7.1: one dimension more, of two edges for each value, or more corners of each cell.
    found = next((each for each in hierarchy.arrays if each.name == name and each.shape[:-1] == array.shape), None)
    if found is None or not array.shape:
        return None
    inherited: dict[str, Any] = {key: array.attributes[key] for key in ("units", "calendar") if key in array.attributes}
    return replace(found, attributes={**inherited, **found.attributes})


def _join_turns(axes: dict[str, Axis], edges: dict[str, Axis], values: list[Any], sides: list[Any]) -> None:
    """Put the longitudes and their bounds, which may be of several turns, on one arc."""
    import numpy as np

    known = axes["longitude"]
    axes["longitude"] = found = arc(known, values)
    if found != known and "longitude" in edges and sides:
        edges["longitude"] = near(edges["longitude"], found, np.concatenate(sides), np.concatenate(values))


def _all_round(longitude: Array, axis: Axis) -> tuple[float, float] | None:
    """The whole circle if one more step of the longitudes closes it, as on any global grid."""
    count = longitude.shape[0] if len(longitude.shape) == 1 else 0
    width = axis.high - axis.low
    return (-180.0, 180.0) if count > 1 and 0 < 360 - width <= width / (count - 1) * (1 + 1e-6) else None


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


def _places(array: Array, *, rows: bool = False) -> list[tuple[int, ...]]:
    """The chunks to read; with `rows` those of an array whose first dimension is that of a coordinate."""
    counts = array.chunk_counts()
    if math.prod(counts) <= MAX_CHUNKS:
        return list(product(*(range(count) for count in counts)))
    alone = len(counts) == 1 or (rows and len(counts) == 2 and counts[1] == 1)
    return [(at, *(0 for _ in counts[1:])) for at in (0, counts[0] - 1)] if alone else []


def _axis(array: Array, chunks: Mapping[str, bytes], places: Sequence[tuple[int, ...]]) -> tuple[Axis, list[Any]]:
    """The values of a coordinate, or all that its bounds hold; and these, if none is missing, as arrays in order."""
    if not places or not _readable(array):
        raise Unread(f"{array.name}: its coordinates lie in too many or too large chunks")
    pieces: list[Axis] = []
    read: list[Any] = []
    last = math.nan
    for place in places:
        data = chunks.get(array.chunk_key(place))
        if data is None:
            pieces.append(_NOTHING)
            continue
        piece, values = _piece(array, numbers(array, place, data))
        pieces.append(piece)
        read += [] if values is None else [values]
        if values is not None and values.ndim == 1 and len(places) == math.prod(array.chunk_counts()):
            # From the last value of one chunk to the first of the next.
            across = abs(float(values[0]) - last)
            pieces += [replace(piece, count=2, shortest=across, longest=across)] if math.isfinite(across) else []
            last = float(values[-1])
    count = array.shape[0] if len(array.shape) == 1 else 1
    known = [piece for piece in pieces if piece is not _NOTHING]
    found = joined(known, count, ordered=len(known) == len(pieces) and len(array.shape) == 1)
    if found is None:
        raise Unread(f"{array.name}: none of its chunks could be read, or they hold no value")
    # Pieces of several dimensions lie beside each other in more than one direction.
    alone = len(array.shape) == 1 or (len(array.shape) == 2 and array.chunk_counts()[1] == 1)
    return found, read if alone and len(read) == len(places) else []


def _piece(array: Array, values: Any) -> tuple[Axis, Any]:  # noqa: ANN401 - a NumPy array
    """The values that are there, unpacked as CF says, as an axis and an array; `None` if one is missing."""
    import numpy as np

    plain = values.astype("int64") if values.dtype.kind in "mM" else values
    good = np.isfinite(plain) if plain.dtype.kind == "f" else np.ones(plain.shape, bool)
    if values.dtype.kind in "mM":
        good &= ~np.isnat(values)
    for fill in (array.attributes.get("_FillValue"), array.attributes.get("missing_value")):
        if isinstance(fill, int | float) and not isinstance(fill, bool):
            good &= plain != fill
    if not good.any():
        return _NOTHING, None
    scale, offset = (
        _number(array.attributes.get(key), usual) for key, usual in (("scale_factor", 1.0), ("add_offset", 0.0))
    )
    ends = plain[good].min(), plain[good].max()
    low, high = sorted(float(end) * scale + offset for end in ends)
    unpackable = good.all() and math.isfinite(low) and math.isfinite(high)
    whole = plain.astype("float64") * scale + offset if unpackable else None
    if plain.ndim != 1 or whole is None:
        return Axis(low, high, 2), whole
    steps = np.diff(plain.astype("float64" if plain.dtype.kind == "u" else plain.dtype)) * scale
    straight = bool((steps > 0).all() or (steps < 0).all())
    shortest, longest = (float(f(np.abs(steps))) if len(steps) and straight else 0.0 for f in (np.min, np.max))
    return Axis(low, high, len(plain), shortest, longest), whole


def _number(value: object, usual: float) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if good and isinstance(value, int | float) else usual


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
