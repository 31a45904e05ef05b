"""`leap-kg check`, `dead-letters` and `changes`: what is wrong, what could not be read, what changed."""

from dataclasses import asdict
from typing import Annotated

import typer

from leap_kg.cli import context
from leap_kg.cli.output import NOT_FOUND, fail, print_json, print_line, print_table
from leap_kg.graph.home import Home
from leap_kg.graph.patch import LogError, PatchLog
from leap_kg.ingest.state import State

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def dead_letters(
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None, as_json: AsJson = False
) -> None:
    """List the records that could not be taken, with stage and reason."""
    settings = context.settings()
    path = Home(settings.home).state
    if not path.is_file():
        fail(f"nothing was harvested into {settings.home} yet; run `leap-kg harvest --sources FILE`")
    with State(path, readonly=True) as state:
        letters = state.dead_letters(source)
    if as_json:
        print_json([asdict(letter) for letter in letters])
    elif letters:
        rows = [(d.source, d.key, d.stage, d.reason, d.attempts, d.last[:16]) for d in letters]
        print_table(f"{len(letters)} dead letters", ("source", "record", "stage", "reason", "tries", "last try"), rows)
    else:
        print_line("There are no dead letters: every record that was listed could be read.")


def changes(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many revisions, newest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the revisions of the graph: when, which source, how much."""
    settings = context.settings()
    log = PatchLog(Home(settings.home).log)
    newest = sorted(log.files(), reverse=True)[:limit]
    try:
        patches = [log.read(revision) for revision in newest]
    except LogError as error:
        fail(str(error))
    if as_json:
        fields = [
            {"revision": p.revision, "at": p.at.isoformat(), "source": p.source, "run": p.run,
             "added": len(p.added), "removed": len(p.removed)} for p in patches
        ]  # fmt: skip
        print_json(fields)
    elif patches:
        rows = [
            (p.revision, f"{p.at:%Y-%m-%d %H:%M}", p.source, f"+{len(p.added)}", f"-{len(p.removed)}") for p in patches
        ]
        print_table("Changes", ("revision", "when (UTC)", "source", "added", "removed"), rows)
    else:
        fail(f"{settings.home} has no revisions yet; run `leap-kg harvest --sources FILE`", NOT_FOUND)
