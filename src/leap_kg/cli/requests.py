"""`leap-kg requests`: what data were asked for and where each request is, and the issue form that asks."""

import csv
import sys
from typing import Annotated

import typer
from pyoxigraph import Literal, NamedNode

from leap_kg.cli import context
from leap_kg.cli.grouping import WithDefault
from leap_kg.cli.output import fail, print_json, print_line, print_table
from leap_kg.ingest.requests.standing import WORDS
from leap_kg.resources import declarations
from leap_kg.sparql.catalogue import load
from leap_kg.sparql.run import select

app = typer.Typer(cls=WithDefault, rich_markup_mode=None, help="Requests for data, and where each of them is.")

_COLUMNS = ("request", "title", "status", "asked", "by", "name", "because", "answer", "issue")
_FORMS = ("table", "json", "csv")


@app.command(
    "run",
    epilog="`leap-kg requests form` prints the GitHub issue form that asks for data.",
)
def requests(
    status: Annotated[str, typer.Option(help=f"Only those that are {', '.join(WORDS)}.")] = "",
    words: Annotated[str, typer.Option(help="Only those with this in their title.")] = "",
    form: Annotated[str, typer.Option("--format", help="table, json or csv.")] = "table",
) -> None:
    """List the requests for data, the newest first, with where each of them is and why."""
    if form not in _FORMS:
        fail(f"there is no format {form!r}; the formats are {', '.join(_FORMS)}", status=2)
    if status and status not in WORDS:
        fail(f"there is no status {status!r}; use {', '.join(WORDS)}", status=2)
    settings = context.settings()
    query = load(declarations() / "sparql", settings.base).get("questions/requests")
    if query is None:
        raise RuntimeError("the query questions/requests.rq is missing from the installation")
    found = select(context.snapshot(settings).store, query.bind(status=status, words=words))
    rows = [
        {name: term.value if isinstance(term := row.get(name), NamedNode | Literal) else "" for name in _COLUMNS}
        for row in found
    ]
    if form == "json":
        print_json(rows)
    elif form == "csv":
        writer = csv.DictWriter(sys.stdout, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    elif not rows:
        print_line("Nobody asked for that." if status or words else "Nobody asked for data yet.")
    else:
        table = ((row["status"], row["asked"][:10], row["title"], row["name"], row["answer"]) for row in rows)
        title = "1 request" if len(rows) == 1 else f"{len(rows)} requests"
        print_table(title, ("status", "asked", "title", "by", "answered by"), table)


@app.command("form")
def issue_form() -> None:
    """Print the GitHub issue form that asks for data, for `.github/ISSUE_TEMPLATE/` of a repository."""
    sys.stdout.write((declarations() / "ingest" / "requests" / "issue-form.yaml").read_text(encoding="utf-8"))
