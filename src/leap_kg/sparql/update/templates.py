"""Templates and data of an update, made into quads.

The engine reads the triples, inside a CONSTRUCT on an empty store, so that its grammar and its terms hold. Variables
and named blank nodes are swapped for IRIs that nobody can guess, and found again in what it gives back.
"""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, cast

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuerySolution, QuerySolutions, QueryTriples, Store, Triple

from leap_kg.sparql.measure import Refused
from leap_kg.sparql.tokens import Kind, Token
from leap_kg.sparql.update.excerpt import Excerpt
from leap_kg.sparql.update.operations import Block, Scope, Span
from leap_kg.sparql.update.values import Skolem

Term = NamedNode | Literal | BlankNode | Triple


class Variable(NamedTuple):
    """A place that a solution fills."""

    name: str


class Blank(NamedTuple):
    """A place that gets a new node for each solution."""

    label: str


Slot = NamedNode | Literal | Variable | Blank


class Line(NamedTuple):
    """A triple of a template and the graph it is for."""

    subject: Slot
    predicate: Slot
    object: Slot
    graph: Slot


@dataclass(frozen=True, slots=True)
class Template:
    """The lines of a template, in no order."""

    lines: tuple[Line, ...] = ()

    def variables(self) -> set[str]:
        """The names of all variables."""
        return {slot.name for line in self.lines for slot in line if isinstance(slot, Variable)}

    def labels(self) -> set[str]:
        """The labels of all blank nodes."""
        return {slot.label for line in self.lines for slot in line if isinstance(slot, Blank)}

    def constant(self) -> Iterator[Line]:
        """The lines without places to fill."""
        return (line for line in self.lines if not any(isinstance(slot, Variable | Blank) for slot in line))

    def fill(self, solution: QuerySolution | None, skolem: Skolem) -> Iterator[Quad]:
        """The quads for one solution; lines that make no triple are left out, as SPARQL has it."""
        blanks: dict[str, NamedNode] = {}

        def value(slot: Slot) -> Term | None:
            if isinstance(slot, Variable):
                return solution[slot.name] if solution is not None else None
            if isinstance(slot, Blank):
                if slot.label not in blanks:
                    blanks[slot.label] = skolem.fresh()
                return blanks[slot.label]
            return slot

        for line in self.lines:
            subject, predicate, target, graph = map(value, line)
            if (
                isinstance(subject, NamedNode | BlankNode | Triple)
                and isinstance(predicate, NamedNode)
                and target is not None
                and isinstance(graph, NamedNode)
            ):
                yield Quad(subject, predicate, target, graph)


class TemplateReader:
    """Makes the templates of one request; `default` is the graph of triples without GRAPH."""

    def __init__(self, source: str, base: str, prefixes: Mapping[str, str]) -> None:
        self._source = source
        self._known = {"base_iri": base, "prefixes": dict(prefixes)}
        self._empty = Store()

    def read(self, scope: Scope, blocks: tuple[Block, ...], default: NamedNode) -> Template:
        """The template of these blocks; raises `Refused` (400)."""
        swaps = _Swaps()
        lines: list[Line] = []
        for block in blocks:
            graph: Slot = default
            if block.graph is not None:
                is_variable = block.graph.kind is Kind.VARIABLE
                graph = Variable(block.graph.text[1:]) if is_variable else self.iri(scope, block.graph)
            lines += self._lines(scope, block, graph, swaps)
        return Template(tuple(lines))

    def iri(self, scope: Scope, token: Token) -> NamedNode:
        """The IRI that `token`, an IRI or a prefixed name, stands for."""
        excerpt = Excerpt(self._source, scope).glue("SELECT (").copy(Span(token.offset, token.end)).glue(" AS ?iri) {}")
        (solution,) = cast("QuerySolutions", excerpt.ask(self._empty, **self._known))
        found = solution["iri"]
        if not isinstance(found, NamedNode):
            raise Refused(400, f"{token.text} is no IRI")
        return found

    def _lines(self, scope: Scope, block: Block, graph: Slot, swaps: "_Swaps") -> Iterator[Line]:
        excerpt = Excerpt(self._source, scope).glue("CONSTRUCT {\n")
        excerpt.copy_with(block.span, {token: swaps.put(token) for token in block.swaps}).glue("} WHERE {}")
        triples = cast("QueryTriples", excerpt.ask(self._empty, **self._known))
        return (swaps.line(triple, graph) for triple in triples)


class _Swaps:
    """What stands in for the variables and blank nodes of one template."""

    def __init__(self) -> None:
        self._prefix = f"urn:{secrets.token_hex(12)}:"
        self._names: dict[str, str] = {}
        self._slots: dict[NamedNode, Variable | Blank] = {}

    def put(self, token: Token) -> str:
        """What to write for this token."""
        if token.kind is Kind.WORD:
            return token.text.lower()
        key = token.text if token.kind is Kind.BLANK else f"?{token.text[1:]}"
        if key not in self._names:
            iri = self._names[key] = f"{self._prefix}{len(self._names)}"
            self._slots[NamedNode(iri)] = Blank(key) if token.kind is Kind.BLANK else Variable(key[1:])
        return f"<{self._names[key]}>"

    def line(self, triple: Triple, graph: Slot) -> Line:
        """A triple that the engine read, with the places in it."""
        predicate = self._slot(triple.predicate)
        if isinstance(predicate, Blank):
            raise Refused(400, f"{predicate.label} cannot be a predicate: a blank node never is")
        return Line(self._slot(triple.subject), predicate, self._slot(triple.object), graph)

    def _slot(self, term: Term) -> Slot:
        if isinstance(term, NamedNode):
            return self._slots.get(term, term)
        if isinstance(term, BlankNode):
            return Blank(term.value)
        if isinstance(term, Triple):
            raise Refused(400, f"a statement about a statement is not kept; write plain triples: {term}")
        return term
