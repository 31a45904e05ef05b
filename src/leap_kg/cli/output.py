"""What commands print: tables for people, JSON for programs, errors in one line on standard error."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

FAILED = 1
NOT_FOUND = 3

console = Console()
errors = Console(stderr=True)


def fail(message: str, status: int = FAILED) -> NoReturn:
    """End the command with one line that says what is wrong and what to do."""
    errors.print(f"[bold red]error:[/] {escape(message)}", soft_wrap=True, highlight=False)
    raise typer.Exit(status)


def print_json(value: Any) -> None:  # noqa: ANN401 - anything JSON can hold
    """One JSON document on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table for people; cells that hold markup of ours or of others show as they are."""
    table = Table(title=escape(title), title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    console.print(table)


def print_entry(head: str, *lines: str) -> None:
    """One item of a list that reads better in lines than in columns: a bold head, then indented lines.

    Lines are wrapped on a terminal only, so that a program finds an IRI in one piece.
    """
    console.print(f"[bold]{escape(head)}[/]", highlight=False, soft_wrap=True)
    for line in filter(None, lines):
        if console.is_terminal:
            console.print(Padding(Text(line), (0, 0, 0, 2), expand=False), highlight=False)
        else:
            print_line(f"  {line}")


def print_line(text: str) -> None:
    """One line of plain text."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)
