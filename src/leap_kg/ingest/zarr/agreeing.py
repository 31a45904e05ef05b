"""Whether the attributes of a store tell the place and time of its own data, or those of the files it was cut from.

A store that was cut out of a larger one keeps the attributes of that. The coordinates tell; where they cannot be read,
how many there are and how far the attributes say they lie apart. What is plainly not the place of the data is none:
a search for any other place would find them.
"""

import re
from collections.abc import Iterator

from leap_kg.ingest.formats.reading import Reading
from leap_kg.ingest.mapping.agreement import holds_box, holds_period, read_period
from leap_kg.ingest.mapping.extents import Box
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.zarr.attributes import stated_box, stated_period
from leap_kg.ingest.zarr.coordinates import Extent, coordinates
from leap_kg.ingest.zarr.hierarchy import Hierarchy

_RESOLUTIONS = {"latitude": "geospatial_lat_resolution", "longitude": "geospatial_lon_resolution"}
_DEGREES = re.compile(r"\s*(\d{1,3}(?:\.\d{1,20})?)\s*(?:°|deg(?:ree)?s?\b.*)?\s*", re.IGNORECASE)
_SPACE = (
    "Correct geospatial_lat_min (or southernmost_latitude) and the like in the store's attributes, or leave them out."
)
_TIME = "Correct time_coverage_start and time_coverage_end in the store's attributes, or leave them out."


def report_differing(found: Extent, hierarchy: Hierarchy, reading: Reading) -> None:
    """A finding for the place and one for the time, if the attributes state others than the coordinates span."""
    stated = stated_box(hierarchy.attributes)
    if stated is not None and found.where is not None:
        # Attributes may tell of the centres of cells as well as of their edges.
        if not any(holds_box(stated, box) and holds_box(box, stated) for box in (found.where, found.points) if box):
            message = f"the attributes state {stated.words}, but the coordinates span {found.where.words}, which count"
            _report(reading, message, _SPACE, stated.words)
    elif stated is not None and (spans := list(_too_small(stated, hierarchy))):
        few = " and ".join(spans)
        message = f"the attributes state {stated.words}, but {few}; where these are could not be read: no place counts"
        _report(reading, message, _SPACE, stated.words)
    told, read = read_period(*stated_period(hierarchy.attributes)), read_period(found.start, found.end)
    either = [each for each in (read, read_period(*found.times)) if each]
    if told and read and not any(holds_period(told, each) and holds_period(each, told) for each in either):
        message = f"the attributes state {told.words}, but the coordinates span {read.words}, which count"
        _report(reading, message, _TIME, told.words)


def credible_box(hierarchy: Hierarchy) -> Box | None:
    """The place that the attributes state; `None` if they state none, or one that the coordinates cannot span."""
    stated = stated_box(hierarchy.attributes)
    return None if stated is None or any(_too_small(stated, hierarchy)) else stated


def _too_small(stated: Box, hierarchy: Hierarchy) -> Iterator[str]:
    """In words, which coordinates cannot span half of what the attributes state."""
    arrays = coordinates(hierarchy)
    for (role, key), extent in zip(_RESOLUTIONS.items(), (stated.height, stated.width), strict=True):
        array, apart = arrays.get(role), _degrees(hierarchy.attributes.get(key))
        if array is not None and apart and len(array.shape) == 1 and 2 * apart * array.shape[0] < extent:
            span = apart * array.shape[0]
            yield f"its {array.shape[0]} {role}s, {apart:.3g} degrees apart, span {span:.3g} degrees"


def _degrees(value: object) -> float:
    """A resolution as a number or as `0.25 degrees`; 0 for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if 0 < value <= 180 else 0.0
    found = _DEGREES.fullmatch(value) if isinstance(value, str) else None
    return float(found[1]) if found else 0.0


def _report(reading: Reading, message: str, hint: str, value: str) -> None:
    reading.report("extents-differ", Severity.WARNING, message, hint, value=value)
