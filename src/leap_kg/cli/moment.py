"""`--at`: the graph as it was, for commands that read it."""

from bisect import bisect_right
from typing import Annotated

import typer

from leap_kg.cli import context
from leap_kg.cli.output import NOT_FOUND, fail
from leap_kg.graph.history.past import States
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.snapshot import Snapshot
from leap_kg.settings import Settings
from leap_kg.web.history.instants import read_moment

At = Annotated[
    str | None,
    typer.Option("--at", metavar="WHEN", help="The graph as it was then: a revision, a date (its end, UTC), a time."),
]


def snapshot_at(chosen: Settings, at: str | None) -> Snapshot:
    """The newest snapshot, or the state at the moment that a person gave; ends the command if there is none."""
    newest = context.snapshot(chosen)
    if at is None:
        return newest
    home = Home(chosen.home)
    try:
        return States(home, chosen.base).open(_revision(PatchLog(home.log), at))
    except HomeError as error:
        fail(str(error))


def _revision(log: PatchLog, at: str) -> int:
    try:
        moment = read_moment(at)
    except ValueError as error:
        fail(f"--at: {error}", status=2)
    last = log.last()
    if isinstance(moment, int):
        if not 1 <= moment <= last:
            fail(f"there is no revision {moment}; the graph has revisions 1 to {last}", NOT_FOUND)
        return moment
    found = bisect_right(range(1, last + 1), moment, key=lambda number: log.header(number).at)
    if not found:
        begin = log.header(1).at
        fail(f"the graph begins at {begin:%Y-%m-%d %H:%M:%S} UTC with revision 1; there is nothing before", NOT_FOUND)
    return found
