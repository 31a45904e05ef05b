"""Which source a graph belongs to, as the rows of a query have it."""

from collections.abc import Mapping

from pyoxigraph import NamedNode

from leap_kg.graph.names import source_graph
from leap_kg.sparql.run import Term


def source_of(row: Mapping[str, Term], base: str, name: str = "graph") -> str:
    """The source whose graph the row names, `""` for a graph of another kind."""
    graph, prefix = row.get(name), source_graph(base, "x").value.removesuffix("x")
    found = isinstance(graph, NamedNode) and graph.value.startswith(prefix)
    return graph.value.removeprefix(prefix) if found and isinstance(graph, NamedNode) else ""
