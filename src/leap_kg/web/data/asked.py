"""What of a store's data is asked for, read from the parameters of an address.

`variable`, and then `lat` and `lon` for the cells nearest to a point or `bbox` for a box; `datetime` is a moment or a
period as STAC writes it. Any other parameter names a dimension, and picks the place nearest to its value.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

KNOWN = ("variable", "lat", "lon", "bbox", "datetime")
# `at` is the moment of the graph that a page is about; data are those of now.
_IGNORED = ("at",)
_MOMENT = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:[T ]\d\d(?::\d\d(?::\d\d(?:\.\d{1,9})?)?)?)?)?)?Z?", re.ASCII)
_LONGEST = 500
_MOST_DIMENSIONS = 16


class NotAsked(ValueError):
    """A parameter cannot be used; the text says which, and what to give."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A part of one variable: at the `point` (latitude, longitude), in the `box` (west, south, east, north), or all.

    `start` and `end` are ISO 8601, `""` if open; `picks` are values of other dimensions, each by its name.
    """

    variable: str
    point: tuple[float, float] | None = None
    box: tuple[float, float, float, float] | None = None
    start: str = ""
    end: str = ""
    picks: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The wish as `from_json` reads it."""
        return {name: getattr(self, name) for name in ("variable", "point", "box", "start", "end", "picks")}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "Wish":
        """The wish that `as_json` told."""
        point, box = (None if told[name] is None else tuple(told[name]) for name in ("point", "box"))
        return cls(told["variable"], point, box, told["start"], told["end"], told["picks"])


def read(parameters: Iterable[tuple[str, str]], *, series: bool) -> Wish:
    """What is asked for; of a `series` a point, of a subset none. Raises `NotAsked`."""
    given: dict[str, str] = {}
    for name, value in parameters:
        if value and name not in _IGNORED:
            if name in given:
                raise NotAsked(f"{name[:60]} stands twice; give it once")
            if len(value) > _LONGEST or len(name) > _LONGEST:
                raise NotAsked(f"{name[:60]} is longer than {_LONGEST} characters")
            given[name] = value
    if not (variable := given.get("variable", "")):
        raise NotAsked("no variable is named; add variable=NAME, such as one of those on the page of the store")
    point = box = None
    if series:
        if "lat" not in given or "lon" not in given or "bbox" in given:
            raise NotAsked("a series is that of a point; give lat and lon in degrees, and no bbox")
        point = (_number(given, "lat", 90), _number(given, "lon", 360))
    elif "lat" in given or "lon" in given:
        raise NotAsked("a subset is that of a box; give bbox=west,south,east,north, or ask for a series")
    elif "bbox" in given:
        box = _box(given["bbox"])
    start, end = _period(given.get("datetime", ""))
    picks = {name: _number(given, name, math.inf) for name in given if name not in KNOWN}
    if len(picks) > _MOST_DIMENSIONS:
        raise NotAsked(f"more than {_MOST_DIMENSIONS} dimensions are named; no store has so many")
    return Wish(variable, point, box, start, end, picks)


def _number(given: dict[str, str], name: str, most: float) -> float:
    try:
        value = float(given[name])
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or abs(value) > most:
        within = f" between {-most:g} and {most:g}" if math.isfinite(most) else ""
        raise NotAsked(f"{name[:60]} must be a number{within}, not {given[name][:60]!r}")
    return value


def _box(text: str) -> tuple[float, float, float, float]:
    parts = text.split(",")
    try:
        west, south, east, north = (float(part) for part in parts)
    except ValueError:
        raise NotAsked("bbox must be four numbers with commas between them: west,south,east,north") from None
    if not all(map(math.isfinite, (west, south, east, north))) or max(abs(west), abs(east)) > 360:
        raise NotAsked("bbox must be four numbers of degrees: west,south,east,north, longitudes between -360 and 360")
    if not -90 <= south <= north <= 90:
        raise NotAsked("bbox must have its south below its north, both between -90 and 90")
    return west, south, east, north


def _period(text: str) -> tuple[str, str]:
    first, slash, last = text.partition("/")
    ends = [first, last] if slash else [first, first]
    open_ends = ["" if end == ".." else end for end in ends]
    for end in open_ends:
        if end and not _MOMENT.fullmatch(end):
            wanted = "a moment such as 2024-06-01, or a period such as 2024-01/2024-06 or 2024-01-01/.."
            raise NotAsked(f"datetime must be {wanted}, not {text[:60]!r}")
    start, end = (end.removesuffix("Z").replace(" ", "T") for end in open_ends)
    if start and end and start[: len(end)] > end[: len(start)]:
        raise NotAsked(f"datetime ends before it begins: {text[:60]!r}; give the earlier moment first")
    return start, end
