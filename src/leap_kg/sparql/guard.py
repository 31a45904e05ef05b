"""Refuses a query that could fetch, write or crash the engine, before any parser sees it.

Hazard: pyoxigraph overflows its stack on deep nesting, plans hundreds of joins in cubic time, sends HTTP
requests for `SERVICE`, and recognises keywords without a space around them: `SERVICEex:s {}` is a service call,
and so is `p:SERVICE ?x {}` where `p:SERVICE` makes no valid IRI. A query that passes may still be slow or
large: the worker pool's deadline and memory limit hold then.

What the default limits let through needs less than 4 MiB of stack in pyoxigraph 0.5.13; a worker has 128 MiB.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from leap_kg.sparql.nesting import Nesting
from leap_kg.sparql.tokens import (
    Kind,
    LexicalError,
    Token,
    TokenError,
    decode_codepoints,
    tokenize,
)


class QueryForm(Enum):
    """The four forms of a query; two answer with rows or a truth value, two with a graph."""

    SELECT = "SELECT"
    ASK = "ASK"
    CONSTRUCT = "CONSTRUCT"
    DESCRIBE = "DESCRIBE"

    @property
    def is_graph(self) -> bool:
        """Whether the answer is a graph."""
        return self in (QueryForm.CONSTRUCT, QueryForm.DESCRIBE)


class Refused(ValueError):
    """A request that is turned away unread; `status` is the HTTP status, `reason` a sentence for its sender."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest query that is let through: bytes of UTF-8, nesting of brackets and signs, and counts.

    `operators` counts those of expressions and paths, `patterns` triples (by `.`, `;`, `,`) and path steps,
    `groups` opening braces (OPTIONAL, UNION, sub-queries ...), `keywords` all words but `a`, booleans and UNDEF,
    `tokens` everything but space and comments (16,000 take the guard some 40 ms).
    """

    bytes: int = 64 * 1024
    depth: int = 128
    operators: int = 2000
    patterns: int = 500
    groups: int = 200
    keywords: int = 1000
    tokens: int = 16_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guard read: the form, and whether the query chooses its dataset itself (`FROM`)."""

    form: QueryForm
    own_dataset: bool


DEFAULT = Limits()


def check(text: str, limits: Limits = DEFAULT) -> QueryForm:
    """The form of a query that may run; raises `Refused` with status 400, 403 or 413."""
    return inspect(text, limits).form


