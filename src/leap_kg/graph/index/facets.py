"""The values of facets, each kept once under a number, and which node has which of them.

Most values are those of very many nodes: a number in place of their texts makes the index a fraction of its size, and
nodes are counted without a text being looked at.
"""

import sqlite3
from collections.abc import Iterable, Sequence

from leap_kg.graph.database import stored
from leap_kg.graph.index.entry import Facet

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS facet (id INTEGER PRIMARY KEY, name TEXT NOT NULL, value TEXT NOT NULL, "
    "label TEXT NOT NULL, UNIQUE (name, value))",
    "CREATE TABLE IF NOT EXISTS has (node INTEGER NOT NULL, facet INTEGER NOT NULL, PRIMARY KEY (node, facet)) "
    "WITHOUT ROWID",
)
INDEXES = ("CREATE INDEX IF NOT EXISTS has_facet ON has (facet, node)",)

HAS = "INSERT OR IGNORE INTO has VALUES (?, ?)"
"""Says that a node has the value of a facet with this number."""

_PUT = (
    "INSERT INTO facet (name, value, label) VALUES (?, ?, ?) "
    "ON CONFLICT (name, value) DO UPDATE SET label = excluded.label RETURNING id"
)
_OF_NODE = "SELECT facet FROM has WHERE node = ?"
_TAKE = "DELETE FROM has WHERE node = ?"
_DROP = "DELETE FROM facet WHERE id = ? AND NOT EXISTS (SELECT 1 FROM has WHERE has.facet = facet.id)"
_KNOWN = 100_000


class Numbers:
    """The numbers of values in an index that is open for writing; a new value gets one.

    To be used within one transaction: what was taken back would still be remembered.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._known: dict[Facet, int] = {}

    def of(self, facets: Sequence[Facet]) -> list[int]:
        """The number of each value, which has this label from now on."""
        known = self._known
        try:
            return [known[facet] for facet in facets]
        except KeyError:
            if len(known) > _KNOWN:
                known.clear()
            for facet in facets:
                if facet not in known:
                    texts = [stored(text) for text in facet]
                    known[facet] = int(self._database.execute(_PUT, texts).fetchone()[0])
            return [known[facet] for facet in facets]


def taken(database: sqlite3.Connection, node: int) -> set[int]:
    """Take all values from a node; returns their numbers."""
    numbers = {number for (number,) in database.execute(_OF_NODE, (node,))}
    database.execute(_TAKE, (node,))
    return numbers


def drop_unused(database: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Forget those of these values that no node has any more."""
    database.executemany(_DROP, ((number,) for number in numbers))
