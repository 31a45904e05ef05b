"""What the graph says of a node, looked up within bounds and always in the same order."""

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Quad

from leap_kg.graph.engine import Engine
from leap_kg.graph.index.entry import label_in
from leap_kg.graph.lookup import looked_up
from leap_kg.ontology.namespaces import ONTOLOGY_PATH, RDF, Namespace
from leap_kg.outputs.citing import Citation, citation

MOST = 2000
"""Values of one property that are read."""


class About:
    """What the graph says of one node, read at once: for nodes of which there are many, and of which all is wanted."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self._links: dict[NamedNode, set[str]] = {}
        self._texts: dict[NamedNode, set[str]] = {}
        for quad in quads:
            if isinstance(quad.object, NamedNode):
                self._links.setdefault(quad.predicate, set()).add(quad.object.value)
            elif isinstance(quad.object, Literal):
                self._texts.setdefault(quad.predicate, set()).add(quad.object.value.strip())

    def nodes(self, predicate: NamedNode) -> list[NamedNode]:
        """The nodes that a property leads to."""
        return list(map(NamedNode, sorted(self._links.get(predicate, ()))))

    def one(self, predicate: NamedNode) -> NamedNode | None:
        """The first node that a property leads to."""
        return next(iter(self.nodes(predicate)), None)

    def text(self, predicate: NamedNode) -> str:
        """The first text of a property that is not blank, `""` if it has none."""
        return min(self._texts.get(predicate, set()) - {""}, default="")


class Facts:
    """Reads a store whose own IRIs begin with `base`; one object serves one document or one page of them."""

    def __init__(self, store: Engine, base: str) -> None:
        self.base = base
        self.leap = Namespace(base + ONTOLOGY_PATH)
        self._store = store
        self._labels: dict[str, str] = {}

    def cited(self, node: NamedNode) -> Citation:
        """How to cite the node, and what it asks to cite."""
        return citation(self._store, self.base, node)

    def about(self, node: NamedNode) -> About:
        """What is said of the node, `MOST` values of all its properties together."""
        return About(looked_up(self._store, node, most=MOST))

    def nodes(self, node: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        """The nodes that a property leads to."""
        quads = looked_up(self._store, node, predicate, most=MOST)
        return sorted({quad.object for quad in quads if isinstance(quad.object, NamedNode)}, key=lambda n: n.value)

    def every(self, node: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        """All nodes that a property leads to, however many they are."""
        quads = looked_up(self._store, node, predicate)
        return sorted({quad.object for quad in quads if isinstance(quad.object, NamedNode)}, key=lambda n: n.value)

    def one(self, node: NamedNode, predicate: NamedNode) -> NamedNode | None:
        """The first node that a property leads to."""
        return next(iter(self.nodes(node, predicate)), None)

    def texts(self, node: NamedNode, predicate: NamedNode) -> list[str]:
        """The texts of a property that are not blank."""
        quads = looked_up(self._store, node, predicate, most=MOST)
        found = {quad.object.value.strip() for quad in quads if isinstance(quad.object, Literal)}
        return sorted(found - {""})

    def text(self, node: NamedNode, *predicates: NamedNode) -> str:
        """The first text of the first of these properties that has one, `""` if none has."""
        return next((text for predicate in predicates for text in self.texts(node, predicate)), "")

    def subjects(self, predicate: NamedNode, target: NamedNode) -> list[NamedNode]:
        """The nodes that have this value."""
        quads = looked_up(self._store, None, predicate, target, most=MOST)
        return sorted({quad.subject for quad in quads if isinstance(quad.subject, NamedNode)}, key=lambda n: n.value)

    def types(self, node: NamedNode) -> set[NamedNode]:
        """The classes of the node."""
        return set(self.nodes(node, RDF("type")))

    def label(self, node: NamedNode) -> str:
        """The node's name, else the last words of its IRI."""
        known = self._labels.get(node.value)
        if known is None:
            known = self._labels[node.value] = label_in(self._store, node)
        return known

    def all_of(self, kind: NamedNode) -> list[str]:
        """The IRIs of all nodes of a class, in order; a pass over all of them."""
        found = set()
        for quad in self._store.quads_for_pattern(None, RDF("type"), kind, None):
            if isinstance(quad.subject, NamedNode):
                found.add(quad.subject.value)
        return sorted(found)
