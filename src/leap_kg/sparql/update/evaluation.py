"""SPARQL 1.1 Update without writing: `delta` says what an update would take and add.

All reading of an operation happens before any of its writing; deletions come before insertions. Where an update
says "default graph", a WHERE reads the union of all graphs, as queries here do, unless WITH, USING or the request name
others; writing goes to one graph, `UpdateOptions.default_graph`. So a DELETE without GRAPH takes a triple out of
that graph and leaves it where other sources say it too. A graph without triples does not exist: CREATE of a new one
and CLEAR of a missing one change nothing, COPY from a missing one is refused (SILENT: changes nothing).
"""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryBoolean, QuerySolution, QuerySolutions, Store

from leap_kg.graph.publication.canonical import TooLong, require_readable
from leap_kg.sparql.measure import Refused
from leap_kg.sparql.tokens import Token, position
from leap_kg.sparql.update.change import Delta
from leap_kg.sparql.update.excerpt import Excerpt
from leap_kg.sparql.update.operations import (
    Clear,
    Create,
    Data,
    Modify,
    Operation,
    Request,
    Scope,
    Transfer,
    Which,
)
from leap_kg.sparql.update.options import ForbiddenGraph, TooLarge, UpdateOptions
from leap_kg.sparql.update.reading import read_request
from leap_kg.sparql.update.state import State
from leap_kg.sparql.update.templates import Template, TemplateReader
from leap_kg.sparql.update.values import Skolem, canonical

_LONG = 1_000_000
Change = tuple[Iterable[Quad], Iterable[Quad]]


def delta(store: Store, text: str, options: UpdateOptions) -> Delta:
    """The net change that the update `text` would make to the named graphs of `store`, which stays as it is.

    Raises `Refused` with a status: 400 (no update, RDF 1.2 terms, a failed CREATE or COPY), 403 (SERVICE, LOAD,
    `ForbiddenGraph`), 413 (`TooLarge`, or more text than is read).
    """
    request = read_request(text, options.limits)
    with State(store, options.scratch, options.most) as state:
        evaluation = _Evaluation(request, options, state)
        for operation in request.operations:
            evaluation.run(operation)
        return Delta.of(state.removed, state.added)


