"""Runs a round of harvesting for the command line: progress on a terminal, log lines elsewhere, then the outcome."""

import gc
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import structlog
import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from leap_kg.cli import context
from leap_kg.cli.output import FAILED, errors, fail, print_entry, print_json, print_line
from leap_kg.cli.stopping import stoppable
from leap_kg.graph.followers import followed_writer
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.log.patchfile import LogError
from leap_kg.graph.remote.snapshot import served
from leap_kg.ingest.fetch import Fetcher
from leap_kg.ingest.github import reported
from leap_kg.ingest.http.opening import limits_of, open_fetcher
from leap_kg.ingest.mirror import MirrorFaulty, MirrorFetcher, read_mirror
from leap_kg.ingest.runs.graphserver import GraphServer
from leap_kg.ingest.runs.harvest import Outcome
from leap_kg.ingest.runs.plan import due, parked_until
from leap_kg.ingest.runs.replaying import NoFetcher
from leap_kg.ingest.runs.rounds import Options, dry_round, harvest_round, publish_ontology
from leap_kg.ingest.source import Source
from leap_kg.ingest.sources import SourcesFaulty, chosen, read_sources
from leap_kg.ingest.state import RunReport, State
from leap_kg.ingest.state.causes import Cause
from leap_kg.ingest.state.memory import READ
from leap_kg.settings import Settings

_TOLD = 7
"""Records between two changes of a progress bar."""
_REASONS = 5
"""Reasons for dead letters that the outcome of a source names."""
_UNRECORDED = "unrecorded"
_NOT_READ = ("failed", "parked", "busy", _UNRECORDED)
_OBJECTS = 100_000
"""So many more objects than before make it worth while to look for cycles among them."""


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


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of a round on the command line."""

    mirror: Path | None = None
    dry_run: bool = False
    approve: bool = False
    due: bool = False
    full: bool = False
    replay: bool = False
    to: str | None = None
    only: Mapping[str, Collection[str]] | None = None

    @property
    def options(self) -> Options:
        """The same for the round itself; files that are read in place are read again after an interruption."""
        resume = self.mirror is None and not self.replay and not self.dry_run
        return Options(self.approve, self.full, self.replay, resume, self.only, _tell_of_waiting)

    @property
    def settles(self) -> bool:
        """Whether the round does what a report that something changed asks for: it looks at all that changed."""
        return not self.replay and not self.dry_run and self.only is None


def run_round(names: list[str], sources: Path, asked: Asked, *, as_json: bool) -> None:
    """Harvest the named sources, or all; ends the command with 1 if one of them could not be listed."""
    settings = context.settings()
    home = Home.of(settings)
    if errors.is_terminal and settings.log_level != "debug":  # dead letters and failures are in the summary
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    picked = _picked(names, sources, settings.base)
    try:
        # What is reported from here on may come too late for this round.
        reports = reported.due(home, picked)
        if asked.due:
            picked = _due(home, picked, reports)
        with stoppable(), _few_collections():
            outcomes = _outcomes(settings, home, picked, asked, reports) if picked else []
    except (MirrorFaulty, HomeError, LogError) as error:
        fail(str(error))
    if as_json:
        print_json([_as_json(outcome) for outcome in outcomes])
    elif asked.due and not picked:
        print_line("Nothing is due.")
    else:
        _print(outcomes, asked.dry_run)
    # Who looks every hour what is due need not be told that somebody else is at it.
    bad = {"failed"} if asked.due else {"failed", "busy"}
    ends = [outcome.report.outcome for outcome in outcomes]
    # A mirror need not have every source, but one that has none of those that were asked for is no use.
    if not bad.isdisjoint(ends) or (_UNRECORDED in ends and set(READ).isdisjoint(ends)):
        raise typer.Exit(FAILED)


def _picked(names: list[str], sources: Path, base: str) -> list[Source]:
    try:
        declared = read_sources(sources, base)
    except SourcesFaulty as error:
        fail(str(error))
    try:
        return chosen(declared, names)
    except SourcesFaulty as error:
        fail(str(error), status=2)


def _due(home: Home, sources: list[Source], reports: Mapping[str, int]) -> list[Source]:
    """Those whose last reading has grown stale, and those that were reported and need not be left alone."""
    if not home.state.is_file():
        return sources
    with State(home.state, readonly=True) as state:
        told = {source.id for source in sources if source.id in reports and parked_until(state, source.id) is None}
        return [source for source in sources if source.id in told or due(state, source)]


def _outcomes(
    settings: Settings, home: Home, sources: list[Source], asked: Asked, reports: Mapping[str, int]
) -> list[Outcome]:
    with ExitStack() as stack:
        fetcher = stack.enter_context(_fetcher(settings, home, asked))
        progress = stack.enter_context(_progress())
        if asked.dry_run:
            return list(dry_round(home, settings.base, sources, fetcher, progress=progress, options=asked.options))
        server = GraphServer(asked.to, settings.token, settings.fetching.private_hosts) if asked.to else None
        found: list[Outcome] = []
        for outcome in harvest_round(
            home, settings.base, sources, fetcher, progress=progress, options=asked.options, server=server
        ):
            found.append(outcome)
            number = reports.get(outcome.report.source)
            if number is not None and asked.settles and outcome.report.outcome not in _NOT_READ:
                reported.Reported(home).settle(outcome.report.source, number)
        return found


@contextmanager
def _few_collections() -> Iterator[None]:
    """Look for cycles of objects more seldom: a harvest makes millions of small ones, and hardly any cycle."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_OBJECTS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def _fetcher(settings: Settings, home: Home, asked: Asked) -> AbstractContextManager[Fetcher]:
    if asked.replay:
        return NoFetcher()
    if asked.mirror is None:
        return open_fetcher(home, settings.fetching, readonly=asked.dry_run)
    return MirrorFetcher(read_mirror(asked.mirror), limits_of(settings.fetching))


