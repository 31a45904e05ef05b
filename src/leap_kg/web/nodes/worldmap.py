"""A map of the places that a node covers, as the numbers of a drawing: one unit a degree, (0, 0) at 180° W 90° N.

Longitudes run evenly across and latitudes evenly down (a plate carrée), so boxes stay boxes up to the poles. A box over
the antimeridian is two patches, one at either edge.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from leap_kg.ingest.mapping.extents import Box

# What is smaller than this many degrees is hard to see on a map of the world, and gets a ring around it.
_VISIBLE = 8.0
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Patch:
    """A rectangle of the drawing."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Ring:
    """The middle of a place too small to be seen."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class WorldMap:
    """The patches of all places, the rings of small ones, and the places in words."""

    patches: tuple[Patch, ...]
    rings: tuple[Ring, ...]
    words: str


def world_map(boxes: Iterable[Box]) -> WorldMap | None:
    """The map of these places, of at most fifty; `None` if there are none."""
    places = list(dict.fromkeys(boxes))[:_SHOWN]
    if not places:
        return None
    return WorldMap(
        patches=tuple(patch for box in places for patch in _patches(box)),
        rings=tuple(_ring(box) for box in places if max(box.width, box.height) < _VISIBLE),
        words="; ".join(box.words for box in places),
    )


def _patches(box: Box) -> list[Patch]:
    spans = [(box.west, box.east)] if box.west <= box.east else [(box.west, 180.0), (-180.0, box.east)]
    return [Patch(_round(west + 180), _round(90 - box.north), _round(east - west), _round(box.height))
            for west, east in spans]  # fmt: skip


def _ring(box: Box) -> Ring:
    middle = (box.west + box.width / 2 + 180) % 360
    return Ring(_round(middle), _round(90 - (box.south + box.north) / 2))


def _round(degrees: float) -> float:
    return round(degrees, 3) + 0.0
