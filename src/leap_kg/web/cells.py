"""What a template prints for a value: a node to link to, a text, a number, or a list of these.

The shapes are those that `web/README.md` calls node and cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Node:
    """Something with a name and perhaps an address.

    `path` is a path of this server, or an http, https or mailto URL if `external`, or empty for plain text; `kind` is a
    human word such as `Dataset`.
    """

    label: str
    path: str
    iri: str
    kind: str | None = None
    external: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its language tag, and a note such as its datatype."""

    text: str
    lang: str = ""
    note: str = ""


Cell: TypeAlias = "Node | Text | str | int | bool | list[Cell] | None"


@dataclass(frozen=True, slots=True)
class Row:
    """One property with its values; `iri` is the property's, `path` its page if it has one here."""

    label: str
    values: list[Cell]
    iri: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; `key` is its name in the rows."""

    key: str
    label: str
    number: bool = False


def plain(cell: Cell) -> str:
    """The cell as one text, as the twins of a page print it."""
    if isinstance(cell, Node):
        return cell.label
    if isinstance(cell, Text):
        return cell.text
    if isinstance(cell, list):
        return "; ".join(map(plain, cell))
    return "" if cell is None else str(cell)
