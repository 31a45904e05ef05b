"""The named graphs: one stable graph a source, one for the runs that filled them."""

from pyoxigraph import NamedNode


def source_graph(base: str, source: str) -> NamedNode:
    """The graph that holds what `source` says now."""
    return NamedNode(f"{base}graph/source/{source}")


def provenance_graph(base: str) -> NamedNode:
    """The graph of runs, of descriptions of the source graphs, and of the revision."""
    return NamedNode(f"{base}graph/prov")


def whole_graph(base: str) -> NamedNode:
    """The node that stands for the union of all graphs; it carries the revision."""
    return NamedNode(f"{base}graph")
