"""The guard of updates: reads one as operations, and refuses what could fetch, stall or crash the engine.

Hazard: the engine never gets an update to run. It gets the pieces found here, each inside a query, which can
neither write nor load; so a piece that it read otherwise than this module could at worst be refused. SERVICE and
LOAD are refused with 403 before that, nesting and counts with 400, as for queries.

Grammar: https://www.w3.org/TR/sparql11-update/#mf (rules 29 to 52 of SPARQL 1.1).
"""

from dataclasses import dataclass, field

from leap_kg.sparql.measure import Counts, Forbidden, Limits, ServiceWatch
from leap_kg.sparql.nesting import Nesting
from leap_kg.sparql.text import guarded
from leap_kg.sparql.tokens import Kind, LexicalError, Token, tokenize
from leap_kg.sparql.update.operations import (
    Block,
    Clear,
    Create,
    Data,
    Modify,
    Operation,
    Request,
    Scope,
    Span,
    Transfer,
    Which,
)
from leap_kg.sparql.update.triples import TripleCheck


@dataclass(frozen=True, slots=True)
class UpdateLimits:
    """The largest update that is let through: bytes of UTF-8, operations, tokens, and `each` WHERE like a query.

    Data and templates are not planned, so only depth and tokens bound them (500,000 tokens take 1 to 2 s).
    """

    bytes: int = 4 * 2**20
    operations: int = 1000
    tokens: int = 500_000
    each: Limits = field(default_factory=Limits)


UPDATE_LIMITS = UpdateLimits()

_PROLOGUE = {"BASE": (Kind.IRI,), "PREFIX": (Kind.NAME, Kind.IRI), "VERSION": (Kind.STRING,)}
_QUERIES = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_TRANSFERS = {"COPY": (True, False), "MOVE": (True, True), "ADD": (False, False)}


def read_request(text: str, limits: UpdateLimits = UPDATE_LIMITS) -> Request:
    """The operations of an update; raises `Refused` with 400, 403 or 413. Time is linear in the length of `text`."""
    return guarded(text, "the update", limits.bytes, lambda form: _Reader(form, limits).request())


