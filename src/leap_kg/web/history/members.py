"""The members of the event stream: each entity that a revision touched, as the revision left it.

A member's IRI is that of its memento, so it leads to the page of that state. Its statements, with those of its parts,
stand in a graph of that name, as they are, so that a consumer rebuilds the graph by putting the newest member's
statements in the place of what it had of the entity. A member of which nothing is left says as:Delete; one of which
a source left a tombstone, or a pointer to its heir, carries that.
"""

from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from leap_kg.graph.engine import Engine
from leap_kg.graph.history.feed import NEW, entity_of, in_feed
from leap_kg.graph.history.timeline import Touched
from leap_kg.graph.lookup import looked_up
from leap_kg.ontology.iri import path_of
from leap_kg.ontology.namespaces import DCT, ONTOLOGY_PATH, PROV, RDF, XSD, Namespace
from leap_kg.web.links import at_moment
from leap_kg.web.revision import Revision

LDES = Namespace("https://w3id.org/ldes#")
TREE = Namespace("https://w3id.org/tree#")
ACTIVITY = Namespace("https://www.w3.org/ns/activitystreams#")


def stream_iri(base: str) -> NamedNode:
    """The event stream itself."""
    return NamedNode(f"{base}ldes#stream")


def last_path(base: str) -> NamedNode:
    """The property by which the last member of a revision says that the revision is complete."""
    return NamedNode(f"{base}ldes#last")


def member_iri(base: str, touched: Touched) -> NamedNode:
    """The memento of the entity at the revision that touched it."""
    return NamedNode(base + at_moment(path_of(base, touched.iri), touched.revision).removeprefix("/"))


def member_quads(revision: Revision, base: str, members: Sequence[Touched], complete: bool) -> Iterator[Quad]:
    """The members in their order, each with its statements; `complete` if the last one ends its revision."""
    leap, stream = Namespace(base + ONTOLOGY_PATH), stream_iri(base)
    for touched in members:
        member, state = member_iri(base, touched), list(statements(revision, base, touched.iri))
        kind = "Delete" if not state else "Create" if touched.how == NEW else "Update"
        said: list[tuple[NamedNode, NamedNode | Literal]] = [
            (RDF("type"), ACTIVITY(kind)),
            (DCT("isVersionOf"), NamedNode(touched.iri)),
            (PROV("generatedAtTime"), moment(touched)),
            (leap("revision"), Literal(str(touched.revision), datatype=XSD("integer"))),
        ]
        if complete and touched is members[-1]:
            said.append((last_path(base), Literal("true", datatype=XSD("boolean"))))
        yield Quad(stream, TREE("member"), member, DefaultGraph())
        yield from (Quad(member, name, value, DefaultGraph()) for name, value in said)
        yield from (Quad(quad.subject, quad.predicate, quad.object, member) for quad in state)


def moment(touched: Touched) -> Literal:
    """When the revision came into force."""
    return Literal(touched.at.isoformat(), datatype=XSD("dateTime"))


def statements(revision: Revision, base: str, iri: str) -> list[Quad]:
    """What all sources together say of an entity and of its parts, each statement once, in order."""
    store, node = revision.reading.snapshot.store, NamedNode(iri)
    nodes = [node, *(part for part in revision.descriptions.parts(node) if entity_of(part.value, base) == iri)]
    found = {Quad(q.subject, q.predicate, q.object) for one in nodes for q in _told(store, one, base)}
    return sorted(found, key=str)


def _told(store: Engine, node: NamedNode, base: str) -> Iterable[Quad]:
    return (quad for quad in looked_up(store, node) if in_feed(getattr(quad.graph_name, "value", ""), base))
