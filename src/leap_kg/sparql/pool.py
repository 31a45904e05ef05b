"""The pool of query workers: warm, bounded and killable.

Hazards: pyoxigraph can neither be timed out nor cancelled, so a query that is too slow, or whose client has gone,
costs its worker: it is killed and replaced. The old process is waited for before the new one starts, so that no
more than `workers` times `memory` is in use.
"""

import asyncio
import contextlib
import math
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from leap_kg.sparql.process import Process, WorkerDied
from leap_kg.sparql.query import Answer, Query, QueryFailed
from leap_kg.sparql.worker import LEAST_MEMORY


class Pool:
    """Runs queries, at most `workers` at a time, each in a process of its own for as long as it runs.

    `seconds` bounds the time of one query once a worker has it, `memory` the address space of a worker in bytes,
    `max_bytes` the size of one result, `waiting` the number of queries that may wait for a worker. Used from one
    event loop, and closed at the end.
    """

    def __init__(self, workers: int, seconds: float, memory: int, max_bytes: int, *, waiting: int = 32) -> None:
        if memory < LEAST_MEMORY:
            raise ValueError(f"a query worker needs at least {LEAST_MEMORY} bytes of memory, not {memory}")
        self._workers = workers
        self._seconds = seconds
        self._memory = memory
        self._max_bytes = max_bytes
        self._most_waiting = waiting
        self._waiting = 0
        self._held = 0
        self._places = asyncio.Semaphore(workers)
        self._idle: list[Process] = []
        self._busy: set[Process] = set()
        self._newest: Path | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def run(self, snapshot: Path, query: Query) -> Answer:
        """The whole answer of `query` on the snapshot in the directory `snapshot`; raises `QueryFailed`.

        Cancelling the task that waits here stops the query and frees its place.
        """
        if self._places.locked() and self._waiting >= self._most_waiting:
            wait = math.ceil(self._seconds)
            raise QueryFailed(503, "too many queries are waiting; try again later", retry_after=wait)
        await self._enter()
        process, sound = None, False
        try:
            process = self._pick(snapshot) or await self._launch(snapshot)
            started = time.perf_counter()
            header, body = await self._ask(process, query)
            elapsed = time.perf_counter() - started
            sound = not header.get("grown", False)
        finally:
            self._leave(process, sound=sound)
        if header["status"] != 200:
            raise QueryFailed(header["status"], header["reason"])
        return Answer(body, query.format, elapsed)

    async def warm(self, snapshot: Path) -> None:
        """Have idle workers on this snapshot, the newest, and drop those on others; raises `QueryFailed`.

        Queries go on while this runs, on either snapshot.
        """
        before, self._newest = self._newest, snapshot
        try:
            await self._fill(snapshot)
        except QueryFailed:
            self._newest = before
            raise

    async def _fill(self, snapshot: Path) -> None:
        for stale in [process for process in self._idle if process.snapshot != snapshot]:
            self._idle.remove(stale)
            self._background(stale.bury())
        for _ in range(self._workers - len(self._idle) - self._held):
            await self._enter()
            process, sound = None, False
            try:
                process = await self._launch(snapshot)
                await self._ready(process)
                sound = True
            finally:
                self._leave(process, sound=sound)

    async def close(self) -> None:
        """Stop all workers, also in the middle of a query, and wait for their end; once is enough."""
        if self._closed:
            return
        self._closed = True
        for process in self._busy:
            process.kill()
        for _ in range(self._workers):
            await self._places.acquire()
        for process in self._idle:
            self._background(process.bury())
        self._idle.clear()
        await asyncio.gather(*self._tasks)

    async def _enter(self) -> None:
        """Wait for one of the places."""
        if not self._closed:
            self._waiting += 1
            try:
                await self._places.acquire()
            finally:
                self._waiting -= 1
            if not self._closed:
                self._held += 1
                return
            self._places.release()
        raise _stopping()

    def _pick(self, snapshot: Path) -> Process | None:
        """An idle worker on this snapshot."""
        for process in [each for each in self._idle if each.snapshot == snapshot]:
            self._idle.remove(process)
            if process.is_alive:
                self._busy.add(process)
                return process
            self._background(process.bury())
        return None

    async def _launch(self, snapshot: Path) -> Process:
        """A new worker on this snapshot; idle ones make room for it."""
        while len(self._idle) + self._held > self._workers:
            await asyncio.shield(self._background(self._idle.pop(0).bury()))
        try:
            process = await Process.start(snapshot, self._memory)
        except OSError as error:
            raise QueryFailed(503, f"no query worker could be started: {error}", retry_after=1) from None
        self._busy.add(process)
        if self._closed:
            process.kill()
        return process

    async def _ask(self, process: Process, query: Query) -> tuple[dict[str, Any], bytes]:
        seconds = min(self._seconds, query.seconds)
        request = {
            "format": query.format.name,
            "max_bytes": self._max_bytes,
            "prefixes": dict(query.prefixes),
            "own_dataset": query.own_dataset,
            "default_graphs": query.default_graphs,
            "named_graphs": query.named_graphs,
        }
        try:
            await self._ready(process)
            async with asyncio.timeout(seconds):
                return await process.ask(request, query.text.encode())
        except TimeoutError:
            raise QueryFailed(
                503, f"the query took longer than {seconds:g} s; add LIMIT or make its patterns more selective"
            ) from None
        except WorkerDied:
            if self._closed:
                raise _stopping() from None
            mebibytes = self._memory // 2**20
            raise QueryFailed(
                503,
                f"the query needed more memory than {mebibytes} MiB; add LIMIT or make it match less",
            ) from None

    async def _ready(self, process: Process) -> None:
        try:
            await process.ready()
        except QueryFailed:
            if self._closed:
                raise _stopping() from None
            raise

    def _leave(self, process: Process | None, *, sound: bool) -> None:
        """Give the place back: at once with a sound worker, else when the worker is replaced."""
        if process is None:
            self._release()
        elif sound and not self._closed and process.snapshot == (self._newest or process.snapshot):
            self._busy.discard(process)
            self._idle.append(process)
            self._release()
        else:
            process.kill()
            self._background(self._replace(process))

    async def _replace(self, process: Process) -> None:
        try:
            await process.bury()
            self._busy.discard(process)
            if process.is_ready and not self._closed:
                with contextlib.suppress(OSError):  # no process to be had now: the next query tries again
                    self._idle.append(await Process.start(self._newest or process.snapshot, self._memory))
        finally:
            self._release()

    def _release(self) -> None:
        self._held -= 1
        self._places.release()

    def _background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _stopping() -> QueryFailed:
    return QueryFailed(503, "the server is stopping; try again later", retry_after=1)
