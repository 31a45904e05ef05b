"""The named graphs: one stable graph a source, one for the runs that filled them."""

import re

from pyoxigraph import NamedNode

DEFAULT_SOURCE = "default"
"""The source whose graph takes what is written without naming a graph."""
ONTOLOGY_SOURCE = "ontology"
"""The source whose graph holds our own terms and concepts."""
COMPARISON_SOURCE = "comparison"
"""The source whose graph holds what sources contradict each other about."""

REQUESTS_SOURCE = "requests"
"""The source whose graph holds the requests for data that were made on the site."""
STANDING_SOURCE = "standing"
"""The source whose graph holds where each request for data is on its way from asked to published."""

LINKS = "links."
"""What the names of the sources of links begin with: `links.d1` fills `graph/links/d1`."""

OBSERVED = "observed."
"""What the names of the sources of clusters begin with: `observed.lab` fills `graph/observed/lab`."""

_SOURCE = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


def source_graph(base: str, source: str) -> NamedNode:
    """The graph that holds what `source` says now.

    Those of links have graphs of their own, one a method, and those of what is seen on clusters, one a cluster. The
    name also becomes part of file names, so it is held to lower-case letters, digits, `.`, `_` and `-`; raises
    `ValueError` for any other.
    """
    if not _SOURCE.fullmatch(source):
        raise ValueError(f"{source!r} cannot name a source; use lower-case letters, digits, '.', '_' and '-'")
    for prefix, folder in ((LINKS, "links"), (OBSERVED, "observed")):
        name = source.removeprefix(prefix)
        if name and name != source:
            return NamedNode(f"{base}graph/{folder}/{name}")
    return NamedNode(f"{base}graph/source/{source}")


def curated_graph(base: str) -> NamedNode:
    """The graph of what curators say."""
    return NamedNode(f"{base}graph/curated")


def provenance_graph(base: str) -> NamedNode:
    """The graph of runs, of descriptions of the source graphs, and of the revision."""
    return NamedNode(f"{base}graph/prov")


def is_judged(base: str, graph: str) -> bool:
    """Whether the shapes hold for what a graph says.

    They say what our nodes must have, so they hold for the graphs that we name: of sources, curators and operators.
    What other people write under IRIs of their own, or without naming a graph at all, is not ours to judge.
    """
    return graph.startswith(f"{base}graph/") and graph != f"{base}graph/source/{DEFAULT_SOURCE}"


def whole_graph(base: str) -> NamedNode:
    """The node that stands for the union of all graphs; it carries the revision."""
    return NamedNode(f"{base}graph")
