"""The variables of a dataset or store as the data-cube extension of STAC says them."""

import math
import re
from collections.abc import Sequence
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.graph.statements import Statements
from leap_kg.ontology.namespaces import DCT, SCHEMA
from leap_kg.stac.moments import rfc3339

_MOST = 200
_LENGTH = re.compile(r"[0-9]{1,18}")
_AXES = {
    "longitude": {"type": "spatial", "axis": "x"},
    "latitude": {"type": "spatial", "axis": "y"},
    "time": {"type": "temporal"},
}
_SHORT = {"lon": "longitude", "lat": "latitude", "x": "", "y": ""}


def cube(
    reading: Statements, node: NamedNode, place: Sequence[float] | None, period: Sequence[str | None] | None
) -> dict[str, Any]:
    """`cube:dimensions`, if there are any, and `cube:variables`; empty without variables.

    A dimension begins and ends where the values of its coordinate do, so that what is selected by it is there. Where
    these are not known it does where the collection does, whose `place` is west, south, east and north, or `None` as
    its `period` if that is not known either.
    """
    variables, lengths = {}, {}
    ends: dict[str, tuple[str, str]] = {}
    for part in reading.nodes(node, SCHEMA("variableMeasured"))[:_MOST]:
        name = reading.text(part, SCHEMA("name"))
        if not name:
            continue
        shape = _lengths(reading.text(part, reading.leap("shape")))
        chunks = _lengths(reading.text(part, reading.leap("chunkShape")))
        lengths.update(shape)
        texts = {
            "description": reading.text(part, DCT("description")),
            "unit": reading.text(part, SCHEMA("unitText")),
            "data_type": reading.text(part, reading.leap("dataType")),
        }
        variable: dict[str, Any] = {key: text for key, text in texts.items() if text}
        variable |= {"dimensions": list(shape), "type": "auxiliary" if name in shape else "data"}
        if all(length is not None for length in shape.values()) and shape:
            variable["shape"] = list(shape.values())
        if chunks and all(length is not None for length in chunks.values()):
            variable["chunks"] = list(chunks.values())
        standard = reading.one(part, SCHEMA("propertyID"))
        if standard is not None:
            variable["attrs"] = {"standard_name": standard.value.rstrip("/").rsplit("/", 1)[-1]}
        variables[name] = variable
        least, greatest = (reading.text(part, SCHEMA(key)) for key in ("minValue", "maxValue"))
        if least and greatest:
            # A coordinate has the name of its dimension, in its own group.
            ends[name.rpartition("/")[2]] = least, greatest
    if not variables:
        return {}
    dimensions = {name: _dimension(name, length, ends.get(name), place, period) for name, length in lengths.items()}
    # Of many stores only the names of variables are known.
    return {**({"cube:dimensions": dimensions} if dimensions else {}), "cube:variables": variables}


def _dimension(
    name: str,
    length: int | None,
    ends: tuple[str, str] | None,
    place: Sequence[float] | None,
    period: Sequence[str | None] | None,
) -> dict[str, Any]:
    axis = _AXES.get(_SHORT.get(name.lower(), name.lower()))
    size = {"size": length} if length is not None else {}
    if axis is not None and axis["type"] == "temporal":
        read = [moment for end in ends or () if (moment := rfc3339(end)) is not None]
        return {**axis, "extent": read if len(read) == 2 else list(period or (None, None))}
    if axis is not None and (numbers := _numbers(ends)):
        return {**axis, "extent": numbers}
    if axis is None or place is None:
        # An axis of space has to say where it is.
        return {"type": "index", **size}
    west, south, east, north = place
    if axis["axis"] == "y":
        return {**axis, "extent": [south, north]}
    # Across the antimeridian it has no first and last.
    return {**axis, "extent": [west, east] if west <= east else [-180.0, 180.0]}


def _numbers(ends: tuple[str, str] | None) -> list[float]:
    """Both ends as numbers; empty if they are none."""
    try:
        found = [float(end) for end in ends or ()]
    except ValueError:
        return []
    return found if all(map(math.isfinite, found)) else []


def _lengths(text: str) -> dict[str, int | None]:
    """`time=1461 lat=101` as lengths by name."""
    found: dict[str, int | None] = {}
    for step in text.split():
        name, _, length = step.rpartition("=")
        if name:
            found[name] = int(length) if _LENGTH.fullmatch(length) else None
        else:
            found[step] = None
    return found
