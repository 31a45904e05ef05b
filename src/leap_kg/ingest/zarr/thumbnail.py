"""The small picture of a store: a few chunks read when it is harvested, drawn, and kept like any other body.

So a store that only the harvest can reach has a picture too, and no page ever opens a store. The chunks themselves are
not kept; what is said of the picture is a record of its own (`told`), so that mapping needs neither them nor a library.
"""

import base64
import binascii
import json
import math
import struct
from collections.abc import Mapping
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.ingest.fetch import FetchFailed, NotMirrored
from leap_kg.ingest.formats.reading import Reading
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import ANY_URI, Statements
from leap_kg.ingest.source import Part
from leap_kg.ingest.zarr.arrays import Array
from leap_kg.ingest.zarr.asking import Asking
from leap_kg.ingest.zarr.chunks import Unread, numbers
from leap_kg.ingest.zarr.hierarchy import Hierarchy
from leap_kg.ingest.zarr.keeping import Elsewhere
from leap_kg.ingest.zarr.painting import LONGEST, Painted, Unpainted, paint
from leap_kg.ingest.zarr.plane import Plane, TooLarge, plane
from leap_kg.ingest.zarr.targets import Target
from leap_kg.ontology.iri import part
from leap_kg.ontology.namespaces import DCT, FOAF, PROV, SCHEMA

PICTURE = "picture"
"""The role of the PNG among the parts of a record."""
TOLD = "picture told"
"""The role of the JSON that says what the picture shows, or why there is none."""

_SMALLER = "Store a variable on latitudes and longitudes in chunks of a few megabytes, coarser ones too."
_REACHABLE = "Let the chunks be read by whoever may read the metadata."
_AS_IT_IS = "Write the values that are to be there; if it is meant to be so, there is nothing to mend."


def pictured(asking: Asking, hierarchy: Hierarchy) -> list[Part]:
    """The picture and what is told of it; nothing where no variable could be drawn, or nobody could be asked.

    Of chunks, those that `asking` has already are not asked for again. Raises `FetchFailed` where a host wants no more
    questions.
    """
    target = asking.target
    try:
        found = plane(hierarchy)
    except TooLarge as problem:
        return [_told(target, {"reason": str(problem)})]
    if found is None:
        return []
    wanted = [found.array.chunk_key(place) for place in found.places()]
    axes = [axis.chunk_key((at,)) for axis in (found.latitude, found.longitude) for at in range(axis.chunk_counts()[0])]
    asking.all([*axes, *wanted])
    if any(isinstance(asking.failures.get(key), NotMirrored | Elsewhere) for key in (*axes, *wanted)):
        return []
    bodies = {key: body.data for key, body in asking.bodies.items()}
    try:
        painted = _painted(found, bodies, asking.failures)
    except (Unread, Unpainted) as problem:
        reason = f"{found.array.name}: {str(problem).removeprefix(found.array.name + ': ')}"
        hint = problem.hint if isinstance(problem, Unread) else _AS_IT_IS
        return [_told(target, {"reason": reason, "hint": hint})]
    except ImportError:
        reason = "the libraries that draw are missing: install leap-kg[data]"
        return [_told(target, {"reason": reason, "hint": "Install them and harvest again."})]
    said = {"variable": found.array.name, "low": painted.low, "high": painted.high, "whole": found.whole}
    first = [name for at, name in enumerate(found.array.dimensions) if at not in (found.down, found.across)]
    return [
        Part.cut(PICTURE, target.root, painted.png),
        _told(target, {**said, "first": [name for name in first if name]}),
    ]


def say_picture(
    store: NamedNode, parts: Mapping[str, Part], hierarchy: Hierarchy, reading: Reading, say: Statements, base: str
) -> None:
    """Say which picture the store has, of what; a variable that could not be drawn is a finding."""
    if (told := parts.get(TOLD)) is None:
        return
    said = json.loads(told.data)
    if reason := said.get("reason"):
        # Only where they are too large is nothing wrong with the chunks themselves.
        hint = said.get("hint", "") or _SMALLER
        reading.report("not-pictured", Severity.INFO, f"no picture was drawn of the store: {reason}", hint)
        return
    drawn = next((array for array in hierarchy.arrays if array.name == said["variable"]), None)
    if drawn is None or (png := parts.get(PICTURE)) is None:
        return
    node = part(store, "thumbnail", png.sha256)
    say.link(store, FOAF("thumbnail"), node)
    say.type(node, FOAF("Image"))
    say.text(node, SCHEMA("contentUrl"), f"{base}thumbnail/{png.sha256}.png", ANY_URI)
    say.text(node, DCT("description"), _words(drawn, said))
    say.link(node, PROV("wasDerivedFrom"), part(store, "variable", drawn.name))


