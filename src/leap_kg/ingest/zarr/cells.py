"""How far the cells reach of which a coordinate gives the centres, or one point of each.

What CF's bounds say counts (section 7.1; 7.4 for climatologies). Without them the cells of a regular axis are taken to
reach half a step beyond its ends; those of time that follow each other by the day, month or year are these days,
months and years, wherever in them their labels lie.

Hazard: values at points have no cells, and making some invents places and times. A store that is a discrete sampling
geometry (CF's featureType) has none in space, and where all methods of an axis say `point` it has none either; nor
have times less than a day apart of which nobody says that they are means, sums or the like.
"""

import math
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leap_kg.ingest.zarr.arrays import Array
from leap_kg.ingest.zarr.hierarchy import Hierarchy
from leap_kg.ingest.zarr.moments import step_seconds, time_moment

_DAY = 86_400.0
_REGULAR, NEARLY = 0.004, 0.1  # how much steps differ of a regular axis in single precision, and of Gaussian latitudes
_MONTH = (28 * _DAY, 31 * _DAY)
_YEAR = (360 * _DAY, 366 * _DAY)
_LONGEST = 2000
# https://cfconventions.org/cf-conventions/cf-conventions.html#cell-methods: names with colons, then a method.
_METHOD = re.compile(r"((?:[\w.-]+:\s+)+)([a-z_]+)")
_FEATURES = frozenset(("point", "timeseries", "trajectory", "profile", "timeseriesprofile", "trajectoryprofile"))
# What attributes say of one step: ISO 8601 as ACDD has it, and the words of CMIP.
_STEPS = {"P1D": "day", "day": "day", "P1M": "month", "mon": "month", "P1Y": "year", "yr": "year"}
_RESOLUTIONS = ("time_coverage_resolution", "frequency", "time_coverage_duration")


@dataclass(frozen=True, slots=True)
class Axis:
    """The values of a coordinate: `count` of them between `low` and `high`, neighbours `shortest` to `longest` apart.

    Steps are 0 where they are not known: of one value, of several dimensions, with values missing, back and forth.
    """

    low: float
    high: float
    count: int = 1
    shortest: float = 0.0
    longest: float = 0.0

    @property
    def step(self) -> float:
        """From one value to the next; 0 unless it is the same throughout, or nearly so."""
        mean = (self.high - self.low) / max(self.count - 1, 1)
        even = self.shortest > 0 and self.longest - self.shortest <= NEARLY * self.longest
        return mean if even and abs(mean - self.longest) <= NEARLY * self.longest else 0.0

    @property
    def regular(self) -> bool:
        """Whether its steps are the same but for rounding."""
        return bool(self.step) and self.longest - self.shortest <= _REGULAR * self.longest


def latitudes(axis: Axis, bounds: Axis | None, *, cells: bool) -> tuple[float, float]:
    """South and north of the cells; the last of Gaussian latitudes, which are not quite regular, has the pole in it."""
    low, high = longitudes(axis, bounds, cells=cells)
    if cells and bounds is None and axis.step and not axis.regular:
        low, high = (-90.0 if axis.low + 90 < axis.step else low), (90.0 if 90 - axis.high < axis.step else high)
    return max(low, -90.0) if axis.low >= -90 else low, min(high, 90.0) if axis.high <= 90 else high


def longitudes(axis: Axis, bounds: Axis | None, *, cells: bool) -> tuple[float, float]:
    """West and east of the cells."""
    if bounds is not None and bounds.low <= axis.low and axis.high <= bounds.high:
        # Bounds across the antimeridian may be written with another turn; farther than a step they say nothing.
        reach = 1.5 * axis.longest if axis.longest else 180.0
        if axis.low - bounds.low <= reach and bounds.high - axis.high <= reach:
            return bounds.low, bounds.high
    half = axis.step / 2 if cells else 0.0
    return axis.low - half, axis.high + half


