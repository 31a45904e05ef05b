"""`leap-kg links verdict` and `leap-kg links verdicts`: the word of a curator on a link, and all words there are.

What writes is imported when it runs, as in `leap_kg.cli.links`.
"""

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leap_kg.cli import context
from leap_kg.cli.output import NOT_FOUND, fail, print_json, print_line, print_table

if TYPE_CHECKING:
    from leap_kg.graph.engine import Engine

_COLUMNS = ("link", "subject", "property", "object", "verdict", "curator", "at", "why")
_FORMATS = ("table", "csv", "json")


def verdict(
    link: Annotated[str, typer.Argument(help="The link: its IRI, or the path of its page.")],
    word: Annotated[str, typer.Argument(metavar="accepted|rejected|none", help="What you say of it.")],
    by: Annotated[
        str, typer.Option(metavar="NAME", help="Who says it: the name of a curator's token, say.")
    ] = "command line",
    why: Annotated[str, typer.Option(metavar="TEXT", help="Why, in words that everybody may read.")] = "",
) -> None:
    """Say whether a link holds: the word counts more than its confidence, at once. `none` takes your word back."""
    from leap_kg.graph.home import Home, HomeError
    from leap_kg.links.sameness import TwoPeople
    from leap_kg.links.verdicts import WORDS, NoLink, NoVerdict, decide

    settings = context.settings()
    if word not in WORDS:
        raise typer.BadParameter(f"{word!r} is no verdict; say {', '.join(WORDS)}")
    if not by.strip():
        raise typer.BadParameter("--by names who says it: give a name, or leave it out")
    iri = context.iri_given(link, settings.base)
    try:
        revision = decide(Home.of(settings), settings.base, iri, word, by.strip(), why)
    except NoLink as missing:
        fail(str(missing), status=NOT_FOUND)
    except (HomeError, NoVerdict, TwoPeople) as error:
        fail(str(error))
    print_line(f"noted; the graph is at revision {revision}")


def verdicts(
    form: Annotated[str, typer.Option("--format", metavar="table|csv|json", help="How to print them.")] = "table",
    gold: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write a gold set, for `links evaluate --gold FOLDER`, and print nothing."),
    ] = None,
) -> None:
    """List what curators said of links, the oldest first, or write what they agree on as a gold set."""
    from leap_kg.links.judged import all_verdicts

    if form not in _FORMATS:
        raise typer.BadParameter(f"{form!r} is no format; say {', '.join(_FORMATS)}")
    settings = context.settings()
    store = context.snapshot(settings).store
    if gold is not None:
        _write_gold(store, settings.base, gold)
        return
    said = all_verdicts(store, settings.base)
    values = [(v.link, v.subject, v.predicate, v.target, v.word, v.curator.name, v.at, v.why) for v in said]
    rows = [dict(zip(_COLUMNS, row, strict=True)) for row in values]
    if form == "json":
        print_json(rows)
    elif form == "csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, _COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
        sys.stdout.buffer.write(text.getvalue().encode("utf-8", "replace"))
    else:
        print_table("Verdicts", _COLUMNS[1:], [row[1:] for row in values])


def _write_gold(store: "Engine", base: str, folder: Path) -> None:
    from leap_kg.links.goldrows import gold_rows

    found = gold_rows(store, base)
    try:
        found.write(folder)
    except OSError as error:
        fail(f"cannot write {folder}: {error.strerror or error}; name another folder")
    print_line(
        f"{found.count} places and papers written to {folder}; {found.left} links with verdicts are disputed, or not "
        "about a place in a file at a commit"
    )
