"""From what is asked for to places along each dimension: nearest cells, boxes over any meridian, periods.

Longitudes are compared around the circle, so that a store from 0° to 360° and one from 180° W to 180° E answer alike;
what comes out runs from the west of the box to its east.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from leap_kg.web.data.asked import Wish
from leap_kg.web.data.cost import Picked
from leap_kg.web.data.store import Refused, Variable

_EDGE = 1e-9


@dataclass(frozen=True, slots=True)
class Selection:
    """The places picked along each dimension, in the variable's order; `time` is the dimension of time, if any."""

    dimensions: tuple[str, ...]
    picked: tuple[Picked, ...]
    latitude: str
    longitude: str
    time: str


def select(data: xr.Dataset, variable: Variable, wish: Wish) -> Selection:
    """What of the variable is wanted; raises `Refused` where nothing is, or where the store has no such axis."""
    array = data[variable.name]
    names = [str(dimension) for dimension in array.dims]
    latitude = variable.latitude.dimensions[0] if variable.latitude else ""
    longitude = variable.longitude.dimensions[0] if variable.longitude else ""
    time = next((name for name in names if _is_time(data, name)), "")
    picked: dict[str, Picked] = {name: range(array.sizes[name]) for name in names}
    if wish.point is not None or wish.box is not None:
        if variable.latitude is None or variable.longitude is None:
            reason = f"{wish.variable} has no latitudes and longitudes of one dimension each"
            raise Refused(400, f"{reason}; ask for a subset without bbox")
        latitudes, longitudes = (_values(data, one.name) for one in (variable.latitude, variable.longitude))
        if wish.point is not None:
            picked[latitude] = _one(_nearest(latitudes, wish.point[0], "latitude", circle=False))
            picked[longitude] = _one(_nearest(longitudes, wish.point[1], "longitude", circle=True))
        elif wish.box is not None:
            west, south, east, north = wish.box
            picked[latitude] = _between(latitudes, south, north)
            picked[longitude] = _around(longitudes, west, east)
    if wish.start or wish.end:
        if not time:
            raise Refused(400, f"{wish.variable} has no dimension of time that can be read; leave out datetime")
        picked[time] = _during(data, time, wish)
    for name, value in wish.picks.items():
        if name not in names or name in (latitude, longitude, time):
            others = [other for other in names if other not in (latitude, longitude, time)]
            known = f"it has {', '.join(others)} besides" if others else "it has no others"
            raise Refused(400, f"{name[:60]!r} is no dimension of {wish.variable} that a number picks from; {known}")
        picked[name] = _one(_at(data, name, value, len(picked[name])))
    return Selection(tuple(names), tuple(picked[name] for name in names), latitude, longitude, time)


def taken(data: xr.Dataset, variable: Variable, wish: Wish, selection: Selection) -> xr.Dataset:
    """The part that was selected, still unread, longitudes of a box growing from its west."""
    places = {
        name: slice(places.start, places.stop) if isinstance(places, range) else list(places)
        for name, places in zip(selection.dimensions, selection.picked, strict=True)
    }
    found = data.isel(places)
    if wish.box is not None and variable.longitude is not None:
        name = variable.longitude.name.rpartition("/")[2]
        west = wish.box[0]
        values = found[name].values.astype("float64")
        moved = found[name].copy(data=values - 360.0 * np.floor((values - west + _EDGE) / 360.0))
        found = found.assign_coords({name: moved}) if name in found.coords else found.assign({name: moved})
    return found


def told(
    data: xr.Dataset, variable: Variable, wish: Wish, selection: Selection, left: Sequence[Picked]
) -> dict[str, str]:
    """The parameters of an address that asks for the places `left` of what was selected, or for fewer."""
    by_name = dict(zip(selection.dimensions, left, strict=True))
    found = {"variable": wish.variable}
    if wish.point is not None:
        found |= {"lat": f"{wish.point[0]:g}", "lon": f"{wish.point[1]:g}"}
    elif variable.latitude is not None and variable.longitude is not None:
        across, up = by_name[selection.longitude], by_name[selection.latitude]
        longitudes = _values(data, variable.longitude.name)[[across[0], across[-1]]]
        ends = sorted(_values(data, variable.latitude.name)[[up[0], up[-1]]])
        west = float(longitudes[0])
        east = west + (float(longitudes[1]) - west) % 360.0
        found["bbox"] = ",".join(f"{number:.6g}" for number in (west, ends[0], east, ends[1]))
    for name, places in by_name.items():
        if name == selection.time:
            index = data.indexes[name]
            first, last = sorted((index[places[0]], index[places[-1]]))
            found["datetime"] = f"{_day(first)}/{_day(last)}"
        elif name not in (selection.latitude, selection.longitude) and data.sizes[name] > len(places):
            found[name] = f"{float(_values(data, name)[places[0]]):.9g}" if name in data.variables else str(places[0])
    return found


