"""The description of a node: its own statements and those of its parts, in every form of RDF.

The parts of a node are the nodes whose IRI is its own with a fragment; see `leap_kg.web.nodes.parts`.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

from pyoxigraph import NamedNode, RdfFormat, Triple, serialize

from leap_kg.ontology.jsonld import compact
from leap_kg.ontology.namespaces import prefixes
from leap_kg.sparql.formats import Format
from leap_kg.web.memory import Memory
from leap_kg.web.negotiation import JSONLD, N_TRIPLES, NODE_FORMS, RDF_XML, TURTLE
from leap_kg.web.nodes.portion import Portion
from leap_kg.web.reading import Reading, Said

_SYNTAXES = {
    TURTLE.name: RdfFormat.TURTLE,
    N_TRIPLES.name: RdfFormat.N_TRIPLES,
    RDF_XML.name: RdfFormat.RDF_XML,
}


class NotWritable(ValueError):
    """A description that a form of RDF cannot express."""


class Descriptions:
    """Descriptions of the nodes of one revision."""

    def __init__(self, reading: Reading, parts: Callable[[str], Iterable[str]]) -> None:
        """`parts` gives all IRIs that may be parts of the node with an IRI, in order."""
        self._reading = reading
        self._candidates = parts
        self._parts = Memory[NamedNode, list[NamedNode]](65_536)
        self._documents = Memory[tuple[NamedNode, str, int], dict[str, Any]](256)
        self._measures = Memory[NamedNode, tuple[int, bool]](65_536)
        self._writable = Memory[NamedNode, tuple[Format, ...]](4096)

    def parts(self, node: NamedNode) -> list[NamedNode]:
        """The parts of a node, in order."""
        return self._parts.get(node, self._described)

    def _described(self, node: NamedNode) -> list[NamedNode]:
        candidates = map(NamedNode, self._candidates(node.value))
        return [part for part in candidates if self._reading.described(part)]

    def triples(self, node: NamedNode, first: int = 1) -> list[Triple]:
        """Everything said of the node and of its parts, with the values of each property from one on."""
        found = self._said(node, first)
        self._measures.get(node, lambda _: _measured(found))
        return [statement for said in found for statement in said.statements]

    def portion(self, node: NamedNode, first: int = 1) -> Portion:
        """Which values of each property the description from one on has."""
        longest, whole = self._measures.get(node, lambda wanted: _measured(self._said(wanted, first)))
        return Portion(first, longest, whole)

    def _said(self, node: NamedNode, first: int) -> list[Said]:
        return [self._reading.said(each, first) for each in (node, *self.parts(node))]

    def jsonld(self, node: NamedNode, address: str, first: int = 1) -> dict[str, Any]:
        """The description as a JSON-LD document, with the values of each property from one on.

        `address` is that of the page with its query string; the document says by it where others are, if it must.
        """
        return self._documents.get((node, address, first), self._jsonld)

    def _jsonld(self, wanted: tuple[NamedNode, str, int]) -> dict[str, Any]:
        node, address, first = wanted
        return compact(self._document(node, JSONLD, address, first), self._reading.base, node.value)

    def serialised(self, node: NamedNode, form: Format, address: str, first: int = 1) -> bytes:
        """The description in one of the forms of RDF; `address` and `first` as for `jsonld`."""
        if form is JSONLD:
            return json.dumps(self.jsonld(node, address, first), ensure_ascii=False, indent=1).encode()
        return serialised(self._document(node, form, address, first), form, self._reading.base)

    def _document(self, node: NamedNode, form: Format, address: str, first: int) -> list[Triple]:
        """The description, with what is said of a document that does not have all of it."""
        base = self._reading.base.removesuffix("/")
        return [*self.triples(node, first), *self.portion(node, first).said(node, f"{base}{address}", form)]

    def forms(self, node: NamedNode) -> tuple[Format, ...]:
        """The forms in which the node can be had: RDF/XML cannot name every property, nor hold every character."""
        return self._writable.get(node, self._forms)

    def _forms(self, node: NamedNode) -> tuple[Format, ...]:
        try:
            serialised(self.triples(node), RDF_XML, self._reading.base)
        except NotWritable:
            return tuple(form for form in NODE_FORMS if form is not RDF_XML)
        return NODE_FORMS


def _measured(found: list[Said]) -> tuple[int, bool]:
    """How many values the longest property has if that is more than a document has, and whether all could be read."""
    longest = max((number for said in found for number in said.totals.values()), default=0)
    return longest, all(said.whole for said in found)


def serialised(triples: Iterable[Triple], form: Format, base: str) -> bytes:
    """Triples as Turtle, N-Triples or RDF/XML, with the prefixes that they use."""
    syntax = _SYNTAXES[form.name]
    ordered = list(triples)
    named = _used(ordered, prefixes(base)) if syntax != RdfFormat.N_TRIPLES else None
    body = serialize(ordered, format=syntax, prefixes=named) or b""
    if form is RDF_XML:
        _require_xml(body)
    return body


def _used(triples: list[Triple], known: dict[str, str]) -> dict[str, str]:
    text = "\n".join(map(str, triples))
    return {name: iri for name, iri in known.items() if f"<{iri}" in text}


def _require_xml(body: bytes) -> None:
    """Raise `NotWritable` if this is no XML: it cannot hold control characters, nor all IRIs as element names."""
    try:
        ParserCreate(namespace_separator=" ").Parse(body, True)
    except ExpatError as error:
        raise NotWritable(f"RDF/XML cannot express this description: {error}") from None