class _Evaluation:
    """The operations of one request, one after the other."""

    def __init__(self, request: Request, options: UpdateOptions, state: State) -> None:
        self._text = request.text
        self._options = options
        self._state = state
        self._default = NamedNode(options.default_graph)
        self._templates = TemplateReader(request.text, options.base, options.prefixes)
        self._skolem = Skolem(options.base)
        self._writable: dict[NamedNode, bool] = {}
        self._labels: set[str] = set()

    def run(self, operation: Operation) -> None:
        """Evaluate one operation on the state that those before it left."""
        match operation:
            case Data():
                removed, added = self._data(operation)
            case Modify():
                removed, added = self._modify(operation)
            case Clear():
                removed, added = self._clear(operation), ()
            case Create():
                self._create(operation)
                return
            case Transfer():
                removed, added = self._transfer(operation)
        self._state.change(self._checked(removed), self._checked(added))

    # --- operations

    def _data(self, operation: Data) -> Change:
        template = self._template(operation.scope, operation.blocks, self._default)
        self._check_labels(operation, template)
        quads = template.fill(None, self._skolem)
        return ((), quads) if operation.inserts else (quads, ())

    def _check_labels(self, operation: Data, template: Template) -> None:
        """A label names one node, so two INSERT DATA cannot both have it (SPARQL 1.1 Update, 19.6)."""
        if shared := self._labels & (labels := template.labels()):
            raise self._refused(operation, f"{min(shared)} stands in two operations; give each its own label")
        self._labels |= labels

    def _modify(self, operation: Modify) -> Change:
        scope = operation.scope
        default = self._iri(scope, operation.graph) if operation.graph else self._default
        delete = self._template(scope, operation.delete, default)
        insert = self._template(scope, operation.insert, default)
        removed: set[Quad] = set()
        added: set[Quad] = set()
        for solution in self._solutions(operation, delete, insert):
            removed.update(delete.fill(solution, self._skolem))
            added.update(map(self._named, insert.fill(solution, self._skolem)))
            if len(removed) + len(added) > 2 * self._options.most:
                raise TooLarge(self._options.most)
        return removed, added

    def _clear(self, operation: Clear) -> Iterator[Quad]:
        if operation.target is Which.DEFAULT:
            graphs = [self._write(self._default)]
        elif isinstance(operation.target, Token):
            graphs = [self._write(self._iri(operation.scope, operation.target))]
        else:
            kept = {self._default} if operation.target is Which.NAMED else set()
            graphs = [each for each in self._state.graphs() - kept if self._may_write(each)]
        return (quad for graph in graphs for quad in self._state.quads(graph))

    def _create(self, operation: Create) -> None:
        graph = self._write(self._iri(operation.scope, operation.target))
        if not operation.silent and self._state.holds(graph):
            raise self._refused(operation, f"the graph {graph} exists already; CREATE SILENT passes over that")

    def _transfer(self, operation: Transfer) -> Change:
        source = self._iri(operation.scope, operation.source) if operation.source else self._default
        target = self._iri(operation.scope, operation.target) if operation.target else self._default
        self._write(target)
        if operation.empties_source:
            self._write(source)
        if source == target:
            return (), ()
        if operation.source is not None and not self._state.holds(source):
            if operation.silent:
                return (), ()
            raise self._refused(operation, f"the graph {source} does not exist, so nothing was changed")
        moved = self._few(self._state.quads(source))
        removed = list(moved) if operation.empties_source else []
        if operation.empties_target:
            removed += self._state.quads(target)
        return removed, [Quad(quad.subject, quad.predicate, quad.object, target) for quad in moved]

    # --- reading

    def _solutions(self, operation: Modify, delete: Template, insert: Template) -> Iterator[QuerySolution | None]:
        """The solutions of WHERE, without those that would say the same again."""
        excerpt = Excerpt(self._text, operation.scope)
        variables = sorted(delete.variables() | insert.variables())
        counts = bool(insert.labels())
        if variables:
            excerpt.glue(f"SELECT {'' if counts else 'DISTINCT'} {' '.join(f'?{each}' for each in variables)} WHERE ")
        else:
            excerpt.glue("SELECT * WHERE " if counts else "ASK ")
        answer = excerpt.copy(operation.pattern).ask(
            self._state.readable(),
            base_iri=self._options.base,
            prefixes=dict(self._options.prefixes),
            **self._dataset(operation),
        )
        if isinstance(answer, QueryBoolean):
            return iter([None] if answer else [])
        return cast("QuerySolutions", answer)

    def _dataset(self, operation: Modify) -> dict[str, Any]:
        options, scope = self._options, operation.scope
        if options.using_graphs or options.using_named:
            if operation.has_dataset:
                raise self._refused(operation, "the request names graphs, so WITH and USING cannot; use one of both")
            default = [NamedNode(each) for each in options.using_graphs]
            return {"default_graph": default, "named_graphs": [NamedNode(each) for each in options.using_named]}
        if operation.using or operation.using_named:
            default = [self._iri(scope, each) for each in operation.using]
            named = [self._iri(scope, each) for each in operation.using_named]
            return {"default_graph": default, "named_graphs": named}
        if operation.graph:
            return {"default_graph": self._iri(scope, operation.graph)}
        return {"use_default_graph_as_union": True}

    def _template(self, scope: Scope, blocks: tuple[Any, ...], default: NamedNode) -> Template:
        template = self._templates.read(scope, blocks, default)
        for graph in {line.graph for line in template.lines}:
            if isinstance(graph, NamedNode):
                self._write(graph)
        return template

    def _iri(self, scope: Scope, token: Token) -> NamedNode:
        return self._templates.iri(scope, token)

    # --- writing

    def _named(self, quad: Quad) -> Quad:
        """The quad with IRIs for the blank nodes that WHERE made."""
        subject, target = quad.subject, quad.object
        if not isinstance(subject, BlankNode) and not isinstance(target, BlankNode):
            return quad
        subject = self._skolem.name(subject) if isinstance(subject, BlankNode) else subject
        target = self._skolem.name(target) if isinstance(target, BlankNode) else target
        return Quad(subject, quad.predicate, target, quad.graph_name)

    def _checked(self, quads: Iterable[Quad]) -> set[Quad]:
        """The quads as the store keeps them, if their graphs may be written: variables can name any."""
        found = canonical(self._few(quads))
        long = (quad for quad in found if isinstance(quad.object, Literal) and len(quad.object.value) > _LONG)
        try:
            require_readable([f"{quad} .".encode() for quad in long])
        except TooLong as error:
            raise Refused(413, str(error)) from None
        for graph in {quad.graph_name for quad in found}:
            if isinstance(graph, NamedNode):
                self._write(graph)
        return found

    def _few(self, quads: Iterable[Quad]) -> list[Quad]:
        """The quads; raises `TooLarge` while they are made."""
        found = []
        for quad in quads:
            found.append(quad)
            if len(found) > 2 * self._options.most:
                raise TooLarge(self._options.most)
        return found

    def _write(self, graph: NamedNode) -> NamedNode:
        if not self._may_write(graph):
            raise ForbiddenGraph(graph.value)
        return graph

    def _may_write(self, graph: NamedNode) -> bool:
        if graph not in self._writable:
            self._writable[graph] = not self._options.protects(graph.value)
        return self._writable[graph]

    def _refused(self, operation: Operation, reason: str) -> Refused:
        line, column = position(self._text, operation.scope.offset)
        return Refused(400, f"line {line}, column {column}: {reason}")