def _values(data: xr.Dataset, name: str) -> Any:  # noqa: ANN401 - a NumPy array
    return data[name.rpartition("/")[2]].values


def _is_time(data: xr.Dataset, name: str) -> bool:
    index = data.indexes.get(name)
    return index is not None and (isinstance(index, xr.CFTimeIndex) or index.dtype.kind == "M")


def _nearest(values: Any, wanted: float, what: str, *, circle: bool) -> int:  # noqa: ANN401 - a NumPy array
    """The place of the cell nearest to a point, which has to lie no more than a cell outside."""
    numbers = values.astype("float64")
    apart = np.abs((numbers - wanted + 180.0) % 360.0 - 180.0) if circle else np.abs(numbers - wanted)
    apart = np.where(np.isfinite(apart), apart, np.inf)
    place = int(np.argmin(apart))
    if apart[place] > _step(numbers) + _EDGE:
        low, high = np.nanmin(numbers), np.nanmax(numbers)
        raise Refused(400, f"the point lies outside: the store has {what}s from {low:g} to {high:g}")
    return place


def _step(numbers: Any) -> float:  # noqa: ANN401 - a NumPy array
    """The widest step from one cell to the next, in degrees; 0 where there is none."""
    steps = np.abs(np.diff(numbers))
    return float(np.nanmax(steps)) if steps.size and np.isfinite(steps).any() else 0.0


def _between(values: Any, low: float, high: float) -> Picked:  # noqa: ANN401 - a NumPy array
    numbers = values.astype("float64")
    return _some(np.flatnonzero((numbers >= low - _EDGE) & (numbers <= high + _EDGE)), numbers, "latitude")


def _around(values: Any, west: float, east: float) -> Picked:  # noqa: ANN401 - a NumPy array
    """The places from west to east, over the antimeridian if the box goes there; all round for a whole turn."""
    numbers = values.astype("float64")
    width = 360.0 if abs(east - west) >= 360.0 else (east - west) % 360.0
    behind = (numbers - west + _EDGE) % 360.0
    inside = np.flatnonzero(behind <= width + 2 * _EDGE)
    return _some(inside[np.argsort(behind[inside], kind="stable")], numbers, "longitude")


def _some(places: Any, numbers: Any, what: str) -> Picked:  # noqa: ANN401 - NumPy arrays
    if not places.size:
        low, high = np.nanmin(numbers), np.nanmax(numbers)
        step = _step(numbers)
        apart = f", {step:g} degrees apart" if step else ""
        reason = f"no cell has its middle in the box: the store has {what}s from {low:g} to {high:g}{apart}"
        raise Refused(400, f"{reason}; widen the box, or ask for a series at a point")
    if (np.diff(places) == 1).all():
        return range(int(places[0]), int(places[-1]) + 1)
    return [int(place) for place in places]


def _during(data: xr.Dataset, time: str, wish: Wish) -> Picked:
    index = data.indexes[time]
    try:
        found = index.slice_indexer(wish.start or None, wish.end or None)
        start, stop, _ = found.indices(len(index))
    except (KeyError, ValueError, TypeError):
        reason = "the period cannot be found in the store: its times are in no order, or have no such date"
        raise Refused(400, reason) from None
    if start >= stop:
        first, last = sorted((index[0], index[-1]))
        raise Refused(400, f"nothing lies in the period: the store has times from {_day(first)} to {_day(last)}")
    return range(start, stop)


def _at(data: xr.Dataset, name: str, value: float, length: int) -> int:
    if name in data.variables and data[name].dtype.kind in "iuf":
        return int(np.nanargmin(np.abs(_values(data, name).astype("float64") - value)))
    if value != int(value) or not 0 <= value < length:
        raise Refused(400, f"{name} has no numbers; pick one of its {length} places, from 0 to {length - 1}")
    return int(value)


def _one(place: int) -> Picked:
    return range(place, place + 1)


def _day(moment: Any) -> str:  # noqa: ANN401 - of pandas or cftime
    return str(moment.isoformat())[:19].removesuffix("T00:00:00")
