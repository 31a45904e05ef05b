"""CF times to moments: numbers since a reference, in the calendar that the file names.

Calendars of models have days that ours lacks (30 February of a 360-day year): the last day of that month stands for
them, so that a period can be compared with others. https://cfconventions.org/cf-conventions/cf-conventions.html#calendar
"""

import math
import re
import warnings
from calendar import monthrange
from datetime import UTC, datetime, timedelta

from leap_kg.ingest.zarr.arrays import Array

_LONGEST = 200
# What CF's units of time begin with, by UDUNITS; months and years have no length but in models.
_UNITS = {
    **dict.fromkeys(("second", "seconds", "sec", "secs", "s"), 1.0),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), 60.0),
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h"), 3600.0),
    **dict.fromkeys(("day", "days", "d"), 86400.0),
    **dict.fromkeys(("month", "months"), 30 * 86400.0),
}
_SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "D": 86400.0}
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(\d\d)?(?:\.\d+)?)?Z?", re.ASCII)


def is_time_unit(units: object) -> bool:
    """Whether the units are those of a time coordinate: `days since 1850-01-01`."""
    return isinstance(units, str) and len(units) <= _LONGEST and bool(re.match(r"\s*\w+\s+since\s+\S", units))


def time_moment(array: Array, number: float) -> str:
    """The moment of a number in an array of times, by its type or its units; `""` if it cannot be told."""
    if array.data_type.startswith("datetime64"):
        return numpy_moment(number, array.data_type.partition("[")[2].rstrip("]"))
    return moment(number, str(array.attributes.get("units", "")), array.attributes.get("calendar"))


def step_seconds(array: Array) -> float:
    """Seconds between two numbers of an array of times that differ by 1; 0 if that is not known."""
    if array.data_type.startswith("datetime64"):
        return _SECONDS.get(array.data_type.partition("[")[2].rstrip("]"), 0.0)
    units = array.attributes.get("units")
    return _UNITS.get(str(units).split()[0].lower(), 0.0) if is_time_unit(units) else 0.0


def moment(number: float, units: str, calendar: object) -> str:
    """The moment as ISO 8601 in UTC; `""` if it cannot be told, or has no year of four digits."""
    try:
        # Imported on use: it comes with the optional libraries that read chunks.
        import cftime
    except ImportError:
        return ""
    named = calendar.strip().lower() if isinstance(calendar, str) and calendar.strip() else "standard"
    if not math.isfinite(number) or len(named) > _LONGEST or not is_time_unit(units):
        return ""
    try:
        with warnings.catch_warnings(action="error"):  # what CF does not support, such as a year 0, is no moment
            found = cftime.num2date(number, units, named, only_use_cftime_datetimes=True)
    except (Warning, ValueError, OverflowError, TypeError, AttributeError, KeyError, ArithmeticError):
        return ""
    return _iso(found.year, found.month, found.day, found.hour, found.minute, found.second)


def numpy_moment(number: float, unit: str) -> str:
    """The moment of a `datetime64` of this unit, such as `ns`; `""` for units that have no fixed length."""
    seconds = _SECONDS.get(unit)
    if seconds is None or not math.isfinite(number):
        return ""
    try:
        found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=round(number * seconds))
    except (OverflowError, ValueError):
        return ""
    return _iso(found.year, found.month, found.day, found.hour, found.minute, found.second)


def dated(text: object) -> str:
    """A date of an attribute in ISO 8601's extended form, which `dates.parse` reads: `20200116T090000Z` too."""
    if not isinstance(text, str):
        return ""
    plain = text.strip()
    if (found := _COMPACT.fullmatch(plain)) is None:
        return plain
    clock = f"T{found[4]}:{found[5]}:{found[6] or '00'}Z" if found[4] else ""
    return f"{found[1]}-{found[2]}-{found[3]}{clock}"


def _iso(year: int, month: int, day: int, hour: int, minute: int, second: int) -> str:
    if not 1 <= year <= 9999 or not 1 <= month <= 12:
        return ""
    day = min(day, monthrange(year, month)[1])
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}Z"
