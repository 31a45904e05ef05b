"""Tables: CSV whose header holds terms of the context; each row is an entry.

Hazard: a table may have a hundred thousand columns, a cell without end, or bytes that are no text. What is larger than
a curator writes is refused as a whole; a row that does not fit its header is refused alone.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.source import RecordUnusable

MAX_COLUMNS = 200
MAX_ROWS = 50_000
MAX_CELL = 20_000  # characters

SEPARATOR = ";"
"""What separates several values in one cell."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its number in the file, that of the header being 1, and its cells by column, empty ones left out.

    `problem` says why it cannot be used.
    """

    number: int
    cells: dict[str, str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a table in their order, and its rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(data: bytes, what: str) -> Table:
    """The table; raises `Unreadable`, or `RecordUnusable` for a header that is none."""
    if (at := data.find(b"\0")) >= 0:
        line = data.count(b"\n", 0, at) + 1
        raise Unreadable("holds a NUL, so it is no text: save it as CSV in UTF-8", line, what=what)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        line = data.count(b"\n", 0, failure.start) + 1
        reason = f"is not UTF-8: byte 0x{data[failure.start]:02X}; save it as CSV in UTF-8"
        raise Unreadable(reason, line, what=what) from None
    try:
        lines = _lines(text, what)
        header = next(lines, None)
        if header is None:
            raise RecordUnusable("is empty: write a header of terms, then a row for each entry", what)
        columns = _columns(header[1], what)
        return Table(columns, tuple(_row(number, cells, columns) for number, cells in lines))
    except csv.Error as failure:
        raise Unreadable(
            f"is not CSV: {failure}; quote cells that hold commas, quotes or line breaks", what=what
        ) from None


def _lines(text: str, what: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with its number."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    for number, cells in enumerate(reader, start=1):
        if number > MAX_ROWS:
            raise RecordUnusable(f"has more than {MAX_ROWS} rows: split the table", what)
        if any(cell.strip() for cell in cells):
            yield number, cells


def _columns(cells: list[str], what: str) -> tuple[str, ...]:
    columns = tuple(cell.strip() for cell in cells)
    if len(columns) > MAX_COLUMNS:
        raise RecordUnusable(f"has {len(columns)} columns, more than {MAX_COLUMNS}: write terms into the header", what)
    if len(columns) == 1 and any(mark in columns[0] for mark in ";\t|"):
        raise RecordUnusable("has one column: separate columns by commas", what)
    if "" in columns:
        raise RecordUnusable(f"column {columns.index('') + 1} has no name: give it one, or take it out", what)
    for column in columns:
        if columns.count(column) > 1:
            raise RecordUnusable(
                f"the column {column[:100]!r} stands twice: keep one, with {SEPARATOR!r} between values", what
            )
    return columns


def _row(number: int, cells: list[str], columns: tuple[str, ...]) -> Row:
    said = {column: cell.strip()[:MAX_CELL] for column, cell in zip(columns, cells, strict=False)}
    problem = ""
    if len(cells) > len(columns):
        problem = f"row {number} has {len(cells)} cells, but the header {len(columns)}: quote cells that hold commas"
    elif any(len(cell) > MAX_CELL for cell in cells):
        problem = f"row {number} has a cell of more than {MAX_CELL} characters: shorten it"
    return Row(number, {column: cell for column, cell in said.items() if cell}, problem)
