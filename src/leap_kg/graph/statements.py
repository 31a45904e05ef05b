"""What a graph says of one node at a time: the values of its properties, in order.

Hazard: the graph holds what strangers wrote, so any property may be missing, repeated or of another type. Every method
is bounded: it reads at most `MAX_VALUES` values of one property.
"""

from pyoxigraph import Literal, NamedNode, Quad

from leap_kg.graph.engine import Engine
from leap_kg.graph.index.entry import label_in
from leap_kg.graph.lookup import looked_up
from leap_kg.ontology.namespaces import ONTOLOGY_PATH, Namespace

MAX_VALUES = 2000

Term = NamedNode | Literal


class Statements:
    """Read access to a store whose IRIs begin with `base`."""

    def __init__(self, store: Engine, base: str) -> None:
        self.store = store
        self.base = base
        self.leap = Namespace(base + ONTOLOGY_PATH)

    def quads(
        self, subject: NamedNode | None = None, predicate: NamedNode | None = None, target: Term | None = None
    ) -> list[Quad]:
        """Statements of this pattern in any graph, at most `MAX_VALUES`."""
        return looked_up(self.store, subject, predicate, target, most=MAX_VALUES)

    def objects(self, node: NamedNode, predicate: NamedNode) -> list[Term]:
        """The values of a property, in order."""
        found = {q.object for q in self.quads(node, predicate)}
        return sorted((term for term in found if isinstance(term, NamedNode | Literal)), key=str)

    def nodes(self, node: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        """The nodes that a property leads to."""
        return [term for term in self.objects(node, predicate) if isinstance(term, NamedNode)]

    def texts(self, node: NamedNode, predicate: NamedNode) -> list[str]:
        """The texts of a property."""
        return [term.value for term in self.objects(node, predicate) if isinstance(term, Literal)]

    def text(self, node: NamedNode, predicate: NamedNode) -> str:
        """The first text of a property, `""` if it has none."""
        return next(iter(self.texts(node, predicate)), "")

    def one(self, node: NamedNode, predicate: NamedNode) -> NamedNode | None:
        """The first node that a property leads to."""
        return next(iter(self.nodes(node, predicate)), None)

    def subjects(self, predicate: NamedNode, target: Term) -> list[NamedNode]:
        """The nodes that have this value, in order."""
        found = {q.subject for q in self.quads(None, predicate, target)}
        return sorted((node for node in found if isinstance(node, NamedNode)), key=str)

    def label(self, node: NamedNode) -> str:
        """The name of the node."""
        return label_in(self.store, node)
