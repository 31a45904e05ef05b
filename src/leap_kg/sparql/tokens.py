"""Reads SPARQL 1.1 and 1.2 text as tokens, in linear time and without recursion.

Hazard: the guard trusts this reading, and the engine's parser is scannerless: it reads `SERVICEex:s` as a
keyword and a name, falls back to an empty string where a long string holds an unknown escape, and takes
`<?b)SERVICE?x#>` for a comparison and a comment. So this tokenizer is strict where leniency would let text
hide: unknown escapes, unclosed strings, stray characters and a `<` that can be read in two ways are errors.

Terminals: https://www.w3.org/TR/sparql12-query/#sparqlGrammar (rules 146 and following).
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """What a token is."""

    IRI = "iri"
    NAME = "prefixed name"
    BLANK = "blank node"
    VARIABLE = "variable"
    STRING = "string"
    LANGUAGE = "language tag"
    NUMBER = "number"
    WORD = "word"
    OPEN = "opening bracket"
    CLOSE = "closing bracket"
    SEPARATOR = "separator"
    OPERATOR = "operator"
    MARK = "mark"


class Token(NamedTuple):
    """One token: its kind, its text as written and the offset of its first character."""

    kind: Kind
    text: str
    offset: int

    @property
    def end(self) -> int:
        """The offset just after the token."""
        return self.offset + len(self.text)


class TokenError(ValueError):
    """A fault at one place; `offset` counts characters from 0."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset

    def within(self, text: str) -> str:
        """The fault with line and column, given the text it was found in."""
        line, column = position(text, self.offset)
        return f"line {line}, column {column}: {self}"


class LexicalError(TokenError):
    """Text that is no SPARQL, or more of it than is read."""


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column of a character, both counted from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_VARIABLE = _BASE + "_0-9\u00b7\u0300-\u036f\u203f-\u2040"
_NAME = _VARIABLE + r"\-"
_HEX = "[0-9A-Fa-f]"
# Surrogates and code points beyond U+10FFFF are no characters: an engine that refuses the escape would read
# the quotes around it in another way.
_CODEPOINT = rf"(?:u(?![dD][89a-fA-F]){_HEX}{{4}}|U(?:0000(?![dD][89a-fA-F])|000[1-9A-Fa-f]|0010){_HEX}{{4}})"
_ESCAPE = rf"\\(?:[tbnrf\"'\\]|{_CODEPOINT})"
_PERCENT = rf"%{_HEX}{{2}}|\\[_~.\-!$&'()*+,;=/?#@%]"

_SPACE = re.compile(r"(?:[ \t\r\n]++|#[^\r\n]*+)++")
_IRI = re.compile(rf'<((?:[^<>"{{}}|^`\\\x00-\x20]++|\\{_CODEPOINT})*+)>')
_TOKEN = re.compile(
    "|".join(
        f"(?P<{kind.name}>{pattern})"
        for kind, pattern in (
            (
                Kind.STRING,
                rf"'''(?:[^'\\]++|{_ESCAPE}|'(?!''))*+'''|\"\"\"(?:[^\"\\]++|{_ESCAPE}|\"(?!\"\"))*+\"\"\""
                rf"|'(?!'')(?:[^'\\\r\n]++|{_ESCAPE})*+'|\"(?!\"\")(?:[^\"\\\r\n]++|{_ESCAPE})*+\"",
            ),
            (Kind.BLANK, rf"_:[{_BASE}_0-9][{_NAME}]*+(?:\.++[{_NAME}]++)*+"),
            (
                Kind.NAME,
                # The bounds keep `a-a-a-…` linear; a longer prefix is read as words, which hides nothing.
                rf"(?:[{_BASE}][{_NAME}]{{0,63}}+(?:\.++[{_NAME}]{{1,64}}+){{0,4}}+)?+:"
                rf"(?:(?:[{_BASE}_:0-9]|{_PERCENT})(?:[{_NAME}:]|{_PERCENT})*+"
                rf"(?:\.++(?:[{_NAME}:]|{_PERCENT})++)*+)?+",
            ),
            (Kind.VARIABLE, rf"[?$][{_BASE}_0-9][{_VARIABLE}]*+"),
            (Kind.LANGUAGE, "@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]++)?+"),
            (
                Kind.NUMBER,
                r"(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)[eE][+\-]?[0-9]++|[0-9]*+\.[0-9]++|[0-9]++",
            ),
            (Kind.WORD, "[A-Za-z_][A-Za-z0-9_]*+"),
            (Kind.OPEN, r"<<\(|<<|\{\||[({\[]"),
            (Kind.CLOSE, r"\)>>|>>|\|\}|[)}\]]"),
            (Kind.MARK, r"\^\^|~"),
            (Kind.OPERATOR, r"\|\||&&|[!<>]=|[=<>!+\-*/|^?]"),
            (Kind.SEPARATOR, "[.;,]"),
        )
    )
)

