"""The variables of a dataset or store as the data-cube extension of STAC says them."""

import re
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.graph.statements import Statements
from leap_kg.ontology.namespaces import DCT, SCHEMA

_MOST = 200
_LENGTH = re.compile(r"[0-9]{1,18}")
_AXES = {
    "longitude": {"type": "spatial", "axis": "x"},
    "latitude": {"type": "spatial", "axis": "y"},
    "time": {"type": "temporal"},
}
_SHORT = {"lon": "longitude", "lat": "latitude", "x": "", "y": ""}


def cube(reading: Statements, node: NamedNode, extent: dict[str, Any]) -> dict[str, Any]:
    """`cube:dimensions`, if there are any, and `cube:variables`; empty without variables.

    `extent` is that of the collection, which is where its dimensions of space and time begin and end.
    """
    variables, lengths = {}, {}
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
    if not variables:
        return {}
    dimensions = {name: _dimension(name, length, extent) for name, length in lengths.items()}
    # Of many stores only the names of variables are known.
    return {**({"cube:dimensions": dimensions} if dimensions else {}), "cube:variables": variables}


def _dimension(name: str, length: int | None, extent: dict[str, Any]) -> dict[str, Any]:
    axis = _AXES.get(_SHORT.get(name.lower(), name.lower()))
    if axis is None:
        return {"type": "index", **({"size": length} if length is not None else {})}
    if axis["type"] == "temporal":
        return {**axis, "extent": list(extent["temporal"]["interval"][0])}
    west, south, east, north = extent["spatial"]["bbox"][0]
    if axis["axis"] == "y":
        return {**axis, "extent": [south, north]}
    # Across the antimeridian it has no first and last.
    return {**axis, "extent": [west, east] if west <= east else [-180.0, 180.0]}


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
