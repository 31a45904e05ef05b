"""Tells watchers of new revisions: one look at the home for all watchers of a process, twice a second at most.

A watcher is told each revision once, in order. One that has fallen too far behind is told to list everything again
instead, as Kubernetes does with `resourceVersion`: what it must reach is the state of now, not every step.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool

from leap_kg.graph.history.timeline import Revised, Timeline
from leap_kg.web.history.following import Filter, revisions

LOOK_SECONDS = 0.5
HEARTBEAT_SECONDS = 15.0
KEPT = 1000
"""How many revisions behind a watcher may be and still be told each of them."""

_NAMED = 100


class Full(Exception):
    """There are as many watchers as there may be."""

    retry_after = 10


@dataclass(frozen=True, slots=True)
class Event:
    """One event: `revision`, `relist`, `bookmark` or `""` for a sign of life; `revision` says where the watcher is."""

    kind: str
    revision: int
    data: dict[str, Any] | None = None


class Watchers:
    """The watchers of one process; `newest` gives the number of the newest revision that is served."""

    def __init__(self, timeline: Timeline, newest: Callable[[], int], most: int) -> None:
        self._timeline = timeline
        self._newest = newest
        self.most = most
        self._count = 0
        self._known = 0
        self._looking: asyncio.Task[None] | None = None
        self._moved = asyncio.Condition()

    @property
    def count(self) -> int:
        """How many there are."""
        return self._count

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place for one watcher; raises `Full` if there is none."""
        if self._count >= self.most:
            raise Full
        self._count += 1
        try:
            yield
        finally:
            self._count -= 1

    async def known(self) -> int:
        """The newest revision that watchers can be told of."""
        newest = await run_in_threadpool(self._look)
        async with self._moved:
            if newest != self._known:
                self._known = newest
                self._moved.notify_all()
        return newest

    async def events(self, since: int | None, filters: Sequence[Filter]) -> AsyncIterator[Event]:
        """What a watcher that knows revision `since` (`None`: the newest one) has to be told, for ever."""
        newest = await self.known()
        told = newest if since is None else since
        if told > newest or newest - told > KEPT:
            reason = "ahead" if told > newest else "gone"
            yield Event("relist", newest, {"revision": newest, "reason": reason})
            told = newest
        else:
            yield Event("bookmark", told, {"revision": told})
        marked = told
        while True:
            found = await run_in_threadpool(self._since, filters, told, newest)
            for revised in found:
                yield await run_in_threadpool(self._event, revised, filters)
                told = marked = revised.revision
            told = newest
            newest = await self._wait(told)
            if newest == told:
                yield Event("bookmark", told, {"revision": told}) if marked != told else Event("", told)
                marked = told
            elif newest < told or newest - told > KEPT:
                yield Event("relist", newest, {"revision": newest, "reason": "gone"})
                told = marked = newest

    async def _wait(self, told: int) -> int:
        """The newest revision, once there is another one than `told` or it is time for a sign of life."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._keep_looking())
        async with self._moved:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait_for(lambda: self._known != told), HEARTBEAT_SECONDS)
            return self._known

    async def _keep_looking(self) -> None:
        """Look for new revisions for as long as anybody watches."""
        while self._count:
            await self.known()
            await asyncio.sleep(LOOK_SECONDS)

    def _look(self) -> int:
        return min(self._newest(), self._timeline.last())

    def _since(self, filters: Sequence[Filter], told: int, newest: int) -> list[Revised]:
        found = revisions(self._timeline, filters, told, newest + 1, KEPT)
        return found[::-1]

    def _event(self, revised: Revised, filters: Sequence[Filter]) -> Event:
        number = revised.revision
        touched = {t.iri: t for one in filters for t in one.touched(self._timeline, number, _NAMED)}
        names = ("iri", "label", "kind", "how", "removed", "added")
        data = {
            **asdict(revised),
            "at": revised.at.isoformat(),
            "path": f"/changes/{number}",
            "total": self._timeline.touched_count(number),
            "touched": [{name: getattr(t, name) for name in names} for t in list(touched.values())[:_NAMED]],
        }
        return Event("revision", number, data)
