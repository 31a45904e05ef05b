"""Where and when: bounding boxes as WKT, periods as dates, the same for every source that states them.

Boxes are in degrees on WGS 84, longitude first. Longitudes of any turn (0 to 360 too) come out between -180 and 180;
a box over the antimeridian becomes two, so that "does it intersect" is right for readers that know only planes.
"""

import math
import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pyoxigraph import NamedNode

from leap_kg.ingest.mapping import dates
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ontology.iri import part
from leap_kg.ontology.namespaces import DCAT, DCT, GEO, XSD

_DIGITS = 6  # decimals of a degree that are kept: about a decimetre
_SLACK = 1e-3  # how far past a pole or a full turn rounding may lead

_LONGEST = 200  # characters of a text that is one of our boxes
_NUMBER = r"-?\d{1,3}(?:\.\d{1,12})?"
_RING = re.compile(rf"\(({_NUMBER} {_NUMBER}(?:,{_NUMBER} {_NUMBER}){{4}})\)")
# What a box is once its rings are taken out: one ring, or two that meet at the antimeridian.
_FRAMES = {"POLYGON(R)": 1, "MULTIPOLYGON((R),(R))": 2}


@dataclass(frozen=True, slots=True)
class Box:
    """A bounding box in degrees; `west` is greater than `east` where it crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    @property
    def wkt(self) -> str:
        """The box as a polygon, or as two of them, counter-clockwise."""
        if self.west <= self.east:
            return f"POLYGON({self._ring(self.west, self.east)})"
        return f"MULTIPOLYGON(({self._ring(self.west, 180.0)}),({self._ring(-180.0, self.east)}))"

    @property
    def width(self) -> float:
        """Degrees from west to east."""
        return self.east - self.west + (360 if self.west > self.east else 0)

    @property
    def height(self) -> float:
        """Degrees from south to north."""
        return self.north - self.south

    @property
    def words(self) -> str:
        """The box for people: `59.5° S to 10° N, 20° W to 30° E`."""
        if (self.west, self.south, self.east, self.north) == (-180, -90, 180, 90):
            return "the whole globe"
        if (self.west, self.east) == (-180, 180):
            across = "all longitudes"
        else:
            across = f"{_degrees(self.west, 'EW')} to {_degrees(self.east, 'EW')}"
        return f"{_degrees(self.south, 'NS')} to {_degrees(self.north, 'NS')}, {across}"

    def _ring(self, west: float, east: float) -> str:
        left, lower, right, upper = map(_shown, (west, self.south, east, self.north))
        return f"({left} {lower},{right} {lower},{right} {upper},{left} {upper},{left} {lower})"


def box(numbers: object) -> Box | None:
    """The box of `[west, south, east, north]`, or of six numbers with heights; `None` for anything else."""
    if not isinstance(numbers, Sequence) or isinstance(numbers, str) or len(numbers) not in (4, 6):
        return None
    values = [value for number in numbers if (value := _finite(number)) is not None]
    if len(values) != len(numbers):
        return None
    half = len(values) // 2
    west, south, east, north = values[0], values[1], values[half], values[half + 1]
    return turned(west, south, east, north)


def turned(west: float, south: float, east: float, north: float) -> Box | None:
    """The box with longitudes between -180 and 180; `None` if it is none (a pole overrun, south above north)."""
    if not all(map(math.isfinite, (west, south, east, north))) or south > north:
        return None
    if south < -90 - _SLACK or north > 90 + _SLACK or max(abs(west), abs(east)) > 720:
        return None
    south, north = max(south, -90.0), min(north, 90.0)
    if east - west >= 360 - _SLACK:
        return Box(-180.0, south, 180.0, north)
    if not (-180 <= west <= 180 and -180 <= east <= 180):
        # The east end of a box that reaches the antimeridian is 180, its west end -180; one on it has no width.
        is_line = west == east
        west, east = (west + 180) % 360 - 180, 180 - (180 - east) % 360
        west = east if is_line else west
    return Box(west, south, east, north)


def read_box(wkt: str) -> Box | None:
    """The box of a text as `Box.wkt` writes it; `None` for any other geometry."""
    rings = _RING.findall(wkt) if len(wkt) <= _LONGEST else []
    if not rings or _FRAMES.get(_RING.sub("R", wkt)) != len(rings):
        return None
    boxes = [found for ring in rings if (found := _rectangle(ring)) is not None]
    if len(boxes) < len(rings):
        return None
    first, last = boxes[0], boxes[-1]
    if len(boxes) == 1:
        return first
    meet = (first.east, last.west) == (180, -180) and (first.south, first.north) == (last.south, last.north)
    return Box(first.west, first.south, last.east, first.north) if meet and first.west > last.east else None


def say_box(subject: NamedNode, where: Box, say: Statements) -> None:
    """Give the subject this extent in space."""
    wkt = where.wkt
    node = part(subject, "spatial", wkt)
    say.link(subject, DCT("spatial"), node)
    say.type(node, DCT("Location"))
    say.text(node, DCAT("bbox"), wkt, GEO("wktLiteral"))


def say_period(subject: NamedNode, start: str, end: str, say: Statements) -> bool:
    """Give the subject this extent in time, either end open if it is `""`.

    `False`, and nothing is said, if both are open, if one is no date, or if it ends before it begins: half of such a
    period would be one that is open, which is something else. It lasts to the end of the year, month or day that
    `end` names.
    """
    first, last = _moment(start), _moment(end, last=True)
    if not (start or end) or first is None or last is None:
        return False
    if start and end and first != last and _instant(first) > _instant(last):
        return False
    node = part(subject, "temporal", start, end)
    say.link(subject, DCT("temporal"), node)
    say.type(node, DCT("PeriodOfTime"))
    # Dates and moments do not compare in SPARQL, so both ends are moments, in UTC if nothing else is said.
    say.text(node, DCAT("startDate"), first, XSD("dateTime"))
    say.text(node, DCAT("endDate"), last, XSD("dateTime"))
    return True


def _rectangle(ring: str) -> Box | None:
    points = [tuple(map(float, point.split(" "))) for point in ring.split(",")]
    xs, ys = {x for x, _ in points}, {y for _, y in points}
    found = Box(min(xs), min(ys), max(xs), max(ys))
    corners = [(found.west, found.south), (found.east, found.south), (found.east, found.north)]
    return found if points == [*corners, (found.west, found.north), corners[0]] else None


def _degrees(value: float, letters: str) -> str:
    letter = letters[value < 0] if value else ""
    number = f"{abs(value):.3f}".rstrip("0").rstrip(".")
    return f"{number}° {letter}".strip()


def _moment(text: str, *, last: bool = False) -> str | None:
    """The first or `last` second of what the text names, `""` for nothing; `None` if it is no date."""
    date = dates.parse(text) if text else None
    if date is None:
        return None if text else ""
    if date.datatype == XSD("dateTime"):
        clock = date.text.partition("T")[2]
        return date.text if clock.endswith("Z") or "+" in clock or "-" in clock else f"{date.text}Z"
    if not last:
        return f"{(date.text + '-01-01')[:10]}T00:00:00Z"
    year, month, *days = (date.text if len(date.text) > len("2014") else f"{date.text}-12").split("-")
    day = days[0] if days else f"{monthrange(int(year), int(month))[1]:02d}"
    return f"{year}-{month}-{day}T23:59:59Z"


def _instant(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def _finite(number: object) -> float | None:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    try:
        value = float(number)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def _shown(degrees: float) -> str:
    # Adding zero makes -0 to 0.
    return f"{round(degrees, _DIGITS) + 0.0:.{_DIGITS}f}".rstrip("0").rstrip(".")
