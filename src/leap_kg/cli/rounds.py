"""Runs a round of harvesting for the command line: progress on a terminal, log lines elsewhere, then the outcome."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from leap_kg.cli import context
from leap_kg.cli.output import FAILED, errors, fail, print_entry, print_json, print_line
from leap_kg.graph.followers import followed_writer
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.log.patchfile import LogError
from leap_kg.graph.remote.snapshot import served
from leap_kg.ingest.fetch import Fetcher, HttpFetcher, Limits
from leap_kg.ingest.harvest import Outcome
from leap_kg.ingest.mirror import MirrorFaulty, MirrorFetcher, read_mirror
from leap_kg.ingest.rounds import dry_round, harvest_round, publish_ontology
from leap_kg.ingest.source import Source
from leap_kg.ingest.sources import SourcesFaulty, chosen, read_sources


def make_home() -> None:
    """Create the home of the settings and publish the ontology into it."""
    settings = context.settings()
    try:
        home = Home.of(settings)
        home.create()
        with followed_writer(home, settings.base) as writer:
            publication = publish_ontology(writer, settings.base)
    except (HomeError, LogError) as error:
        fail(str(error))
    if served(home).newest() != publication.revision:
        fail(
            f"{settings.home} is at revision {publication.revision}, but the server of LEAP_KG_STORE has not taken it: "
            "see the warning above, and run `leap-kg init` again when that is mended"
        )
    print_line(f"{settings.home} is ready at revision {publication.revision}; IRIs begin with {settings.base}")


def run_round(
    names: list[str], sources: Path, mirror: Path | None, *, dry_run: bool, approve: bool, as_json: bool
) -> None:
    """Harvest the named sources, or all; ends the command with 1 if one of them could not be listed."""
    settings = context.settings()
    home = Home.of(settings)
    _configure_log()
    try:
        declared = read_sources(sources, settings.base)
    except SourcesFaulty as error:
        fail(str(error))
    try:
        picked = chosen(declared, names)
    except SourcesFaulty as error:
        fail(str(error), status=2)
    try:
        with _fetcher(mirror) as fetcher, _progress() as progress:
            if dry_run:
                found = dry_round(home, settings.base, picked, fetcher, progress=progress)
            else:
                found = harvest_round(home, settings.base, picked, fetcher, approve=approve, progress=progress)
            outcomes = list(found)
    except (MirrorFaulty, HomeError, LogError) as error:
        fail(str(error))
    if as_json:
        print_json([_as_json(outcome) for outcome in outcomes])
    else:
        _print(outcomes, dry_run)
    if any(outcome.report.outcome == "failed" for outcome in outcomes):
        raise typer.Exit(FAILED)


def _fetcher(mirror: Path | None) -> Fetcher:
    if mirror is None:
        return HttpFetcher(Limits())
    return MirrorFetcher(read_mirror(mirror), Limits())


@contextmanager
def _progress() -> Iterator[Callable[[Source], Callable[[int, int, str], None]]]:
    """A bar for each source on a terminal; elsewhere nothing, the summary says it all."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[key]}"),
        console=errors,
        disable=not errors.is_terminal,
        transient=True,
    ) as bars:

        def of(source: Source) -> Callable[[int, int, str], None]:
            task = bars.add_task(source.title, total=None, key="")
            return lambda done, total, key: bars.update(task, completed=done, total=total, key=key)

        yield of


def _configure_log() -> None:
    """Dead letters and failures are in the summary; log lines go to standard error where that is no terminal."""
    if errors.is_terminal:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    else:
        structlog.configure(
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper("iso"),
                structlog.processors.JSONRenderer(),
            ],
            logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        )


def _as_json(outcome: Outcome) -> dict[str, Any]:
    difference = outcome.difference
    return {**asdict(outcome.report), "added": len(difference.added), "removed": len(difference.removed)}


def _print(outcomes: list[Outcome], dry_run: bool) -> None:
    if dry_run:
        for outcome in outcomes:
            for quad in outcome.difference.removed:
                print_line(f"D {quad} .")
            for quad in outcome.difference.added:
                print_line(f"A {quad} .")
    for outcome in outcomes:
        report, difference = outcome.report, outcome.difference
        print_entry(
            f"{report.title} ({report.source}): {report.outcome}",
            report.message,
            f"{report.seen} seen = {report.published} published + {report.unchanged} unchanged"
            f" + {report.dead} dead + {report.tombstoned} tombstoned",
            f"{len(difference.added)} triples {'would be ' if dry_run else ''}added, {len(difference.removed)} removed"
            + ("" if dry_run else f"; the graph is at revision {report.revision}"),
        )
    if any(outcome.report.dead for outcome in outcomes) and not dry_run:
        print_line("Some records could not be taken: `leap-kg dead-letters` lists them with their reasons.")
