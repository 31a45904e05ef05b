"""Which state of the graph a query is put to: the newest, a past one, or the history of changes.

Hazard: finding the newest revision lists a folder, and opening one takes tens of milliseconds. The first is done only
when the folder has changed, the second never on the event loop.
"""

import os
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread

import structlog
from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import Scope

from leap_kg.graph.engine import Engine
from leap_kg.graph.history.changestore import ChangeStore
from leap_kg.graph.history.followed import History
from leap_kg.graph.home import HomeError
from leap_kg.sparql.query import QueryFailed
from leap_kg.web.history.moments import revision_asked
from leap_kg.web.revision import Revision
from leap_kg.web.site import Site

log = structlog.get_logger(__name__)

# The clock of a file system ticks more slowly than ours: what changed just now may change again unseen.
_TICK = 50_000_000


@dataclass(frozen=True, slots=True)
class State:
    """A snapshot to be queried; `fixed` is its moment if one was asked for, `name` is `changes` for the history."""

    snapshot: Path
    revision: int
    fixed: datetime | None = None
    name: str = ""


class States:
    """The states of one home."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._folder = site.home.snapshots
        self._changed = -1
        self._newest: State | None = None
        # Together, because a thread sets what the event loop reads.
        self._open: tuple[State, Engine] | None = None
        self._following: Thread | None = None

    @property
    def newest_known(self) -> State | None:
        """The newest state if nothing has changed since it was found, else `None`."""
        return self._newest if self._newest is not None and self._stamp() == self._changed else None

    def store_of(self, state: State) -> Engine | None:
        """The store of a state, open in this process, if it is the newest that is known."""
        held = self._open
        return held[1] if held is not None and held[0] is state else None

    async def newest(self) -> State:
        """The newest state; raises `NoRevision` before the first."""
        known = self.newest_known
        return known if known is not None else await run_in_threadpool(self._find)

    async def asked(self, scope: Scope, at: str | None) -> State:
        """The state that a request asks for; raises as `revision_asked` does."""
        if at is None and not any(name == b"accept-datetime" for name, _ in scope["headers"]):
            return await self.newest()
        return _state(await run_in_threadpool(revision_asked, Request(scope), self._site, at))

    async def changes(self) -> State:
        """The history of changes; raises `QueryFailed` (503) as long as there is none."""
        return await run_in_threadpool(self._history)

    def _find(self) -> State:
        stamp = self._stamp()
        revision = self._site.revision()
        found = _state(revision)
        self._open = found, revision.reading.snapshot.store
        self._newest, self._changed = found, stamp if time.time_ns() - stamp > _TICK else -1
        return found

    def _history(self) -> State:
        found = ChangeStore(self._site.home, self._site.settings.base).current()
        if found is None or found.revision < self._site.log.last():
            self._catch_up()
        if found is None:
            raise QueryFailed(503, "the history of changes is being made; try again later", retry_after=5)
        return State(found.directory, found.revision, name="changes")

    def _catch_up(self) -> None:
        """Begin to take into the history what large publications left out, unless that is under way."""
        if self._following is None or not self._following.is_alive():
            self._following = Thread(target=_follow, args=(self._site,), daemon=True)
            self._following.start()

    def _stamp(self) -> int:
        try:
            return os.stat(self._folder).st_mtime_ns  # noqa: PTH116 (this runs for every query)
        except FileNotFoundError:
            return -2


def _follow(site: Site) -> None:
    try:
        History(site.home, site.settings.base).catch_up(site.log)
    except (HomeError, OSError) as error:
        log.warning("the history of changes cannot be made", reason=str(error))


def _state(revision: Revision) -> State:
    return State(revision.reading.snapshot.directory, revision.number, revision.fixed)
