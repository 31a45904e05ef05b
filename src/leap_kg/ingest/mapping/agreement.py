"""Whether two extents can be those of the same data.

Coordinates are the centres of cells, and descriptions are rounded, so two that agree are seldom equal: a degree or a
twentieth of the extent is let pass, whichever is more, and of time a month.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leap_kg.ingest.mapping.extents import Box

_LEAST_DEGREES = 1.0
_LEAST_TIME = timedelta(days=31)
_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Period:
    """A time from `start` to `end`, each in UTC, `None` where it is open or not known."""

    start: datetime | None
    end: datetime | None

    @property
    def words(self) -> str:
        """The period for people, to the day."""
        start, end = (moment.date().isoformat() if moment else "" for moment in (self.start, self.end))
        return f"{start} to {end}" if start and end else f"from {start}" if start else f"until {end}"


def read_period(start: str, end: str) -> Period | None:
    """The period between two moments as `say_period` writes them, `""` for an open end; `None` if neither is one."""
    found = Period(_instant(start), _instant(end))
    return found if found.start or found.end else None


def holds_box(outer: Box, inner: Box) -> bool:
    """Whether the one box is in the other, by and large."""
    slack = _degrees(outer.height)
    if inner.south < outer.south - slack or inner.north > outer.north + slack:
        return False
    slack = _degrees(outer.width)
    begins = (inner.west - outer.west + slack) % 360
    return outer.width + slack >= 360 or begins + inner.width <= outer.width + 2 * slack


def is_far_larger(outer: Box, inner: Box) -> bool:
    """Whether the one box is more than twice as wide or as high as the other."""
    sides = ((outer.width, inner.width), (outer.height, inner.height))
    return any(large > 2 * small + _degrees(small) for large, small in sides)


def holds_period(outer: Period, inner: Period) -> bool:
    """Whether the one period is in the other, by and large; an end that is open or not known excludes nothing."""
    slack = _time(outer)
    begins = outer.start is None or inner.start is None or outer.start - inner.start <= slack
    return begins and (outer.end is None or inner.end is None or inner.end - outer.end <= slack)


def _degrees(extent: float) -> float:
    return max(_LEAST_DEGREES, _SHARE * extent)


def _time(period: Period) -> timedelta:
    known = period.end - period.start if period.start and period.end else timedelta()
    return max(_LEAST_TIME, _SHARE * known)


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None
