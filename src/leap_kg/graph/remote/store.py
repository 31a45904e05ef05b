"""`RemoteStore`: an existing SPARQL 1.1 server in the place of the embedded store, for reading.

Hazards: the server may hold other graphs too, and what it takes for its default graph differs from server to server,
so every request names the graphs that are ours. It is a network away: small answers are remembered, which is safe
as long as one object stands for one revision.
"""

import re
import threading
from collections.abc import Iterator, Sequence

import structlog
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QuerySolutions, Triple

from leap_kg.graph.engine import Graph, Results, Term
from leap_kg.graph.remote import foreign
from leap_kg.graph.remote.protocol import Connection, Refusal, RemoteError, TooLong
from leap_kg.remote import Remote

log = structlog.get_logger(__name__)

NO_GRAPH = "urn:leap-kg:no-graph"
"""A graph that no server has: the dataset of a store without graphs."""

_FIRST_ROWS = 1_000
_REMEMBERED = 50_000
_PROLOGUE = re.compile(
    r"\s+|#[^\r\n]*|PREFIX\s+[^\s:<>]*:\s*<[^<>]*>|BASE\s*<[^<>]*>|VERSION\s*(?:\"[^\"]*\"|'[^']*')", re.IGNORECASE
)
_FORM = re.compile(r"(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE)

_Pattern = tuple[NamedNode | None, NamedNode | None, NamedNode | Literal | None, NamedNode | None]


class RemoteStore:
    """Reads the graphs `graphs` of a server (of whatever it holds if `None`); raises `RemoteError`.

    May be used by several threads. `seconds` is how long the server may be silent, `most_bytes` how long an answer
    may be; both bound a query of ours, not the server's work.
    """

    def __init__(
        self,
        remote: Remote,
        graphs: Sequence[str] | None = None,
        *,
        remember: bool = False,
        seconds: float = 120.0,
        most_bytes: int = 2**30,
    ) -> None:
        self.remote = remote
        self._graphs = None if graphs is None else tuple(graphs)
        self._limits = (seconds, most_bytes)
        self._local = threading.local()
        self._known: dict[_Pattern, tuple[Quad, ...]] | None = {} if remember else None

    # --- lookups ------------------------------------------------------------------------------------------

    def quads_for_pattern(
        self,
        subject: NamedNode | BlankNode | Triple | None,
        predicate: NamedNode | None,
        object: Term | None,  # noqa: A002 - the engine's own name for it
        graph_name: Graph | None = None,
        /,
    ) -> Iterator[Quad]:
        """The quads with these terms; `None` stands for any. A thousand are fetched, the others when asked for."""
        if (
            isinstance(subject, BlankNode | Triple)
            or isinstance(object, BlankNode | Triple)
            or isinstance(graph_name, BlankNode | DefaultGraph)
        ):
            return  # there is nothing of this kind in a store of ours
        if subject is None or self._known is None:
            yield from self._found((subject, predicate, object, graph_name))
            return
        # Pages ask for one property of a node after the other: all are fetched at once.
        about = self._found((subject, None, None, None))
        for quad in about:
            if (
                (predicate is None or quad.predicate == predicate)
                and (object is None or quad.object == object)
                and (graph_name is None or quad.graph_name == graph_name)
            ):
                yield quad

    def _found(self, pattern: _Pattern) -> Iterator[Quad]:
        if self._known is not None and pattern in self._known:
            yield from self._known[pattern]
            return
        first = self._select(pattern, f" LIMIT {_FIRST_ROWS}")
        if len(first) < _FIRST_ROWS:
            if self._known is not None:
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[pattern] = tuple(first)
            yield from first
            return
        yield from first
        given = set(first)
        yield from (quad for quad in self._select(pattern, "") if quad not in given)

    def _select(self, pattern: _Pattern, limit: str, condition: str = "") -> list[Quad]:
        names = tuple(name for name, term in zip("spog", pattern, strict=True) if term is None)
        if not names:
            return [_quad(pattern, {})] if self._ask(pattern) else []
        subject, predicate, object_, graph = (
            f"?{name}" if term is None else str(term) for name, term in zip("spog", pattern, strict=True)
        )
        variables = " ".join(f"?{name}" for name in names)
        triple = f"{subject} {predicate} {object_}"
        named = self._dataset() if pattern[3] is None else [pattern[3].value]
        try:
            found = self._rows(f"SELECT {variables} {{ GRAPH {graph} {{ {triple} }} {condition} }}{limit}", (), named)
        except Refusal:
            if not isinstance(pattern[2], Literal):
                raise
            return self._select_by_text(pattern, pattern[2])
        return [_quad(pattern, dict(zip(names, row, strict=True))) for row in foreign.terms(found, names)]

    def _select_by_text(self, pattern: _Pattern, value: Literal) -> list[Quad]:
        """The quads with a value that the server keeps but refuses to look up (Virtuoso: geometries)."""
        subject, predicate, _, graph = pattern
        found = self._select((subject, predicate, None, graph), "", f"FILTER(STR(?o) = {Literal(value.value)})")
        return [quad for quad in found if quad.object == value]

    def _ask(self, pattern: _Pattern) -> bool:
        subject, predicate, object_, graph = pattern
        text = f"ASK {{ GRAPH {graph} {{ {subject} {predicate} {object_} }} }}"
        return bool(foreign.rows(self._connection().query(text, foreign.ROWS)))

    def named_graphs(self) -> Iterator[NamedNode | BlankNode]:
        """The names of the graphs."""
        if self._graphs is not None:
            return iter([NamedNode(graph) for graph in self._graphs])
        found = self._rows("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", (), ())
        return iter([graph for (graph,) in foreign.terms(found, ("g",)) if isinstance(graph, NamedNode)])

    def __contains__(self, quad: Quad, /) -> bool:
        """Whether the quad stands in its graph, by the server's idea of equal values."""
        return any(self.quads_for_pattern(quad.subject, quad.predicate, quad.object, quad.graph_name))

    def __iter__(self) -> Iterator[Quad]:
        """All quads, graph by graph, each graph in one answer."""
        for graph in self.named_graphs():
            if isinstance(graph, NamedNode):
                yield from self._select((None, None, None, graph), "")

    def __len__(self) -> int:
        """How many quads there are."""
        return sum(self.count(graph) for graph in self.named_graphs() if isinstance(graph, NamedNode))

    def count(self, graph: NamedNode) -> int:
        """How many triples a graph holds."""
        text = f"SELECT (COUNT(*) AS ?n) {{ GRAPH {graph} {{ ?s ?p ?o }} }}"
        ((number,),) = foreign.terms(self._rows(text, (), ()), ("n",))
        return int(number.value) if isinstance(number, Literal) else 0

    # --- queries ------------------------------------------------------------------------------------------

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
        """The answer to a SPARQL query, as the embedded store gives it.

        Raises `SyntaxError` for a query that the server does not understand, `RemoteError` for other failures.
        """
        form = _form(query)
        text = _with_prologue(query, base_iri, prefixes or {})
        if use_default_graph_as_union:
            default = named = self._dataset()
        else:
            default, named = _names(default_graph), _names(named_graphs)
        accept = foreign.ROWS if form in ("SELECT", "ASK") else foreign.GRAPH
        try:
            reply = self._connection().query(text, accept, default, named)
        except Refusal as error:
            if error.answered == 400:
                raise SyntaxError(error.said) from None
            raise
        except TooLong:
            raise
        except RemoteError as error:
            # Queries are visitors' too, and where the server is, and as whom we talk to it, is not their business.
            log.warning("the SPARQL server cannot be used", reason=str(error))
            raise RemoteError("the SPARQL server behind this graph does not answer; try again later") from error
        return foreign.triples(reply) if accept == foreign.GRAPH else foreign.rows(reply)

    def _rows(self, text: str, default: Sequence[str], named: Sequence[str]) -> QuerySolutions:
        """The rows of a query of ours, all of them."""
        reply = self._connection().query(text, foreign.ROWS, default, named)
        found = foreign.rows(reply)
        if not isinstance(found, QuerySolutions):
            raise RemoteError(f"{self.remote.query} does not answer SELECT with rows")
        return found

    def _dataset(self) -> list[str]:
        return [graph.value for graph in self.named_graphs()] or [NO_GRAPH]

    def _connection(self) -> Connection:
        """The connection of this thread."""
        if not hasattr(self._local, "connection"):
            self._local.connection = Connection(self.remote, *self._limits)
        connection: Connection = self._local.connection
        return connection


def _quad(pattern: _Pattern, found: dict[str, Term | None]) -> Quad:
    subject, predicate, object_, graph = pattern
    return Quad(
        subject if subject is not None else found["s"],  # type: ignore[arg-type]
        predicate if predicate is not None else found["p"],  # type: ignore[arg-type]
        object_ if object_ is not None else found["o"],  # type: ignore[arg-type]
        graph if graph is not None else found["g"],  # type: ignore[arg-type]
    )


def _names(graphs: Graph | list[Graph] | list[NamedNode | BlankNode] | None) -> list[str]:
    if graphs is None:
        return []
    each = graphs if isinstance(graphs, list) else [graphs]
    return [graph.value for graph in each if isinstance(graph, NamedNode)]


def _form(query: str) -> str:
    """SELECT, ASK, CONSTRUCT or DESCRIBE; raises `SyntaxError` for a text that is none of them."""
    position = 0
    while found := _PROLOGUE.match(query, position):
        position = found.end()
    form = _FORM.match(query, position)
    if form is None:
        raise SyntaxError("a query is SELECT, ASK, CONSTRUCT or DESCRIBE")
    return form[1].upper()


def _with_prologue(query: str, base: str | None, prefixes: dict[str, str]) -> str:
    lines = [f"BASE {NamedNode(base)}\n"] if base else []
    lines += [f"PREFIX {name}: {NamedNode(iri)}\n" for name, iri in prefixes.items()]
    return "".join(lines) + query
