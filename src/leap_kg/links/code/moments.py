"""Dates and times, as far as code tells them: what names of files are made of."""

import re
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from leap_kg.links.code.bounds import MOST_VALUES
from leap_kg.links.code.values import (
    NOTHING,
    UNKNOWN_VALUE,
    Alternative,
    Items,
    Moment,
    Span,
    Value,
    Values,
    one,
    only,
    tidy,
)
from leap_kg.links.signal import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORMS = (
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H",
    "%Y-%m",
    "%Y%m%d",
    "%Y/%m/%d",
    "%Y",
    "%Y%m%d%H",
)
_STEPS = {"D": timedelta(days=1), "d": timedelta(days=1), "h": timedelta(hours=1), "H": timedelta(hours=1)}
_MONTHS = {"MS": 1, "M": 1, "ME": 1, "QS": 3, "YS": 12, "AS": 12, "Y": 12, "A": 12, "YE": 12}
_ENDING = {"M", "ME", "Y", "A", "YE"}
_LONGEST_FORM = 200
_PIECE = re.compile(r"%[-_0^#]?[A-Za-z]")
_UNITS = {"days", "hours", "minutes", "seconds", "weeks"}
_PARTS = {"year", "month", "day", "hour", "minute", "second"}


def made(top: str, last: str, given: list[Values], named: dict[str, Values]) -> Values | None:
    """The moments or the span that the call makes; `None` if it is not known to make any."""
    told = [only(each) for each in given]
    if last in {"datetime", "date", "datetime64", "Timestamp", "to_datetime"} and top in {
        "datetime",
        "pandas",
        "numpy",
    }:
        return _one(told, {key: only(values) for key, values in named.items()})
    if last == "strptime" and top == "datetime" and len(told) > 1:
        return _wrapped(_read(told[0], (told[1],) if isinstance(told[1], str) else ()))
    if last in {"timedelta", "Timedelta", "DateOffset"} and top in {"datetime", "pandas"}:
        names = dict(zip(("days", "seconds"), told, strict=False)) | {
            key: only(values) for key, values in named.items()
        }
        return one(_span(names)) if names and names.keys() <= _UNITS else NOTHING
    if last == "date_range" and top in {"pandas", "xarray"}:
        return _range(told, {key: only(values) for key, values in named.items()})
    return None


def attribute(moment: Moment, name: str) -> Values:
    """`moment.year` and the like."""
    if name in _PARTS:
        return one(int(getattr(moment.at, name)))
    return one(moment.at.timetuple().tm_yday) if name in {"dayofyear", "day_of_year"} else NOTHING


def method(moment: Moment, name: str, given: list[Values]) -> Values:
    """`moment.strftime("%Y")` and the like."""
    form = only(given[0]) if given else None
    if name == "strftime" and isinstance(form, str):
        return one(shown(moment, form))
    if name == "isoformat":
        return one(moment.at.isoformat())
    return one(moment) if name in {"date", "to_pydatetime", "normalize", "astype"} else NOTHING


def unread(form: Values) -> Values:
    """What `strftime` makes of a date that nobody knows: each piece of it unknown."""
    return tuple(
        Alternative(tidy(_PIECE.sub(UNKNOWN, value)) if isinstance(value, str) else UNKNOWN_VALUE, when)
        for value, when in form
    )


def shown(moment: Moment, form: str) -> str:
    """The moment as `form` has it; as Python writes it where there is none."""
    try:
        return moment.at.strftime(form[:_LONGEST_FORM]) if form else str(moment.at)
    except ValueError:
        return UNKNOWN


def shifted(a: Value, b: Value, sign: int) -> Value | None:
    """A moment and a span, put together; `None` for anything else."""
    if isinstance(a, Moment) and isinstance(b, Span):
        try:
            return Moment(a.at + sign * b.by)
        except OverflowError:
            return None
    return None


def _one(told: list[Value], named: dict[str, Value]) -> Values:
    if told and isinstance(told[0], Moment):
        return one(told[0])
    if told and isinstance(told[0], str) and len(told) == 1:
        return _wrapped(_read(told[0], _FORMS))
    numbers = dict(zip(("year", "month", "day", "hour", "minute"), told, strict=False)) | named
    plain = {key: value for key, value in numbers.items() if isinstance(value, int)}
    if len(plain) < len(numbers) or not {"year"} <= plain.keys() <= _PARTS:
        return NOTHING
    try:
        return one(Moment(datetime(**{"month": 1, "day": 1} | plain)))  # type: ignore[arg-type]  # noqa: DTZ001
    except (ValueError, OverflowError):
        return NOTHING


def _wrapped(at: datetime | None) -> Values:
    return one(Moment(at)) if at is not None else NOTHING


def _read(text: Value, forms: tuple[str, ...]) -> datetime | None:
    for form in forms:
        try:
            return datetime.strptime(str(text), form) if isinstance(text, str) else None  # noqa: DTZ007
        except (ValueError, re.error):
            continue
    return None


def _span(named: dict[str, Value]) -> Value:
    units = {key: value for key, value in named.items() if isinstance(value, int) and abs(value) < 10**6}
    return Span(timedelta(**units)) if len(units) == len(named) else NOTHING[0].value


def _range(told: list[Value], named: dict[str, Value]) -> Values:
    places = dict(zip(("start", "end", "periods", "freq"), told, strict=False)) | named
    bounds = [
        value.at if isinstance(value, Moment) else _read(value, _FORMS)
        for value in (places.get("start"), places.get("end"))
    ]
    periods, step = places.get("periods"), places.get("freq", "D")
    if bounds[0] is None or not isinstance(step, str) or (bounds[1] is None and not isinstance(periods, int)):
        return NOTHING
    most = periods if isinstance(periods, int) else MOST_VALUES + 1
    found: list[Moment] = []
    for at in _following(bounds[0], step):
        if len(found) >= min(most, MOST_VALUES + 1) or (bounds[1] is not None and at > bounds[1]):
            break
        found.append(Moment(at))
    return one(Items(tuple(map(one, found)))) if 0 < len(found) <= MOST_VALUES else NOTHING


def _following(start: datetime, step: str) -> "Iterator[datetime]":
    number, unit = step.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"), step.lstrip("0123456789")
    times = int(number) if number.isdecimal() and len(number) < 4 else 1
    at = start
    with suppress(ValueError, OverflowError):
        for _ in range(MOST_VALUES + 2):
            if unit in _STEPS:
                yield at
                at += times * _STEPS[unit]
            elif unit in _MONTHS and unit not in _ENDING and at.day == 1:
                yield at
                months = at.year * 12 + at.month - 1 + times * _MONTHS[unit]
                at = at.replace(year=months // 12, month=months % 12 + 1)
            else:
                return