def inspect(text: str, limits: Limits = DEFAULT) -> Verdict:
    """As `check`, and says more: see `Verdict`. Time is linear in the length of `text`."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise Refused(400, "the query is not Unicode text") from None
    if size > limits.bytes:
        raise Refused(413, f"the query has {size} bytes, more than the {limits.bytes} that are read here")
    # Some engines decode \uXXXX before they parse, some only inside strings and IRIs: hold for both.
    decoded = decode_codepoints(text)
    if decoded != text:
        try:
            _read(decoded, limits)
        except Refused as error:
            raise Refused(error.status, f"with its \\u escapes decoded: {error.reason}") from None
    return _read(text, limits)


def _read(text: str, limits: Limits) -> Verdict:
    try:
        tokens = tokenize(text)
        form = _prologue(tokens)
        nesting, counts, service = Nesting(limits.depth), _Counts(limits), _ServiceWatch()
        own_dataset = False
        for token in tokens:
            nesting.read(token)
            counts.read(token, nesting)
            service.read(token)
            if token.kind is Kind.WORD:
                own_dataset |= nesting.is_outermost and token.text.upper() == "FROM"
                _refuse_write(token)
        nesting.finish()
    except LexicalError as error:
        raise Refused(400, error.within(text)) from None
    except _Forbidden as error:
        raise Refused(403, error.within(text)) from None
    return Verdict(form, own_dataset)


class _Forbidden(TokenError):
    """A token that this endpoint does not act on, however well it is written."""


_FORMS = {form.value: form for form in QueryForm}
_PROLOGUE = frozenset({"BASE", "PREFIX", "VERSION"})
_WRITES = frozenset(["INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"])


def _prologue(tokens: Iterator[Token]) -> QueryForm:
    """Read BASE, PREFIX and VERSION up to the word that names the form."""
    for token in tokens:
        word = token.text.upper()
        if token.kind in (Kind.IRI, Kind.NAME, Kind.STRING) or word in _PROLOGUE:
            continue
        if word in _FORMS:
            return _FORMS[word]
        _refuse_write(token)
        raise LexicalError(token.offset, "a query begins with SELECT, ASK, CONSTRUCT or DESCRIBE")
    raise LexicalError(0, "the query is empty: write SELECT, ASK, CONSTRUCT or DESCRIBE")


def _refuse_write(token: Token) -> None:
    if token.kind is Kind.WORD and token.text.upper() in _WRITES:
        raise _Forbidden(token.offset, f"{token.text.upper()} is an update, and this endpoint only reads")


class _Counts:
    """What there is too much of."""

    _PLAIN_WORDS = frozenset({"A", "TRUE", "FALSE", "UNDEF"})
    _PATH_OPERATORS = frozenset("/|^*+?!")

    def __init__(self, limits: Limits) -> None:
        self._left = {
            "operators": limits.operators,
            "triple patterns and path steps": limits.patterns,
            "groups": limits.groups,
            "keywords": limits.keywords,
            "words, values and signs": limits.tokens,
        }
        self._limits = dict(self._left)

    def read(self, token: Token, nesting: Nesting) -> None:
        self._count("words, values and signs", token)
        if token.kind is Kind.OPERATOR:
            if token.text == "-" and nesting.innermost == "{":
                return  # the sign of a number in VALUES
            self._count("operators", token)
            if nesting.in_pattern and token.text in self._PATH_OPERATORS:
                self._count("triple patterns and path steps", token)
        elif token.kind is Kind.SEPARATOR and nesting.in_pattern:
            self._count("triple patterns and path steps", token)
        elif token.kind is Kind.OPEN and token.text.startswith("{"):
            self._count("groups", token)
        elif token.kind is Kind.WORD and token.text.upper() not in self._PLAIN_WORDS:
            self._count("keywords", token)

    def _count(self, what: str, token: Token) -> None:
        self._left[what] -= 1
        if self._left[what] < 0:
            raise LexicalError(token.offset, f"more than {self._limits[what]} {what}; split the query")


class _ServiceWatch:
    """Finds `SERVICE`, also where only a parser without tokens would see it.

    A name such as `dcat:service` is a service call to such a parser if a variable or IRI and a `{` can follow, so
    there the name is refused, and the message says how to write it.
    """

    _ENDPOINTS = frozenset({Kind.VARIABLE, Kind.IRI, Kind.NAME})
    _BEFORE_GRAPH_NAME = frozenset({"GRAPH", "FROM", "NAMED"})

    def __init__(self) -> None:
        self._name: Token | None = None
        self._endpoint_seen = False
        self._previous = ""

    def read(self, token: Token) -> None:
        names_service = "SERVICE" in token.text.upper()
        if token.kind is Kind.WORD and names_service:
            raise _Forbidden(token.offset, "SERVICE is not allowed: this endpoint asks no other server")
        if self._name and token.text == "{":
            raise _Forbidden(
                self._name.offset,
                f"{self._name.text} can be read as SERVICE before a '{{'; end the triple before it with a '.'",
            )
        if token.kind is Kind.NAME and names_service and self._previous not in self._BEFORE_GRAPH_NAME:
            self._name, self._endpoint_seen = token, False
        elif token.kind in self._ENDPOINTS and not self._endpoint_seen:
            self._endpoint_seen = True
        elif token.text.upper() != "SILENT" or self._endpoint_seen:
            self._name = None
        self._previous = token.text.upper()
