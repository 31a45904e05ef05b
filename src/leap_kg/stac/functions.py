"""What the SQL of a search can call beside SQLite's own functions: words, moments and places, compared as CQL2 does."""

import json
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from leap_kg.graph.index.extent import seconds
from leap_kg.stac.geohash import geohash
from leap_kg.stac.naming import sign

_Value = str | bytes | int | float | None


def _moment(value: object) -> float | None:
    return seconds(value) if isinstance(value, str) else None


def _casefold(value: _Value) -> _Value:
    return value.casefold() if isinstance(value, str) else value


def _unaccented(value: _Value) -> _Value:
    if not isinstance(value, str):
        return value
    return "".join(letter for letter in unicodedata.normalize("NFKD", value) if not unicodedata.combining(letter))


def _geohash(bbox: str | None, digits: int) -> str | None:
    """The cell of the middle of a box, which may cross the antimeridian; `None` for what is no box."""
    try:
        numbers = json.loads(bbox) if bbox else []
        half = len(numbers) // 2
        west, south, east, north = numbers[0], numbers[1], numbers[half], numbers[half + 1]
        middle = (west + east + (360 if west > east else 0)) / 2
        return geohash(middle - 360 if middle > 180 else middle, (south + north) / 2, digits)
    except (ValueError, TypeError, LookupError, OverflowError):
        return None


FUNCTIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "moment": (1, _moment),
    "casefold": (1, _casefold),
    "unaccented": (1, _unaccented),
    "geohash": (2, _geohash),
    "apart": (1, sign),
}
"""Each with the number of its arguments."""
