"""What the rest of the program asks of a triple store; pyoxigraph's `Store` has it, and so has `RemoteStore`.

Hazard: whatever is added here must be had from every SPARQL 1.1 server too.
"""

from collections.abc import Iterator
from typing import Protocol

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Triple,
)

Graph = NamedNode | BlankNode | DefaultGraph
Term = NamedNode | BlankNode | Literal | Triple
Results = QuerySolutions | QueryBoolean | QueryTriples


class Engine(Protocol):
    """A set of quads that can be looked up and queried.

    `OSError` is raised when the disk or the server fails, `SyntaxError` for a query that is none.
    """

    def quads_for_pattern(
        self,
        subject: NamedNode | BlankNode | Triple | None,
        predicate: NamedNode | None,
        object: Term | None,  # noqa: A002 - the engine's own name for it
        graph_name: Graph | None = None,
        /,
    ) -> Iterator[Quad]:
        """The quads with these terms; `None` stands for any."""
        ...

    def query(
        self,
        query: str,
        /,
        *,
        base_iri: str | None = None,
        prefixes: dict[str, str] | None = None,
        use_default_graph_as_union: bool = False,
        default_graph: Graph | list[Graph] | None = None,
        named_graphs: list[NamedNode | BlankNode] | None = None,
    ) -> Results:
        """The answer to a SPARQL query."""
        ...

    def named_graphs(self) -> Iterator[NamedNode | BlankNode]:
        """The names of the graphs."""
        ...

    def __contains__(self, quad: Quad, /) -> bool:
        """Whether the quad stands in its graph."""
        ...

    def __iter__(self) -> Iterator[Quad]:
        """All quads."""
        ...

    def __len__(self) -> int:
        """How many quads there are."""
        ...
