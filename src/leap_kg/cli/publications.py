"""`leap-kg publications export` and `leap-kg report`: what was produced, for reference managers and for funders."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from leap_kg.cli import context, moment
from leap_kg.cli.output import console, fail
from leap_kg.outputs.formats import FORMATS
from leap_kg.outputs.formats.tables import csv_table
from leap_kg.outputs.kind import Kind
from leap_kg.outputs.method import method_of
from leap_kg.outputs.output import Output
from leap_kg.outputs.page import report_file
from leap_kg.outputs.period import between
from leap_kg.outputs.reading import Reader
from leap_kg.outputs.report import Report
from leap_kg.outputs.selection import Access, Selection, person_wanted

app = typer.Typer(help="The works of the platform, for reference managers and spreadsheets.", no_args_is_help=True)

From = Annotated[str | None, typer.Option("--from", metavar="DATE", help="A year, month or day: its first day counts.")]
To = Annotated[str | None, typer.Option("--to", metavar="DATE", help="A year, month or day: its last day counts.")]
Person = Annotated[str, typer.Option(help="An ORCID iD, or words of a name.")]
Award = Annotated[str, typer.Option(help="The number or words of the name of a grant.")]
Theme = Annotated[str, typer.Option(help="Words of a keyword, title or abstract.")]
OpenAccess = Annotated[Access | None, typer.Option("--access", help="Whether a copy is free to read.")]
Others = Annotated[bool, typer.Option("--others", help="Works without a stated reason to belong to the platform too.")]
Out = Annotated[Path | None, typer.Option("--output", "-o", help="A file; standard output without it.")]


@app.command()
def export(
    form: Annotated[str, typer.Option("--format", help=", ".join(FORMATS) + ".")] = "bibtex",
    since: From = None,
    until: To = None,
    kind: Annotated[list[Kind] | None, typer.Option(help="Only this kind; may be repeated.")] = None,
    person: Person = "",
    award: Award = "",
    theme: Theme = "",
    access: OpenAccess = None,
    others: Others = False,
    output: Out = None,
    at: moment.At = None,
) -> None:
    """Write the publications that are chosen, newest first, in the format of another program."""
    if form not in FORMATS:
        fail(f"there is no format {form!r}; the formats are {', '.join(FORMATS)}", status=2)
    kinds = frozenset(kind or (each for each in Kind if each.is_publication))
    selection = _selection(since, until, kinds, person, award, theme, access, others)
    chosen = selection.of(_outputs(at))
    _write(FORMATS[form][2](chosen), output)
    if output is not None or console.is_terminal:
        typer.echo(f"{len(chosen)} works written as {form}", err=True)
    if not chosen and not others:
        typer.echo("None belongs to the platform for a stated reason; --others takes all works.", err=True)


def report(
    since: From = None,
    until: To = None,
    form: Annotated[str, typer.Option("--format", help="html, csv or json.")] = "html",
    person: Person = "",
    award: Award = "",
    theme: Theme = "",
    others: Others = False,
    output: Out = None,
    at: moment.At = None,
) -> None:
    """Write what the platform produced between two dates: papers, data, code, people, awards, and what is missing."""
    settings = context.settings()
    selection = _selection(since, until, frozenset(), person, award, theme, None, others)
    snapshot = moment.snapshot_at(settings, at)
    made = Report.of(Reader(snapshot.store, settings.base).outputs(), selection)
    method = method_of(made.outputs, snapshot.store, snapshot.revision, settings.base)
    writers: dict[str, Callable[[], str]] = {
        "html": lambda: report_file(made, settings.name, method),
        "csv": lambda: csv_table(made.outputs),
        "json": lambda: json.dumps(made.as_json(), ensure_ascii=False, indent=1) + "\n",
    }
    if form not in writers:
        fail(f"there is no format {form!r}; the formats are {', '.join(writers)}", status=2)
    _write(writers[form](), output)


def _selection(
    since: str | None,
    until: str | None,
    kinds: frozenset[Kind],
    person: str,
    award: str,
    theme: str,
    access: Access | None,
    others: bool,
) -> Selection:
    try:
        period, person = between(since, until), person_wanted(person)
    except ValueError as error:
        fail(str(error), status=2)
    return Selection(period, kinds, person, award.strip(), theme.strip(), access, others)


def _outputs(at: str | None) -> list[Output]:
    settings = context.settings()
    return list(Reader(moment.snapshot_at(settings, at).store, settings.base).outputs())


def _write(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        return
    try:
        output.write_text(text, encoding="utf-8", errors="replace", newline="")
    except OSError as error:
        fail(f"{output} cannot be written: {error}")
