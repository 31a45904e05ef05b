"""A node for programs that know no RDF: its statements as JSON with labels, and as a table."""

from typing import Any

from pyoxigraph import Literal, NamedNode

from leap_kg.graph.statements import Term
from leap_kg.ontology.iri import path_of
from leap_kg.web.negotiation import JSON
from leap_kg.web.nodes.entity import by_property
from leap_kg.web.reading import Reading
from leap_kg.web.revision import Revision

COLUMNS = ("subject", "predicate", "object", "kind", "datatype", "language")


def as_document(revision: Revision, node: NamedNode, address: str, first: int) -> dict[str, Any]:
    """The node with its properties and parts, and the values of each property from one on.

    Where some are left out, `portion` says which are there and, from the `address` of the page, where the others are.
    """
    reading = revision.reading
    link = reading.link(node)
    portion = revision.descriptions.portion(node, first)
    return {
        "iri": node.value,
        "path": path_of(reading.base, node.value),
        "label": link.label,
        "kind": link.kind,
        "revision": revision.number,
        **({"portion": portion.described(address, JSON)} if portion.left_out else {}),
        "properties": _properties(reading, node, first),
        "parts": [
            {"iri": part.value, "label": reading.label(part), "properties": _properties(reading, part, first)}
            for part in revision.descriptions.parts(node)
        ],
    }


def as_rows(revision: Revision, node: NamedNode, first: int) -> list[dict[str, str]]:
    """Every statement about the node and its parts as one row, with the values of each property from one on."""
    found = []
    for triple in revision.descriptions.triples(node, first):
        row = {"subject": _iri(triple.subject), "predicate": triple.predicate.value, "object": "", "kind": "iri"}
        if isinstance(triple.object, Literal):
            row |= {"object": triple.object.value, "kind": "literal", "datatype": triple.object.datatype.value}
            row["language"] = triple.object.language or ""
        else:
            row["object"] = _iri(triple.object)
        found.append(row)
    return found


def _properties(reading: Reading, node: NamedNode, first: int) -> list[dict[str, Any]]:
    return [
        {"iri": predicate.value, "label": reading.word(predicate), "values": [_value(reading, term) for term in terms]}
        for predicate, terms in by_property(reading, reading.said(node, first).statements)
    ]


def _value(reading: Reading, term: Term) -> dict[str, Any]:
    if isinstance(term, NamedNode):
        link = reading.link(term)
        return {"iri": term.value, "label": link.label, "kind": link.kind}
    value: dict[str, Any] = {"text": term.value, "datatype": term.datatype.value}
    if term.language:
        value["language"] = term.language
    return value


def _iri(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)
