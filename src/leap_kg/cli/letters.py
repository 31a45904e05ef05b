"""`leap-kg dead-letters` and approvals: what could not be taken, trying it again, and letting go what is held."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from leap_kg.cli import context
from leap_kg.cli.grouping import WithDefault
from leap_kg.cli.harvest import DEFAULT_SOURCES, AsJson, Mirror, SourcesFile, To
from leap_kg.cli.output import NOT_FOUND, fail, print_entry, print_json, print_line
from leap_kg.graph.home import Home, HomeError
from leap_kg.ingest.runs.taking import ABSENCES
from leap_kg.ingest.sources import SourcesFaulty, read_entries
from leap_kg.ingest.state import DeadLetter, KeptPart, State
from leap_kg.ingest.state.causes import causes

app = typer.Typer(cls=WithDefault, rich_markup_mode=None, help="Records that could not be taken.")

Source = Annotated[str | None, typer.Option("--source", help="Only of this source.")]
ListJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


_NONE = "there is no dead letter {!r}; `leap-kg dead-letters list` names those that there are"
_MORE = "`leap-kg dead-letters show KEY` tells all of one, `leap-kg dead-letters retry` tries again."


@app.command("run", epilog=_MORE)
def dead_letters(
    source: Source = None,
    every: Annotated[bool, typer.Option("--all", help="List each record, also where many have one reason.")] = False,
    as_json: ListJson = False,
) -> None:
    """List the records that could not be taken, with stage and reason; those with one reason together."""
    letters = _letters(source)
    if as_json:
        print_json([asdict(letter) for letter in letters])
    elif letters:
        found = causes(letters)
        for cause in found:
            if every or len(cause.letters) == 1:
                for letter in cause.letters:
                    tries = "1 try" if letter.attempts == 1 else f"{letter.attempts} tries"
                    print_entry(f"{letter.key} ({letter.source}, {letter.stage}, {tries})", letter.reason)
            else:
                print_entry(f"{cause.head} ({cause.source}, {cause.stage})", cause.reason, f"as {cause.example.key}")
        print_line("1 dead letter" if len(letters) == 1 else f"{len(letters)} dead letters")
        if len(found) < len(letters) and not every:
            print_line("`leap-kg dead-letters list --all` names each.")
    else:
        print_line("There are no dead letters: every record that was listed could be read.")


app.command("list")(dead_letters)


@app.command()
def show(
    key: Annotated[str, typer.Argument(help="The key of the record.")],
    source: Source = None,
    as_json: ListJson = False,
) -> None:
    """Tell all that is known of a dead letter: where it came from, when it was tried, and where its bodies lie."""
    found = [letter for letter in _letters(source) if letter.key == key]
    if not found:
        fail(_NONE.format(key), NOT_FOUND)
    if as_json:
        print_json([asdict(letter) for letter in found])
        return
    raw = Home(context.settings().home).raw
    for letter in found:
        print_entry(
            f"{letter.key} ({letter.source})",
            f"stage: {letter.stage}",
            f"reason: {letter.reason}",
            f"address: {letter.url}",
            f"tried: {letter.attempts} times, first {letter.first}, last {letter.last}",
            *(f"{part.role}: {_place(part, raw)}" for part in letter.parts),
        )


@app.command()
def retry(
    keys: Annotated[list[str] | None, typer.Argument(metavar="[KEY]...", help="Records; all by default.")] = None,
    source: Source = None,
    sources: SourcesFile = DEFAULT_SOURCES,
    mirror: Mirror = None,
    to: To = None,
    as_json: AsJson = False,
) -> None:
    """Try dead letters again, and publish what can be taken now; no other record is looked at."""
    from leap_kg.cli.rounds import Asked, run_round

    wanted: dict[str, set[str]] = {}
    for letter in _letters(source):
        if not keys or letter.key in keys:
            wanted.setdefault(letter.source, set()).add(letter.key)
    missing = sorted(set(keys or []) - {key for found in wanted.values() for key in found})
    if missing:
        fail(_NONE.format(missing[0]), NOT_FOUND)
    if not wanted:
        print_line("There are no dead letters to try again.")
        return
    run_round(sorted(wanted), sources, Asked(mirror=mirror, only=wanted, to=to), as_json=as_json)


def approve_removals(source: str, sources: Path | None, *, as_json: bool) -> None:
    """Mark the records of the source that wait to be removed; the next harvest lets them go."""
    settings = context.settings()
    if sources is not None:
        _declared(source, sources)
    path = Home(settings.home).state
    try:
        if not path.is_file():
            fail(f"nothing was harvested into {settings.home} yet; run `leap-kg harvest --sources FILE`")
        with State(path) as state:
            keys = state.approve(source, ABSENCES)
    except HomeError as error:
        fail(str(error))
    if not keys:
        fail(f"no removals of {source} wait for approval", NOT_FOUND)
    if as_json:
        print_json({"source": source, "keys": keys})
        return
    for key in keys:
        print_line(f"  {key}")
    number = "1 record goes" if len(keys) == 1 else f"{len(keys)} records go"
    print_line(f"{number} at the next harvest of {source}, unless listed again by then.")


def _declared(source: str, sources: Path) -> None:
    """End the command if the sources file does not have the source."""
    try:
        names = [entry.id for entry in read_entries(sources)]
    except SourcesFaulty as error:
        fail(str(error))
    if source not in names:
        fail(f"{sources} has no source {source!r}; it has {', '.join(names)}", status=2)


def _place(part: KeptPart, raw: Path) -> str:
    """Where a body lies."""
    name = part.pack or part.sha256
    within = f", {part.length} bytes from {part.offset}" if part.pack else ""
    return f"{raw / name[:2] / name}.gz{within}"


def _letters(source: str | None) -> list[DeadLetter]:
    settings = context.settings()
    path = Home(settings.home).state
    if not path.is_file():
        fail(f"nothing was harvested into {settings.home} yet; run `leap-kg harvest --sources FILE`")
    try:
        with State(path, readonly=True) as state:
            return state.dead_letters(source)
    except HomeError as error:
        fail(str(error))
