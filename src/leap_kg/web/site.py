"""What one web process holds: settings, snapshots, search, queries, templates and the pool of query processes.

A request asks for the current revision once and works with it to its end, so that it never mixes two: the
object stays alive for as long as a request holds it, also when a newer one has taken its place.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from leap_kg import __version__
from leap_kg.graph.home import Home
from leap_kg.graph.patch import PatchLog
from leap_kg.graph.search import SearchIndex
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ontology.iri import digest
from leap_kg.resources import declarations
from leap_kg.settings import Settings
from leap_kg.sparql.catalogue import load
from leap_kg.sparql.pool import Pool
from leap_kg.web.assets import Assets
from leap_kg.web.revision import Revision
from leap_kg.web.templates import Templates


class NoRevision(Exception):
    """Nothing was ever published in this home."""


class Site:
    """The state of one web process; `build` stands for everything of the program that pages depend on."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.home = Home(settings.home)
        self.log = PatchLog(self.home.log)
        self.queries = load(declarations() / "sparql", settings.base)
        self.assets = Assets(declarations() / "web" / "dist")
        self.templates = Templates(declarations() / "web" / "templates", self.assets, settings.name)
        self.build = digest(__version__, settings.name, self.templates.digest, self.assets.stamp)
        self._snapshots = Snapshots(self.home)
        self._revision: Revision | None = None
        self._opening = Lock()
        self._pool: Pool | None = None
        self._warmed = 0
        self._warming: set[asyncio.Task[None]] = set()

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
                self._revision = Revision(snapshot, self.settings.base, self.queries)
            return self._revision

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
        settings = self.settings
        self._pool = Pool(settings.workers, settings.query_seconds, settings.query_memory, settings.query_bytes)
        self.warm()

    def warm(self) -> None:
        """Have query processes ready on the newest snapshot; returns at once."""
        try:
            revision = self.revision()
        except NoRevision:
            return
        if revision.number != self._warmed:
            self._warmed = revision.number
            task = asyncio.create_task(self.pool.warm(revision.reading.snapshot.directory))
            self._warming.add(task)
            task.add_done_callback(self._warming.discard)

    @property
    def pool(self) -> Pool:
        """The pool of query processes; there is one while the app runs."""
        if self._pool is None:
            raise RuntimeError("the app was not started: run it with its lifespan")
        return self._pool

    async def stop(self) -> None:
        """End the query processes."""
        for task in list(self._warming):
            task.cancel()
        await asyncio.gather(*self._warming, return_exceptions=True)
        if self._pool is not None:
            await self._pool.close()
