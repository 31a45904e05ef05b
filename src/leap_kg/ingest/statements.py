"""Collects triples while a record is mapped; what is empty is left out."""

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ontology.namespaces import RDF, XSD

ANY_URI = XSD("anyURI")


class Statements:
    """The triples of one record, each once, in the order in which they were first said."""

    def __init__(self) -> None:
        self._triples: dict[Triple, None] = {}

    def type(self, subject: NamedNode, *classes: NamedNode) -> NamedNode:
        """Give the subject these classes; returns it."""
        for cls in classes:
            self.link(subject, RDF("type"), cls)
        return subject

    def text(self, subject: NamedNode, predicate: NamedNode, value: str, datatype: NamedNode | None = None) -> None:
        """A literal, unless the value is empty."""
        if value:
            literal = Literal(value, datatype=datatype) if datatype is not None else Literal(value)
            self._triples[Triple(subject, predicate, literal)] = None

    def link(self, subject: NamedNode, predicate: NamedNode, target: NamedNode | str | None) -> None:
        """A link to a node or to an absolute IRI, unless there is none."""
        if target:
            node = NamedNode(target) if isinstance(target, str) else target
            self._triples[Triple(subject, predicate, node)] = None

    def extend(self, triples: Iterable[Triple]) -> None:
        """All of these triples."""
        self._triples.update(dict.fromkeys(triples))

    def triples(self) -> list[Triple]:
        """What was said so far."""
        return list(self._triples)
