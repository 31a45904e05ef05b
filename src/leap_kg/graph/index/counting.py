"""How many hits have which value of a facet.

The hits lie in the temporary table `hit`, so that they are looked for once whatever is counted. Of very many, some are
counted, from all over the graph: then there are at least so many of each value.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from leap_kg.graph.index.entry import Facet
from leap_kg.graph.index.narrowing import OF_STORES

_MANY = 20_000
"""From so many hits on the values of a facet are gone through, below it the facets of each hit."""

MOST_COUNTED = 50_000
"""Of more hits than so many, about so many are counted."""

# Numbers of nodes go by their IRIs; those of one kind must not fall out together.
_SOME = "WITH found (node) AS ({}) SELECT node FROM found WHERE (node * 2654435761 >> 9) % {} = 0"

_NAMED = "name IN (SELECT value FROM json_each(?))"
_OF_HITS = (
    "SELECT f.name, f.value, f.label, c.hits FROM (SELECT had.facet, count(*) AS hits FROM temp.hit AS h "
    "CROSS JOIN has AS had ON had.node = h.node GROUP BY had.facet) AS c CROSS JOIN facet AS f ON f.id = c.facet "
    f"WHERE f.{_NAMED}"
)
_OF_MANY = (
    "SELECT f.name, f.value, f.label, count(*) FROM facet AS f CROSS JOIN has AS had ON had.facet = f.id "
    f"WHERE f.{_NAMED} AND had.node IN (SELECT node FROM temp.hit) GROUP BY f.id"
)
_OF_ALL = _OF_MANY.replace(" AND had.node IN (SELECT node FROM temp.hit)", "")
_OF_STORES = (
    "SELECT f.name, f.value, f.label, c.hits FROM (SELECT facet, count(*) AS hits FROM "
    "(SELECT DISTINCT h.node, had.facet FROM owner AS o CROSS JOIN temp.hit AS h ON h.node = o.whole "
    "CROSS JOIN has AS had ON had.node = o.part WHERE NOT EXISTS "
    "(SELECT 1 FROM has AS own WHERE own.node = h.node AND own.facet = had.facet)) GROUP BY facet) AS c "
    f"CROSS JOIN facet AS f ON f.id = c.facet WHERE f.{_NAMED}"
)


@dataclass(frozen=True, slots=True)
class Count:
    """One value of a facet with the number of hits that have it."""

    facet: Facet
    hits: int


@contextmanager
def remembered(
    database: sqlite3.Connection, numbers: str, values: Sequence[object], total: int | None = None
) -> Iterator[bool]:
    """Within it, `hit` has the numbers of nodes that a query gives, or some of the `total`; tells whether all."""
    share = -(-(total or 0) // MOST_COUNTED)
    database.execute("CREATE TEMP TABLE hit (node INTEGER PRIMARY KEY)")
    try:
        database.execute(f"INSERT INTO temp.hit {numbers if share < 2 else _SOME.format(numbers, share)}", values)
        yield share < 2
    finally:
        database.execute("DROP TABLE temp.hit")


def counts(
    database: sqlite3.Connection, total: int, counted: Sequence[str], *, everything: bool
) -> dict[str, list[Count]]:
    """The values of each facet among the hits that are `remembered`, the most frequent first.

    `everything` says that all nodes are hits.
    """
    rows: list[tuple[str, str, str, int]] = []
    statement = (_OF_ALL if everything else _OF_MANY) if total > _MANY else _OF_HITS
    rows += database.execute(statement, (json.dumps(list(counted)),))
    if inherited := [name for name in counted if name in OF_STORES]:
        rows += database.execute(_OF_STORES, (json.dumps(inherited),))
    found: dict[str, dict[str, tuple[str, int]]] = {name: {} for name in counted}
    for name, value, label, hits in rows:
        found[name][value] = (label, hits + found[name].get(value, ("", 0))[1])
    return {name: _ordered(name, values) for name, values in found.items()}


def _ordered(name: str, values: dict[str, tuple[str, int]]) -> list[Count]:
    made = [Count(Facet(name, value, label), hits) for value, (label, hits) in values.items()]
    return sorted(made, key=lambda count: (-count.hits, count.facet.label.casefold(), count.facet.value))
