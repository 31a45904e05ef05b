"""What counts as a change of the graph, and of which entity: the rules that every view of history shares.

Left out are the graphs that every run rewrites: provenance (it describes the revisions themselves) and metrics
(counters; with them every nightly run would change everything).
"""

from leap_kg.graph.names import provenance_graph
from leap_kg.ontology.namespaces import ONTOLOGY_PATH

NEW, CHANGED, REMOVED = "new", "changed", "removed"
"""What can become of an entity in a revision."""


def in_feed(graph: str, base: str) -> bool:
    """Whether changes in the graph with this IRI (`""` for the default graph) are told."""
    return graph != provenance_graph(base).value and not graph.startswith(f"{base}graph/metrics/")


def entity_of(iri: str, base: str) -> str:
    """The IRI of the entity that a node is part of, or its own; terms of our ontology stand for themselves."""
    own_part = "#" in iri and iri.startswith(base) and not iri.startswith(base + ONTOLOGY_PATH)
    return iri.partition("#")[0] if own_part else iri
