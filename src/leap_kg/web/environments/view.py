"""What a page of an answer shows: a form, a few facts, and tables, each with the query behind it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leap_kg.web.cells import Cell, Column, Node, plain
from leap_kg.web.environments.charts import Chart


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form; `values` are suggested, `""` stands for no suggestion."""

    name: str
    label: str
    value: str = ""
    example: str = ""
    values: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A form that leads to the page at `path`; `verb` is what its button says."""

    path: str
    verb: str
    fields: Sequence[Field]


@dataclass(frozen=True, slots=True)
class Section:
    """A table under a heading; `name` in addresses and data, `path` leads to the query behind it.

    `chart` draws the same. `data` are the rows for programs, where those that people see are rounded or drawn together.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Cell]]
    description: str = ""
    path: str = ""
    empty: str = "None."
    chart: Chart | None = None
    data: Sequence[Mapping[str, str]] | None = None

    @property
    def plain_rows(self) -> list[dict[str, Any]]:
        """The rows as texts and numbers."""
        if self.data is not None:
            return [dict(row) for row in self.data]
        return [_flat(self, row) for row in self.rows]


@dataclass(frozen=True, slots=True)
class View:
    """One page; `links` lead on to pages that answer what comes next."""

    title: str
    lead: str
    forms: Sequence[Form] = ()
    notes: Sequence[str] = ()
    facts: Sequence[tuple[str, Cell]] = ()
    sections: Sequence[Section] = ()
    links: Sequence[Node] = field(default=())

    def as_document(self, revision: int) -> dict[str, Any]:
        """The page as JSON."""
        return {
            "title": self.title,
            "revision": revision,
            "notes": list(self.notes),
            "facts": {label: plain(cell) for label, cell in self.facts},
            "sections": {section.name: section.plain_rows for section in self.sections},
        }

    def as_rows(self) -> Iterator[dict[str, Any]]:
        """All rows of all tables."""
        for section in self.sections:
            for row in section.plain_rows:
                yield {"section": section.name, **row}

    @property
    def columns(self) -> list[str]:
        """The columns that rows of any table have."""
        found = {name: None for row in self.as_rows() for name in row}
        return list(found) or ["section"]


def _flat(section: Section, row: Mapping[str, Cell]) -> dict[str, Any]:
    """A row as texts and numbers; a node has its IRI beside it."""
    found: dict[str, Any] = {}
    for column in section.columns:
        cell = row.get(column.key)
        found[column.key] = cell if isinstance(cell, int | bool) else plain(cell)
        if isinstance(cell, Node) and cell.iri:
            found[f"{column.key}_iri"] = cell.iri
    return found
