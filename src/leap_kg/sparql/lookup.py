"""Look-ups: what is said of one IRI, a query so small that whoever has the snapshot open answers it at once.

Most queries of programs are of this shape, and for them the way to a worker and back costs more than the answer.
Hazard: what runs here can neither be stopped nor bounded in memory. So only a text of exactly this shape is taken, in
which every statement that is read makes a row, and the answer ends at `MOST_BYTES`; everything else, and every
failure, is left to a worker.
"""

import re
import time

from pyoxigraph import Store

from leap_kg.graph.engine import Engine
from leap_kg.sparql import writer
from leap_kg.sparql.formats import ROWS
from leap_kg.sparql.query import Answer, Query

MOST_BYTES = 65_536

_VARIABLE = r"\?[A-Za-z_]\w*"
_IRI = r"<https?://[A-Za-z0-9._~/:%=&+;,@?-]*+(?:#[A-Za-z0-9._-]*+)?+>"
_PREFIX = r"PREFIX [A-Za-z][\w-]*: ?<[^<>\\ ]*> ?"
# No DISTINCT, and two different variables: else a million statements could be read for a row.
_SHAPE = re.compile(
    rf"(?:{_PREFIX})*SELECT (?:\*|{_VARIABLE}(?: {_VARIABLE})*) ?(?:WHERE ?)?"
    rf"\{{ ?{_IRI} ?(?:({_VARIABLE})|{_IRI}|a|[A-Za-z][\w-]*:[A-Za-z]\w*) ({_VARIABLE}) ?\.? ?\}}",
    re.IGNORECASE | re.ASCII,
)
_NAMES = frozenset(form.name for form in ROWS)
_LONGEST = 2048


def is_lookup(normal: str) -> bool:
    """Whether a query, as `leap_kg.sparql.normal.normalised` has it, asks for statements about one IRI and no more."""
    found = _SHAPE.fullmatch(normal) if len(normal) <= _LONGEST else None
    return found is not None and found[1] != found[2]


def answered(store: Engine, query: Query, limits: writer.Limits) -> Answer | None:
    """The answer to a look-up, the same as a worker's within these limits; `None` where a worker must be asked."""
    plain = not (query.default_graphs or query.named_graphs or query.own_dataset or query.searches or query.truncate)
    if not plain or query.format.name not in _NAMES or not isinstance(store, Store):
        return None
    began = time.perf_counter()
    try:
        results = store.query(query.text, base_iri=query.base or None, use_default_graph_as_union=True)
        least = writer.Limits(min(limits.bytes, MOST_BYTES), limits.rows)
        body, _ = writer.write(results, query.format.name, least, {})
    except (SyntaxError, ValueError, OSError, RuntimeError, writer.TooLargeError):
        return None
    return Answer(body, query.format, time.perf_counter() - began)