class _Reader:
    """Takes token after token; every one passes the checks, whatever the grammar makes of it."""

    def __init__(self, text: str, limits: UpdateLimits) -> None:
        self._text = text
        self._limits = limits
        self._tokens = tokenize(text)
        self._ahead = next(self._tokens, None)
        self._end = 0
        self._left = limits.tokens
        self._nesting = Nesting(limits.each.depth)
        self._service = ServiceWatch()
        self._counts: Counts | None = None

    def request(self) -> Request:
        """All operations up to the end of the text."""
        operations: list[Operation] = []
        prologue = self._prologue(())
        while self._ahead is not None:
            if len(operations) == self._limits.operations:
                raise LexicalError(self._ahead.offset, f"more than {len(operations)} operations; split the update")
            operations.append(self._operation(prologue))
            if self._ahead is not None:
                self._sign(";")
                prologue = self._prologue(prologue)
        return Request(self._text, tuple(operations))

    # --- tokens

    def _take(self) -> Token:
        token = self._ahead
        if token is None:
            raise LexicalError(len(self._text), "the update ends in the middle of an operation")
        self._left -= 1
        if self._left < 0:
            raise LexicalError(
                token.offset, f"more than {self._limits.tokens} words, values and signs; split the update"
            )
        self._nesting.read(token)
        self._service.read(token)
        if self._counts:
            self._counts.read(token, self._nesting)
        self._ahead = next(self._tokens, None)
        self._end = token.end
        return token

    def _takes(self, word: str) -> bool:
        """Whether `word` came next; then it is taken."""
        token = self._ahead
        is_next = token is not None and token.kind is Kind.WORD and token.text.upper() == word
        if is_next:
            self._take()
        return is_next

    def _word(self, word: str) -> Token:
        token = self._take()
        if token.kind is not Kind.WORD or token.text.upper() != word:
            raise LexicalError(token.offset, f"expected {word}, not {token.text[:40]!r}")
        return token

    def _sign(self, sign: str) -> Token:
        token = self._take()
        if token.text != sign:
            raise LexicalError(token.offset, f"expected {sign!r}, not {token.text[:40]!r}")
        return token

    def _iri(self) -> Token:
        token = self._take()
        if token.kind not in (Kind.IRI, Kind.NAME):
            raise LexicalError(token.offset, f"expected the IRI of a graph, not {token.text[:40]!r}")
        return token

    # --- operations

    def _prologue(self, before: tuple[Span, ...]) -> tuple[Span, ...]:
        """The BASE and PREFIX lines that hold from here on."""
        first = last = None
        while self._ahead is not None and (kinds := _PROLOGUE.get(self._ahead.text.upper())):
            if self._ahead.kind is not Kind.WORD:
                break
            word = self._take()
            first = first or word
            for kind in kinds:
                last = self._take()
                if last.kind is not kind or (kind is Kind.NAME and not last.text.endswith(":")):
                    raise LexicalError(last.offset, f"{word.text.upper()} cannot be followed by {last.text[:40]!r}")
        return (*before, Span(first.offset, last.end)) if first and last else before

    def _operation(self, prologue: tuple[Span, ...]) -> Operation:
        word = self._take()
        scope = Scope(prologue, word.offset)
        name = word.text.upper() if word.kind is Kind.WORD else ""
        if name in ("INSERT", "DELETE"):
            return self._change(scope, name)
        if name == "WITH":
            graph = self._iri()
            first = self._take()
            if first.kind is not Kind.WORD or first.text.upper() not in ("INSERT", "DELETE"):
                raise LexicalError(first.offset, "WITH is followed by DELETE or INSERT")
            return self._modify(scope, first.text.upper(), graph)
        if name in ("CLEAR", "DROP"):
            self._takes("SILENT")
            return Clear(scope, self._clearable())
        if name == "CREATE":
            silent = self._takes("SILENT")
            self._word("GRAPH")
            return Create(scope, self._iri(), silent)
        if name in _TRANSFERS:
            return self._transfer(scope, *_TRANSFERS[name])
        if name == "LOAD":
            raise Forbidden(word.offset, "LOAD is not allowed: this endpoint asks no other server; send the data")
        if name in _QUERIES:
            raise LexicalError(word.offset, f"{name} is a query; send it as a query")
        raise LexicalError(
            word.offset,
            "an operation begins with INSERT, DELETE, WITH, CLEAR, DROP, CREATE, COPY, MOVE or ADD; "
            "';' stands between two",
        )

    def _clearable(self) -> Token | Which:
        for which in Which:
            if self._takes(which.value):
                return which
        self._word("GRAPH")
        return self._iri()

    def _transfer(self, scope: Scope, empties_target: bool, empties_source: bool) -> Transfer:
        silent = self._takes("SILENT")
        source = self._graph_or_default()
        self._word("TO")
        return Transfer(scope, source, self._graph_or_default(), empties_target, empties_source, silent)

    def _graph_or_default(self) -> Token | None:
        if self._takes("DEFAULT"):
            return None
        self._takes("GRAPH")
        return self._iri()

    def _change(self, scope: Scope, name: str) -> Operation:
        inserts = name == "INSERT"
        if self._takes("DATA"):
            return Data(scope, inserts, self._quads(blanks=inserts, variables=False))
        if not inserts and self._takes("WHERE"):
            self._counts = Counts(self._limits.each)
            start = self._ahead.offset if self._ahead else 0
            blocks = self._quads(blanks=False, variables=True)
            return Modify(scope, self._since(start), delete=blocks)
        return self._modify(scope, name, None)

    def _modify(self, scope: Scope, name: str, graph: Token | None) -> Modify:
        delete: tuple[Block, ...] = ()
        insert: tuple[Block, ...] = ()
        if name == "DELETE":
            delete = self._quads(blanks=False, variables=True)
        if name == "INSERT" or self._takes("INSERT"):
            insert = self._quads(blanks=True, variables=True)
        using: list[Token] = []
        using_named: list[Token] = []
        while self._takes("USING"):
            (using_named if self._takes("NAMED") else using).append(self._iri())
        self._word("WHERE")
        return Modify(scope, self._pattern(), delete, insert, graph, tuple(using), tuple(using_named))

    def _pattern(self) -> Span:
        """A group in braces, whatever it says."""
        self._counts = Counts(self._limits.each)
        start = self._sign("{").offset
        depth = 1
        while depth:
            kind = self._take().kind
            depth += (kind is Kind.OPEN) - (kind is Kind.CLOSE)
        return self._since(start)

    def _since(self, start: int) -> Span:
        """What was read since `start`, up to a bracket that was just closed."""
        self._counts = None
        return Span(start, self._end)

    # --- templates and data

    def _quads(self, *, blanks: bool, variables: bool) -> tuple[Block, ...]:
        """The triples in braces, those of each GRAPH apart."""
        self._sign("{")
        check = TripleCheck(blanks=blanks, variables=variables)
        found = []
        while True:
            block, end = self._block(check, None)
            found.append(block)
            if end.text == "}":
                return tuple(each for each in found if each is not None)
            name = self._take()
            if name.kind not in ((Kind.IRI, Kind.NAME, Kind.VARIABLE) if variables else (Kind.IRI, Kind.NAME)):
                what = "an IRI or a variable" if variables else "an IRI"
                raise LexicalError(name.offset, f"GRAPH is followed by {what} here, not by {name.text[:40]!r}")
            self._sign("{")
            block, end = self._block(check, name)
            if end.text != "}":
                raise LexicalError(end.offset, "GRAPH cannot stand inside GRAPH")
            found.append(block)
            if self._ahead is not None and self._ahead.text == ".":
                self._take()

    def _block(self, check: TripleCheck, graph: Token | None) -> tuple[Block | None, Token]:
        """Triples up to `GRAPH` or `}`, and that token."""
        start = end = None
        swaps = []
        check.begin()
        while True:
            token = self._take()
            if token.text == "}" or (token.kind is Kind.WORD and token.text.upper() == "GRAPH"):
                check.finish(token)
                break
            start = token.offset if start is None else start
            end = token.end
            if check.read(token):
                swaps.append(token)
        if start is None or end is None:
            return None, token
        return Block(graph, Span(start, end), tuple(swaps)), token
