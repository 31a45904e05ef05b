"""What one web process holds: settings, snapshots, search, queries, templates and the pool of query processes.

A request asks for the current revision once and works with it to its end, so that it never mixes two: the
object stays alive for as long as a request holds it, also when a newer one has taken its place.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from leap_kg import __version__
from leap_kg.graph.home import Home
from leap_kg.graph.index.search import SearchIndex
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.remote.snapshot import served
from leap_kg.graph.snapshot import Snapshot
from leap_kg.ontology.iri import digest
from leap_kg.resources import declarations
from leap_kg.settings import Settings
from leap_kg.sparql.catalogue import load
from leap_kg.sparql.pool import Pool
from leap_kg.sparql.query import QueryFailed
from leap_kg.web.assets import Assets
from leap_kg.web.data.reading import DataReading
from leap_kg.web.freshness import Freshness
from leap_kg.web.history.pagestore import PageStore
from leap_kg.web.history.past import Past
from leap_kg.web.history.patchscan import Gate
from leap_kg.web.history.watchers import Watchers
from leap_kg.web.nodes.parts import Parts
from leap_kg.web.operations.metrics import Metrics
from leap_kg.web.revision import Revision
from leap_kg.web.sparql.asking import Asking
from leap_kg.web.sparql.statistics import Counting
from leap_kg.web.templates import Templates
from leap_kg.web.writing.access import Authorisation
from leap_kg.web.writing.publishing import WAITING, Publishing
from leap_kg.web.writing.waiting import Waiting

if TYPE_CHECKING:
    from leap_kg.web.sparql.questions import Questions

_LOOK_SECONDS = 0.1
_WORKED_OUT = 16
"""Updates that are worked out, or wait for a query process, at a time."""


class NoRevision(Exception):
    """Nothing was ever published in this home."""


class Site:
    """The state of one web process; `build` stands for everything of the program that pages depend on."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.home = Home.of(settings)
        self.log = PatchLog(self.home.log)
        self.queries = load(declarations() / "sparql", settings.base)
        self.assets = Assets(declarations() / "web" / "dist")
        self.templates = Templates(declarations() / "web" / "templates", self.assets, settings.name)
        shown = (settings.name, *settings.data_places, settings.path)
        self.build = digest(__version__, self.templates.digest, self.assets.stamp, *shown)
        self.authorisation = Authorisation(self.home)
        self.metrics = Metrics()
        self.publishing = Publishing(settings, count=self.metrics.publication)
        # Fewer than may wait for the query processes, which refuse all others.
        self.working_out = Waiting(_WORKED_OUT, WAITING, settings.write_seconds)
        self._snapshots = served(self.home)
        self._revision: Revision | None = None
        self._pinned: Revision | None = None
        self.patch_gate = Gate()
        self.freshness = Freshness(self.home)
        self._opening = Lock()
        self._asking: Asking | None = None
        self._warmed = 0
        self._warming: set[asyncio.Task[None]] = set()
        self._following: asyncio.Task[None] | None = None

    def revision(self) -> Revision:
        """The newest revision; raises `NoRevision` before the first."""
        number, held = self._snapshots.newest(), self._revision
        if held is not None and held.number == number:
            return held
        with self._opening:
            snapshot = self._snapshots.current()
            if snapshot is None:
                raise NoRevision
            if self._revision is None or self._revision.number != snapshot.revision:
                self._revision = Revision(snapshot, self.settings.base, self.queries, self._parts_of)
            return self._revision

    @cached_property
    def history(self) -> Past:
        """What the home knows of its past."""
        return Past(self.home, self.settings.base, self.log, self._fixed)

    @cached_property
    def watchers(self) -> Watchers:
        """Those who wait for new revisions."""
        return Watchers(self.history.timeline, lambda: self.revision().number, self.settings.watchers)

    def past(self, number: int) -> Revision:
        """A revision that was asked for by its number, from 1 to the newest; may take seconds, and raise `Busy`."""
        newest = self.revision()
        if number != newest.number:
            return self.history.revision(number)
        if self._pinned is None or self._pinned.number != number:
            self._pinned = newest.fixed_at(self.history.committed(number))
        return self._pinned

    @cached_property
    def event_pages(self) -> PageStore:
        """Finished pages of the event stream."""
        return PageStore(self.home.path / "ldes")

    @cached_property
    def _parts(self) -> Parts:
        return Parts(self.log, self.history.timeline)

    def _parts_of(self, iri: str, revision: int) -> list[str]:
        newest = self.revision()
        return self._parts.of(iri, revision, newest.number, newest.subjects_with_fragment)

    def _fixed(self, snapshot: Snapshot, moment: datetime) -> Revision:
        return Revision(snapshot, self.settings.base, self.queries, self._parts_of).fixed_at(moment)

    @contextmanager
    def search(self) -> Iterator[SearchIndex]:
        """The search index, for one request."""
        if not self.home.index.is_file():
            raise NoRevision
        index = SearchIndex(self.home.index)
        try:
            yield index
        finally:
            index.close()

    async def start(self) -> None:
        """Make the pool of query processes, on the newest snapshot if there is one."""
        self._asking = Asking(self.settings, self.build)
        self.warm()
        self._following = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        """Open each new revision, for pages and in the query processes, before somebody asks for it."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if self.questions.states.newest_known is None:
                with suppress(NoRevision, OSError):
                    await self.questions.states.newest()
                    self.warm()

    def warm(self) -> None:
        """Have query processes ready on the newest snapshot; returns at once."""
        try:
            revision = self.revision()
        except NoRevision:
            return
        if revision.number != self._warmed:
            self._warmed = revision.number
            task = asyncio.create_task(self._warm(revision.reading.snapshot.directory))
            self._warming.add(task)
            task.add_done_callback(self._warming.discard)

    async def _warm(self, directory: Path) -> None:
        with suppress(QueryFailed):  # the first query then says what is wrong
            await self.pool.warm(directory)

    @property
    def pool(self) -> Pool:
        """The pool of query processes; there is one while the app runs."""
        return self.asking.pool

    @property
    def asking(self) -> Asking:
        """The way of a query to its answer; there is one while the app runs."""
        if self._asking is None:
            raise RuntimeError("the app was not started: run it with its lifespan")
        return self._asking

    @cached_property
    def data(self) -> DataReading:
        """The way of a request for data to its file."""
        return DataReading(self.settings)

    @cached_property
    def counting(self) -> Counting:
        """How much each revision says."""
        return Counting(self.asking)

    @cached_property
    def questions(self) -> "Questions":
        """What visitors ask."""
        from leap_kg.web.sparql.questions import Questions

        return Questions(self)

    async def stop(self) -> None:
        """Finish what waits to be written, then end the processes that answer."""
        await self.publishing.stop()
        if "data" in self.__dict__:
            await self.data.close()
        ending = [*self._warming, *([self._following] if self._following else [])]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        if self._asking is not None:
            await self._asking.pool.close()
