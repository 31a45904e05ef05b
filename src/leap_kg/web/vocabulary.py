"""The page of our ontology: every term with its label, definition and the reason why it is ours.

Read from the declarations that the program was installed with, so it is there before anything was harvested.
"""

from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import Literal, NamedNode, Quad, Triple

from leap_kg.graph.names import source_graph
from leap_kg.ontology.declared import ontology_quads
from leap_kg.ontology.iri import path_of
from leap_kg.ontology.namespaces import DCT, ONTOLOGY_PATH, OWL, RDF, RDFS, SKOS, prefixes
from leap_kg.web.cells import Node
from leap_kg.web.links import external_href

_SECTIONS = (
    ("Classes", OWL("Class")),
    ("Links between nodes", OWL("ObjectProperty")),
    ("Properties with values", OWL("DatatypeProperty")),
)


@dataclass(frozen=True, slots=True)
class TermEntry:
    """One term; `anchor` is its fragment, `parents` the terms it specialises."""

    anchor: str
    iri: str
    short: str
    label: str
    definition: str
    reason: str
    parents: list[Node]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The whole ontology."""

    iri: str
    title: str
    version: str
    description: str
    sections: list[tuple[str, list[TermEntry]]]
    namespaces: list[tuple[str, str]]


@lru_cache(maxsize=4)
def vocabulary(base: str) -> Vocabulary:
    """The ontology under a base."""
    ontology, quads = NamedNode(base + ONTOLOGY_PATH.removesuffix("#")), _quads(base)
    return Vocabulary(
        iri=ontology.value,
        title=_text(quads, ontology, DCT("title")),
        version=_text(quads, ontology, OWL("versionInfo")),
        description=_text(quads, ontology, DCT("description")),
        sections=[(title, _terms(quads, cls, base)) for title, cls in _SECTIONS],
        namespaces=sorted(prefixes(base).items()),
    )


def ontology_triples(base: str) -> list[Triple]:
    """Everything the ontology says of itself and its terms, in order."""
    document = base + ONTOLOGY_PATH.removesuffix("#")
    own = (
        q for q in _quads(base) if isinstance(q.subject, NamedNode) and q.subject.value.partition("#")[0] == document
    )
    return sorted((Triple(q.subject, q.predicate, q.object) for q in own), key=str)


@lru_cache(maxsize=4)
def _quads(base: str) -> tuple[Quad, ...]:
    return tuple(ontology_quads(base, source_graph(base, "ontology")))


def _terms(quads: tuple[Quad, ...], cls: NamedNode, base: str) -> list[TermEntry]:
    found = {q.subject for q in quads if q.predicate == RDF("type") and q.object == cls}
    terms = [node for node in found if isinstance(node, NamedNode)]
    return [_term(quads, node, base) for node in sorted(terms, key=lambda n: n.value)]


def _term(quads: tuple[Quad, ...], node: NamedNode, base: str) -> TermEntry:
    parents = [
        q.object for q in quads if q.subject == node and q.predicate in (RDFS("subClassOf"), RDFS("subPropertyOf"))
    ]
    return TermEntry(
        anchor=node.value.partition("#")[2],
        iri=node.value,
        short=_short(node.value, base),
        label=_text(quads, node, RDFS("label")),
        definition=_text(quads, node, SKOS("definition")),
        reason=_text(quads, node, SKOS("editorialNote")),
        parents=[_parent(parent.value, base) for parent in parents if isinstance(parent, NamedNode)],
    )


def _parent(iri: str, base: str) -> Node:
    own = iri.startswith(base)
    return Node(_short(iri, base), path_of(base, iri) if own else external_href(iri), iri, external=not own)


def _short(iri: str, base: str) -> str:
    for prefix, namespace in prefixes(base).items():
        if prefix != "kg" and iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri


def _text(quads: tuple[Quad, ...], node: NamedNode, predicate: NamedNode) -> str:
    texts = (
        q.object.value
        for q in quads
        if q.subject == node and q.predicate == predicate and isinstance(q.object, Literal)
    )
    return min(texts, default="")
