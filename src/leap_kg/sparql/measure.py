"""What the guards of queries and updates count, and how they refuse.

Hazard: pyoxigraph plans hundreds of joins in cubic time and sends HTTP requests for `SERVICE`; it recognises
keywords without a space around them: `SERVICEex:s {}` is a service call, and so is `p:SERVICE ?x {}` where
`p:SERVICE` makes no valid IRI.
"""

from dataclasses import dataclass

from leap_kg.sparql.nesting import Nesting
from leap_kg.sparql.tokens import Kind, LexicalError, Token, TokenError


class Refused(ValueError):
    """A request that is turned away unread; `status` is the HTTP status, `reason` a sentence for its sender."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Forbidden(TokenError):
    """A token that this endpoint does not act on, however well it is written."""


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


class Counts:
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
        """Take the next token into account; raises `LexicalError` where it is one too many."""
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


class ServiceWatch:
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
        """Take the next token into account; raises `Forbidden` for a call of another server."""
        names_service = "SERVICE" in token.text.upper()
        if token.kind is Kind.WORD and names_service:
            raise Forbidden(token.offset, "SERVICE is not allowed: this endpoint asks no other server")
        if self._name and token.text == "{":
            raise Forbidden(
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
