"""Where and when the data of a dataset or store are, in words.

Hazard: a geometry is text that anybody can write. Only the boxes that `leap_kg.ingest` writes are put into words; any
other geometry is shown as it is, shortened.
"""

import re
from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ingest.mapping.extents import read_box
from leap_kg.ontology.namespaces import DCAT, DCT
from leap_kg.web.cells import Cell
from leap_kg.web.nodes.fragments import fragment_of
from leap_kg.web.reading import Reading, moment

_SHOWN = 20
_LONGEST = 200


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
    box = read_box(wkt)
    if box is not None:
        return box.words
    return wkt if len(wkt) <= _LONGEST else f"{wkt[: _LONGEST - 1]}…"


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
