"""One worker process as the server sees it."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from leap_kg.sparql import frames
from leap_kg.sparql.process import Process, WorkerDied, environment
from leap_kg.sparql.query import QueryFailed

MEMORY = 2**30


def request(snapshot: Path, max_bytes: int = 1000) -> bytes:
    return frames.encode(
        {
            "task": "query",
            "snapshot": str(snapshot),
            "format": "csv",
            "max_bytes": max_bytes,
            "max_rows": 10**6,
            "truncate": False,
            "prefixes": {},
            "own_dataset": False,
            "default_graphs": [],
            "named_graphs": [],
            "searches": [],
            "index": "",
        }
    )


def with_process(work: Callable[[Process], Awaitable[None]]) -> None:
    async def whole() -> None:
        process = await Process.start(MEMORY)
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
        header, body = await process.ask(request(snapshot), b"ASK {}", 10)
        assert (header["status"], body) == (200, b"true")

    with_process(work)


def test_it_is_ready_fast() -> None:
    async def work(process: Process) -> None:
        started = time.perf_counter()
        await process.ready()
        times.append(time.perf_counter() - started)

    times: list[float] = []
    for _ in range(3):
        with_process(work)
    assert min(times) < 1


def test_its_death_is_noticed(snapshot: Path) -> None:
    async def work(process: Process) -> None:
        await process.ready()
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(WorkerDied):
            await process.ask(request(snapshot), b"ASK {}", 10)
        with pytest.raises(WorkerDied):
            await process.ask(request(snapshot), b"ASK {} #" + b"x" * 60_000, 10)

    with_process(work)


def test_its_death_at_the_start_is_a_503() -> None:
    async def work(process: Process) -> None:
        process.kill()
        with pytest.raises(QueryFailed, match="no query worker could start") as caught:
            await process.ready()
        assert caught.value.status == 503

    with_process(work)


def test_it_says_what_it_has_open(snapshot: Path, other_snapshot: Path, tmp_path: Path) -> None:
    async def work(process: Process) -> None:
        await process.ready()
        assert process.opened == frozenset()
        assert (await process.open(str(snapshot)))["status"] == 200
        await process.open(str(other_snapshot))
        refused = await process.open(str(tmp_path / "none"))
        assert refused["status"] == 503
        assert "cannot be opened" in refused["reason"]
        assert process.opened == {str(snapshot), str(other_snapshot)}

    with_process(work)


def test_an_answer_that_takes_too_long_is_not_waited_for(snapshot: Path) -> None:
    async def work(process: Process) -> None:
        await process.ready()
        endless = b"SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
        with pytest.raises(TimeoutError):
            await process.ask(request(snapshot), endless, 0.1)

    with_process(work)


def test_a_reply_that_nobody_read_does_not_keep_it(snapshot: Path) -> None:
    async def work(process: Process) -> None:
        await process.ready()
        values = b" ".join(b"%d" % number for number in range(9000))
        query = b"SELECT * { VALUES ?x {" + values + b"} VALUES ?y { 1 2 3 4 5 6 7 8 9 } }"
        task = asyncio.create_task(process.ask(request(snapshot, 10**8), query, 10))
        await asyncio.sleep(0.2)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with_process(work)


def test_secrets_do_not_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAP_KG_TOKEN", "secret")
    assert "secret" not in environment().values()
    assert environment()["PATH"] == os.environ["PATH"]
