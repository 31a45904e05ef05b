"""How deep a query nests, by brackets and by signs: `!` and `-` before an operand nest as parentheses do.

Hazard: `!!!f(!!!f(` nests by both at once, so a run of signs is counted until its operand ends, which may be
the bracket after a function's name.
"""

from leap_kg.sparql.tokens import OPERANDS, Kind, LexicalError, Token

_PAIRS = {"(": ")", "{": "}", "[": "]", "{|": "|}", "<<": ">>", "<<(": ")>>"}

_SIGNS = frozenset({"+", "-"})
# After a word a sign may begin an operand (`IN -1`) or not (`true - 1`): it is taken as one that nests.
_SURELY_OPERANDS = OPERANDS - {Kind.WORD}


class _Frame:
    """An open bracket, and the signs inside it whose operand has not ended."""

    __slots__ = ("in_pattern", "opening", "signs")

    def __init__(self, opening: Token | None, in_pattern: bool) -> None:
        self.opening = opening
        self.in_pattern = in_pattern
        self.signs = 0


class Nesting:
    """Follows the tokens of one query; raises `LexicalError` where it is too deep or brackets do not pair."""

    def __init__(self, deepest: int) -> None:
        self._deepest = deepest
        self._frames = [_Frame(None, in_pattern=False)]
        self._signs = 0
        self._previous: Kind | None = None

    @property
    def is_outermost(self) -> bool:
        """Whether no bracket is open."""
        return len(self._frames) == 1

    @property
    def in_pattern(self) -> bool:
        """Whether `/`, `|` and `,` here join triples or path steps, not expressions."""
        return self._frames[-1].in_pattern

    @property
    def innermost(self) -> str:
        """The bracket that was opened last and is still open; empty outside all."""
        opening = self._frames[-1].opening
        return opening.text if opening else ""

    def read(self, token: Token) -> None:
        """Take the next token into account."""
        frame = self._frames[-1]
        if token.kind is Kind.OPEN:
            self._open(token, frame)
        else:
            if self._ended(token):
                self._signs -= frame.signs
                frame.signs = 0
            if token.kind is Kind.CLOSE:
                self._close(token, frame)
            elif token.text == "!" or (token.text in _SIGNS and self._previous not in _SURELY_OPERANDS):
                frame.signs += 1
                self._signs += 1
                self._check(token)
        self._previous = token.kind

    def finish(self) -> None:
        """Raise if a bracket is still open."""
        if opening := self._frames[-1].opening:
            raise LexicalError(opening.offset, f"this '{opening.text}' is never closed")

    def _open(self, token: Token, frame: _Frame) -> None:
        # In a group, `(` after FILTER, BIND or a function begins an expression, else a path or a list.
        in_pattern = token.text != "(" or (frame.in_pattern and self._previous is not Kind.WORD)
        self._frames.append(_Frame(token, in_pattern))
        self._check(token)

    def _close(self, token: Token, frame: _Frame) -> None:
        if frame.opening is None or _PAIRS[frame.opening.text] != token.text:
            raise LexicalError(token.offset, f"this '{token.text}' closes nothing")
        self._frames.pop()
        self._signs -= frame.signs

    def _ended(self, token: Token) -> bool:
        """Whether the operand before `token` is whole; it may go on in brackets, or as `NOT EXISTS {`."""
        if self._previous is Kind.WORD:
            return token.kind is not Kind.WORD
        return self._previous in OPERANDS

    def _check(self, token: Token) -> None:
        if len(self._frames) - 1 + self._signs > self._deepest:
            raise LexicalError(token.offset, f"nested deeper than {self._deepest}; write it flatter")
