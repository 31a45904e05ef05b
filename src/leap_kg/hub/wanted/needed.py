"""What somebody still needs, as the graph says: nothing that belongs to it may be taken away for good.

The named query `hub/needed` decides: an image that a notebook or a recipe runs in, a recipe whose data a paper or other
code uses.
"""

from functools import lru_cache

from leap_kg.graph.engine import Engine
from leap_kg.resources import declarations
from leap_kg.sparql.catalogue import Catalogue, load
from leap_kg.sparql.run import select

_QUERY = "needed"


def needed(store: Engine, base: str) -> dict[str, str]:
    """Who needs what: an IRI, and one who needs it in words, with how many there are."""
    query = _queries(base).get(_QUERY)
    if query is None:
        raise LookupError(f"there is no query {_QUERY}.rq in the folder sparql/hub")
    found: dict[str, str] = {}
    for row in select(store, query.bind()):
        thing, by, how, number = (getattr(row.get(name), "value", "") for name in ("thing", "by", "how", "number"))
        others = f" and {int(number) - 1} more" if number.isdecimal() and int(number) > 1 else ""
        found[thing] = f"{by} {how}{others}" if thing not in found else f"{found[thing]}, {by} {how}{others}"
    return found


@lru_cache(maxsize=2)
def _queries(base: str) -> Catalogue:
    return load(declarations() / "sparql" / "hub", base)