@contextmanager
def _progress() -> Iterator[Callable[[Source], Callable[[int, int, str], None]]]:
    """A bar for each source on a terminal; elsewhere the log tells of each source."""
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
            task = bars.add_task(escape(source.title), total=None, key="")

            def tell(done: int, total: int, key: str) -> None:
                if done % _TOLD == 0 or done == total:
                    bars.update(task, completed=done, total=total or None, key=escape(key))

            return tell if errors.is_terminal else lambda done, total, key: None

        yield of


def _tell_of_waiting() -> None:
    """On a terminal; elsewhere the log tells."""
    if errors.is_terminal:
        errors.print("Another harvest fetches into this home; waiting for it to finish.", soft_wrap=True)


def _as_json(outcome: Outcome) -> dict[str, Any]:
    difference = outcome.difference
    reasons = [
        {
            "records": len(cause.letters), "stage": cause.stage, "host": cause.host, "reason": cause.reason,
            "example": cause.example.key,
        }
        for cause in outcome.causes
    ]  # fmt: skip
    return {
        **asdict(outcome.report), "added": len(difference.added), "removed": len(difference.removed),
        "dead_letters": reasons, "sent": asdict(outcome.sent) if outcome.sent else None,
    }  # fmt: skip


def _print(outcomes: list[Outcome], dry_run: bool) -> None:
    if dry_run:
        for outcome in outcomes:
            for quad in outcome.difference.removed:
                print_line(f"D {quad} .")
            for quad in outcome.difference.added:
                print_line(f"A {quad} .")
    for outcome in outcomes:
        report = outcome.report
        head = f"{report.title} ({report.source}): {report.outcome}"
        if report.outcome == "busy":
            print_line(f"{head}: {report.message}")
        elif report.outcome == _UNRECORDED:
            left = (_changed(outcome, dry_run),) if len(outcomes) == 1 else ()
            print_entry(f"{report.title} ({report.source}): not recorded in this mirror", report.message, *left)
        else:
            message = "; ".join(filter(None, (report.message, _lost(report))))
            told = (message, _counts(report), _changed(outcome, dry_run), *_reasons(outcome.causes))
            print_entry(head, *told)
    if len(outcomes) > 1:
        lacking = sum(outcome.report.outcome == _UNRECORDED for outcome in outcomes)
        without = f" ({lacking} not recorded in this mirror)" if lacking else ""
        print_line(f"{len(outcomes)} sources{without}: {_counts(*(outcome.report for outcome in outcomes))}")
    if any(outcome.report.dead for outcome in outcomes) and not dry_run:
        print_line("Some records could not be taken: `leap-kg dead-letters` lists them with their reasons.")


def _lost(report: RunReport) -> str:
    """That nothing of what a source lists could be taken: its listing was complete, so the outcome does not tell."""
    none = 0 < report.dead == report.seen and report.outcome in READ
    return "no record could be taken: all that it lists are dead" if none else ""


def _counts(*reports: RunReport) -> str:
    """What became of all records of the runs."""
    seen, published, unchanged, dead, tombstoned = (
        sum(getattr(report, name) for report in reports)
        for name in ("seen", "published", "unchanged", "dead", "tombstoned")
    )
    return f"{seen} seen = {published} published + {unchanged} unchanged + {dead} dead + {tombstoned} tombstoned"


def _changed(outcome: Outcome, dry_run: bool) -> str:
    """What the run did to the graph: to the server's if there is one, else to the one here."""
    if outcome.sent is not None:
        sent = outcome.sent
        return f"{sent.added} triples added, {sent.removed} removed at {sent.address}, now at revision {sent.revision}"
    difference = outcome.difference
    ending = "" if dry_run else f"; the graph is at revision {outcome.report.revision}"
    return (
        f"{len(difference.added)} triples {'would be ' if dry_run else ''}added, {len(difference.removed)} removed"
        + ending
    )


def _reasons(causes: Sequence[Cause]) -> Iterator[str]:
    """A line for each of the most frequent reasons why records could not be taken."""
    often = sorted(causes, key=lambda cause: -len(cause.letters))
    for cause in often[:_REASONS]:
        example = f", as {cause.example.key}" if len(cause.letters) > 1 else ""
        yield f"dead: {cause.head}: {cause.reason}{example}"
    if len(often) > _REASONS:
        yield f"dead: {sum(len(cause.letters) for cause in often[_REASONS:])} more for other reasons"
