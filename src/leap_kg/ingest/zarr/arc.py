"""The arc of a circle on which longitudes lie, whichever turn each of them is written in and wherever the list begins.

Hazard: 170.5, …, 179.5, -179.5, …, -170.5 is twenty degrees of the Pacific. Its least and its greatest number are
almost those of the whole globe, so an arc is told by the steps between neighbours and not by its ends.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from leap_kg.ingest.zarr.cells import NEARLY, Axis

_TURN = 360.0
_FARTHEST = 2 * _TURN  # a longitude beyond is none


def arc(axis: Axis, pieces: Sequence[Any]) -> Axis:
    """The axis with the end of its arc past 180 or 360 degrees where it goes on there; else as it is.

    `pieces` are the longitudes of one dimension in degrees, as arrays in order: all of them, or its first and last
    chunk. Steps are known afterwards if they are the same all along the arc, but for rounding.
    """
    import numpy as np

    fits = axis.step and axis.step * axis.count <= _TURN * (1 + NEARLY)
    if fits or axis.count < 2 or not pieces or max(abs(axis.low), abs(axis.high)) > _FARTHEST:
        return axis
    values = np.concatenate(pieces)
    if len(values) < axis.count:
        return _between(axis, pieces[0], pieces[-1])
    return _even(axis, values) or _onwards(axis, values)


def near(bounds: Axis, axis: Axis, edges: Any, values: Any) -> Axis:  # noqa: ANN401 - NumPy arrays
    """The bounds of cells in the turn of their arc: `edges` has one row, of two or more, for each of `values`."""
    import numpy as np

    if not axis.step or len(edges) != len(values) or len(values) != axis.count:
        return bounds
    middle = axis.low + (values - axis.low) % _TURN
    # The least value may come out a turn too far by rounding.
    middle = np.where(middle > axis.high + axis.step / 2, middle - _TURN, middle)
    beside = (edges.reshape(len(values), -1).T - middle + _TURN / 2) % _TURN - _TURN / 2
    return replace(bounds, low=float((middle + beside).min()), high=float((middle + beside).max()))


def _even(axis: Axis, values: Any) -> Axis | None:  # noqa: ANN401 - a NumPy array
    """The arc of values that are evenly spaced on the circle but for one gap, in whatever order they come."""
    import numpy as np

    around = np.sort(values % _TURN)
    gaps = np.diff(around, append=around[0] + _TURN)
    widest = int(gaps.argmax())
    others = np.delete(gaps, widest)
    if others.min() <= 0 or others.max() - others.min() > NEARLY * others.max():
        return None
    step = float(others.mean())
    low = float(around[(widest + 1) % len(around)])
    whole = gaps[widest] <= step * (1 + NEARLY)
    width = _TURN - (_TURN / axis.count if whole else float(gaps[widest]))
    return _same(axis, low, width, float(others.min()), float(others.max()))


def _onwards(axis: Axis, values: Any) -> Axis:  # noqa: ANN401 - a NumPy array
    """The arc of values of which each lies on the same side of the one before, by less than half a turn."""
    import numpy as np

    plain = np.diff(values)
    steps = (plain + _TURN / 2) % _TURN - _TURN / 2
    straight = bool((steps > 0).all() or (steps < 0).all())
    width = abs(float(steps.sum()))
    if not straight or width >= _TURN or bool((plain > 0).all() or (plain < 0).all()):
        return axis
    low = float(values[0] if steps[0] > 0 else values[-1])
    return _same(axis, low, width, float(np.abs(steps).min()), float(np.abs(steps).max()))


def _between(axis: Axis, first: Any, last: Any) -> Axis:  # noqa: ANN401 - NumPy arrays
    """The arc from the first value to the last by the steps that the first and the last chunk have in common."""
    import numpy as np

    steps = np.concatenate([(np.diff(piece) + _TURN / 2) % _TURN - _TURN / 2 for piece in (first, last)])
    if not len(steps):
        return axis
    mean = float(steps.mean())
    start, end = float(first[0]), float(last[-1])
    width = end - start + _TURN * round((start + mean * (axis.count - 1) - end) / _TURN)
    even = bool((np.abs(steps - mean) <= NEARLY * abs(mean)).all()) and abs(mean) > 0
    step = width / (axis.count - 1)
    if not even or abs(step - mean) > NEARLY * abs(mean) or abs(width) >= _TURN:
        return axis
    return _same(axis, start if width > 0 else end, abs(width), abs(step), abs(step))


def _same(axis: Axis, low: float, width: float, shortest: float, longest: float) -> Axis:
    return replace(axis, low=low, high=low + width, shortest=shortest, longest=longest)