def _told(target: Target, said: Mapping[str, Any]) -> Part:
    return Part.cut(TOLD, target.root, json.dumps(said, sort_keys=True).encode())


def _words(array: Array, said: Mapping[str, Any]) -> str:
    """`sea-surface temperature (sst), -1.8 to 29 degree_Celsius, at the first time`."""
    long_name, units = (array.attributes.get(key) for key in ("long_name", "units"))
    named = isinstance(long_name, str) and long_name.strip()
    name = f"{long_name.strip()} ({array.name})" if named and isinstance(long_name, str) else array.name
    ends = f"{said['low']:.3g} to {said['high']:.3g}"
    unit = f" {units.strip()}" if isinstance(units, str) and units.strip() not in ("", "1") else ""
    first = "".join(f", at the first {dimension}" for dimension in said["first"])
    return f"{name}, {ends}{unit}{first}{'' if said['whole'] else ', a part in the middle'}"


def _painted(found: Plane, bodies: Mapping[str, bytes], failures: Mapping[str, FetchFailed]) -> Painted:
    """Raises `Unread`, `Unpainted` or `ImportError`."""
    import numpy as np

    latitudes, longitudes = (_axis(axis, bodies) for axis in (found.latitude, found.longitude))
    array, (down, across) = found.array, (found.down, found.across)
    (top, bottom), (left, right) = _ends(array, found.rows, down), _ends(array, found.columns, across)
    # Of more cells than are drawn, every second, third … is taken at once, so that nothing large is put together.
    tall, wide = -(-(bottom - top) // LONGEST), -(-(right - left) // LONGEST)
    values = np.full((-(-(bottom - top) // tall), -(-(right - left) // wide)), np.nan)
    for place in found.places():
        key = array.chunk_key(place)
        if key not in bodies:
            # A chunk of nothing but fill values is not written.
            if (failure := failures.get(key)) is not None and failure.kind != "missing":
                raise Unread(f"a chunk cannot be fetched: {failure.reason}", _REACHABLE)
            continue
        cells = np.moveaxis(numbers(array, place, bodies[key]), (down, across), (0, 1))
        row, column = place[down] * array.chunks[down] - top, place[across] * array.chunks[across] - left
        piece = cells[(slice(-row % tall, None, tall), slice(-column % wide, None, wide), *(0,) * (cells.ndim - 2))]
        row, column = -(-row // tall), -(-column // wide)
        values[row : row + piece.shape[0], column : column + piece.shape[1]] = unpacked(array, piece)
    return paint(values, latitudes[top:bottom:tall], longitudes[left:right:wide])


def _ends(array: Array, chunks: range, dimension: int) -> tuple[int, int]:
    """The first place in the array of these chunks along a dimension, and the one behind the last."""
    size = array.chunks[dimension]
    return chunks.start * size, min(chunks.stop * size, array.shape[dimension])


def _axis(axis: Array, bodies: Mapping[str, bytes]) -> Any:  # noqa: ANN401 - a NumPy array
    import numpy as np

    keys = [axis.chunk_key((at,)) for at in range(axis.chunk_counts()[0])]
    if any(key not in bodies for key in keys):
        raise Unread(f"its coordinate {axis.name} cannot be read in full", f"Write all chunks of {axis.name}.")
    return unpacked(axis, np.concatenate([numbers(axis, (at,), bodies[key]) for at, key in enumerate(keys)]))


def unpacked(array: Array, values: Any) -> Any:  # noqa: ANN401 - NumPy arrays
    """The numbers that stored ones stand for: missing ones NaN, the others scaled and shifted as CF says."""
    import numpy as np

    plain = values.astype("float64")
    fills = [array.attributes.get("_FillValue"), array.attributes.get("missing_value")]
    if array.zarr_format == 2:
        # Zarr 3 tells what was never written from what is missing; in format 2 xarray takes them for the same.
        fills.append(array.document.get("fill_value"))
    for fill in fills:
        if (number := _number(fill)) is not None:
            with np.errstate(over="ignore"):  # a fill value beyond the type is none of its values
                same = np.asarray(number, values.dtype if values.dtype.kind == "f" else "float64")
            plain[plain == float(same)] = np.nan
    scale, offset = _number(array.attributes.get("scale_factor")), _number(array.attributes.get("add_offset"))
    return plain * (1.0 if scale is None else scale) + (0.0 if offset is None else offset)


def _number(value: object) -> float | None:
    """A finite number, also one as xarray writes it to Zarr 3: base64 of eight bytes."""
    if isinstance(value, str) and len(value) == 12:
        try:
            (value,) = struct.unpack("<d", base64.b64decode(value, validate=True))
        except (binascii.Error, struct.error, ValueError):
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None
