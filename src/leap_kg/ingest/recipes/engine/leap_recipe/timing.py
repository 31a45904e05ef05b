"""In which units a store counts its times, so that those of all of its files are exact.

A file counts in units of its own, from a moment of its own. What is written in parts has to be counted alike by all
parts: where a part does not fit, xarray counts it differently and the store says nothing of that.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr

from .outlining import Outline

_UNITS = {
    "days": ("day", "days", "d"),
    "hours": ("hour", "hours", "hr", "hrs", "h"),
    "minutes": ("minute", "minutes", "min", "mins"),
    "seconds": ("second", "seconds", "sec", "secs", "s"),
    "milliseconds": ("millisecond", "milliseconds", "millisec", "msec", "ms"),
    "microseconds": ("microsecond", "microseconds", "microsec", "us"),
    "nanoseconds": ("nanosecond", "nanoseconds", "nanosec", "ns"),
}
"""From long to short."""
_NAMES = {alias: name for name, aliases in _UNITS.items() for alias in aliases}
_ORDER = list(_UNITS)
_SINCE = re.compile(r"\s*(\w+)\s+since\s+(\S.*)", re.IGNORECASE)
_CLOCK = re.compile(r"\S+[ T]+(\d{1,2})(?::(\d{1,2}))?(?::(\d{1,2})(?:\.(\d+))?)?\s*(?:Z|UTC|GMT|[+-]0{1,2}(?::?00)?)?")
_UNSAID = {"units": "seconds since 1970-01-01", "dtype": "float64"}
"""How times are counted of which nothing is known beforehand."""

Times = Mapping[str, tuple[str, str]]
"""For each variable of times its units and the kind of its numbers, as NumPy names it."""


def is_time(variable: xr.Variable) -> bool:
    """Whether these are decoded times."""
    return variable.dtype.kind == "M" or (variable.dtype.kind == "O" and "calendar" in variable.encoding)


def times_encoding(variable: xr.Variable) -> dict[str, Any]:
    """How times are counted that do not say it themselves, as those that were computed; nothing for what are none."""
    if variable.dtype.kind == "M":
        return dict(_UNSAID)
    first = variable[(0,) * variable.ndim].values.item() if variable.dtype.kind == "O" and variable.size else None
    calendar = getattr(first, "calendar", None)
    return {**_UNSAID, "calendar": calendar} if calendar else {}


def is_counted(units: object) -> bool:
    """Whether these are units of times, rather than of anything else."""
    return isinstance(units, str) and _SINCE.fullmatch(units) is not None


def times_of(content: Outline) -> Times:
    """How a file counts its times, where it says so; bounds count as what they are bounds of."""
    units = {name: each["units"] for name, each in content.items() if is_counted(each.get("units"))}
    inherited = {
        bounds: unit
        for name, unit in units.items()
        if (bounds := content[name].get("bounds", content[name].get("climatology"))) in content
    }
    return {
        name: (unit, getattr(content[name].get("dtype"), "kind", "")) for name, unit in {**inherited, **units}.items()
    }


def together(files: Sequence[Times], dimension: str) -> dict[str, Any]:
    """The encoding of times in which those of all files are exact; nothing if all files count alike."""
    counted = [each for each in files if each]
    if not counted or all(each == counted[0] for each in counted):
        return {}
    said = {one: None for each in counted for one in (each.get(dimension), *each.values()) if one}
    found = [(_SINCE.fullmatch(units), kind) for units, kind in said]
    parts = [(each[1].lower(), each[2].strip()) for each, _ in found if each]
    if len(parts) < len(found) or any(unit not in _NAMES for unit, _ in parts):
        return dict(_UNSAID)
    since = list(dict.fromkeys(moment for _, moment in parts))
    names = {_NAMES[unit] for unit, _ in parts} | ({_clock(each) for each in since} if len(since) > 1 else set())
    whole = all(kind in ("i", "u") for _, kind in found)
    return {"units": f"{max(names, key=_ORDER.index)} since {since[0]}", "dtype": "int64" if whole else "float64"}


def _clock(moment: str) -> str:
    """The longest unit that has a whole number of times between midnight and this moment."""
    if not any(sign in moment.strip() for sign in " T"):
        return "days"
    clock = _CLOCK.fullmatch(moment.strip())
    if clock is None:
        return "seconds"
    hours, minutes, seconds, rest = (int(each or 0) for each in clock.groups())
    return next(
        (
            unit
            for unit, some in (("microseconds", rest), ("seconds", seconds), ("minutes", minutes), ("hours", hours))
            if some
        ),
        "days",
    )
