"""Where and when the data of a node are, as numbers that an index can compare.

Hazard: geometries and dates are texts that anybody can write; what is not understood is left out, never guessed at.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice, product
from typing import NamedTuple

from leap_kg.graph.index.said import Others, Said
from leap_kg.ontology.namespaces import DCAT, DCT

_SPATIAL, _TEMPORAL, _BBOX = DCT("spatial").value, DCT("temporal").value, DCAT("bbox").value
_START, _END = DCAT("startDate").value, DCAT("endDate").value
_LONGEST = 20_000
_MOST = 50
_NUMBER = r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d{1,3})?"
_POINT = re.compile(rf"\s*({_NUMBER})\s+({_NUMBER})(?:\s+{_NUMBER})?\s*")
_SHAPE = re.compile(r"\(([-+0-9.eE\s,]+)\)")
_MOMENT = re.compile(
    r"(-?\d{4,6})(?:-(\d\d)(?:-(\d\d))?)?(?:T(\d\d):(\d\d):(\d\d(?:\.\d{1,9})?)(Z|[-+]\d\d:\d\d)?)?(?:Z|[-+]\d\d:\d\d)?"
)
_DAY = 86_400.0
_EPOCH = date(1970, 1, 1).toordinal()
_CYCLE = 400  # years after which the Gregorian calendar repeats itself, and
_CYCLE_DAYS = 146_097  # their days

EVER = 1e12
"""Seconds, some 30,000 years: farther than any date, so an open end is this far away."""

NOT = 1e15
"""Where something is that is nowhere, or when something is that is never: nothing asked for is there."""

_FARTHEST = 1e3
_PER_SECOND = 1e-7


class Extent(NamedTuple):
    """A box in degrees that does not cross the antimeridian, and a period in seconds from 1970 on, UTC.

    `NOT` stands for all four numbers of a box that is not known, and for both of a period that is not.
    """

    west: float
    east: float
    south: float
    north: float
    start: float
    end: float

    @property
    def in_tree(self) -> tuple[float, ...]:
        """The same as an R*Tree is to hold it."""
        place = (min(degrees, _FARTHEST) for degrees in self[:4])
        return (*place, tree_time(self.start), tree_time(self.end))


def tree_time(seconds: float) -> float:
    """A moment as an R*Tree is to hold it, and to be asked for it.

    A tree is only as good as its boxes are small on all sides at once: months there are as long as degrees, and what
    is farther than any date is not far. It never falls where the moment rises, so what overlaps still does.
    """
    return max(-_FARTHEST, min(_FARTHEST, seconds * _PER_SECOND))


def extents(said: Said, others: Others) -> tuple[Extent, ...]:
    """The places and periods of a node of which this is said, each place with each period; none if it has neither."""
    places = [
        box for part in _parts(said, _SPATIAL, others) for text in part.texts.get(_BBOX, ()) for box in boxes(text)
    ]
    periods = [_period(part.texts) for part in _parts(said, _TEMPORAL, others)]
    known = [period for period in periods if period is not None]
    if not places and not known:
        return ()
    both = product(places or [(NOT, NOT, NOT, NOT)], known or [(NOT, NOT)])
    return tuple(sorted({Extent(*place, *period) for place, period in islice(both, _MOST)}))


def boxes(wkt: str) -> Iterator[tuple[float, float, float, float]]:
    """West, east, south and north of each ring, line or point of a geometry in degrees, longitude first."""
    for shape in _SHAPE.findall(wkt if len(wkt) <= _LONGEST else ""):
        points = [_POINT.fullmatch(point) for point in shape.split(",")]
        xs, ys = ([float(point[axis]) for point in points if point] for axis in (1, 2))
        if all(points) and max(map(abs, xs)) <= 180 and max(map(abs, ys)) <= 90:
            yield min(xs), max(xs), min(ys), max(ys)


def seconds(text: str, *, last: bool = False) -> float | None:
    """A date or moment in seconds from 1970 on; one without a zone is in UTC. `None` if it is none.

    A year, a month or a day is its first second, or its last one.
    """
    found = _MOMENT.fullmatch(text)
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2] or (12 if last else 1)), int(found[3] or 1)
    cycles, within = divmod(year - 1, _CYCLE)
    try:
        first = date(within + 1, month, day)
    except ValueError:
        return None
    days = cycles * _CYCLE_DAYS + first.toordinal() - _EPOCH
    if found[4] is None:
        return days * _DAY + (_length(first, found) * _DAY - 1 if last else 0)
    hour, minute, rest = int(found[4]), int(found[5]), float(found[6])
    if hour > 24 or minute > 59 or rest >= 61:
        return None
    return days * _DAY + hour * 3600 + minute * 60 + rest - _offset(found[7] or "Z")


def _length(first: date, found: re.Match[str]) -> int:
    """Days from this one to the end of the last day that the text stands for."""
    if found[3]:
        return 1
    return 31 if first.month == 12 else (date(first.year, first.month + 1, 1) - first).days


def _offset(zone: str) -> int:
    if zone == "Z":
        return 0
    amount = int(zone[1:3]) * 3600 + int(zone[4:]) * 60
    return amount if zone[0] == "+" else -amount


def _period(texts: Mapping[str, Sequence[str]]) -> tuple[float, float] | None:
    starts = [found for text in texts.get(_START, ()) if (found := seconds(text)) is not None]
    ends = [found for text in texts.get(_END, ()) if (found := seconds(text, last=True)) is not None]
    if not starts and not ends:
        return None
    start, end = min(starts, default=-EVER), max(ends, default=EVER)
    return (start, end) if start <= end else None


def _parts(said: Said, predicate: str, others: Others) -> Iterator[Said]:
    return (others.said(part) for part in sorted(said.links.get(predicate, ())))