def period(hierarchy: Hierarchy, time: Array, axis: Axis, bounds: Axis | None, bounds_of: Array) -> tuple[str, str]:
    """Start and end of the times of the cells in ISO 8601, `""` for what cannot be told; a cell lacks its last instant.

    `bounds_of` is the array that says what the numbers of `bounds` mean.
    """
    first, last = time_moment(time, axis.low), time_moment(time, axis.high)
    if bounds is not None and bounds.low <= axis.low and axis.high <= bounds.high and bounds.low < bounds.high:
        start, end = time_moment(bounds_of, bounds.low), time_moment(bounds_of, bounds.high)
        if start and end:
            return start, _before(end)
    methods = _methods(hierarchy, time, {"time"})
    if not first or not last or (methods and methods == {"point"}):
        return first, last
    unit = _unit(hierarchy, time, axis, first, last)
    if unit:
        return _first_of(first, unit), _last_of(last, unit)
    step = axis.step * step_seconds(time) if axis.regular else 0.0
    if not step or (step < _DAY and not methods):
        return first, last
    half = timedelta(seconds=step / 2)
    return _shifted(first, -half), _before(_shifted(last, half))


def has_cells(hierarchy: Hierarchy, coordinate: Array, role: str) -> bool:
    """Whether the data are of cells along a coordinate of place, as far as anybody says."""
    feature = hierarchy.attributes.get("featureType")
    if isinstance(feature, str) and feature.strip().lower() in _FEATURES:
        return False
    methods = _methods(hierarchy, coordinate, {role, "area"})
    return not methods or methods != {"point"}


def _methods(hierarchy: Hierarchy, coordinate: Array, names: set[str]) -> set[str]:
    """What the data along a coordinate are of its cells (`mean`, `point`), by the cell methods of variables."""
    folder, _, own = coordinate.name.rpartition("/")
    names = {*names, own, *coordinate.dimensions}
    found: set[str] = set()
    for array in hierarchy.arrays:
        stated = array.attributes.get("cell_methods")
        if array.name.rpartition("/")[0] == folder and isinstance(stated, str) and len(stated) <= _LONGEST:
            found |= {method for axes, method in _METHOD.findall(stated) if names & set(axes.replace(":", " ").split())}
    return found


def _unit(hierarchy: Hierarchy, time: Array, axis: Axis, first: str, last: str) -> str:
    """`day`, `month` or `year` where one cell is one of these, `""` otherwise."""
    if axis.count == 1:
        stated = (hierarchy.attributes.get(key) for key in _RESOLUTIONS)
        return next((_STEPS[text] for text in stated if isinstance(text, str) and text in _STEPS), "")
    seconds = step_seconds(time)
    shortest, longest, slack = axis.shortest * seconds, axis.longest * seconds, 1.0
    months = (int(last[:4]) - int(first[:4])) * 12 + int(last[5:7]) - int(first[5:7])
    if _MONTH[0] - slack <= shortest and longest <= _MONTH[1] + slack and months == axis.count - 1:
        return "month"
    if _YEAR[0] - slack <= shortest and longest <= _YEAR[1] + slack and months // 12 == axis.count - 1:
        return "year"
    return "day" if abs(shortest - _DAY) <= slack and abs(longest - _DAY) <= slack else ""


def _first_of(moment: str, unit: str) -> str:
    kept = {"day": 10, "month": 7, "year": 4}[unit]
    return f"{(moment[:kept] + '-01-01')[:10]}T00:00:00Z"


def _last_of(moment: str, unit: str) -> str:
    year, month, day = moment[:4], moment[5:7], moment[8:10]
    if unit != "day":
        month = "12" if unit == "year" else month
        day = f"{monthrange(int(year), int(month))[1]:02d}"
    return f"{year}-{month}-{day}T23:59:59Z"


def _before(moment: str) -> str:
    return _shifted(moment, timedelta(seconds=-1))


def _shifted(moment: str, by: timedelta) -> str:
    """The moment so much later; itself where the calendar ends."""
    try:
        found = datetime.fromisoformat(moment).astimezone(UTC) + by
    except (ValueError, OverflowError):
        return moment
    return f"{found:%Y-%m-%dT%H:%M:%S}Z".rjust(20, "0")


def joined(ranges: list[Axis], count: int, *, ordered: bool) -> Axis | None:
    """One axis of what was read of it, piece by piece in order; `None` of nothing.

    `ordered` is whether the pieces hold all or, in between, only neighbours of one dimension: else no step is known.
    """
    good = [each for each in ranges if math.isfinite(each.low) and math.isfinite(each.high)]
    if not good:
        return None
    low, high = min(each.low for each in good), max(each.high for each in good)
    steps = [(each.shortest, each.longest) for each in good if each.count > 1]
    if not ordered or not steps or len(good) < len(ranges) or min(short for short, _ in steps) <= 0:
        return Axis(low, high, count)
    return Axis(low, high, count, min(short for short, _ in steps), max(long for _, long in steps))
