"""How many hits have which value of a facet.

The hits lie in the temporary table `hit`, so that they are looked for once whatever is counted.
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

_OF_HITS = (
    "SELECT f.name, f.value, min(f.label), count(*) FROM temp.hit AS h CROSS JOIN facet AS f ON f.node = h.node "
    "WHERE f.name IN (SELECT value FROM json_each(?)) GROUP BY f.name, f.value"
)
_OF_MANY = (
    "SELECT ?1, f.value, (SELECT o.label FROM facet AS o WHERE o.name = ?1 AND o.value = f.value LIMIT 1), count(*) "
    "FROM facet AS f WHERE f.name = ?1 AND f.node IN (SELECT node FROM temp.hit) GROUP BY f.value"
)
_OF_ALL = _OF_MANY.replace(" AND f.node IN (SELECT node FROM temp.hit)", "")
_OF_STORES = (
    "SELECT name, value, min(label), count(*) FROM (SELECT DISTINCT h.node, f.name, f.value, f.label "
    "FROM owner AS o CROSS JOIN temp.hit AS h ON h.node = o.whole CROSS JOIN facet AS f ON f.node = o.part "
    "WHERE f.name IN (SELECT value FROM json_each(?)) AND NOT EXISTS (SELECT 1 FROM facet AS own "
    "WHERE own.node = h.node AND own.name = f.name AND own.value = f.value)) GROUP BY name, value"
)


@dataclass(frozen=True, slots=True)
class Count:
    """One value of a facet with the number of hits that have it."""

    facet: Facet
    hits: int


@contextmanager
def remembered(database: sqlite3.Connection, numbers: str, values: Sequence[object]) -> Iterator[None]:
    """Within it, `hit` has the numbers of nodes that a query gives."""
    database.execute("CREATE TEMP TABLE hit (node INTEGER PRIMARY KEY)")
    try:
        database.execute(f"INSERT INTO temp.hit {numbers}", values)
        yield
    finally:
        database.execute("DROP TABLE temp.hit")


def counts(
    database: sqlite3.Connection, total: int, counted: Sequence[str], *, everything: bool
) -> dict[str, list[Count]]:
    """The values of each facet among the hits that are `remembered`, the most frequent first.

    `everything` says that all nodes are hits.
    """
    rows: list[tuple[str, str, str, int]] = []
    if total > _MANY:
        for name in counted:
            rows += database.execute(_OF_ALL if everything else _OF_MANY, (name,))
    else:
        rows += database.execute(_OF_HITS, (json.dumps(list(counted)),))
    if inherited := [name for name in counted if name in OF_STORES]:
        rows += database.execute(_OF_STORES, (json.dumps(inherited),))
    found: dict[str, dict[str, tuple[str, int]]] = {name: {} for name in counted}
    for name, value, label, hits in rows:
        found[name][value] = (label, hits + found[name].get(value, ("", 0))[1])
    return {name: _ordered(name, values) for name, values in found.items()}


def _ordered(name: str, values: dict[str, tuple[str, int]]) -> list[Count]:
    made = [Count(Facet(name, value, label), hits) for value, (label, hits) in values.items()]
    return sorted(made, key=lambda count: (-count.hits, count.facet.label.casefold(), count.facet.value))
