"""Typed columns: what a datatype of XSD becomes in a DataFrame.

| values | dtype |
|-|-|
| integers of any kind, `gYear` | `Int64` |
| decimals, floats and doubles, also with integers among them | `Float64` |
| booleans | `boolean` |
| dates and times without zone (a date is its first moment) | `datetime64[us]` |
| dates and times with zones | `datetime64[us, UTC]` |
| texts in any language, IRIs, all else | `string` |
| any mixture, and numbers and times that do not fit | `object`, each value of its own type |

What is not there is `NA` (`NaT` among times). Fractions of a second end after six digits. Hazard: a text may claim any
datatype; what is no value of it stays a text.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from leap_kg.client.packages import need
from leap_kg.client.results import Table, Term, term
from leap_kg.client.uniform import uniform

_INTEGERS = frozenset(
    (
        *("integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger"),
        *("negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    )
)
_DIGITS = re.compile(r"[+-]?[0-9]{1,4000}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NAMED = {"INF": float("inf"), "+INF": float("inf"), "-INF": float("-inf"), "NaN": float("nan")}
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(Z|[+-]\d\d:\d\d)?", re.ASCII)
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_YEAR = re.compile(r"-?[0-9]{4,18}", re.ASCII)
# The largest integer up to which a float has them all.
_EXACT = 2**53
_LARGEST = 2**63 - 1


def frame(table: Table) -> Any:  # noqa: ANN401 - a pandas.DataFrame, and pandas is not needed to load this module
    """The table as a `pandas.DataFrame` with typed columns; raises `NotInstalled` without pandas."""
    pandas = need("pandas", "a table")
    columns = {name: column(tokens) for name, tokens in zip(table.names, table.columns, strict=True)}
    return pandas.DataFrame(columns, index=pandas.RangeIndex(table.length))


def column(tokens: Sequence[str]) -> Any:  # noqa: ANN401 - a pandas array
    """One column of values as they came."""
    present = [token for token in tokens if token]
    values: Sequence[Any]
    kind, values = uniform(present) if present else ("", ())
    if not kind:
        pairs = [_valued(term(token)) for token in present]
        kinds, values = {kind for kind, _ in pairs}, [value for _, value in pairs]
        kind = next(iter(kinds)) if len(kinds) == 1 else "number" if kinds == {"number", "integer"} else ""
        if kind == "zoned":
            values = [value.replace(tzinfo=None) for value in values]
    return _typed(kind, values, None if len(present) == len(tokens) else [not token for token in tokens])


def _typed(kind: str, values: Sequence[Any], missing: list[bool] | None) -> Any:  # noqa: ANN401
    """The values, all of one kind (`""` if of several), with gaps where something is `missing`."""
    numpy, pandas = need("numpy", "a table"), need("pandas", "a table")
    mask = numpy.zeros(len(values), dtype=bool) if missing is None else numpy.array(missing, dtype=bool)

    def spread(dtype: object, gap: object) -> Any:  # noqa: ANN401
        found = numpy.full(len(mask), gap, dtype=dtype)
        found[~mask] = values
        return found

    if kind == "text":
        return pandas.array(spread(object, pandas.NA), dtype="string")
    if kind == "integer" and min(values) >= -_LARGEST and max(values) <= _LARGEST:
        return pandas.arrays.IntegerArray(spread("int64", 0), mask)
    if kind == "boolean":
        return pandas.arrays.BooleanArray(spread(bool, False), mask)
    # NaN is a number that somebody wrote; only what is not there is NA.
    if kind == "number" and not _loses(values):
        return pandas.arrays.FloatingArray(spread("float64", 0.0), mask)
    if kind in ("moment", "zoned"):
        found = pandas.array(spread("datetime64[us]", numpy.datetime64("NaT")), dtype="datetime64[us]")
        return found.tz_localize("UTC") if kind == "zoned" else found
    return spread(object, pandas.NA)


def _loses(values: Sequence[Any]) -> bool:
    return any(isinstance(value, int) and not -_EXACT <= value <= _EXACT for value in values)


def _valued(found: Term) -> tuple[str, Any]:
    """A value of Python with its kind."""
    reader = _READERS.get(found.datatype)
    read = reader(found.text) if reader else None
    return read or ("text", found.text)


def _integer(text: str) -> tuple[str, int] | None:
    return ("integer", int(text)) if _DIGITS.fullmatch(text) else None


def _number(text: str) -> tuple[str, float] | None:
    if text in _NAMED:
        return "number", _NAMED[text]
    return ("number", float(text)) if _NUMBER.fullmatch(text) else None


def _boolean(text: str) -> tuple[str, bool] | None:
    return ("boolean", _BOOLEANS[text]) if text in _BOOLEANS else None


def _year(text: str) -> tuple[str, int] | None:
    return ("integer", int(text)) if _YEAR.fullmatch(text) else None


def _day(text: str) -> tuple[str, datetime] | None:
    match = _DAY.fullmatch(text)
    return _moment_of(match[1], "00:00:00", "", match[2]) if match else None


def _moment(text: str) -> tuple[str, datetime] | None:
    match = _MOMENT.fullmatch(text)
    return _moment_of(match[1], match[2], match[3] or "", match[4]) if match else None


def _moment_of(day: str, time: str, fraction: str, zone: str | None) -> tuple[str, datetime] | None:
    try:
        start = date.fromisoformat(day)
        # The last moment of a day may be written as 24:00:00.
        hours = 24 if time == "24:00:00" and not fraction.strip("0") else 0
        found = datetime.fromisoformat(f"{start}T{'00:00:00' if hours else time}") + timedelta(hours=hours)
        found = found.replace(microsecond=int(fraction[:6].ljust(6, "0")) if fraction else 0)
        if zone is None:
            return "moment", found
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:])) if zone != "Z" else timedelta()
        offset = -offset if zone[0] == "-" else offset
        return "zoned", found.replace(tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


_READERS: dict[str, Callable[[str], tuple[str, Any] | None]] = {
    **dict.fromkeys(_INTEGERS, _integer),
    **dict.fromkeys(("decimal", "float", "double"), _number),
    "boolean": _boolean,
    "date": _day,
    "dateTime": _moment,
    "dateTimeStamp": _moment,
    "gYear": _year,
}