# Where one of these stands before a `<`, an expression may go on with a comparison.
OPERANDS = frozenset(
    {
        Kind.IRI,
        Kind.NAME,
        Kind.BLANK,
        Kind.VARIABLE,
        Kind.STRING,
        Kind.LANGUAGE,
        Kind.NUMBER,
        Kind.WORD,
        Kind.CLOSE,
    }
)

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*+://")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*+:")
_BRACKET_QUOTE_COMMENT = re.compile(r"[#'()\[\]]")
_CHAIN = re.compile(r"[!+\-]{2}|&&|service", re.IGNORECASE)
_OPERATOR_LIKE = re.compile(r"[!&*+\-/=?;,]")
_MOST_OPERATOR_LIKE = 16


def tokenize(text: str) -> Iterator[Token]:
    """The tokens of `text` without space and comments; raises `LexicalError` where there is none to read."""
    offset, previous, brackets = 0, None, ["{"]
    while True:
        if space := _SPACE.match(text, offset):
            offset = space.end()
        if offset == len(text):
            return
        token = _read(text, offset, previous if brackets[-1] == "(" else None)
        if token.kind is Kind.OPEN:
            brackets.append(token.text)
        elif token.kind is Kind.CLOSE and len(brackets) > 1:
            brackets.pop()
        yield token
        offset, previous = token.end, token.kind


def _read(text: str, offset: int, operand: Kind | None) -> Token:
    """The token at `offset`; `operand` is the kind before it where a comparison could stand, else `None`."""
    if text[offset] == "<" and (iri := _IRI.match(text, offset)):
        if operand not in OPERANDS or _is_iri(offset, iri[1]):
            return Token(Kind.IRI, iri[0], offset)
        return Token(Kind.OPERATOR, "<=" if iri[1].startswith("=") else "<", offset)
    found = _TOKEN.match(text, offset)
    if found is None or found.lastgroup is None:
        raise LexicalError(offset, _why(text[offset]))
    return Token(Kind[found.lastgroup], found[0], offset)


def _is_iri(offset: int, inside: str) -> bool:
    """Whether `<inside>` after an operand in parentheses is an IRI (a list item) and not a comparison.

    `<http://…>` is: no expression goes on with `//`. A relative one is not. Either is refused where the other
    reading would hide brackets, a comment, a string, a word or many operators.
    """
    if _ABSOLUTE.match(inside):
        return True
    scheme = _SCHEME.match(inside) is not None
    hidden = _BRACKET_QUOTE_COMMENT.search(inside) or (scheme and _CHAIN.search(inside))
    if hidden or (scheme and len(_OPERATOR_LIKE.findall(inside)) > _MOST_OPERATOR_LIKE):
        raise LexicalError(offset, "this '<' can begin a comparison or an IRI; to compare, write a space after it")
    return scheme


def _why(character: str) -> str:
    if character in "'\"":
        return "this string is not closed, or holds a backslash escape that SPARQL does not know"
    return f"unexpected character {character!r} (U+{ord(character):04X})"


_CODEPOINT_ESCAPE = re.compile(rf"\\(?:({_CODEPOINT})|.)", re.DOTALL)


def decode_codepoints(text: str) -> str:
    r"""`text` with `\uXXXX` and `\UXXXXXXXX` replaced everywhere, as an engine does that decodes before it parses.

    SPARQL 1.1 (section 19.2) decodes first, SPARQL 1.2 only inside strings, IRIs and names; a guard has to
    hold for both. `\\u0041` is an escaped backslash and stays.
    """
    if "\\" not in text:
        return text
    return _CODEPOINT_ESCAPE.sub(lambda found: chr(int(found[1][1:], 16)) if found[1] else found[0], text)
