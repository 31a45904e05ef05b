"""What may stand in the data and templates of an update, token by token.

Hazard: the engine reads them inside a CONSTRUCT, which is more lenient than an update: it drops a triple whose
subject is a text without a word, and takes `- 1` for a number. And where a variable or blank node is swapped for an
IRI, the engine can no longer see that it stood where only an IRI may. So these are found here.
"""

from leap_kg.sparql.tokens import Kind, LexicalError, Token

_BOOLEANS = frozenset({"TRUE", "FALSE"})
_RDF12 = frozenset({"<<", "<<(", "{|", "~"})
_LITERALS = frozenset({Kind.STRING, Kind.NUMBER})


class TripleCheck:
    """Follows the tokens of the blocks of one template; raises `LexicalError` for one that cannot stand there."""

    def __init__(self, *, blanks: bool, variables: bool) -> None:
        self._blanks = blanks
        self._variables = variables
        self.begin()

    def begin(self) -> None:
        """A new block begins."""
        self._previous: Token | None = None
        self._depth = 0

    def finish(self, token: Token) -> None:
        """The block ends before `token`."""
        if self._depth:
            raise LexicalError(token.offset, f"{token.text!r} stands inside brackets that are still open")
        self._check_sign(token)

    def read(self, token: Token) -> bool:
        """Take the next token; whether it has to be swapped for the engine."""
        self._check_sign(token)
        self._check_subject(token)
        swap = self._check(token)
        self._previous = token
        return swap

    def _check(self, token: Token) -> bool:
        kind, text = token.kind, token.text
        if text in _RDF12 or (kind is Kind.LANGUAGE and "--" in text):
            raise LexicalError(
                token.offset,
                f"{text!r} is RDF 1.2, which this graph does not keep; write plain triples and texts",
            )
        if kind in (Kind.VARIABLE, Kind.BLANK):
            self._check_swap(token)
            return True
        if kind is Kind.OPEN:
            if text == "{":
                raise LexicalError(token.offset, "only GRAPH can have braces here")
            self._depth += 1
        elif kind is Kind.CLOSE:
            self._depth -= 1
            if not self._blanks and not self._is_nil(token):
                raise LexicalError(token.offset, "blank nodes cannot be deleted; use a variable in a WHERE")
        elif kind is Kind.WORD and text != "a":
            if text.upper() not in _BOOLEANS:
                raise LexicalError(token.offset, f"unexpected word {text[:40]!r} among triples")
            return text not in ("true", "false")
        elif kind is Kind.OPERATOR and text not in "+-":
            raise LexicalError(token.offset, f"unexpected {text!r} among triples; a template has no paths")
        return False

    def _is_nil(self, token: Token) -> bool:
        return token.text == ")" and self._previous is not None and self._previous.text == "("

    def _check_swap(self, token: Token) -> None:
        if token.kind is Kind.VARIABLE and not self._variables:
            raise LexicalError(token.offset, f"data has no variables; give {token.text} a value, or use WHERE")
        if token.kind is Kind.BLANK and not self._blanks:
            raise LexicalError(token.offset, "blank nodes cannot be deleted; use a variable in a WHERE")
        if self._previous is not None and self._previous.text == "^^":
            raise LexicalError(token.offset, f"{token.text} cannot be a datatype")

    def _check_sign(self, token: Token) -> None:
        """A sign belongs to the number after it."""
        before = self._previous
        if (
            before is not None
            and before.kind is Kind.OPERATOR
            and (token.kind is not Kind.NUMBER or before.end != token.offset)
        ):
            raise LexicalError(before.offset, f"write {before.text!r} right before a number")

    def _check_subject(self, token: Token) -> None:
        begins = self._previous is None or self._previous.text == "."
        is_literal = token.kind in _LITERALS or token.kind is Kind.OPERATOR or token.text.upper() in _BOOLEANS
        if begins and not self._depth and is_literal:
            raise LexicalError(token.offset, "a text or number cannot be a subject")
