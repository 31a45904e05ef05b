"""Where, when and what a search is narrowed to, as the server reads it in an address."""

from collections.abc import Sequence
from datetime import date, datetime

from leap_kg.client.errors import KgError

Place = str | Sequence[float]
"""West, south, east and north in degrees, as numbers or one text; across the antimeridian west is greater than east."""

End = str | date | datetime | None
Time = End | tuple[End, End]
"""A year, a day, a moment, or a start and an end of which `None` is open."""


def box_of(place: Place | None) -> str:
    """A place in an address; raises `KgError` for what is no place."""
    if place is None or isinstance(place, str):
        return place or ""
    try:
        return ",".join(f"{float(number):.10g}" for number in place)
    except (TypeError, ValueError):
        raise KgError("bbox holds what is no number", "Give west, south, east and north in degrees.") from None


def period_of(time: Time) -> str:
    """A time in an address."""
    if isinstance(time, tuple):
        if len(time) != 2:
            raise KgError(f"time has {len(time)} ends", "Give a start and an end, None for an open one.")
        return "/".join(_end(end) or ".." for end in time)
    return _end(time)


def _end(end: End) -> str:
    return end.isoformat() if isinstance(end, date) else end or ""
