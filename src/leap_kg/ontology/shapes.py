"""SHACL validation of the quads of one source, by pySHACL against `ontology/shapes/`.

pySHACL works on rdflib graphs and takes milliseconds a node; this is meant for publications of up to
some tens of thousands of triples.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import pyshacl
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple
from rdflib import SH, Graph
from rdflib.term import Node

from leap_kg.ontology.declared import declared_text
from leap_kg.resources import declarations


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One breach of a shape: the node (IRI), what is wrong, and the value that is (`""` if one is missing)."""

    focus: str
    message: str
    path: str = ""
    value: str = ""

    def __str__(self) -> str:
        value = f" (found {self.value!r})" if self.value else ""
        return f"{self.focus}: {self.message}{value}"


def validate(quads: Iterable[Quad], base: str) -> list[Violation]:
    """Check the quads, graph names aside, against all shapes; an empty list means they conform."""
    data = Graph()
    for quad in quads:
        data.add((_node(quad.subject), _node(quad.predicate), _node(quad.object)))
    conforms, report, text = pyshacl.validate(data, shacl_graph=_shapes(base), inference="none", advanced=False)
    if conforms:
        return []
    if not isinstance(report, Graph):
        raise RuntimeError(f"the shapes could not be applied: {text}")
    return sorted({_violation(report, result) for result in report.objects(None, SH.result)})


def validate_changed(quads: Iterable[Quad], changed: Iterable[Quad], base: str) -> list[Violation]:
    """Check the nodes that `changed` quads are about, and those that point to one, within `quads`.

    Where all else conformed before, this finds what `validate` finds, in time that grows with the change: our
    shapes look at a node and at the nodes it points to, never further. A test holds the shapes to that.
    """
    described: dict[str, list[Quad]] = defaultdict(list)
    for quad in quads:
        described[str(quad.subject)].append(quad)
    touched = {str(quad.subject) for quad in changed}
    pointing = {node for node, said in described.items() if any(str(quad.object) in touched for quad in said)}
    judged = (touched | pointing) & described.keys()
    beside = {str(quad.object) for node in judged for quad in described[node]} & described.keys()
    found = validate((quad for node in judged | beside for quad in described[node]), base)
    return [violation for violation in found if judged & {f"<{violation.focus}>", f"_:{violation.focus}"}]


def _node(term: NamedNode | BlankNode | Literal | Triple) -> Node:
    """The term for rdflib, made without its parsers, which refuse some legal IRIs and texts."""
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, Literal):
        datatype = None if term.language else rdflib.URIRef(term.datatype.value)
        return rdflib.Literal(term.value, lang=term.language, datatype=datatype)
    raise ValueError(f"shapes cannot be applied to a triple about a triple: {term}")


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


@lru_cache(maxsize=4)
def _shapes(base: str) -> Graph:
    shapes = Graph()
    for file in sorted((declarations() / "ontology" / "shapes").glob("*.ttl")):
        shapes.parse(data=declared_text(file, base), format="turtle")
    return shapes
