"""Collects triples while a record is mapped; what is empty is left out, and what cannot be printed taken out."""

import re
from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ontology.namespaces import FOAF, RDF, RDFS, XSD

ANY_URI = XSD("anyURI")
_TYPE = RDF("type")

# What XML cannot hold, lone halves of characters, and the controls that terminals obey.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_PRINTABLE_BYTES = bytes([*b"\t\n\r", *range(0x20, 0x7F)])


def printable(text: str) -> str:
    """The text without the characters that not every RDF format can hold."""
    # Most texts have nothing to take out. Python calls printable what has neither these nor the ends of lines; of ASCII
    # with those the bytes tell it faster than a pattern.
    if text.isprintable():
        return text
    if text.isascii() and not text.encode().translate(None, _PRINTABLE_BYTES):
        return text
    return _UNPRINTABLE.sub("", text)


class Statements:
    """The triples of one record, each once, in the order in which they were first said."""

    def __init__(self) -> None:
        self._triples: dict[Triple, None] = {}

    def type(self, subject: NamedNode, *classes: NamedNode) -> NamedNode:
        """Give the subject these classes; returns it."""
        for cls in classes:
            self._triples[Triple(subject, _TYPE, cls)] = None
        return subject

    def text(self, subject: NamedNode, predicate: NamedNode, value: str, datatype: NamedNode | None = None) -> None:
        """A literal, unless the value is empty."""
        value = printable(value)
        if value:
            literal = Literal(value, datatype=datatype) if datatype is not None else Literal(value)
            self._triples[Triple(subject, predicate, literal)] = None

    def link(self, subject: NamedNode, predicate: NamedNode, target: NamedNode | str | None) -> None:
        """A link to a node or to an absolute IRI, unless there is none."""
        if target:
            node = NamedNode(target) if isinstance(target, str) else target
            self._triples[Triple(subject, predicate, node)] = None

    def document(self, iri: str, label: str) -> NamedNode:
        """A web page or file that somebody else owns.

        Its label is an `rdfs:label`, which no shape restricts and every title goes before: the address may be that
        of a node which another record describes.
        """
        node = self.type(NamedNode(iri), FOAF("Document"))
        self.text(node, RDFS("label"), label)
        return node

    def extend(self, triples: Iterable[Triple]) -> None:
        """All of these triples."""
        self._triples.update(dict.fromkeys(triples))

    def triples(self) -> list[Triple]:
        """What was said so far."""
        return list(self._triples)
