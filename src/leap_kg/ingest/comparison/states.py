"""Stores that are retracted for one source and not for another, or checked for one only."""

from collections import defaultdict
from collections.abc import Iterator

from pyoxigraph import NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.ingest.comparison.asking import source_of
from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import SCHEMA
from leap_kg.sparql.run import select

STATES = ("retracted", "ingested", "unchecked")
"""States of data, the one that counts first where sources differ."""

_NAMED = 5  # sources of one state that a message names


def differing_states(everything: Engine, base: str) -> Iterator[tuple[NamedNode, Finding]]:
    """Each store of which sources say different states, with the finding."""
    found: dict[NamedNode, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in select(everything, _query(base)):
        node, state = row["node"], row["state"]
        if isinstance(node, NamedNode) and isinstance(state, NamedNode) and (source := source_of(row, base)):
            found[node][state.value.rpartition("/")[2]].add(source)
    for node, states in found.items():
        if len(states) > 1:
            yield node, _finding(states)


def _finding(states: dict[str, set[str]]) -> Finding:
    counting, *others = [state for state in STATES if state in states]
    told = "; ".join(f"{state}, says {_named(states[state])}" for state in (counting, *others))
    rest = _named({source for state in others for source in states[state]})
    if counting == "retracted":
        severity = Severity.WARNING
        hint = (
            f"If it was retracted, take it out of {rest}, or name the table of retractions under `retractions` there; "
            f"if not, take it out of {_named(states[counting])}."
        )
    else:
        severity = Severity.INFO
        hint = f"If it was checked by now, take it out of {rest}; if not, out of {_named(states[counting])}."
    return Finding("states-differ", severity, f"{told}; it counts as {counting}", hint, value=counting)


def _named(sources: set[str]) -> str:
    names = sorted(sources)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return " and ".join(names) if not more else f"{', '.join(names[:_NAMED])}{more}"


def _query(base: str) -> str:
    """The states of stores that have more than one; it begins with those of the states that are rare."""
    known = [mint(base, "state", state) for state in STATES]
    status = SCHEMA("creativeWorkStatus")
    rare = " ".join(str(state) for state, name in zip(known, STATES, strict=True) if name != "ingested")
    return (
        f"SELECT DISTINCT ?node ?state ?graph WHERE {{ {{ SELECT DISTINCT ?node WHERE {{ VALUES ?one {{ {rare} }} "
        f"?node {status} ?one , ?other . FILTER(?other != ?one) }} }} "
        f"GRAPH ?graph {{ ?node {status} ?state }} VALUES ?state {{ {' '.join(map(str, known))} }} }}"
    )
