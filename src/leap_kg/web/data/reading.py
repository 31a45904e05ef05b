"""Starts the processes that read data, few at a time, and ends those that take too long or that nobody waits for.

The values come as a file in a folder of its own, so that nothing of them is ever in the memory of the web process; who
asks for the file deletes it. Most of what a process takes is to load the libraries, so after a request the next process
is started and waits, for a while, for another.
"""

import asyncio
import contextlib
import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leap_kg.settings import Settings
from leap_kg.web.data.asked import Wish

AT_ONCE = 2
_WAITING = 8
_IDLE_SECONDS = 300.0
_INHERITED = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")
# Each thread of a library for matrices, and each arena of glibc, reserves address space, of which there is a limit.
_FEW_THREADS = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_LEAST_MEMORY = 2 * 2**30
_COMMAND = [sys.executable, "-P", "-m", "leap_kg.web.data.worker"]


class NotRead(Exception):
    """The data were not read: an HTTP status, the reason, and the parameters of a smaller wish, if there is one."""

    def __init__(self, status: int, reason: str, example: dict[str, str] | None = None) -> None:
        self.status = status
        self.reason = reason
        self.example = example or {}
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Job:
    """What to read: from the store `uri` (S3 `endpoint` beside it), as which form.

    `store` and `address` are the IRI of the store and the address that was asked, for the history in the file.
    """

    uri: str
    endpoint: str | None
    wish: Wish
    form: str
    store: str
    address: str


@dataclass(frozen=True, slots=True)
class File:
    """What was read: the file in its own folder, and what it cost."""

    path: Path
    chunks: int
    bytes: int

    def delete(self) -> None:
        """Delete the file with its folder."""
        shutil.rmtree(self.path.parent, ignore_errors=True)


class DataReading:
    """Reads parts of stores for one web process; `settings` bound the time and the bytes of each."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._places = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._spare: asyncio.subprocess.Process | None = None
        self._retiring: asyncio.TimerHandle | None = None
        self._ending: asyncio.Future[None] | None = None
        self._closed = False

    async def read(self, job: Job) -> File:
        """The file; raises `NotRead`. Cancelling ends the process that reads."""
        if self._waiting >= _WAITING:
            raise NotRead(503, "too many wait for data; ask again in a minute")
        self._waiting += 1
        try:
            async with self._places:
                return await self._read(job)
        finally:
            self._waiting -= 1

    async def _read(self, job: Job) -> File:
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="leap-kg-data-"))
        file = folder / f"data.{job.form}"
        reply: dict[str, Any] = {}
        try:
            reply = await self._asked(job, file)
        finally:
            if reply.get("status") != 200:
                shutil.rmtree(folder, ignore_errors=True)
        if reply["status"] != 200:
            raise NotRead(reply["status"], reply["reason"], reply.get("example"))
        return File(file, reply["chunks"], reply["bytes"])

    async def _asked(self, job: Job, file: Path) -> dict[str, Any]:
        most, seconds = self._settings.data_bytes, self._settings.data_seconds
        request = {
            "uri": job.uri, "endpoint": job.endpoint, "wish": job.wish.as_json(), "form": job.form, "path": str(file),
            "store": job.store, "address": job.address, "now": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "most_bytes": most, "seconds": seconds, "memory": _LEAST_MEMORY + 6 * most, "file_bytes": 2 * most + 2**26,
            "private_hosts": sorted(self._settings.fetching.private_hosts), "contact": self._settings.fetching.contact,
        }  # fmt: skip
        child, self._spare = self._spare, None
        if child is None or child.returncode is not None:
            child = await _started()
        try:
            async with asyncio.timeout(seconds):
                out, _ = await child.communicate(json.dumps(request).encode())
        except TimeoutError:
            raise NotRead(504, f"reading took longer than {seconds:g} s; ask for less, or again later") from None
        finally:
            await _ended(child)
            await self._keep_spare()
        try:
            reply: dict[str, Any] = json.loads(out)
        except ValueError:
            reason = "the process that read has ended: the store gives more than its metadata say, or what is damaged"
            raise NotRead(502, reason) from None
        return reply

    async def _keep_spare(self) -> None:
        """Have a process ready for the next request, if there is one in the next minutes."""
        if self._closed:
            return
        if self._spare is None:
            started = await _started()
            if self._spare is None and not self._closed:
                self._spare = started
            else:
                await _ended(started)
        if self._retiring is not None:
            self._retiring.cancel()
        self._retiring = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._retire)

    def _retire(self) -> None:
        spare, self._spare = self._spare, None
        if spare is not None:
            self._ending = asyncio.ensure_future(_ended(spare))

    async def close(self) -> None:
        """End the process that waits, and keep none from now on."""
        self._closed = True
        if self._retiring is not None:
            self._retiring.cancel()
        self._retire()
        if self._ending is not None:
            await self._ending


async def _started() -> asyncio.subprocess.Process:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return await asyncio.create_subprocess_exec(
        *_COMMAND,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**inherited, **_FEW_THREADS, "MALLOC_ARENA_MAX": "2"},
    )


async def _ended(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()
