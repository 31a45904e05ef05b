"""The variables of a dataset or store as the data-cube extension of STAC says them.

A variable of a cube has the name by which programs select it and the dimensions that it lies along. Records of datasets
give names for people, and seldom dimensions: so the variables of a dataset are those of its stores, and what nobody
knows the dimensions of is left out, as `[]` says of a variable that it is a single number.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.lookup import looked_up
from leap_kg.graph.statements import Statements
from leap_kg.ontology.namespaces import DCT, SCHEMA
from leap_kg.stac.moments import rfc3339

MOST_VARIABLES = 200
MOST_STORES = 20
"""Stores of a dataset that are looked into for their variables."""
_MOST_SAID = 100
_LENGTH = re.compile(r"[0-9]{1,18}")
_AXES = {
    "longitude": {"type": "spatial", "axis": "x"},
    "latitude": {"type": "spatial", "axis": "y"},
    "time": {"type": "temporal"},
}
_SHORT = {"lon": "longitude", "lat": "latitude", "x": "", "y": ""}
_Lengths = dict[str, int | None]


class _Variable(NamedTuple):
    """A variable as one store has it, with the least and the greatest of its values, if it is a coordinate."""

    shape: _Lengths
    chunks: _Lengths
    said: dict[str, Any]
    ends: tuple[str, str]


class Cubes(NamedTuple):
    """`cube:dimensions` and `cube:variables` of the whole, empty without variables; and of each of its stores of which
    a variable lies along other dimensions than in most.
    """

    whole: dict[str, Any]
    stores: dict[NamedNode, dict[str, Any]]


def cubes(
    reading: Statements,
    nodes: Sequence[NamedNode],
    place: Sequence[float] | None,
    period: Sequence[str | None] | None,
) -> Cubes:
    """The cubes of a dataset or store and of its stores.

    Of a variable that several of the `nodes` have there is what they agree on. A dimension begins and ends where the
    values of its coordinate do, so that what is selected by it is there. Where these are not known it does where the
    collection does, whose `place` is west, south, east and north, or `None` as its `period` if that is not known
    either.
    """
    held = [_held(reading, node) for node in nodes[: MOST_STORES + 1]]
    whole = _cube([each for each in held if each], place, period)
    own = {node: _cube([each], place, period) for node, each in zip(nodes, held, strict=False) if each}
    return Cubes(whole, {node: each for node, each in own.items() if _differs(each, whole)})


def _differs(one: dict[str, Any], whole: dict[str, Any]) -> bool:
    """Whether a variable lies along other dimensions here."""
    known = whole.get("cube:variables", {})
    return any(
        each["dimensions"] != known.get(name, each)["dimensions"]
        for name, each in one.get("cube:variables", {}).items()
    )


def _held(reading: Statements, node: NamedNode) -> dict[str, _Variable]:
    found: dict[str, _Variable] = {}
    for part in reading.nodes(node, SCHEMA("variableMeasured"))[:MOST_VARIABLES]:
        name, variable = _read(reading, part)
        if name:
            found.setdefault(name, variable)
    return found


def _cube(
    held: Sequence[dict[str, _Variable]], place: Sequence[float] | None, period: Sequence[str | None] | None
) -> dict[str, Any]:
    found: dict[str, list[_Variable]] = {}
    for variables_of in held:
        for name, variable in variables_of.items():
            if name in found or len(found) < MOST_VARIABLES:
                found.setdefault(name, []).append(variable)
    lengths: _Lengths = {}
    ends: dict[str, tuple[str, str]] = {}
    variables: dict[str, Any] = {}
    for name, each in found.items():
        for one in each:
            for step, length in one.shape.items():
                lengths[step] = length if lengths.get(step, length) == length else None
        # A coordinate has the name of its dimension, in its own group.
        around = [one.ends for one in each if all(one.ends)]
        if around:
            short = name.rpartition("/")[2]
            ends[short] = _around([ends[short], *around] if short in ends else around)
        if stated := _variable(name, each):
            variables[name] = stated
    if not variables:
        return {}
    used = {step for each in variables.values() for step in each["dimensions"]}
    dimensions = {
        name: _dimension(name, length, ends.get(name), place, period)
        for name, length in lengths.items()
        if name in used
    }
    return {"cube:dimensions": dimensions, "cube:variables": variables}


def _read(reading: Statements, part: NamedNode) -> tuple[str, _Variable]:
    """The name of a variable and what is said of it, looked up at once: there are many in a list of collections."""
    values: dict[NamedNode, list[str]] = {}
    for quad in looked_up(reading.store, part, most=_MOST_SAID):
        if isinstance(quad.object, Literal | NamedNode):
            values.setdefault(quad.predicate, []).append(quad.object.value.strip())

    def text(predicate: NamedNode) -> str:
        return min(filter(None, values.get(predicate, ())), default="")

    texts = {
        "description": text(DCT("description")),
        "unit": text(SCHEMA("unitText")),
        "data_type": text(reading.leap("dataType")),
    }
    said: dict[str, Any] = {key: found for key, found in texts.items() if found}
    if standard := text(SCHEMA("propertyID")):
        said["attrs"] = {"standard_name": standard.rstrip("/").rsplit("/", 1)[-1]}
    return text(SCHEMA("name")), _Variable(
        _lengths(text(reading.leap("shape"))),
        _lengths(text(reading.leap("chunkShape"))),
        said,
        (text(SCHEMA("minValue")), text(SCHEMA("maxValue"))),
    )


def _variable(name: str, each: Sequence[_Variable]) -> dict[str, Any]:
    """What those agree on that have the dimensions of most of them; empty if none has any."""
    usual = Counter(tuple(one.shape) for one in each if one.shape).most_common(1)
    if not usual:
        return {}
    steps = list(usual[0][0])
    known = [one for one in each if list(one.shape) == steps]
    made: dict[str, Any] = {}
    for one in (*known, *(one for one in each if not one.shape)):
        made = {**one.said, **made}
    if any(one.said.get("data_type") != made.get("data_type") for one in known):
        made.pop("data_type", None)
    made |= {"dimensions": steps, "type": "auxiliary" if name.rpartition("/")[2] in steps else "data"}
    for key, lengths in (("shape", [one.shape for one in known]), ("chunks", [one.chunks for one in known])):
        first = lengths[0]
        if first and all(each == first for each in lengths) and all(length is not None for length in first.values()):
            made[key] = list(first.values())
    return made


def _around(ends: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """The least and the greatest of several, which are all numbers or all moments; the first of others."""
    if len(ends) == 1:
        return ends[0]
    numbers = [_numbers(each) for each in ends]
    if all(numbers):
        return repr(min(low for low, _ in numbers)), repr(max(high for _, high in numbers))
    moments = [(rfc3339(low), rfc3339(high)) for low, high in ends]
    lows, highs = ([each[at] for each in moments] for at in (0, 1))
    if None in lows or None in highs:
        return ends[0]
    return min(filter(None, lows)), max(filter(None, highs))


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


def _lengths(text: str) -> _Lengths:
    """`time=1461 lat=101` as lengths by name."""
    found: _Lengths = {}
    for step in text.split():
        name, _, length = step.rpartition("=")
        if name:
            found[name] = int(length) if _LENGTH.fullmatch(length) else None
        else:
            found[step] = None
    return found
