"""What narrows a search beside its words: facets, places, a period and standard names, as SQL on `node.id`.

A dataset has what one of its stores has: a store that is found by its format, its variables or its place brings its
datasets along. Values are always bound, names of facets too.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leap_kg.graph.index.entry import CALLED
from leap_kg.graph.index.extent import tree_time

OF_STORES = frozenset(("format", "access", "chunking", "variable", "meaning", "unit"))
"""The facets that a dataset has from its stores."""

_LISTED = "(SELECT value FROM json_each(?))"
# A standard name that was replaced and the one that stands for it have a name in common.
_SYNONYMS = (
    "SELECT node.iri FROM has AS other JOIN node ON node.id = other.node WHERE other.facet IN "
    "(SELECT called.id FROM has AS one JOIN has AS own ON own.node = one.node "
    "JOIN facet AS called ON called.id = own.facet AND called.name = ?1 WHERE one.facet IN "
    f"(SELECT id FROM facet WHERE name = ?1 AND value IN {_LISTED.replace('?', '?2')}))"
)

Box = tuple[float, float, float, float]
"""West, east, south and north in degrees; it does not cross the antimeridian."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a node must have: of each facet one of the values, a place in one of the boxes, a time in the period.

    `period` is in seconds from 1970 on; `meanings` are IRIs of concepts of which a variable must mean one.
    """

    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    boxes: Sequence[Box] = ()
    period: tuple[float, float] | None = None
    meanings: Sequence[str] | None = None

    def condition(self) -> tuple[str, list[object]]:
        """SQL that begins with AND, or nothing, and its values."""
        parts: list[tuple[str, list[object]]] = []
        for name, wanted in self.facets.items():
            if wanted:
                parts.append(_has(name, wanted))
        if self.meanings is not None:
            parts.append(_has("meaning", self.meanings))
        if self.boxes or self.period is not None:
            parts.append(_lies(self.boxes, self.period))
        return "".join(f" AND node.id IN ({sql})" for sql, _ in parts), [value for _, some in parts for value in some]


def synonyms() -> str:
    """SQL for the concepts that have one of the names, or that share a name with one; `?1` the facet, `?2` JSON."""
    return _SYNONYMS


def named(names: Sequence[str]) -> tuple[str, str]:
    """The values for `synonyms`."""
    return CALLED, json.dumps([storable(name) for name in names])


def storable(text: str) -> str:
    """The text without what SQLite cannot hold."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def _has(name: str, wanted: Sequence[str]) -> tuple[str, list[object]]:
    own = f"SELECT node FROM has WHERE facet IN (SELECT id FROM facet WHERE name = ? AND value IN {_LISTED})"
    values: list[object] = [storable(name), json.dumps([storable(value) for value in wanted])]
    return (_with_owners(own), values * 2) if name in OF_STORES else (own, values)


def _lies(boxes: Sequence[Box], period: tuple[float, float] | None) -> tuple[str, list[object]]:
    """Twice each side, for the tree holds rounded numbers and the table the exact ones."""
    tests, values = [], list[object]()
    for box in boxes or (None,):
        sides = []
        for table, time in (("e", tree_time), ("p", float)):
            if box is not None:
                west, east, south, north = box
                values += [east, west, north, south]
                sides.append(f"{table}.west <= ? AND {table}.east >= ? AND {table}.south <= ? AND {table}.north >= ?")
            if period is not None:
                values += [time(period[1]), time(period[0])]
                sides.append(f"{table}.start <= ? AND {table}.stop >= ?")
        tests.append(f"SELECT p.node FROM extent AS e JOIN place AS p ON p.id = e.id WHERE {' AND '.join(sides)}")
    return _with_owners(" UNION ".join(tests)), values * 2


def _with_owners(nodes: str) -> str:
    return f"{nodes} UNION SELECT whole FROM owner WHERE part IN ({nodes})"
