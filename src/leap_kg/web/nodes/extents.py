"""Where and when the data of a dataset or store are, in words and as what can be drawn.

Hazard: a geometry is text that anybody can write. Only the boxes that `leap_kg.ingest` writes are put into words; any
other geometry is shown as it is, shortened.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode

from leap_kg.catalog.coverage import on_globe
from leap_kg.ingest.mapping.extents import Box, read_box
from leap_kg.ontology.namespaces import DCAT, DCT
from leap_kg.web.cells import Cell
from leap_kg.web.nodes.fragments import fragment_of
from leap_kg.web.nodes.timeline import Timeline, timeline
from leap_kg.web.nodes.worldmap import WorldMap, world_map
from leap_kg.web.reading import Reading, moment

_SHOWN = 20
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Extent:
    """One place or period; `anchor` is its fragment on the page, `""` if it is no part of the page's node.

    What can be drawn of it is the `box` of a place, and of a period its two ends as the record has them.
    """

    anchor: str
    label: str
    value: Cell
    box: Box | None = None
    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a node covers, in words and as drawings; `of_stores` says that its stores were asked in its place."""

    extents: list[Extent]
    of_stores: bool = False

    @property
    def world(self) -> WorldMap | None:
        """The map of the places."""
        return world_map(extent.box for extent in self.extents if extent.box is not None)

    @property
    def timeline(self) -> Timeline | None:
        """The periods on an axis."""
        return timeline((extent.start, extent.end) for extent in self.extents if extent.start or extent.end)


def coverage_of(reading: Reading, node: NamedNode, stores: Sequence[NamedNode] = ()) -> Coverage:
    """What a node covers; if nobody says it, what its stores do, each place and period once."""
    if own := extents_of(reading, node):
        return Coverage(own)
    found: dict[tuple[object, ...], Extent] = {}
    for store in stores[:_SHOWN]:
        for extent in extents_of(reading, store):
            key = (extent.label, extent.value, extent.box, extent.start, extent.end)
            found.setdefault(key, replace(extent, anchor=""))
    extents = sorted(found.values(), key=lambda extent: extent.label, reverse=True)[:_SHOWN]
    return Coverage(extents, of_stores=bool(extents))


def extents_of(reading: Reading, node: NamedNode) -> list[Extent]:
    """The periods and places that a node covers."""
    periods = [_period(reading, node, period) for period in reading.nodes(node, DCT("temporal"))[:_SHOWN]]
    places = [_place(reading, node, place) for place in reading.nodes(node, DCT("spatial"))[:_SHOWN]]
    return periods + places


def box_in_words(wkt: str) -> str:
    """`59.5° S to 10° N, 20° W to 30° E` for a box, or for two that meet at the antimeridian; else the text."""
    box = read_box(wkt)
    if box is not None:
        return box.words
    return wkt if len(wkt) <= _LONGEST else f"{wkt[: _LONGEST - 1]}…"


def _period(reading: Reading, node: NamedNode, period: NamedNode) -> Extent:
    first, last = (reading.text(period, DCAT(name)) for name in ("startDate", "endDate"))
    start, end = _day(first), _day(last)
    if not (start or end):
        words: Cell = reading.link(period)
    elif start == end:
        words = start
    else:
        words = f"{start} to {end}" if start and end else f"from {start}" if start else f"until {end}"
    return Extent(fragment_of(node, period), "Time", words, start=first, end=last)


def _day(text: str) -> str:
    return text[:10] if re.fullmatch(r"\d{4}-\d\d-\d\dT(00:00:00|23:59:59)Z", text) else moment(text)


def _place(reading: Reading, node: NamedNode, place: NamedNode) -> Extent:
    wkt = reading.text(place, DCAT("bbox"))
    words = box_in_words(wkt) if wkt else reading.link(place)
    return Extent(fragment_of(node, place), "Place", words, box=on_globe(read_box(wkt)))
