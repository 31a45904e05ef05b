"""Pieces of an update put together to a query, with the way back from a place in the query to the update.

Hazard: the engine's errors give line and column in the text that it was given; a sender only knows the update.
"""

import re
from collections.abc import Mapping
from typing import Any

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples, Store

from leap_kg.sparql.measure import Refused
from leap_kg.sparql.tokens import Token, position
from leap_kg.sparql.update.operations import Scope, Span

_PLACE = re.compile(r"error at (\d+):(\d+): ", re.ASCII)
_IN_WORDS = re.compile(r"\b[A-Z][a-zA-Z]+ [a-z][^,\[]*")
_LONGEST = 200


class Excerpt:
    """A query in the making; begins with the prologue of an operation."""

    def __init__(self, source: str, scope: Scope) -> None:
        self._source = source
        self._parts: list[str] = []
        self._length = 0
        self._copies: list[tuple[int, int]] = []  # where a part begins, here and in the source
        for span in scope.prologue:
            self.copy(span)

    def glue(self, text: str) -> "Excerpt":
        """Add text that is not in the source."""
        self._parts.append(text)
        self._length += len(text)
        return self

    def copy(self, span: Span) -> "Excerpt":
        """Add a span of the source, on lines of its own: it may end in a comment."""
        self._copies.append((self._length, span.start))
        self.glue(self._source[span.start : span.end])
        return self.glue("\n")

    def copy_with(self, span: Span, swaps: Mapping[Token, str]) -> "Excerpt":
        """Add a span of the source with some of its tokens, in their order, swapped."""
        start = span.start
        for token, text in swaps.items():
            self._copies.append((self._length, start))
            self.glue(self._source[start : token.offset])
            self._copies.append((self._length, token.offset))
            self.glue(text)
            start = token.end
        return self.copy(Span(start, span.end))

    def ask(self, store: Store, **dataset: Any) -> QuerySolutions | QueryBoolean | QueryTriples:  # noqa: ANN401
        """Run the query; raises `Refused` (400) with a place in the source where it is no SPARQL."""
        text = "".join(self._parts)
        try:
            return store.query(text, **dataset)
        except SyntaxError as error:
            raise Refused(400, self._reason(text, str(error.msg))) from None

    def _reason(self, text: str, message: str) -> str:
        place = _PLACE.search(message)
        if place is None:
            return message[:_LONGEST]
        line, column = position(self._source, self._back(_offset(text, int(place[1]), int(place[2]))))
        return f"line {line}, column {column}: {_short(message[place.end() :])}"

    def _back(self, offset: int) -> int:
        """The place in the source of a place in the query, or the last one copied before it."""
        here, source = max((copy for copy in self._copies if copy[0] <= offset), default=(offset, 0))
        return min(source + offset - here, len(self._source))


def _short(message: str) -> str:
    """What the parser says in words; else what it would have taken, cut: that can be hundreds of characters."""
    if said := _IN_WORDS.search(message):
        return said[0]
    return message if len(message) <= _LONGEST else message[:_LONGEST] + " …"


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start + column - 1
