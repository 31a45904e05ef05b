"""Whether a graph will conform to the shapes after a change: by the nodes that the change can break, or in one pass.

Each graph is judged by what it says itself. Where the rest of it conformed before, looking at the nodes that change,
and at those that point to one through a predicate that a shape follows, finds all there is to find.
"""

import gc
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from pyoxigraph import BlankNode, NamedNode, Quad, Store

from leap_kg.graph.lookup import looked_up, stands
from leap_kg.graph.names import is_judged
from leap_kg.graph.publication.canonical import quads_of
from leap_kg.graph.publication.change import Change
from leap_kg.graph.publication.sorting import Batch
from leap_kg.ontology.namespaces import RDF, RDFS
from leap_kg.ontology.shapes import Violation, check, check_sorted, pointing_predicates
from leap_kg.ontology.shapes.compiled import declared_shapes

_SUBCLASS = RDFS("subClassOf")


def breaches(store: Store, change: Change, base: str) -> list[Violation]:
    """How the graphs would breach the shapes if this change, which is held in memory, were made in the store."""
    graphs: dict[NamedNode, tuple[set[Quad], set[Quad]]] = defaultdict(lambda: (set(), set()))
    difference = change.difference()
    for side, quads in enumerate((difference.removed, difference.added)):
        for quad in quads:
            if isinstance(quad.graph_name, NamedNode):
                graphs[quad.graph_name][side].add(quad)
    found = (
        _Coming(store, graph, *changed).breaches(base)
        for graph, changed in graphs.items()
        if is_judged(base, graph.value)
    )
    return sorted({violation for violations in found for violation in violations})


def breaches_in_order(batches: Callable[[], Iterator[Batch]], base: str) -> list[Violation]:
    """How a graph whose lines come in order breaches the shapes."""
    collecting = gc.isenabled()
    gc.disable()  # millions of small objects and no cycles: looking for some takes a third of the time
    try:
        return check_sorted(_Quads(batches, _judged(base)), base)
    finally:
        if collecting:
            gc.enable()


@lru_cache(maxsize=4)
def _judged(base: str) -> re.Pattern[bytes]:
    """Lines that a shape can say something about."""
    properties = (each for shape in declared_shapes(base).by_name.values() for each in shape.properties)
    predicates = {RDF("type"), RDFS("subClassOf"), *(each.path for each in properties)}
    return re.compile(rf"<[^>]*> (?:{'|'.join(sorted(re.escape(str(each)) for each in predicates))}) ".encode())


class _Quads(Iterable[Quad]):
    """The quads of lines of one form, that can be read again and again."""

    def __init__(self, batches: Callable[[], Iterator[Batch]], form: re.Pattern[bytes]) -> None:
        self._batches = batches
        self._form = form

    def __iter__(self) -> Iterator[Quad]:
        return (quad for batch in self._batches() for quad in quads_of(filter(self._form.match, batch)))


class _Coming:
    """One graph as it will be."""

    def __init__(self, store: Store, graph: NamedNode, removed: set[Quad], added: set[Quad]) -> None:
        self._store = store
        self._graph = graph
        self._removed = removed
        self._changed = removed | added
        self._added: dict[object, list[Quad]] = defaultdict(list)
        for quad in added:
            self._added[quad.subject].append(quad)
        self._empty = not stands(store, None, None, None, graph)

    def breaches(self, base: str) -> list[Violation]:
        """The breaches of the nodes that the change can break."""
        touched = {quad.subject for quad in self._changed if isinstance(quad.subject, NamedNode)}
        return check(touched | set(self._pointing(touched, base)) | set(self._reclassified()), self._describe, base)

    def _describe(self, node: NamedNode | BlankNode) -> list[Quad]:
        if self._empty:
            return self._added.get(node, [])
        present = looked_up(self._store, node, None, None, self._graph)
        return [quad for quad in present if quad not in self._removed] + self._added.get(node, [])

    def _pointing(self, touched: set[NamedNode], base: str) -> Iterator[NamedNode]:
        """Nodes that are not touched themselves but might break by what they point to."""
        through = pointing_predicates(base)
        if self._empty:
            return
        for node in touched:
            for predicate in through:
                for quad in self._store.quads_for_pattern(None, predicate, node, self._graph):
                    if quad not in self._removed and isinstance(quad.subject, NamedNode):
                        yield quad.subject

    def _reclassified(self) -> Iterator[NamedNode]:
        """The instances of classes whose place below others changes, and of the classes below these."""
        classes: set[NamedNode] = set()
        left = {quad.subject for quad in self._changed if quad.predicate == _SUBCLASS}
        while left:
            cls = left.pop()
            if isinstance(cls, NamedNode) and cls not in classes:
                classes.add(cls)
                left |= {quad.subject for quad in self._store.quads_for_pattern(None, _SUBCLASS, cls, self._graph)}
        for cls in classes:
            for quad in self._store.quads_for_pattern(None, RDF("type"), cls, self._graph):
                if isinstance(quad.subject, NamedNode):
                    yield quad.subject
