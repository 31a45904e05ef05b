"""Terraform variables (`*.tfvars`): names and literal values, as https://developer.hashicorp.com/terraform/language
writes them. Nothing is evaluated: an expression, a call or an interpolation is refused with its line.

Hazard: the files are by strangers. Length, nesting and the number of values are bounded.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.hubs.settings import Setting

MAX_BYTES = 2**20
MAX_DEPTH = 32
MAX_VALUES = 20_000

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+|\#[^\n]*|//[^\n]*|/\*.*?\*/)"
    r'|(?P<text>"(?:[^"\\\n]|\\.)*")'
    r"|(?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![\w.])"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_-]*)"
    r"|(?P<mark>[{}\[\]=:,])",
    re.DOTALL,
)
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_LONGEST_NUMBER = 100


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


def read_tfvars(data: bytes, *, what: str) -> dict[str, Setting]:
    """The variables by name; raises `Unreadable` with the line. `what` names the file in messages."""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"is larger than {MAX_BYTES} bytes: split the file", what=what)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        line = data.count(b"\n", 0, failure.start) + 1
        raise Unreadable("is not UTF-8: save the file as UTF-8", line, what=what) from None
    return _Reader(list(_tokens(text, what)), what).variables()


def _tokens(text: str, what: str) -> Iterator[_Token]:
    at, line = 0, 1
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise Unreadable(
                f"is no list of Terraform variables: {text[at : at + 20]!r} is no literal", line, what=what
            )
        if found.lastgroup != "space":
            yield _Token(found.lastgroup or "", found[0], line)
        line += found[0].count("\n")
        at = found.end()
    yield _Token("end", "the end", line)


class _Reader:
    def __init__(self, tokens: list[_Token], what: str) -> None:
        self._tokens = tokens
        self._at = 0
        self._values = 0
        self._what = what

    def variables(self) -> dict[str, Setting]:
        found = self._entries("end", depth=0)
        self._take("end")
        return found

    def _entries(self, closing: str, depth: int) -> dict[str, Setting]:
        """Names with values, with or without commas between them, up to the closing mark, which is left."""
        found: dict[str, Setting] = {}
        while not self._is_next(closing):
            key = self._next()
            if key.kind not in ("name", "text", "number"):
                raise self._fault(key, "stands where a name is due")
            name = _string(key, self._what) if key.kind == "text" else key.text
            if name in found:
                raise self._fault(key, "stands twice: keep one of the two")
            if not self._is_next(":"):
                self._take("=")
            else:
                self._next()
            found[name] = self._value(depth)
            if self._is_next(","):
                self._next()
        return found

    def _value(self, depth: int) -> Setting:
        token = self._next()
        self._values += 1
        if self._values > MAX_VALUES or depth > MAX_DEPTH:
            raise self._fault(token, f"is one value of more than {MAX_VALUES}, or nested deeper than {MAX_DEPTH}")
        if token.text == "{":
            mapping = self._entries("}", depth + 1)
            self._take("}")
            return dict(mapping)
        if token.text == "[":
            return self._items(depth + 1)
        if token.kind == "text":
            return _string(token, self._what)
        if token.kind == "number" and len(token.text) <= _LONGEST_NUMBER:
            return float(token.text) if re.search("[.eE]", token.text) else int(token.text)
        if token.text in _CONSTANTS:
            return _CONSTANTS[token.text]
        raise self._fault(token, "is no literal value: write texts, numbers, true, false, null, lists and objects")

    def _items(self, depth: int) -> list[Setting]:
        items: list[Setting] = []
        while not self._is_next("]"):
            items.append(self._value(depth))
            if not self._is_next("]"):
                self._take(",")
        self._take("]")
        return items

    def _is_next(self, text: str) -> bool:
        token = self._tokens[self._at]
        return token.kind == "end" if text == "end" else token.kind == "mark" and token.text == text

    def _next(self) -> _Token:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _take(self, text: str) -> None:
        if not self._is_next(text):
            raise self._fault(self._tokens[self._at], f"stands where {text!r} is due")
        self._next()

    def _fault(self, token: _Token, reason: str) -> Unreadable:
        return Unreadable(f"{token.text[:40]!r} {reason}", token.line, what=self._what)


def _string(token: _Token, what: str) -> str:
    if re.search(r"(?<![$%])[$%]\{", token.text):
        raise Unreadable("a text holds an expression: write out its value", token.line, what=what)
    try:
        text: str = json.loads(token.text, strict=False)
    except ValueError:
        raise Unreadable(f"{token.text[:40]!r} has an escape that is none", token.line, what=what) from None
    return text.replace("$${", "${").replace("%%{", "%{")
