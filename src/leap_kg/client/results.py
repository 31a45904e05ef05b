"""Results of SELECT in SPARQL's tab-separated form: the smallest that keeps datatypes, and the quickest to read.

https://www.w3.org/TR/sparql11-results-csv-tsv/. Values are terms as Turtle writes them; a tab or a line end inside one
is escaped, so columns and lines can be split. Hazard: whatever the server sends, a table comes out or `BadAnswer`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from leap_kg.client.errors import BadAnswer

XSD = "http://www.w3.org/2001/XMLSchema#"
_FIX = "Tell whoever runs the server: this is no result as SPARQL 1.1 has it."
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_PLAIN = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?[0-9]*\.[0-9]+")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+")


class Term(NamedTuple):
    """A value: its text, and the local name of its XSD datatype, `""` for texts, IRIs and all else."""

    text: str
    datatype: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of values as they came, `""` where there is none; `length` is the number of rows."""

    names: Sequence[str]
    columns: Sequence[Sequence[str]]
    length: int

    def rows(self) -> list[dict[str, str]]:
        """Each row by name, with the texts of the values that it has."""
        texts = [[term(token).text if token else None for token in column] for column in self.columns]
        return [
            {name: column[row] for name, column in zip(self.names, texts, strict=True) if column[row] is not None}  # type: ignore[misc]
            for row in range(self.length)
        ]


def read(text: str) -> Table:
    """The table; raises `BadAnswer`."""
    head, *lines = text.split("\n")
    if lines and not lines[-1]:
        del lines[-1]
    names = [name.removeprefix("?") for name in head.rstrip("\r").split("\t")] if head.rstrip("\r") else []
    if not all(names) or len(set(names)) < len(names):
        raise BadAnswer("the result's variables have no names, or the same name", _FIX)
    if not names:
        return Table((), (), len(lines))
    cells = [line.split("\t") for line in lines]
    try:
        columns = list(zip(*cells, strict=True)) if cells else [() for _ in names]
    except ValueError:
        columns = []
    if len(columns) != len(names):
        raise BadAnswer(f"a row of the result has not one value for each of its {len(names)} variables", _FIX)
    return Table(names, columns, len(lines))


def term(token: str) -> Term:
    """A value that is there; whatever cannot be read stays as it is."""
    first = token[0]
    if first == "<" and token[-1] == ">" and not token.startswith("<<"):
        return Term(_unescaped(token[1:-1]))
    if first == '"':
        return _literal(token)
    if token in ("true", "false"):
        return Term(token, "boolean")
    if first in "+-.0123456789":
        if _INTEGER.fullmatch(token):
            return Term(token, "integer")
        if _DECIMAL.fullmatch(token):
            return Term(token, "decimal")
        if _DOUBLE.fullmatch(token):
            return Term(token, "double")
    return Term(token)


def _literal(token: str) -> Term:
    if token[-1] == '"' and len(token) > 1:
        return Term(_unescaped(token[1:-1]))
    # A datatype or a language follows the last quote, and holds none.
    end = token.rindex('"')
    text, rest = _unescaped(token[1:end]), token[end + 1 :]
    if rest.startswith("^^<") and rest.endswith(">"):
        datatype = rest[3:-1]
        return Term(text, datatype.removeprefix(XSD) if datatype.startswith(XSD) else "")
    return Term(text) if end and rest.startswith("@") else Term(token)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(found: re.Match[str]) -> str:
    if code := found[1] or found[2]:
        number = int(code, 16)
        is_character = number < 0x110000 and not 0xD800 <= number < 0xE000
        return chr(number) if is_character else "\N{REPLACEMENT CHARACTER}"
    return _PLAIN.get(found[3], found[3])
