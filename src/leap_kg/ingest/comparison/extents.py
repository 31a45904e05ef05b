"""Extents that cannot both be right: of one thing, by two sources; of a record, and of the store that it has.

A record may have many stores that each hold a part of what it covers. So a store must lie within its record; that the
record covers far more than the store holds is only said where it is the record's one store.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, islice

from pyoxigraph import NamedNode

from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import stands
from leap_kg.ingest.comparison.asking import source_of
from leap_kg.ingest.comparison.measure import SPACE, TIME, Measure, T
from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.ontology.iri import readable
from leap_kg.ontology.namespaces import DCAT, RDF, ours
from leap_kg.sparql.run import select

_MOST = 5  # findings on one node


def differing_extents(everything: Engine, base: str) -> Iterator[tuple[NamedNode, Finding]]:
    """Each node with an extent that another contradicts, with the finding."""
    yield from _differing(SPACE, everything, base)
    yield from _differing(TIME, everything, base)


def _differing(measure: Measure[T], everything: Engine, base: str) -> Iterator[tuple[NamedNode, Finding]]:
    """Of the extents of one kind."""
    says, has = measure.predicate, DCAT("distribution")
    twice = f"GRAPH ?one {{ ?node {says} ?a }} GRAPH ?other {{ ?node {says} ?b }} FILTER(?one != ?other && ?a != ?b)"
    for node, said in _said(measure, twice, everything, base).items():
        yield from ((node, finding) for finding in islice(_between(measure, said), _MOST))
    records = _said(measure, f"?node {has}/{says} ?any", everything, base)
    stores = _said(measure, f"?any {has} ?node ; {says} ?its", everything, base)
    for node, named in _stores_of(records, everything).items():
        known = {store: stores[store] for store in named if store in stores}
        alone = len(known) == 1 and sum(_is_store(each, everything, base) for each in named) == 1
        for finding in islice(_beyond(measure, records[node], known, alone), _MOST):
            yield node, finding


def _between(measure: Measure[T], said: dict[str, T]) -> Iterator[Finding]:
    """The findings on a node of which several sources say where or when it is."""
    for (first, one), (second, other) in combinations(sorted(said.items()), 2):
        if not (measure.holds(one, other) and measure.holds(other, one)):
            yield _finding(
                f"{first} says {one.words}, {second} says {other.words}",
                f"Correct it at {first} or at {second}.",
                one.words,
            )


def _beyond(
    measure: Measure[T], said: dict[str, T], stores: dict[NamedNode, dict[str, T]], alone: bool
) -> Iterator[Finding]:
    """The findings on a record whose stores are not where or when it says; `alone` says that it has but one."""
    for (source, stated), (store, held) in (
        (outer, inner) for outer in sorted(said.items()) for inner in sorted(stores.items(), key=lambda s: s[0].value)
    ):
        for witness, read in sorted(held.items()):
            outside = not measure.holds(stated, read)
            if outside or (alone and measure.exceeds(stated, read)):
                how = "is not within it" if outside else "is all that it has"
                yield _finding(
                    f"{source} says {stated.words}, but its store {readable(store.value)} with {read.words}, as "
                    f"{witness} says, {how}",
                    f"Correct the extent of the record at {source}, or list the stores that hold the rest; if the "
                    "record is right, this is not its store, or its coordinates are wrong.",
                    stated.words,
                )


def _finding(message: str, hint: str, value: str) -> Finding:
    return Finding("extents-differ", Severity.WARNING, message, hint, value=value)


def _said(measure: Measure[T], which: str, everything: Engine, base: str) -> dict[NamedNode, dict[str, T]]:
    """The extent of each of these nodes by the sources that say just one of it; `which` binds `?node`."""
    found: dict[NamedNode, dict[str, set[T]]] = defaultdict(lambda: defaultdict(set))
    text = (
        f"SELECT * WHERE {{ {{ SELECT DISTINCT ?node WHERE {{ {which} }} }} "
        f"GRAPH ?graph {{ ?node {measure.predicate} ?extent . {measure.pattern} }} }}"
    )
    for row in select(everything, text):
        node, extent, source = row["node"], measure.read(row), source_of(row, base)
        if isinstance(node, NamedNode) and extent is not None and source:
            found[node][source].add(extent)
    return {
        node: {source: next(iter(extents)) for source, extents in by_source.items() if len(extents) == 1}
        for node, by_source in found.items()
    }


def _stores_of(records: dict[NamedNode, dict[str, T]], everything: Engine) -> dict[NamedNode, set[NamedNode]]:
    """The stores of each of these records."""
    found: dict[NamedNode, set[NamedNode]] = defaultdict(set)
    for record in records:
        for quad in everything.quads_for_pattern(record, DCAT("distribution"), None, None):
            if isinstance(quad.object, NamedNode):
                found[record].add(quad.object)
    return found


def _is_store(node: NamedNode, everything: Engine, base: str) -> bool:
    """Whether what a record has is a store, and no picture or page."""
    return stands(everything, node, RDF("type"), ours(base)("ZarrStore"))
