"""pySHACL as the reference for what the shapes mean."""

from collections.abc import Iterable

import pyshacl
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple
from rdflib import SH, Graph
from rdflib.term import Node

from leap_kg.ontology.shapes import Violation


def report(quads: Iterable[Quad], shapes: Graph) -> list[Violation]:
    """What pySHACL finds in the quads, graph names aside."""
    data = Graph()
    for quad in quads:
        data.add((_node(quad.subject), _node(quad.predicate), _node(quad.object)))
    conforms, found, text = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False)
    if conforms:
        return []
    assert isinstance(found, Graph), text
    return sorted({_violation(found, result) for result in found.objects(None, SH.result)})


def _node(term: NamedNode | BlankNode | Literal | Triple) -> Node:
    """The term for rdflib, made without its parsers, which refuse some legal IRIs and texts."""
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    assert isinstance(term, Literal)
    datatype = None if term.language else rdflib.URIRef(term.datatype.value)
    return rdflib.Literal(term.value, lang=term.language, datatype=datatype, normalize=False)


def _violation(report: Graph, result: Node) -> Violation:
    def text(predicate: Node) -> str:
        found = report.value(result, predicate)
        return "" if found is None else str(found)

    return Violation(
        focus=text(SH.focusNode),
        message=text(SH.resultMessage),
        path=text(SH.resultPath),
        value=text(SH.value),
    )
