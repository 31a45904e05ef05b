"""Whether confidences get better if they are bent to what was judged: by steps (isotonic), or by a curve (Platt).

Curves are fitted to repositories that were looked at, and held against repositories that were not. Among the former
each is judged by a curve that knows nothing of it: signals of one repository are alike, so they must not be on both
sides.

Ayer, M. et al. (1955), Annals of Mathematical Statistics 26: pool adjacent violators. Platt, J. (1999), Advances in
Large Margin Classifiers: a logistic curve with targets that are not quite 0 and 1.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from leap_kg.links.evaluation.scoring import Judged

FLOOR, CAP = 0.005, 0.995
"""No confidence counts for less or more, else one surprise would cost without bounds."""
_STEPS = 50

Curve = Callable[[float], float]
"""From a confidence as it is stated to one as it should be."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Mean squared error, and mean logarithm of what was not expected, of `number` signals; less is better."""

    number: int
    brier: float
    log: float


@dataclass(frozen=True, slots=True)
class Recalibration:
    """How good the confidences of one way are: among repositories that were seen, and held out. `None`: no signals."""

    way: str
    seen: Loss | None
    held_out: Loss | None


def stated(judged: Sequence[Judged]) -> Curve:
    """Confidences as they are, whatever was judged."""
    del judged
    return lambda confidence: confidence


def isotonic(judged: Sequence[Judged]) -> Curve:
    """The rising steps that are nearest to what is right, with straight lines between their middles."""
    blocks: list[tuple[float, float, float]] = []
    for confidence, share, number in _shares(judged):
        block = (confidence * number, share * number, float(number))
        while blocks and blocks[-1][1] * block[2] >= block[1] * blocks[-1][2]:
            before = blocks.pop()
            block = (before[0] + block[0], before[1] + block[1], before[2] + block[2])
        blocks.append(block)
    places = [confidences / number for confidences, _, number in blocks]
    values = [rights / number for _, rights, number in blocks]
    return lambda confidence: _between(confidence, places, values)


def platt(judged: Sequence[Judged]) -> Curve:
    """The logistic curve over the logit of what is stated that is likeliest, by Newton's method."""
    right = sum(each.right for each in judged)
    yes, no = (right + 1) / (right + 2), 1 / (len(judged) - right + 2)
    points = [(_logit(each.confidence), yes if each.right else no) for each in judged]
    slope, shift = 1.0, 0.0
    for _ in range(_STEPS):
        gradient_slope = gradient_shift = 0.0
        curved, mixed, flat = 1e-9, 0.0, 1e-9
        for place, target in points:
            expected = _logistic(slope * place + shift)
            weight = expected * (1 - expected)
            gradient_slope += (target - expected) * place
            gradient_shift += target - expected
            curved, mixed, flat = curved + weight * place * place, mixed + weight * place, flat + weight
        determinant = curved * flat - mixed * mixed
        if determinant <= 1e-12:
            break
        by_slope = (flat * gradient_slope - mixed * gradient_shift) / determinant
        by_shift = (curved * gradient_shift - mixed * gradient_slope) / determinant
        slope, shift = slope + max(-1.0, min(1.0, by_slope)), shift + max(-1.0, min(1.0, by_shift))
        if abs(by_slope) + abs(by_shift) < 1e-9:
            break
    return lambda confidence: _logistic(slope * _logit(confidence) + shift)


WAYS: dict[str, Callable[[Sequence[Judged]], Curve]] = {"as stated": stated, "isotonic": isotonic, "Platt": platt}


def recalibrations(seen: Sequence[Judged], held_out: Sequence[Judged]) -> list[Recalibration]:
    """Every way, fitted to what was seen; `held_out` is only judged."""
    found = []
    for way, fit in WAYS.items():
        curve = fit(seen) if seen else stated(seen)
        found.append(Recalibration(way, _crossed(seen, fit), loss([(curve(s.confidence), s.right) for s in held_out])))
    return found


def loss(said: Sequence[tuple[float, bool]]) -> Loss | None:
    """How far confidences are from what is right; `None` without any."""
    if not said:
        return None
    sure = [(min(max(confidence, FLOOR), CAP), right) for confidence, right in said]
    brier = sum((confidence - right) ** 2 for confidence, right in sure) / len(sure)
    surprise = -sum(math.log(confidence if right else 1 - confidence) for confidence, right in sure) / len(sure)
    return Loss(len(sure), brier, surprise)


def _crossed(judged: Sequence[Judged], fit: Callable[[Sequence[Judged]], Curve]) -> Loss | None:
    """Each repository judged by the curve of all others."""
    said: list[tuple[float, bool]] = []
    for repository in sorted({each.repository for each in judged}):
        others = [each for each in judged if each.repository != repository]
        curve = fit(others) if others else stated(others)
        said += [(curve(each.confidence), each.right) for each in judged if each.repository == repository]
    return loss(said)


def _shares(judged: Sequence[Judged]) -> list[tuple[float, float, int]]:
    """Each confidence that is stated, the share of its signals that is right, and their number."""
    by: dict[float, list[bool]] = {}
    for each in judged:
        by.setdefault(each.confidence, []).append(each.right)
    return [(confidence, sum(rights) / len(rights), len(rights)) for confidence, rights in sorted(by.items())]


def _between(confidence: float, places: Sequence[float], values: Sequence[float]) -> float:
    after = bisect_left(places, confidence)
    if after == 0:
        return values[0]
    if after == len(places):
        return values[-1]
    part = (confidence - places[after - 1]) / (places[after] - places[after - 1])
    return values[after - 1] + part * (values[after] - values[after - 1])


def _logit(confidence: float) -> float:
    bounded = min(max(confidence, FLOOR), CAP)
    return math.log(bounded / (1 - bounded))


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))
