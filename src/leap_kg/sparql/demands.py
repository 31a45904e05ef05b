"""What a query needs of the graph: the properties and classes without which it can have no answer.

Read from its text, so that a page can say of every question whether there is any data for it without asking them all.
A part that is not required (OPTIONAL, MINUS, a filter) demands nothing, and of alternatives (UNION, `|` in a path) one
suffices.

Hazard: that all of it is there does not mean that there is an answer, only that one is possible.
"""

from collections.abc import Callable, Iterable

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import RDF
from leap_kg.sparql.tokens import Kind, Token, tokenize

Demand = tuple[NamedNode, bool]
"""A class (`True`) or a property (`False`)."""
Missing = frozenset[Demand]
NOTHING: Missing = frozenset()

_TYPE = RDF("type")
_CLOSING = {"(": ")", "{": "}", "[": "]"}
# Words with an expression after them, and words with a group after them that nothing depends on.
_EXPRESSIONS = frozenset(("FILTER", "BIND"))
_ASIDE = frozenset(("OPTIONAL", "MINUS"))
# What comes after the group of a query inside the query.
_MODIFIERS = frozenset(("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET"))


def missing(query: str, is_there: Callable[[Demand], bool]) -> Missing:
    """What a SELECT query demands and the graph has none of; empty if it may have an answer."""
    return _Reader(query, is_there).whole()


class _Reader:
    """Reads the tokens of one query from left to right."""

    def __init__(self, query: str, is_there: Callable[[Demand], bool]) -> None:
        self._tokens = list(tokenize(query))
        self._at = 0
        self._is_there = is_there
        self._prefixes: dict[str, str] = {}

    def whole(self) -> Missing:
        while (token := self._next()) is not None:
            if token.text.upper() == "PREFIX":
                name, iri = self._next(), self._next()
                if name is not None and iri is not None:
                    self._prefixes[name.text.rstrip(":")] = iri.text[1:-1]
            elif token.text == "{":
                return self._group()
        return NOTHING

    def _next(self) -> Token | None:
        token = self._peek()
        self._at += 1
        return token

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _text(self) -> str:
        token = self._peek()
        return token.text.upper() if token is not None else "}"

    def _group(self) -> Missing:
        """The rest of a group whose brace has been read, with its brace."""
        found, branches = NOTHING, list[Missing]()
        while (token := self._next()) is not None and token.text != "}":
            word = token.text.upper()
            if token.text == "{":
                branches.append(self._group())
                if self._text() != "UNION":
                    found |= _any(branches)
                    branches = []
            elif word in _ASIDE:
                self._skip()
            elif word in _EXPRESSIONS:
                self._skip_expression()
            elif word == "VALUES":
                self._skip()
                self._skip()
            elif word == "GRAPH":
                self._next()
            elif word == "SELECT":
                self._skip_until("{")
            elif word in _MODIFIERS:
                self._skip_until("}")
            elif token.kind in (Kind.VARIABLE, Kind.IRI, Kind.NAME, Kind.BLANK):
                found |= self._triples()
        return found

    def _triples(self) -> Missing:
        """What stands after a subject, up to the end of what is said of it."""
        found = NOTHING
        while self._text() not in (".", "}", "{") and not self._begins_clause():
            found |= self._said()
            while self._text() == ";":
                self._next()
        return found

    def _said(self) -> Missing:
        """A property with its objects."""
        start = self._at
        path = self._alternatives()
        is_type = self._tokens[start].text == "a" and self._at == start + 1
        while (token := self._next()) is not None:
            if is_type and token.kind in (Kind.IRI, Kind.NAME):
                path |= self._lacks(self._iri(token), is_class=True)
            if self._text() != ",":
                break
            self._next()
        return path

    def _alternatives(self) -> Missing:
        branches = [self._sequence()]
        while self._text() == "|":
            self._next()
            branches.append(self._sequence())
        return _any(branches)

    def _sequence(self) -> Missing:
        found = self._step()
        while self._text() == "/":
            self._next()
            found |= self._step()
        return found

    def _step(self) -> Missing:
        token = self._next()
        while token is not None and token.text in ("^", "!"):
            token = self._next()
        found = NOTHING
        if token is not None and token.text == "(":
            found = self._alternatives()
            self._next()
        elif token is not None and token.kind in (Kind.IRI, Kind.NAME):
            found = self._lacks(self._iri(token), is_class=False)
        if self._text() in ("*", "?", "+"):
            operator = self._next()
            return found if operator is not None and operator.text == "+" else NOTHING
        return found

    def _lacks(self, node: NamedNode, *, is_class: bool) -> Missing:
        demand = (node, is_class)
        return NOTHING if node == _TYPE or self._is_there(demand) else frozenset({demand})

    def _iri(self, token: Token) -> NamedNode:
        if token.kind is Kind.IRI:
            return NamedNode(token.text[1:-1])
        prefix, _, local = token.text.partition(":")
        return NamedNode(self._prefixes.get(prefix, f"{prefix}:") + local.replace("\\", ""))

    def _begins_clause(self) -> bool:
        token = self._peek()
        return token is not None and token.kind is Kind.WORD and token.text != "a"

    def _skip_expression(self) -> None:
        while self._begins_clause():
            self._next()
        self._skip()

    def _skip(self) -> None:
        """One token, or all that a bracket holds."""
        opened = self._next()
        depth = 1 if opened is not None and opened.text in _CLOSING else 0
        while depth and (token := self._next()) is not None:
            depth += (token.text in _CLOSING) - (token.text in _CLOSING.values())

    def _skip_until(self, text: str) -> None:
        while (token := self._peek()) is not None and token.text != text:
            self._skip()


def _any(branches: Iterable[Missing]) -> Missing:
    """What is missing where one of several suffices."""
    found = list(branches)
    return NOTHING if NOTHING in found else frozenset().union(*found)
