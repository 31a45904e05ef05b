"""Whether confidences mean what they say: of what is said to be 0.9 sure, nine in ten should be right.

Brier, G. W. (1950), Monthly Weather Review 78: the mean squared distance of what was said from what was true.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leap_kg.links.evaluation.scoring import Judged

BINS = 10
_Z = 1.96
_SIDE, _MARGIN = 320, 44


@dataclass(frozen=True, slots=True)
class Bin:
    """Signals of like confidence: how many, how sure they were on average, and the share of them that is right."""

    number: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The signals of one method, of one method at one confidence, or all; `low` to `high` is where the share of all
    such signals that are right lies with 95 % likelihood, if those judged were drawn at random.
    """

    method: str
    number: int
    confidence: float
    right: float
    low: float
    high: float
    brier: float
    bins: tuple[Bin, ...]

    @property
    def off(self) -> str:
        """Whether what is stated lies outside: `too low`, `too high`, or `""`."""
        return "too low" if self.confidence < self.low else "too high" if self.confidence > self.high else ""


def calibration(method: str, judged: Iterable[Judged]) -> Calibration | None:
    """How well these confidences hold; `None` without signals."""
    signals = list(judged)
    if not signals:
        return None
    binned: list[list[Judged]] = [[] for _ in range(BINS)]
    for signal in signals:
        binned[min(int(signal.confidence * BINS), BINS - 1)].append(signal)
    brier = sum((signal.confidence - signal.right) ** 2 for signal in signals) / len(signals)
    bins = tuple(Bin(len(those), _sure(those), _right(those)) for those in binned if those)
    right = _right(signals)
    return Calibration(method, len(signals), _sure(signals), right, *interval(right, len(signals)), brier, bins)


def interval(share: float, number: int) -> tuple[float, float]:
    """Where the true share lies, for a share among `number`: Wilson, E. B. (1927), J. Am. Statistical Association."""
    spread = _Z * math.sqrt(share * (1 - share) / number + _Z**2 / (4 * number**2))
    middle, width = share + _Z**2 / (2 * number), 1 + _Z**2 / number
    return max(0.0, (middle - spread) / width), min(1.0, (middle + spread) / width)


def _sure(signals: Sequence[Judged]) -> float:
    return sum(signal.confidence for signal in signals) / len(signals)


def _right(signals: Sequence[Judged]) -> float:
    return sum(signal.right for signal in signals) / len(signals)


def plot(of: Calibration) -> str:
    """The reliability plot as SVG: a dot for each bin, its area by the number of signals, and where the share of all
    such signals lies; right is on the diagonal.
    """
    size = _SIDE + 2 * _MARGIN
    most = max(each.number for each in of.bins)
    lines = "".join(
        f'<line x1="{_x(each.confidence)}" y1="{_y(low)}" x2="{_x(each.confidence)}" y2="{_y(high)}"/>'
        for each in of.bins
        for low, high in [interval(each.right, each.number)]
    )
    dots = "".join(
        f'<circle cx="{_x(each.confidence)}" cy="{_y(each.right)}" r="{3 + 11 * (each.number / most) ** 0.5:.1f}">'
        f"<title>{each.number} signals, {each.confidence:.2f} sure, {each.right:.2f} right</title></circle>"
        for each in of.bins
    )
    ticks = "".join(
        f'<text x="{_x(n / 5)}" y="{_y(0) + 16}" text-anchor="middle">{n / 5:.1f}</text>'
        f'<text x="{_x(0) - 8}" y="{_y(n / 5) + 4}" text-anchor="end">{n / 5:.1f}</text>'
        for n in range(6)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" font-family="sans-serif" font-size="12">'
        f"<title>Reliability of {of.method}</title>"
        f'<rect x="{_x(0)}" y="{_y(1)}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#7d929d"/>'
        f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="#7d929d" stroke-dasharray="4 4"/>'
        f'<g stroke="#0a6277">{lines}</g><g fill="#0a6277" fill-opacity="0.7">{dots}</g>{ticks}'
        f'<text x="{size / 2}" y="{size - 8}" text-anchor="middle">confidence</text>'
        f'<text x="{_x(0)}" y="{_y(1) - 12}">share that is right'
        f" ({of.number} signals, Brier {of.brier:.3f})</text></svg>\n"
    )


def _x(value: float) -> float:
    return round(_MARGIN + _SIDE * value, 1)


def _y(value: float) -> float:
    return round(_MARGIN + _SIDE * (1 - value), 1)
