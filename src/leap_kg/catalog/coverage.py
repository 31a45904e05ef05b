"""Where and when a dataset is as a whole: one box around its places, one period around its periods.

Moments are texts as sources wrote them; one that is no date of the calendar is left out of the comparison.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
import shapely
from shapely.errors import ShapelyError

from leap_kg.catalog.record import Period, Place
from leap_kg.graph.index.extent import seconds
from leap_kg.ingest.mapping.extents import Box, turned

_LONGEST = 20_000
_DAY = "T00:00:00Z"
_WHOLE_DAY = "T23:59:59Z"  # the end of a period to the end of a day


def on_globe(box: Box | None) -> Box | None:
    """The box as far as it is on the globe: cut off at the poles, with longitudes of one turn; `None` for none.

    The graph holds what strangers wrote, and cells of a grid may reach beyond a pole.
    """
    if box is None:
        return None
    south, north = max(box.south, -90.0), min(box.north, 90.0)
    if south > north:
        return None
    if -180 <= box.west <= 180 and -180 <= box.east <= 180:
        return Box(box.west, south, box.east, north)
    return turned(box.west, south, box.east, north)


def is_on_globe(wkt: str) -> bool:
    """Whether a text is a geometry in degrees, longitude first."""
    if len(wkt) > _LONGEST:
        return False
    try:
        # A number that is too large for one is told by a warning.
        with np.errstate(over="ignore"):
            west, south, east, north = shapely.from_wkt(wkt).bounds
    except (ShapelyError, ValueError, AttributeError):
        return False
    return -180 <= west <= east <= 180 and -90 <= south <= north <= 90


def around(places: Iterable[Place]) -> Box | None:
    """The smallest box around all boxes, `None` without any; all longitudes if they lie on both sides of the globe.

    Places that are no boxes do not count.
    """
    boxes = [place.box for place in places if place.box is not None]
    if not boxes:
        return None
    if len(set(boxes)) == 1:
        return boxes[0]
    south, north = min(box.south for box in boxes), max(box.north for box in boxes)
    if any(box.west > box.east for box in boxes):
        return Box(-180.0, south, 180.0, north)
    return Box(min(box.west for box in boxes), south, max(box.east for box in boxes), north)


def lasting(periods: Sequence[Period]) -> tuple[str, str] | None:
    """The first start and the last end, `""` for an open one; `None` without any period that has a date."""
    starts = [(at, period.start) for period in periods if (at := seconds(period.start)) is not None]
    ends = [(at, period.end) for period in periods if (at := seconds(period.end, last=True)) is not None]
    if not starts and not ends:
        return None
    # One that has no start began before all others.
    start = min(starts)[1] if starts and all(period.start for period in periods) else ""
    end = max(ends)[1] if ends and all(period.end for period in periods) else ""
    return (short(start), short(end.removesuffix(_WHOLE_DAY))) if start or end else None


def interval(periods: Sequence[Period]) -> str:
    """The period as ISO 8601 has it, `1981-09-01/..` if it is open; `""` without one."""
    found = lasting(periods)
    return f"{found[0] or '..'}/{found[1] or '..'}" if found else ""


def short(moment: str) -> str:
    """A moment at midnight UTC as its day."""
    return moment.removesuffix(_DAY)


def calendar(moment: str) -> str:
    """A date or moment of the calendar as ISO 8601 has it, `""` for any other text."""
    found = short(moment)
    try:
        datetime.fromisoformat(found if len(found) > 7 else f"{found}{'-01-01'[: 10 - len(found)]}")
    except ValueError:
        return ""
    return found
