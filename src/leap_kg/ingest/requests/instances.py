"""Which stores hold the CMIP6 instances that were asked for, and in which state: as the question
`requested-instances` answers it, for all requests at once.
"""

import re
from collections import defaultdict
from collections.abc import Mapping

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.ingest.esm.instances import FACETS, expression, is_pattern, parsed
from leap_kg.ingest.requests.standing import IN_PROGRESS, PUBLISHED, RETRACTED
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCT, SCHEMA
from leap_kg.sparql.run import select

STATES = {"retracted": RETRACTED, "ingested": PUBLISHED, "unchecked": IN_PROGRESS}
"""States of data by what they are to a request, the one that counts first where tables differ."""

_VARIABLE = FACETS.index("variable_id") + 1
_LONGEST = 300
_MOST = 500
"""Stores of one pattern that are counted; the question lists all."""

Stores = dict[NamedNode, str]


def stores_of(graph: Engine, base: str, wanted: Mapping[NamedNode, str]) -> dict[NamedNode, Stores]:
    """The stores that answer each request, by what it asks for, with their states; at most 500 of a pattern."""
    texts = {node: text for node, given in wanted.items() if (text := parsed(given)) is not None}
    if not texts:
        return {}
    held = _held(graph, base)
    by_variable: dict[str, list[str]] = defaultdict(list)
    for identifier in held:
        by_variable[_part(identifier)].append(identifier)
    found: dict[NamedNode, Stores] = {}
    for node, text in texts.items():
        if not is_pattern(text):
            stores = held.get(text, {})
        else:
            pattern, variable = re.compile(expression(text)), _part(text)
            named = by_variable.get(variable, []) if not is_pattern(variable) else held
            stores = {}
            for identifier in named:
                if pattern.fullmatch(identifier):
                    stores |= held[identifier]
        if stores:
            # Those that can be used come first.
            ranked = sorted(stores, key=lambda store: (stores[store] != PUBLISHED, store.value))
            found[node] = {store: stores[store] for store in ranked[:_MOST]}
    return found


def _held(graph: Engine, base: str) -> dict[str, Stores]:
    """The stores of every instance, with their states."""
    order = {mint(base, "state", state): word for state, word in STATES.items()}
    gravest = list(order)
    states: dict[tuple[str, NamedNode], NamedNode] = {}
    rows = select(
        graph,
        f"SELECT DISTINCT ?store ?identifier ?state WHERE {{ VALUES ?state {{ {' '.join(map(str, order))} }} "
        f"?store {SCHEMA('creativeWorkStatus')} ?state ; {DCT('identifier')} ?identifier }}",
    )
    for row in rows:
        store, identifier, state = row["store"], row["identifier"], row["state"]
        if not (isinstance(store, NamedNode) and isinstance(identifier, Literal) and isinstance(state, NamedNode)):
            continue
        if identifier.value.startswith("CMIP6.") and len(identifier.value) <= _LONGEST:
            key = identifier.value, store
            states[key] = min(states.get(key, state), state, key=gravest.index)
    found: dict[str, Stores] = defaultdict(dict)
    for (identifier_text, store), state in states.items():
        found[identifier_text][store] = order[state]
    return found


def _part(identifier: str) -> str:
    """The variable of an instance id or pattern."""
    parts = identifier.split(".")
    return parts[_VARIABLE] if len(parts) > _VARIABLE else ""
