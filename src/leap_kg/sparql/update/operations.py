"""The operations of a SPARQL Update, as spans of the text they were read from.

Nothing is resolved here: names, IRIs and patterns stay text until the engine reads them, with the BASE and PREFIX
lines that hold at their place.
"""

from dataclasses import dataclass
from enum import Enum

from leap_kg.sparql.tokens import Token


@dataclass(frozen=True, slots=True)
class Span:
    """The characters from `start` to before `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """Triples of a template or of data: those of one graph, without its brackets.

    `graph` is the IRI, name or variable after GRAPH, or `None`. `swaps` are the tokens that a CONSTRUCT template
    could not hold as they are: variables, blank nodes and booleans in capitals.
    """

    graph: Token | None
    span: Span
    swaps: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an operation stands: the BASE and PREFIX lines before it, and its first character."""

    prologue: tuple[Span, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class Data:
    """INSERT DATA or DELETE DATA."""

    scope: Scope
    inserts: bool
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Modify:
    """[WITH] DELETE … INSERT … [USING] WHERE, and DELETE WHERE, whose template is its pattern.

    `pattern` has its braces. `graph` is that of WITH; `using` and `using_named` those of USING.
    """

    scope: Scope
    pattern: Span
    delete: tuple[Block, ...] = ()
    insert: tuple[Block, ...] = ()
    graph: Token | None = None
    using: tuple[Token, ...] = ()
    using_named: tuple[Token, ...] = ()

    @property
    def has_dataset(self) -> bool:
        """Whether it says itself what its WHERE reads."""
        return bool(self.graph or self.using or self.using_named)


class Which(Enum):
    """The graphs that CLEAR and DROP can name without an IRI."""

    DEFAULT = "DEFAULT"
    NAMED = "NAMED"
    ALL = "ALL"


@dataclass(frozen=True, slots=True)
class Clear:
    """CLEAR or DROP: the same, as a graph without triples does not exist."""

    scope: Scope
    target: Token | Which


@dataclass(frozen=True, slots=True)
class Create:
    """CREATE GRAPH."""

    scope: Scope
    target: Token
    silent: bool


@dataclass(frozen=True, slots=True)
class Transfer:
    """COPY, MOVE or ADD; `None` is the default graph."""

    scope: Scope
    source: Token | None
    target: Token | None
    empties_target: bool
    empties_source: bool
    silent: bool


Operation = Data | Modify | Clear | Create | Transfer


@dataclass(frozen=True, slots=True)
class Request:
    """An update that passed the guard: its text and its operations in order."""

    text: str
    operations: tuple[Operation, ...]
