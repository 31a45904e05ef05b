"""Where and when the data of a dataset or store are, in words.

Hazard: a geometry is text that anybody can write. Only the boxes that `leap_kg.ingest` writes are put into words; any
other geometry is shown as it is, shortened.
"""

import re
from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ingest.mapping.extents import Box
from leap_kg.ontology.namespaces import DCAT, DCT
from leap_kg.web.cells import Cell
from leap_kg.web.nodes.fragments import fragment_of
from leap_kg.web.reading import Reading, moment

_SHOWN = 20
_LONGEST = 200
_NUMBER = r"-?\d{1,3}(?:\.\d{1,12})?"
_RING = re.compile(rf"\(({_NUMBER} {_NUMBER}(?:,{_NUMBER} {_NUMBER}){{4}})\)")
# What a box is once its rings are taken out: one ring, or two that meet at the antimeridian.
_FRAMES = {"POLYGON(R)": 1, "MULTIPOLYGON((R),(R))": 2}


@dataclass(frozen=True, slots=True)
class Extent:
    """One place or period; `anchor` is its fragment on the page, `""` if it is no part of the page's node."""

    anchor: str
    label: str
    value: Cell


def extents_of(reading: Reading, node: NamedNode) -> list[Extent]:
    """The periods and places that a node covers."""
    periods = [
        Extent(fragment_of(node, period), "Time", _period(reading, period))
        for period in reading.nodes(node, DCT("temporal"))[:_SHOWN]
    ]
    places = [
        Extent(fragment_of(node, place), "Place", _place(reading, place))
        for place in reading.nodes(node, DCT("spatial"))[:_SHOWN]
    ]
    return periods + places


def box_in_words(wkt: str) -> str:
    """`59.5° S to 10° N, 20° W to 30° E` for a box, or for two that meet at the antimeridian; else the text."""
    boxes = _boxes(wkt) if len(wkt) <= _LONGEST else []
    if not boxes:
        return wkt if len(wkt) <= _LONGEST else f"{wkt[: _LONGEST - 1]}…"
    west, east, south, north = boxes[0].west, boxes[-1].east, boxes[0].south, boxes[0].north
    if (west, south, east, north) == (-180, -90, 180, 90):
        return "the whole globe"
    across = "all longitudes" if (west, east) == (-180, 180) else f"{_degrees(west, 'EW')} to {_degrees(east, 'EW')}"
    return f"{_degrees(south, 'NS')} to {_degrees(north, 'NS')}, {across}"


def _boxes(wkt: str) -> list[Box]:
    """The one box of a text, or the two on both sides of the antimeridian; none if it is something else."""
    rings = _RING.findall(wkt)
    if _FRAMES.get(_RING.sub("R", wkt)) != len(rings):
        return []
    boxes = [box for ring in rings if (box := _rectangle(ring))]
    if len(boxes) < len(rings):
        return []
    if len(boxes) == 2:
        first, second = boxes
        together = (first.east, second.west) == (180, -180)
        return boxes if together and (first.south, first.north) == (second.south, second.north) else []
    return boxes


def _rectangle(ring: str) -> Box | None:
    points = [tuple(map(float, point.split(" "))) for point in ring.split(",")]
    xs, ys = {x for x, _ in points}, {y for _, y in points}
    box = Box(min(xs), min(ys), max(xs), max(ys))
    corners = [(box.west, box.south), (box.east, box.south), (box.east, box.north), (box.west, box.north)]
    return box if points == [*corners, corners[0]] else None


def _degrees(value: float, letters: str) -> str:
    letter = letters[value < 0] if value else ""
    number = f"{abs(value):.3f}".rstrip("0").rstrip(".")
    return f"{number}° {letter}".strip()


def _period(reading: Reading, period: NamedNode) -> Cell:
    start, end = (_day(reading.text(period, DCAT(name))) for name in ("startDate", "endDate"))
    if not (start or end):
        return reading.link(period)
    if start == end:
        return start
    return f"{start} to {end}" if start and end else f"from {start}" if start else f"until {end}"


def _day(text: str) -> str:
    return text[:10] if re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", text) else moment(text)


def _place(reading: Reading, place: NamedNode) -> Cell:
    wkt = reading.text(place, DCAT("bbox"))
    return box_in_words(wkt) if wkt else reading.link(place)
