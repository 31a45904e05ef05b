"""One worker process as the server sees it."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from leap_kg.sparql.process import Process, WorkerDied, environment
from leap_kg.sparql.query import QueryFailed

MEMORY = 2**30
REQUEST = {
    "format": "csv",
    "max_bytes": 1000,
    "prefixes": {},
    "own_dataset": False,
    "default_graphs": [],
    "named_graphs": [],
}


def with_process(snapshot: Path, work: Callable[[Process], Awaitable[None]]) -> None:
    async def whole() -> None:
        process = await Process.start(snapshot, MEMORY)
        try:
            await work(process)
        finally:
            await process.bury()
        assert not process.is_alive
        assert not Path(f"/proc/{process.pid}").exists()

    asyncio.run(whole())


def test_it_is_ready_and_asked_and_buried(snapshot: Path) -> None:
    async def work(process: Process) -> None:
        assert not process.is_ready
        await process.ready()
        await process.ready()
        assert process.is_ready
        assert process.is_alive
        header, body = await process.ask(REQUEST, b"ASK {}")
        assert (header["status"], body) == (200, b"true")

    with_process(snapshot, work)


def test_it_is_ready_fast(snapshot: Path) -> None:
    async def work(process: Process) -> None:
        started = time.perf_counter()
        await process.ready()
        times.append(time.perf_counter() - started)

    times: list[float] = []
    for _ in range(3):
        with_process(snapshot, work)
    assert min(times) < 1


def test_its_death_is_noticed(snapshot: Path) -> None:
    async def work(process: Process) -> None:
        await process.ready()
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(WorkerDied):
            await process.ask(REQUEST, b"ASK {}")
        with pytest.raises(WorkerDied):
            await process.ask(REQUEST, b"ASK {} #" + b"x" * 60_000)

    with_process(snapshot, work)


def test_its_death_at_the_start_is_a_503(snapshot: Path) -> None:
    async def work(process: Process) -> None:
        process.kill()
        with pytest.raises(QueryFailed, match="no query worker could start") as caught:
            await process.ready()
        assert caught.value.status == 503

    with_process(snapshot, work)


def test_a_snapshot_that_cannot_be_opened_is_a_503(tmp_path: Path) -> None:
    async def work(process: Process) -> None:
        with pytest.raises(QueryFailed, match="cannot be opened") as caught:
            await process.ready()
        assert caught.value.status == 503

    with_process(tmp_path / "none", work)


def test_a_reply_that_nobody_read_does_not_keep_it(snapshot: Path) -> None:
    async def work(process: Process) -> None:
        await process.ready()
        values = b" ".join(b"%d" % number for number in range(9000))
        request = {**REQUEST, "max_bytes": 10**8}
        task = asyncio.create_task(
            process.ask(request, b"SELECT * { VALUES ?x {" + values + b"} VALUES ?y { 1 2 3 4 5 6 7 8 9 } }")
        )
        await asyncio.sleep(0.2)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with_process(snapshot, work)


def test_secrets_do_not_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAP_KG_TOKEN", "secret")
    assert "secret" not in environment().values()
    assert environment()["PATH"] == os.environ["PATH"]
