"""The pool of query workers: warm, bounded and killable.

Hazards: pyoxigraph can neither be timed out nor cancelled, so a query that is too slow, or whose client has gone,
costs its worker: it is killed and replaced. The old process is waited for before the new one starts, so that no
more than `workers` times `memory` is in use. A new snapshot is opened by one worker after the other while the rest
serve, and by a busy one as soon as it is free.
"""

import asyncio
import contextlib
import math
import signal
import time
from collections.abc import Callable, Coroutine, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from leap_kg.sparql import frames
from leap_kg.sparql.process import Process, Reply, WorkerDied
from leap_kg.sparql.query import Answer, Query, QueryFailed
from leap_kg.sparql.search import Search
from leap_kg.sparql.turns import TooManyWaiting, Turns, TurnsClosed
from leap_kg.sparql.worker import LEAST_MEMORY

MOST_ROWS = 1_000_000
_OWN = ""
_OPENED = MappingProxyType({"status": 200})
_PREFIXED = frozenset({"ttl", "rdf"})
# How a worker ends that another program stopped, or the system for want of memory.
_FROM_OUTSIDE = frozenset({-signal.SIGKILL, -signal.SIGTERM})


class Pool:
    """Runs queries, at most `workers` at a time, each in a process of its own for as long as it runs.

    `seconds` bounds the time of one query once a worker has it, `memory` the address space of a worker in bytes,
    `max_bytes` and `max_rows` the size of one result, `waiting` the number of queries that may wait for a worker, of
    one client at most half. One client never has the last worker if there are several: `share` is what it can have.
    `spent` is told the client and the seconds of each query that a worker had, however it ended. Used from one event
    loop, and closed at the end.
    """

    def __init__(
        self,
        workers: int,
        seconds: float,
        memory: int,
        max_bytes: int,
        *,
        max_rows: int = MOST_ROWS,
        waiting: int = 64,
        spent: Callable[[str, float], None] | None = None,
    ) -> None:
        if memory < LEAST_MEMORY:
            raise ValueError(f"a query worker needs at least {LEAST_MEMORY} bytes of memory, not {memory}")
        self._workers = workers
        self._seconds = seconds
        self._memory = memory
        self._max_bytes = max_bytes
        self._max_rows = max_rows
        self._spent = spent
        self._turns = Turns(workers, max(1, workers - 1), waiting, max(1, waiting // 2))
        self._idle: list[Process] = []
        self._busy: set[Process] = set()
        self._starting = 0
        self._newest: str | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self._killed = 0

    @property
    def busy(self) -> int:
        """How many workers are at work."""
        return len(self._busy)

    @property
    def waiting(self) -> int:
        """How many queries wait for a worker."""
        return self._turns.waiting

    @property
    def killed(self) -> int:
        """How many workers were ended because of a query, or of a client that left."""
        return self._killed

    async def run(self, snapshot: Path, query: Query, client: str = "anyone") -> Answer:
        """The answer of `query` on the snapshot in the directory `snapshot`; raises `QueryFailed`.

        Cancelling the task that waits here stops the query and frees its place.
        """
        header = _header(
            str(snapshot),
            query.format.name,
            query.own_dataset,
            query.default_graphs,
            query.named_graphs,
            tuple(query.prefixes.items()) if query.format.name in _PREFIXED else (),
            query.truncate,
            query.searches,
            query.index,
            query.base,
            self._max_bytes,
            self._max_rows,
        )
        seconds = min(self._seconds, query.seconds)
        reply, body, elapsed = await self._asked(str(snapshot), header, query.text.encode(), seconds, client)
        return Answer(body, query.format, elapsed, reply.get("rows"))

    async def update(
        self, snapshot: Path, text: str, options: dict[str, Any], *, seconds: float, client: str = "anyone"
    ) -> bytes:
        """What the update `text` would change in this snapshot, as `leap_kg.sparql.update` writes it down.

        `options` are the fields of its `UpdateOptions`, as JSON has them. Raises `QueryFailed` as `run` does.
        """
        header = frames.encode({"task": "update", "snapshot": str(snapshot), "options": options})
        _, body, _ = await self._asked(str(snapshot), header, text.encode(), seconds, client)
        return body

    async def warm(self, snapshot: Path) -> None:
        """Have workers ready on this snapshot, from now on the newest; raises `QueryFailed`.

        Queries go on while this runs, on any snapshot. The newest stays what it was if this one cannot be opened.
        """
        before, self._newest = self._newest, str(snapshot)
        while self._newest == str(snapshot) and self._has_cold():
            await self._enter(_OWN)
            process, sound = None, False
            try:
                process = self._pick(None) or await self._launch()
                header = await self._open(process, str(snapshot))
                sound = True
                if header["status"] != 200:
                    self._newest = before
                    raise QueryFailed(header["status"], header["reason"], retry_after=1)
            finally:
                self._leave(process, _OWN, sound=sound)

    def _has_cold(self) -> bool:
        """Whether a worker that is idle, or could be started, has yet to open the newest snapshot."""
        return self._number < self._workers or any(self._newest not in process.opened for process in self._idle)

    async def close(self) -> None:
        """Stop all workers, also in the middle of a query, and wait for their end; once is enough."""
        if self._closed:
            return
        self._closed = True
        self._turns.close()
        for process in self._busy:
            process.kill()
        for process in self._idle:
            self._background(process.bury())
        self._idle.clear()
        await self._turns.empty()
        await asyncio.gather(*self._tasks)

    async def _asked(
        self, snapshot: str, header: bytes, body: bytes, seconds: float, client: str
    ) -> tuple[Mapping[str, Any], bytes, float]:
        """Reply and seconds of one request, by a worker that has the snapshot open."""
        await self._enter(client)
        process, sound, elapsed = None, False, 0.0
        try:
            process = self._pick(snapshot) or await self._launch()
            reply: Mapping[str, Any] = await self._open(process, snapshot)
            content = b""
            if reply["status"] == 200:
                began = time.perf_counter()
                try:
                    reply, content = await self._ask(process, header, body, seconds)
                finally:
                    elapsed = time.perf_counter() - began
                    if self._spent is not None:
                        self._spent(client, elapsed)
            sound = not reply.get("grown", False)
        finally:
            self._leave(process, client, sound=sound)
        if reply["status"] != 200:
            raise QueryFailed(reply["status"], reply["reason"], by_query=reply["status"] != 503)
        return reply, content, elapsed

    async def _enter(self, client: str) -> None:
        """Wait for one of the places."""
        try:
            await self._turns.enter(client)
        except TooManyWaiting:
            wait = math.ceil(self._seconds)
            raise QueryFailed(503, "too many queries are waiting; try again later", retry_after=wait) from None
        except TurnsClosed:
            raise _stopping() from None

    def _pick(self, snapshot: str | None) -> Process | None:
        """An idle worker: for a query one that has its snapshot open if there is one, else one to be warmed."""
        while self._idle:
            wanted = [p for p in self._idle if (snapshot or self._newest) in p.opened]
            if snapshot is None:
                wanted = [p for p in self._idle if p not in wanted]
                if not wanted:
                    return None if self._number < self._workers else self._take(self._idle[0])
            process = self._take(wanted[-1] if wanted else self._idle[0])
            if process.is_alive:
                return process
            self._busy.discard(process)
            self._background(process.bury())
        return None

    def _take(self, process: Process) -> Process:
        self._idle.remove(process)
        self._busy.add(process)
        return process

    async def _launch(self) -> Process:
        """A new worker."""
        try:
            process = await self._start()
        except OSError as error:
            raise QueryFailed(503, f"no query worker could be started: {error}", retry_after=1) from None
        if self._closed:
            process.kill()
        return process

    async def _start(self) -> Process:
        self._starting += 1
        try:
            process = await Process.start(self._memory)
        finally:
            self._starting -= 1
        self._busy.add(process)
        return process

    @property
    def _number(self) -> int:
        """How many workers there are or will be in a moment."""
        return len(self._idle) + len(self._busy) + self._starting

    async def _open(self, process: Process, snapshot: str) -> Mapping[str, Any]:
        """The header of its reply when asked to open the snapshot, if it has not; raises `QueryFailed`."""
        if snapshot in process.opened:
            return _OPENED
        try:
            await process.ready()
            return await process.open(snapshot)
        except WorkerDied:
            if self._closed:
                raise _stopping() from None
            raise QueryFailed(503, f"no query worker could open {snapshot}; see the log", retry_after=1) from None
        except QueryFailed:
            if self._closed:
                raise _stopping() from None
            raise

    async def _ask(self, process: Process, header: bytes, body: bytes, seconds: float) -> Reply:
        try:
            return await process.ask(header, body, seconds)
        except TimeoutError:
            raise QueryFailed(
                503,
                f"the query took longer than {seconds:g} s; add LIMIT or make its patterns more selective",
                by_query=True,
            ) from None
        except WorkerDied:
            if self._closed:
                raise _stopping() from None
            if await process.ended() in _FROM_OUTSIDE:
                raise QueryFailed(503, "the query's worker was ended by the system; ask again", retry_after=1) from None
            mebibytes = self._memory // 2**20
            raise QueryFailed(
                503,
                f"the query needed more memory than {mebibytes} MiB; add LIMIT or make it match less",
                by_query=True,
            ) from None

    def _leave(self, process: Process | None, client: str, *, sound: bool) -> None:
        """Give the place back: at once with a worker that is fit, else when it is, or is replaced."""
        if process is None:
            self._turns.leave(client)
        elif not sound or self._closed:
            self._killed += 1
            process.kill()
            self._background(self._replace(process, client))
        elif self._newest is None or self._newest in process.opened:
            self._rest(process, client)
        else:
            self._background(self._renew(process, self._newest, client))

    def _rest(self, process: Process, client: str) -> None:
        self._busy.discard(process)
        self._idle.append(process)
        self._turns.leave(client)

    async def _renew(self, process: Process, newest: str, client: str) -> None:
        """Have a worker that became free open the newest snapshot; if it cannot, its next query says why."""
        try:
            await process.open(newest)
        except (WorkerDied, QueryFailed):
            process.kill()
        if self._closed or not process.is_alive:
            await self._replace(process, client)
        else:
            self._rest(process, client)

    async def _replace(self, process: Process, client: str) -> None:
        try:
            await process.bury()
            self._busy.discard(process)
            if process.is_ready and not self._closed:
                with contextlib.suppress(OSError):  # no process to be had now: the next query tries again
                    await self._settle(await self._start())
        finally:
            self._turns.leave(client)

    async def _settle(self, process: Process) -> None:
        """Make a new worker ready and idle, on the newest snapshot."""
        try:
            await process.ready()
            if self._newest is not None:
                await process.open(self._newest)
        except (WorkerDied, QueryFailed):
            process.kill()
        self._busy.discard(process)
        if self._closed or not process.is_alive:
            await process.bury()
        else:
            self._idle.append(process)

    def _background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


@lru_cache(maxsize=1024)
def _header(
    snapshot: str,
    name: str,
    own_dataset: bool,
    default_graphs: tuple[str, ...],
    named_graphs: tuple[str, ...],
    prefixes: tuple[tuple[str, str], ...],
    truncate: bool,
    searches: tuple[Search, ...],
    index: str,
    base: str,
    max_bytes: int,
    max_rows: int,
) -> bytes:
    """What a worker is told beside the text; the same for most queries."""
    return frames.encode(
        {
            "task": "query",
            "snapshot": snapshot,
            "format": name,
            "own_dataset": own_dataset,
            "default_graphs": default_graphs,
            "named_graphs": named_graphs,
            "prefixes": dict(prefixes),
            "truncate": truncate,
            "searches": searches,
            "index": index,
            "base": base,
            "max_bytes": max_bytes,
            "max_rows": max_rows,
        }
    )


def _stopping() -> QueryFailed:
    return QueryFailed(503, "the server is stopping; try again later", retry_after=1)
