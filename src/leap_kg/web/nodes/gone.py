"""Nodes that once were described and are not any more: what became of them, told from the timeline.

A source may drop a node without a word; its address still answers, with 410 and a tombstone made from the log.
"""

from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.graph.history.feed import REMOVED
from leap_kg.graph.history.timeline import Revised, Timeline, Touched
from leap_kg.ontology.kinds import kinds
from leap_kg.ontology.namespaces import DCT, ONTOLOGY_PATH, PROV, RDF, XSD, Namespace


@dataclass(frozen=True, slots=True)
class Gone:
    """A node that is gone: what it was last, and the revision that took it away."""

    touched: Touched
    revised: Revised

    def triples(self, base: str) -> list[Triple]:
        """A tombstone as sources leave it: what it was called, what it was, since when it is gone."""
        node = NamedNode(self.touched.iri)
        when = Literal(self.touched.at.isoformat(), datatype=XSD("dateTime"))
        classes = next((kind.classes for kind in kinds(base) if kind.name == self.touched.kind), ())
        return [
            Triple(node, RDF("type"), Namespace(base + ONTOLOGY_PATH)("Tombstone")),
            Triple(node, DCT("title"), Literal(self.touched.label)),
            *(Triple(node, DCT("type"), cls) for cls in classes[:1]),
            Triple(node, PROV("invalidatedAtTime"), when),
            Triple(node, PROV("wasInvalidatedBy"), NamedNode(self.revised.run)),
        ]

    def document(self) -> dict[str, Any]:
        """The same for programs that know no RDF."""
        return {
            "iri": self.touched.iri,
            "gone": True,
            "label": self.touched.label,
            "kind": self.touched.kind,
            "removed": {
                "revision": self.touched.revision,
                "at": self.touched.at.isoformat(),
                "source": self.revised.source,
                "run": self.revised.run,
            },
        }


def gone(timeline: Timeline, iri: str, number: int) -> Gone | None:
    """What became of a node that revision `number` does not describe; `None` if nobody ever took it away."""
    found = timeline.revisions(entity=iri, before=number + 1, limit=1)
    if not found:
        return None
    later = timeline.count(entity=iri, since=found[0].revision)
    touched = timeline.of_entity(iri, 1, later)
    return Gone(touched[0], found[0]) if touched and touched[0].how == REMOVED else None
