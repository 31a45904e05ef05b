"""Whether confidences mean what they say: of what is said to be 0.9 sure, nine in ten should be right.

Brier, G. W. (1950), Monthly Weather Review 78: the mean squared distance of what was said from what was true.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leap_kg.links.evaluation.scoring import Judged

BINS = 10
_SIDE, _MARGIN = 320, 44


@dataclass(frozen=True, slots=True)
class Bin:
    """Signals of like confidence: how many, how sure they were on average, and the share of them that is right."""

    number: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The signals of one method, or of all."""

    method: str
    number: int
    confidence: float
    right: float
    brier: float
    bins: tuple[Bin, ...]


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
    return Calibration(method, len(signals), _sure(signals), _right(signals), brier, bins)


def _sure(signals: Sequence[Judged]) -> float:
    return sum(signal.confidence for signal in signals) / len(signals)


def _right(signals: Sequence[Judged]) -> float:
    return sum(signal.right for signal in signals) / len(signals)


def plot(of: Calibration) -> str:
    """The reliability plot as SVG: a dot for each bin, its area by the number of signals; right is on the diagonal."""
    size = _SIDE + 2 * _MARGIN
    most = max(each.number for each in of.bins)
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
        f'<g fill="#0a6277" fill-opacity="0.7">{dots}</g>{ticks}'
        f'<text x="{size / 2}" y="{size - 8}" text-anchor="middle">confidence</text>'
        f'<text x="{_x(0)}" y="{_y(1) - 12}">share that is right'
        f" ({of.number} signals, Brier {of.brier:.3f})</text></svg>\n"
    )


def _x(value: float) -> float:
    return round(_MARGIN + _SIDE * value, 1)


def _y(value: float) -> float:
    return round(_MARGIN + _SIDE * (1 - value), 1)
