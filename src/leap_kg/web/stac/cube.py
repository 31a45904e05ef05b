"""The variables of a dataset or store as the data-cube extension of STAC says them."""

import re
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import DCT, SCHEMA
from leap_kg.web.reading import Reading

_LENGTH = re.compile(r"[0-9]{1,18}")
_AXES = {
    "longitude": {"type": "spatial", "axis": "x"},
    "latitude": {"type": "spatial", "axis": "y"},
    "time": {"type": "temporal"},
}
_SHORT = {"lon": "longitude", "lat": "latitude", "x": "", "y": ""}


def cube(reading: Reading, node: NamedNode, most: int) -> dict[str, Any]:
    """`cube:dimensions` and `cube:variables`; empty without variables."""
    variables, lengths = {}, {}
    for part in reading.nodes(node, SCHEMA("variableMeasured"))[:most]:
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
    dimensions = {name: _dimension(name, length) for name, length in lengths.items()}
    return {"cube:dimensions": dimensions, "cube:variables": variables}


def _dimension(name: str, length: int | None) -> dict[str, Any]:
    axis = _AXES.get(_SHORT.get(name.lower(), name.lower()))
    if axis is not None:
        # The ends are not known here: an open interval says so.
        return (
            {**axis, "extent": [None, None]} if axis["type"] == "temporal" else {**axis, "extent": _FULL[axis["axis"]]}
        )
    return {"type": "index", **({"size": length} if length is not None else {})}


_FULL = {"x": [-180, 180], "y": [-90, 90]}


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
