"""Puts named queries to the graph for a page, in the processes of visitors' queries: what takes too long ends."""

from dataclasses import dataclass

from fastapi import Request
from pyoxigraph import Literal, NamedNode, QueryResultsFormat, QuerySolutions, parse_query_results
from starlette.concurrency import run_in_threadpool

from leap_kg.graph.statements import Term
from leap_kg.sparql.naming import called, named, undated
from leap_kg.sparql.parameters import Value
from leap_kg.web.cells import Node
from leap_kg.web.links import url
from leap_kg.web.reading import Reading
from leap_kg.web.revision import Revision
from leap_kg.web.site import Site
from leap_kg.web.sparql.endpoint import client_of, while_connected
from leap_kg.web.sparql.queryform import QueryRequest

Row = dict[str, Term]
_LONGEST = 500


class NotKnown(ValueError):
    """A value of the address that means nothing in the graph; `near` are things like it."""

    title = "Not in the graph"
    status = 404

    def __init__(self, reason: str, near: tuple[Node, ...] = ()) -> None:
        super().__init__(reason)
        self.near = near


class Ambiguous(NotKnown):
    """A value of the address that means several things; `near` leads to the answer for each of them."""

    title = "Which one is meant"
    status = 300


@dataclass(frozen=True, slots=True)
class Asker:
    """The questions of one request to one revision."""

    request: Request
    site: Site
    revision: Revision

    @property
    def reading(self) -> Reading:
        """The revision as pages read it."""
        return self.revision.reading

    def given(self, name: str) -> str:
        """A parameter of the address, `""` without it."""
        return self.request.query_params.get(name, "").strip()[:_LONGEST]

    async def rows(self, name: str, **values: Value) -> list[Row]:
        """The rows of a named query; raises `QueryFailed`, `ParameterError`."""
        query = self.reading.queries.get(name)
        if query is None:
            raise LookupError(f"there is no query {name}.rq in the folder sparql")
        asked = QueryRequest(query.bind(**values), at=self.request.query_params.get("at") or None)
        question, _ = await self.site.questions.question(self.request.scope, asked, "", requested="tsv")
        kept = self.site.asking.kept(question)
        if kept is None:
            client = client_of(self.request.scope, self.request.headers.getlist("x-forwarded-for"), self.site)
            kept = await while_connected(self.request.receive, self.site.asking.answer(question, client))
        return await run_in_threadpool(_read, kept.answer.body)

    def shown(self, name: str) -> str:
        """A parameter of the address as a form shows it: of an IRI the name, where the name leads back to it."""
        text = self.given(name)
        try:
            label = self.reading.label(NamedNode(text)) if text.startswith(("https://", "http://", "pkg:")) else ""
        except ValueError:
            return text
        node = named(label, self.reading.snapshot.store, self.reading.base)
        return label if node is not None and node.value == text else text

    async def names(self, name: str) -> list[str]:
        """The names that a list of names has."""
        return [term.value for row in await self.rows(name) for term in row.values() if isinstance(term, Literal)]

    async def node(self, text: str, what: str) -> NamedNode:
        """The node that a text of the address means: an IRI, a name, a path; raises `NotKnown`."""
        return await run_in_threadpool(self._node, text, what)

    def path(self, name: str, **values: str) -> str:
        """Where the query itself is shown."""
        return url(f"/queries/{name}", **values)

    def _node(self, text: str, what: str) -> NamedNode:
        store = self.reading.snapshot.store
        node = named(text, store, self.reading.base)
        if node is None:
            try:
                node = NamedNode(text)
            except ValueError:
                node = None
        if node is not None and self.reading.exists(node):
            return node
        several = tuple(self._instead(text, one) for one in called(text, store)[:20])
        if several:
            raise Ambiguous(f"Several things are called {text!r}: choose one of them, or give its IRI", several)
        if (why := undated(text, store, self.reading.base)) is not None:
            raise NotKnown(why[:1].upper() + why[1:])
        raise NotKnown(f"The graph knows no {what} {text!r}", self._like(text))

    def _instead(self, text: str, node: NamedNode) -> Node:
        """This page for one of the things that a text of its address may mean, with what tells it from the others."""
        given = {
            name: node.value if value.strip() == text else value for name, value in self.request.query_params.items()
        }
        link = self.reading.link(node)
        return Node(f"{link.label} ({node.value})", url(self.request.url.path, **given), node.value, link.kind)

    def _like(self, text: str) -> tuple[Node, ...]:
        """Things whose words are like the text."""
        if self.revision.fixed is not None:
            return ()
        with self.site.search() as index:
            hits = index.find(text.rpartition("/")[2] or text, limit=6).hits
        return tuple(self.reading.link(NamedNode(hit.iri)) for hit in hits)


def text_of(row: Row, name: str) -> str:
    """The text of a value, `""` for none."""
    term = row.get(name)
    return term.value if isinstance(term, Literal | NamedNode) else ""


def node_of(row: Row, name: str) -> NamedNode | None:
    """The node of a value, `None` for none."""
    term = row.get(name)
    return term if isinstance(term, NamedNode) else None


def _read(body: bytes) -> list[Row]:
    found = parse_query_results(body, QueryResultsFormat.TSV)
    if not isinstance(found, QuerySolutions):
        raise TypeError("rows were due")
    names = [variable.value for variable in found.variables]
    return [
        {n: t for n, t in zip(names, solution, strict=True) if isinstance(t, NamedNode | Literal)} for solution in found
    ]
