"""Bars as a page draws them, without scripts; the numbers stand in a table beside each drawing.

Lengths are in units of the drawing, 360 wide. Hazard: a bar that is too short to be seen, and one below zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

WIDTH, HEIGHT = 360.0, 150.0
SERIES = 6
"""The most kinds that are told apart by colour; the others are one."""

_LEFT = 4.0
_LEAST = 0.75
_LABELS = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """One piece of a bar: its place, and which of the series it belongs to."""

    x: float
    y: float
    width: float
    height: float
    series: int
    words: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A label beside the drawing, with its place along the axis."""

    x: float
    y: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing: bars, labels, and the names of its series; `words` say what it shows."""

    words: str
    height: float
    zero: float
    bars: Sequence[Bar]
    marks: Sequence[Mark]
    legend: Sequence[tuple[str, int]]


def over_time(words: str, unit: str, values: Mapping[str, Mapping[str, Decimal]], series: Sequence[str]) -> Chart:
    """Standing bars, one for each period in order, with a piece for each of the series, in which order they stack."""
    ups = [sum((v for v in each.values() if v > 0), Decimal(0)) for each in values.values()]
    downs = [sum((v for v in each.values() if v < 0), Decimal(0)) for each in values.values()]
    most, least = max(ups, default=Decimal(0)), min(downs, default=Decimal(0))
    scale = HEIGHT / float(most - least) if most - least else 0.0
    zero = round(12 + float(most) * scale, 2)
    step = (WIDTH - 2 * _LEFT) / max(len(values), 1)
    bars, marks = [], []
    every = ceil(len(values) / _LABELS) or 1
    for place, (period, pieces) in enumerate(values.items()):
        x, width = _LEFT + place * step, max(min(step * 0.8, 40.0), 0.5)
        top = bottom = zero
        for number, name in enumerate(series):
            amount = pieces.get(name, Decimal(0))
            if not amount:
                continue
            height = max(abs(float(amount)) * scale, _LEAST)
            y = top - height if amount > 0 else bottom
            top, bottom = (y, bottom) if amount > 0 else (top, bottom + height)
            label = f"{period}, {name}: {money(amount)} {unit}".strip()
            bars.append(
                Bar(round(x, 2), round(y, 2), round(width, 2), round(height, 2), min(number, SERIES - 1), label)
            )
        if place % every == 0:
            anchor = "start" if place == 0 else "middle"
            marks.append(Mark(round(x if place == 0 else x + width / 2, 2), HEIGHT + 28, period, anchor))
    marks.append(Mark(_LEFT, 8, f"{money(most)} {unit}".strip(), "start"))
    legend = [(name, min(number, SERIES - 1)) for number, name in enumerate(series)]
    return Chart(words, HEIGHT + 34, zero, bars, marks, legend if len(series) > 1 else [])


def by_size(words: str, unit: str, values: Sequence[tuple[str, Decimal]], most: int = 12) -> Chart:
    """Lying bars, one for each name, as long as it is large; `values` are in order, of which the first are drawn."""
    shown = values[:most]
    largest = max((abs(amount) for _, amount in shown), default=Decimal(0))
    bars, marks = [], []
    for place, (name, amount) in enumerate(shown):
        y = place * 30.0
        length = max(float(abs(amount) / largest) * (WIDTH - 2 * _LEFT), _LEAST) if largest else _LEAST
        label = f"{name}: {money(amount)} {unit}".strip()
        bars.append(Bar(_LEFT, y + 17, round(length, 2), 9, 0 if amount >= 0 else SERIES - 1, label))
        marks.append(Mark(_LEFT, y + 12, label if len(label) <= 52 else f"{label[:51]}…", "start"))
    return Chart(words, len(shown) * 30.0 + 2, 0.0, bars, marks, [])


def money(amount: Decimal) -> str:
    """An amount to two places, as people read it; what rounds to nothing keeps two digits that count."""
    if amount and abs(amount) < Decimal("0.005"):
        return f"{amount:.2g}"
    return f"{amount:,.2f}"
