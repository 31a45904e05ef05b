"""`leap-kg log`: the revisions of the graph, what each changed, and whether the log is whole."""

import gzip
import os
import shutil
import sqlite3
import sys
import zlib
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated

import typer
from rich.progress import Progress

from leap_kg.cli import context
from leap_kg.cli.output import FAILED, NOT_FOUND, errors, fail, print_entry, print_json, print_line, print_table
from leap_kg.graph.history.chronicle import TimelineWriter
from leap_kg.graph.history.timeline import Timeline
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.log.verify import Fault, Report, verify_log, verify_snapshot
from leap_kg.settings import Settings

app = typer.Typer(help="The revisions of the graph: list them, show one, verify them all.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command(name="list")
def list_revisions(
    since: Annotated[int, typer.Option(min=0, help="Only revisions after this one.")] = 0,
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many at the most, newest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List revisions, newest first: when, from which source, how many statements came and went."""
    settings = context.settings()
    timeline = _timeline(settings)
    found, total = timeline.revisions(source=source, since=since, limit=limit), timeline.count(source, since=since)
    if as_json:
        print_json([{**asdict(each), "at": each.at.isoformat()} for each in found])
    elif found:
        rows = [(r.revision, f"{r.at:%Y-%m-%d %H:%M:%S}", r.source, f"−{r.removed:,}", f"+{r.added:,}") for r in found]
        print_table("Revisions", ("revision", "when (UTC)", "source", "removed", "added"), rows)
        if total > len(found):
            print_line(f"The newest {len(found):,} of {total:,} are shown; --limit shows more.")
        print_line("Statements about the runs themselves and counters are not counted.")
    if not found:
        if not as_json:
            print_line(_nothing(source, since))
        raise typer.Exit(NOT_FOUND)


@app.command()
def show(revision: Annotated[int, typer.Argument(metavar="REV", min=1, help="The revision's number.")]) -> None:
    """Print the patch that made a revision, as RDF Patch: D lines were removed, A lines added."""
    settings = context.settings()
    log = PatchLog(Home(settings.home).log)
    try:
        path, last = log.files().get(revision), log.last()
    except HomeError as error:
        fail(str(error))
    if path is None:
        known = f"the graph has revisions 1 to {last}" if last else f"nothing is published in {settings.home}"
        fail(f"there is no revision {revision}; {known}", NOT_FOUND)
    try:
        with gzip.open(path) as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()
    except BrokenPipeError:  # whoever read it has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, EOFError, zlib.error):
        fail(f"{path} is damaged; `leap-kg log verify` says where")


@app.command()
def verify(
    store: Annotated[bool, typer.Option("--store", help="Check the newest snapshot against the log as well.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check that every patch is what was written, that none is missing, and that they lead where they say."""
    settings = context.settings()
    home = Home(settings.home)
    if not home.exists():
        fail(f"there is no log in {settings.home}; run `leap-kg harvest --sources FILE`, or set LEAP_KG_HOME")
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("checking the log", total=None)
        report = verify_log(home.log, lambda done, all_: progress.update(task, completed=done, total=all_))
        if store:
            progress.update(task, description="checking the snapshot", total=None)
            verify_snapshot(home, report)
    if as_json:
        faults = [asdict(fault) for fault in report.faults]
        print_json({"revision": report.revision, "id": report.id, "digest": report.digest, "faults": faults})
    else:
        print_report(report, also_store=store)
    if not report:
        raise typer.Exit(FAILED)


def print_report(report: Report, *, also_store: bool = False) -> None:
    """What was found, for people."""
    for fault in report.faults:
        print_entry(_place(fault), fault.reason)
    if report:
        what = "The log and the newest snapshot are" if also_store else "The log is"
        print_line(f"{what} whole: {_number(report.revision, 'revision')}, no faults.")
        if report.digest:
            print_line(f"The last patch: {report.id}")
            print_line(f"The graph they lead to: {report.digest}")
    else:
        print_line(f"{_number(len(report.faults), 'fault')} in {_number(report.revision, 'revision')}.")


def _place(fault: Fault) -> str:
    """Which revision and file, and which byte of it."""
    if fault.offset is None:
        return f"revision {fault.revision}: {fault.file}"
    return f"revision {fault.revision}: {fault.file}, byte {fault.offset}"


def _timeline(settings: Settings) -> Timeline:
    """The timeline, brought up to the log where that can be done."""
    home = Home(settings.home)
    log, timeline = PatchLog(home.log), Timeline(home.path / "history.sqlite")
    try:
        last = log.last()
        if not last:
            fail(f"nothing is published in {settings.home}; run `leap-kg harvest --sources FILE`, or set LEAP_KG_HOME")
        with suppress(sqlite3.Error):
            if timeline.last() == last:
                return timeline
        TimelineWriter(home, settings.base).follow(log)
    except HomeError as error:
        fail(f"{error}; `leap-kg log verify` lists all that is wrong")
    except sqlite3.Error as error:
        fail(f"the timeline of {settings.home} cannot be used: {error}; `leap-kg rebuild` makes it again")
    return timeline


def _nothing(source: str | None, since: int) -> str:
    of = f" of source {source}" if source else ""
    return f"There is no revision{of}" + (f" after {since}." if since else ".")


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
