"""One query worker as the server sees it: a child process, its pipes and its end.

Hazards: a child that is not waited for is a zombie, a pipe that is not closed leaks; and a reply that was not read
to its end would be taken for the next one. So a `Process` that failed or was interrupted is only ever `bury`ed.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leap_kg.sparql import frames
from leap_kg.sparql.query import QueryFailed

STARTUP_SECONDS = 30.0
READ_AHEAD = 2**20
# What a worker needs to find Python and the engine, and nothing that a query could be made to tell.
_INHERITED = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ")


def command(snapshot: Path, memory: int) -> list[str]:
    """How a worker is started."""
    return [sys.executable, "-P", "-m", "leap_kg.sparql.worker", str(snapshot), str(memory)]


def environment() -> dict[str, str]:
    """The environment of a worker."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    # Each further arena of glibc reserves 64 MiB of the address space that a worker may use, mostly for nothing.
    return {**inherited, "MALLOC_ARENA_MAX": "2"}


class WorkerDied(Exception):
    """The process ended before it answered."""


class Process:
    """A worker on one snapshot; `ready` before the first `ask`, one `ask` at a time, `bury` at the end."""

    def __init__(self, child: asyncio.subprocess.Process, snapshot: Path) -> None:
        self._child = child
        self.is_ready = False
        self.snapshot = snapshot

    @classmethod
    async def start(cls, snapshot: Path, memory: int) -> "Process":
        """Start a worker with `memory` bytes of address space; returns before it is ready."""
        child = await asyncio.create_subprocess_exec(
            *command(snapshot, memory),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment(),
            limit=READ_AHEAD,
        )
        return cls(child, snapshot)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked, as far as is known."""
        stdout = self._child.stdout
        return self._child.returncode is None and stdout is not None and not stdout.at_eof()

    async def ready(self) -> None:
        """Wait until the snapshot is open; raises `QueryFailed` (503) if it cannot be."""
        if self.is_ready:
            return
        try:
            async with asyncio.timeout(STARTUP_SECONDS):
                header, _ = await self._receive()
        except TimeoutError:
            raise QueryFailed(503, f"no query worker was ready within {STARTUP_SECONDS:g} s") from None
        except WorkerDied:
            raise QueryFailed(503, f"no query worker could start on {self.snapshot}; see the log") from None
        if header["status"] != 200:
            raise QueryFailed(header["status"], header["reason"])
        self.is_ready = True

    async def ask(self, header: Mapping[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        """Header and body of the reply; raises `WorkerDied`."""
        stdin = self._child.stdin
        if stdin is None:
            raise WorkerDied
        stdin.write(frames.head(header, len(body)) + body)
        try:
            await stdin.drain()
        except ConnectionError:
            raise WorkerDied from None
        return await self._receive()

    async def _receive(self) -> tuple[dict[str, Any], bytes]:
        stdout = self._child.stdout
        if stdout is None:
            raise WorkerDied
        try:
            lengths = await stdout.readexactly(frames.LENGTHS.size)
            header_size, body_size = frames.LENGTHS.unpack(lengths)
            header = await stdout.readexactly(header_size)
            return frames.decode(header), await stdout.readexactly(body_size)
        except asyncio.IncompleteReadError:
            raise WorkerDied from None

    def kill(self) -> None:
        """Stop it now, whatever it does."""
        if self._child.returncode is None:
            # Not `child.kill()`, which polls first and so can take the exit status away from asyncio's watcher.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._child.pid, signal.SIGKILL)

    async def bury(self) -> None:
        """Kill it, close its pipes and wait for its end."""
        self.kill()
        if self._child.stdin is not None:
            self._child.stdin.close()
            with contextlib.suppress(ConnectionError):
                await self._child.stdin.wait_closed()
        if self._child.stdout is not None:
            while await self._child.stdout.read(READ_AHEAD):
                pass
        await self._child.wait()
