"""The periods that a node covers on an axis of time, as the numbers of a drawing 360 units wide.

Months count as equal, and so do the days of a month: a drawing needs no more, and calendars of models have months of
30 days. A period that is open at an end runs off the drawing there.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 360.0
_THINNEST = 3.0
_SHOWN = 20
_MOMENT = re.compile(r"(-?\d{4,6})(?:-(\d\d)(?:-(\d\d))?)?(?![\d-])")
_STEPS = (1 / 12, 1 / 4, 1 / 2, *(base * 10.0**power for power in range(9) for base in (1, 2, 5)))
# Labels of months are longer than those of years.
_MOST_STEPS, _MOST_SHORT_STEPS = 4, 2
_OPEN_YEARS = 2
"""What is open at an end is drawn on an axis of years, not of months."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A period: where it begins, and how long it is; `since` and `until` say that it has no such end."""

    x: float
    width: float
    since: bool
    until: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of the axis with its label; `anchor` is the end of the text that stands at the mark."""

    x: float
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The bars, one below the other, and the marks of the axis."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


def timeline(periods: Iterable[tuple[str, str]]) -> Timeline | None:
    """The drawing of periods from start to end (ISO 8601, `""` if open); `None` if no end of any is a date.

    A period that ends before it begins is left out: which of its ends is wrong nobody knows.
    """
    read = [(_year(start), _year(end)) for start, end in list(dict.fromkeys(periods))[:_SHOWN]]
    known = [
        (start, end)
        for start, end in read
        if (start is not None or end is not None) and not (start is not None and end is not None and start > end)
    ]
    ends = [year for period in known for year in period if year is not None]
    if not ends:
        return None
    is_open = any(None in period for period in known)
    span = max(max(ends) - min(ends), _OPEN_YEARS if is_open else 0)
    most = {step: _MOST_STEPS if step >= 1 else _MOST_SHORT_STEPS for step in _STEPS}
    step = next((step for step in _STEPS if span / step <= most[step]), _STEPS[-1])
    first = math.floor(min(ends) / step + 1e-9)
    last = max(math.ceil(max(ends) / step - 1e-9), first + 1)
    # What is open at an end needs room there to be seen as such.
    first -= any(start is None for start, _ in known)
    last += any(end is None for _, end in known)

    def place(year: float) -> float:
        return (year / step - first) / (last - first) * WIDTH

    bars = []
    for start, end in known:
        left = 0.0 if start is None else place(start)
        right = WIDTH if end is None else place(end)
        width = max(right - left, _THINNEST)
        bars.append(Bar(round(min(left, WIDTH - width), 1), round(width, 1), start is None, end is None))
    return Timeline(tuple(bars), tuple(_tick(number, first, last, step) for number in range(first, last + 1)))


def _year(text: str) -> float | None:
    """The moment in years; `None` for a text that does not begin with a year."""
    found = _MOMENT.match(text)
    if found is None:
        return None
    month, day = int(found[2] or 1), int(found[3] or 1)
    good = 1 <= month <= 12 and 1 <= day <= 31
    return int(found[1]) + (month - 1) / 12 + (day - 1) / 372 if good else None


def _tick(number: int, first: int, last: int, step: float) -> Tick:
    # Of months: a year that is no whole number is one in binary too.
    months = round(number * step * 12)
    label = f"{months // 12:04d}" if step >= 1 else f"{months // 12:04d}-{months % 12 + 1:02d}"
    anchor = "start" if number == first else "end" if number == last else "middle"
    return Tick(round((number - first) / (last - first) * WIDTH, 1), label, anchor)
