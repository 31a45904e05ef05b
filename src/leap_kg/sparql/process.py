"""One query worker as the server sees it: a child process, its socket and its end.

Hazards: a child that is not waited for is a zombie, a socket that is not closed leaks; and a reply that was not read
to its end would be taken for the next one. So a `Process` that failed or was interrupted is only ever `bury`ed.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from typing import Any

from leap_kg.sparql import frames
from leap_kg.sparql.query import QueryFailed

STARTUP_SECONDS = 30.0
# What a worker needs to find Python and the engine, and nothing that a query could be made to tell.
_INHERITED = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ")
# And to reach the server that answers for the graph, if one does.
_REMOTE = ("LEAP_KG_STORE", "LEAP_KG_STORE_UPDATE", "LEAP_KG_STORE_USER", "LEAP_KG_STORE_PASSWORD")

Reply = tuple[dict[str, Any], bytes]


def command(memory: int) -> list[str]:
    """How a worker is started."""
    return [sys.executable, "-P", "-m", "leap_kg.sparql.worker", str(memory)]


def environment() -> dict[str, str]:
    """The environment of a worker."""
    inherited = {name: os.environ[name] for name in (*_INHERITED, *_REMOTE) if name in os.environ}
    # Each further arena of glibc reserves 64 MiB of the address space that a worker may use, mostly for nothing.
    return {**inherited, "MALLOC_ARENA_MAX": "2"}


class WorkerDied(Exception):
    """The process ended before it answered."""


class _Wire(asyncio.Protocol):
    """Our end of the socket: puts frames together."""

    def __init__(self) -> None:
        self._due: asyncio.Future[Reply] | None = None
        self._parts: list[bytes] = []
        self._size = 0
        self._whole = frames.LENGTHS.size
        self._loop = asyncio.get_running_loop()
        self.closed = self._loop.create_future()

    def expect(self) -> "asyncio.Future[Reply]":
        """The next frame, if it has not come yet."""
        self._due = self._loop.create_future()
        if self.closed.done():
            self._due.set_exception(WorkerDied())
        return self._due

    def data_received(self, data: bytes) -> None:
        self._parts.append(data)
        self._size += len(data)
        if self._size < self._whole:
            return
        buffer = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        first, second = frames.LENGTHS.unpack_from(buffer)
        start = frames.LENGTHS.size
        self._whole = start + first + second
        if self._size < self._whole:
            self._parts = [buffer]
            return
        self._parts, self._size, self._whole = [], 0, frames.LENGTHS.size
        if self._due is not None and not self._due.done():
            self._due.set_result((frames.decode(buffer[start : start + first]), buffer[start + first :]))

    def connection_lost(self, _: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)
        if self._due is not None and not self._due.done():
            self._due.set_exception(WorkerDied())


class Process:
    """A worker; `ready` before the first `ask`, one `ask` at a time, `bury` at the end.

    `opened` are the directories of the snapshots it has open, as far as is known.
    """

    def __init__(
        self, child: asyncio.subprocess.Process, transport: asyncio.Transport, wire: _Wire, hello: asyncio.Future[Reply]
    ) -> None:
        self._child = child
        self._transport = transport
        self._wire = wire
        self._hello = hello
        self.is_ready = False
        self.opened: frozenset[str] = frozenset()

    @classmethod
    async def start(cls, memory: int) -> "Process":
        """Start a worker with `memory` bytes of address space; returns before it is ready."""
        ours, theirs = socket.socketpair()
        with theirs:
            transport, wire = await asyncio.get_running_loop().create_unix_connection(_Wire, sock=ours)
            # Before the child is there: on a busy machine it may speak before its start is told here.
            hello = wire.expect()
            starting = asyncio.ensure_future(
                asyncio.create_subprocess_exec(
                    *command(memory), stdin=theirs.fileno(), stdout=asyncio.subprocess.DEVNULL, env=environment()
                )
            )
            try:
                child = await asyncio.shield(starting)
            except BaseException:
                hello.cancel()
                transport.abort()
                # A start that was cancelled goes on; without its socket the child leaves at once.
                with contextlib.suppress(OSError):
                    await (await starting).wait()
                raise
        return cls(child, transport, wire, hello)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked, as far as is known."""
        return self._child.returncode is None and not self._wire.closed.done()

    async def ready(self) -> None:
        """Wait until it takes requests; raises `QueryFailed` (503) if it does not."""
        if self.is_ready:
            return
        try:
            async with asyncio.timeout(STARTUP_SECONDS):
                await asyncio.shield(self._hello)
        except TimeoutError:
            raise QueryFailed(503, f"no query worker was ready within {STARTUP_SECONDS:g} s") from None
        except WorkerDied:
            raise QueryFailed(503, "no query worker could start; see the log", retry_after=1) from None
        self.is_ready = True

    async def open(self, snapshot: str) -> dict[str, Any]:
        """Have it open the snapshot in this directory; the header of its reply. Raises as `ready` and `ask` do."""
        try:
            header, _ = await self.ask(frames.encode({"task": "open", "snapshot": snapshot}), b"", STARTUP_SECONDS)
        except TimeoutError:
            raise QueryFailed(503, f"{snapshot} was not open within {STARTUP_SECONDS:g} s", retry_after=1) from None
        if header["status"] == 200:
            self.opened = frozenset(header["open"])
        return header

    async def ask(self, header: bytes, body: bytes, seconds: float) -> Reply:
        """Header and body of the reply; raises `WorkerDied`, and `TimeoutError` after so many seconds."""
        due = self._wire.expect()
        self._transport.write(frames.frame(header, body))
        timer = asyncio.get_running_loop().call_later(seconds, _expire, due)
        try:
            return await due
        finally:
            timer.cancel()

    def kill(self) -> None:
        """Stop it now, whatever it does."""
        if self._child.returncode is None:
            # Not `child.kill()`, which polls first and so can take the exit status away from asyncio's watcher.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._child.pid, signal.SIGKILL)

    async def ended(self) -> int:
        """Wait for its end; its status, negative for a signal."""
        return await self._child.wait()

    async def bury(self) -> None:
        """Kill it, close its socket and wait for its end."""
        self.kill()
        self._transport.abort()
        await self._child.wait()
        await self._wire.closed
        if not self._hello.done():
            self._hello.cancel()
        elif not self._hello.cancelled():
            self._hello.exception()  # it is known: nobody needs to be told that it was not asked for


def _expire(due: "asyncio.Future[Reply]") -> None:
    if not due.done():
        due.set_exception(TimeoutError())
