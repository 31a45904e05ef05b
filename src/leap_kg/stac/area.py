"""The place of a search: a bounding box, or a geometry in GeoJSON, as boxes for the index and an exact test after it.

Hazard: geometries come from outside. Their size is bounded before anything is computed.
"""

import json
from collections.abc import Sequence
from functools import cached_property
from math import isfinite
from typing import Any, NamedTuple

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from leap_kg.stac.refusal import BadSearch

MOST_POINTS = 10_000
_MOST_MENDED = 100
_FARTHEST = 720
_LONGEST = 2_000_000
_TYPES = frozenset(
    ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")
)


class Box(NamedTuple):
    """Degrees on a plane from 180° W to 180° E."""

    west: float
    east: float
    south: float
    north: float


class Area:
    """A place: `boxes` hold all of it, and are all of it if it is `plain`."""

    def __init__(self, boxes: Sequence[Box], geometry: BaseGeometry | None = None) -> None:
        self.boxes = tuple(boxes)
        self.plain = geometry is None
        self._geometry = geometry

    @cached_property
    def geometries(self) -> tuple[BaseGeometry, ...]:
        """The exact place, in parts, each made ready to be compared with very many others."""
        parts = (self._geometry,) if self._geometry is not None else tuple(map(_shape_of, self.boxes))
        shapely.prepare(parts)
        return parts

    def meets(self, document: str) -> bool:
        """Whether the geometry of an item, given as JSON, has a point in common with this place."""
        try:
            geometry = shape(json.loads(document)["geometry"])
            return any(part.intersects(geometry) for part in self.geometries)
        except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError):
            return True  # a geometry that cannot be read: its box has said that it is here


def _shape_of(box: Box) -> BaseGeometry:
    """A box without width or height is no polygon."""
    if box.west < box.east and box.south < box.north:
        return shapely.box(box.west, box.south, box.east, box.north)
    ends = [(box.west, box.south), (box.east, box.north)]
    return shapely.LineString(ends) if ends[0] != ends[1] else shapely.Point(ends[0])


def box_area(numbers: Sequence[float]) -> Area:
    """The place of `[west, south, east, north]`, or of six numbers with heights, which the index does not have.

    A west greater than the east means across the antimeridian. Maps that scroll on send longitudes of other turns, and
    boxes that reach over a pole, where nothing is. Raises `BadSearch`.
    """
    if len(numbers) not in (4, 6):
        raise BadSearch(f"bbox has {len(numbers)} numbers: give west,south,east,north, or six with heights")
    if not all(map(isfinite, numbers)):
        raise BadSearch("bbox has a number that is not finite")
    half = len(numbers) // 2
    west, south, east, north = numbers[0], numbers[1], numbers[half], numbers[half + 1]
    if len(numbers) == 6 and numbers[2] > numbers[5]:
        raise BadSearch("bbox has its lower height above its upper one")
    if south > north:
        raise BadSearch("bbox needs its south below its north: give west,south,east,north")
    if max(abs(west), abs(east)) > _FARTHEST or max(abs(south), abs(north)) > _FARTHEST:
        raise BadSearch("bbox is in degrees: longitudes between -180 and 180, latitudes between -90 and 90")
    if east - west >= 360:
        west, east = -180.0, 180.0
    elif not (-180 <= west <= 180 and -180 <= east <= 180):
        west, east = _turned(west, east)
    if west <= east:
        return Area([Box(west, east, south, north)])
    return Area([Box(west, 180.0, south, north), Box(-180.0, east, south, north)])


def _turned(west: float, east: float) -> tuple[float, float]:
    """Longitudes of any turn between -180 and 180; an end that is on the antimeridian is on its own side of it."""
    if west == east:
        return ((west + 180) % 360 - 180,) * 2
    return (west + 180) % 360 - 180, 180 - (180 - east) % 360


def geometry_area(value: object) -> Area:
    """The place of a geometry in GeoJSON; raises `BadSearch` for none, and for one with too many points."""
    if isinstance(value, dict) and value.get("type") == "Feature":
        value = value.get("geometry")
    if not isinstance(value, dict) or value.get("type") not in _TYPES:
        raise BadSearch("the geometry is none of GeoJSON: give an object with type and coordinates")
    points = _points(value, 0)
    if points > MOST_POINTS:
        raise BadSearch(f"the geometry has more than {MOST_POINTS:,} points: simplify it")
    try:
        geometry = shape(value)
        bounds = geometry.bounds
        is_valid = geometry.is_valid
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        raise BadSearch("the geometry cannot be read: see RFC 7946 for its coordinates") from None
    if geometry.is_empty or not all(map(isfinite, bounds)):
        raise BadSearch("the geometry is empty, or has a number that is not finite")
    west, south, east, north = bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise BadSearch("the geometry leaves the globe: degrees, longitude first; cut it at the antimeridian")
    exact = geometry if is_valid else _mended(geometry, points)
    return Area([Box(west, east, south, north)], None if exact.equals(shapely.box(*bounds)) else exact)


def _mended(geometry: BaseGeometry, points: int) -> BaseGeometry:
    """A geometry that crosses itself as one that does not.

    The sides of `n` points may cross in `n * n` places, and nothing stops what cuts them there once it has begun.
    """
    if points > _MOST_MENDED:
        reason = shapely.is_valid_reason(geometry).replace("[", " at ").rstrip("]")
        raise BadSearch(
            f"the geometry is not valid ({reason}), and one with more than {_MOST_MENDED} points is not mended here: "
            "mend it with shapely.make_valid or ST_MakeValid, or simplify it"
        )
    try:
        return shapely.make_valid(geometry)
    except ShapelyError:
        raise BadSearch("the geometry is not valid and cannot be mended: simplify it") from None


def geometry_text(text: str) -> dict[str, Any]:
    """The geometry of a GET request; raises `BadSearch`."""
    try:
        value = json.loads(text) if len(text) <= _LONGEST else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise BadSearch("intersects is no JSON of a geometry: write it as GeoJSON and encode it for the address")
    return value


def _points(value: object, depth: int) -> int:
    """How many points there are, counted until they are too many."""
    if depth > 10:
        raise BadSearch("the geometry is nested too deeply")
    if isinstance(value, dict):
        return _points(value.get("coordinates", value.get("geometries")), depth + 1)
    if not isinstance(value, list | tuple):
        return 0
    if value and isinstance(value[0], int | float):
        return 1
    total = 0
    for each in value:
        total += _points(each, depth + 1)
        if total > MOST_POINTS:
            break
    return total
