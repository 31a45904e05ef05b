"""The pool: answers, deadlines, crashes, cancellation, and that nothing is left behind."""

import asyncio
import gc
import os
import shutil
import signal
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from leap_kg.sparql.guard import Refused
from leap_kg.sparql.pool import Pool
from leap_kg.sparql.query import Answer, Query, QueryFailed, prepare
from leap_kg.sparql.worker import LEAST_MEMORY
from tests.processes import children
from tests.sparql import hostile
from tests.sparql.conftest import EX, ROWS

MEMORY = 2**30
COUNT = prepare("SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }", requested="csv")
ENDLESS = prepare("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }")


@pytest.fixture(autouse=True)
def _nothing_is_left() -> object:
    """After each test: no child, no open pipe (an unclosed one warns when it is collected, and warnings are errors)."""
    before, pipes = children(os.getpid()), len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    yield
    gc.collect()
    assert children(os.getpid()) <= before
    assert len(os.listdir("/proc/self/fd")) <= pipes  # noqa: PTH208


def with_pool(
    work: Callable[[Pool], Awaitable[None]],
    *,
    workers: int = 1,
    seconds: float = 30,
    memory: int = MEMORY,
    max_bytes: int = 10**6,
    waiting: int = 64,
    spent: Callable[[str, float], None] | None = None,
) -> None:
    """Run `work` with a pool and close it."""

    async def whole() -> None:
        pool = Pool(workers, seconds, memory, max_bytes, waiting=waiting, spent=spent)
        try:
            await work(pool)
        finally:
            await pool.close()

    asyncio.run(whole())


async def failure(task: Awaitable[Answer]) -> QueryFailed:
    with pytest.raises(QueryFailed) as caught:
        await task
    return caught.value


async def count(pool: Pool, snapshot: Path, client: str = "anyone") -> int:
    answer = await pool.run(snapshot, COUNT, client)
    return int(answer.body.split()[1])


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def test_many_queries_share_few_workers(snapshot: Path) -> None:
    async def work(pool: Pool) -> None:
        before = children(os.getpid())
        answers = await asyncio.gather(*(count(pool, snapshot, f"client {number % 3}") for number in range(20)))
        assert answers == [ROWS] * 20
        assert len(children(os.getpid()) - before) == 2

    with_pool(work, workers=2)


def test_an_answer(snapshot: Path) -> None:
    async def work(pool: Pool) -> None:
        query = prepare(
            f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{EX}g1> {{ ?s ?p ?o }} FILTER(?o < 2) }}", prefixes={"": EX}
        )
        answer = await pool.run(snapshot, query)
        assert sorted(answer.body.decode().splitlines()[1:]) == [":s0 :value 0 .", ":s1 :value 1 ."]
        assert answer.format.name == "ttl"
        assert 0 < answer.seconds < 5

    with_pool(work)


def test_a_query_with_from_leaves_the_union(snapshot: Path) -> None:
    async def work(pool: Pool) -> None:
        query = prepare("SELECT (COUNT(*) AS ?n) FROM <http://example.org/g0> { ?s ?p ?o }", requested="csv")
        assert (await pool.run(snapshot, query)).body.split() == [b"n", b"%d" % (ROWS // 2)]

    with_pool(work)


@pytest.mark.parametrize("by_query", [False, True])
def test_a_slow_query_is_killed_and_the_next_one_served(snapshot: Path, by_query: bool) -> None:
    async def work(pool: Pool) -> None:
        await pool.warm(snapshot)
        (pid,) = children(os.getpid())
        query = prepare(ENDLESS.text, seconds=0.3) if by_query else ENDLESS
        started = time.perf_counter()
        failed = await failure(pool.run(snapshot, query))
        assert 0.3 <= time.perf_counter() - started < 3
        assert (failed.status, failed.retry_after) == (503, None)
        assert "longer than 0.3 s" in failed.reason
        assert await count(pool, snapshot) == ROWS
        assert pid not in children(os.getpid())

    with_pool(work, seconds=30 if by_query else 0.3)


def test_a_query_cannot_extend_the_deadline(snapshot: Path) -> None:
    async def work(pool: Pool) -> None:
        failed = await failure(pool.run(snapshot, prepare(ENDLESS.text, seconds=60)))
        assert "longer than 0.2 s" in failed.reason

    with_pool(work, seconds=0.2)


def test_a_query_that_needs_too_much_memory_is_a_503(snapshot: Path) -> None:
    values = " ".join(f"VALUES ?v{number} {{ 1 2 3 4 }}" for number in range(14))

    async def work(pool: Pool) -> None:
        failed = await failure(pool.run(snapshot, prepare(f"SELECT * {{ {values} }} ORDER BY ?v0")))
        assert failed.status == 503
        assert "the query needed more memory than 512 MiB" in failed.reason
        assert await count(pool, snapshot) == ROWS

    with_pool(work, memory=LEAST_MEMORY)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_crash_is_a_503_and_a_fresh_worker(snapshot: Path, number: signal.Signals) -> None:
    async def work(pool: Pool) -> None:
        await pool.warm(snapshot)
        (pid,) = children(os.getpid())
        task = asyncio.create_task(pool.run(snapshot, ENDLESS))
        await asyncio.sleep(0.1)
        os.kill(pid, number)
        assert (await failure(task)).status == 503
        assert await count(pool, snapshot) == ROWS
        assert pid not in children(os.getpid())

    with_pool(work)


def test_a_worker_that_died_idle_costs_no_query(snapshot: Path) -> None:
    async def work(pool: Pool) -> None:
        await pool.warm(snapshot)
        (pid,) = children(os.getpid())
        os.kill(pid, signal.SIGKILL)
        await until(lambda: pid not in children(os.getpid()))
        await asyncio.sleep(0.05)
        assert await count(pool, snapshot) == ROWS

    with_pool(work)


def test_a_large_result_is_refused_whole(snapshot: Path) -> None:
    async def work(pool: Pool) -> None:
        await pool.warm(snapshot)
        before = children(os.getpid())
        failed = await failure(pool.run(snapshot, prepare("SELECT * { ?s ?p ?o }")))
        assert (failed.status, "add LIMIT" in failed.reason) == (413, True)
        assert await count(pool, snapshot) == ROWS
        assert children(os.getpid()) == before

    with_pool(work, max_bytes=1000)


def test_a_result_larger_than_a_pipe_arrives_whole(snapshot: Path) -> None:
    values = " ".join(str(number) for number in range(9000))

    async def work(pool: Pool) -> None:
        query = prepare(
            f"SELECT ?x ?s {{ VALUES ?x {{ {values} }} VALUES ?s {{ {EX!r} {'y' * 200!r} }} }}", requested="csv"
        )
        answer = await pool.run(snapshot, query)
        assert answer.body.count(b"\r\n") == 18001

    with_pool(work, max_bytes=10**7)


def test_a_syntax_error_keeps_the_worker(snapshot: Path) -> None:
    async def work(pool: Pool) -> None:
        await pool.warm(snapshot)
        before = children(os.getpid())
        failed = await failure(pool.run(snapshot, prepare("SELECT * {\n ?s ?p }")))
        assert (failed.status, failed.reason[:19]) == (400, "syntax error at 2:9")
        assert children(os.getpid()) == before

    with_pool(work)


def test_a_cancelled_query_frees_its_place(snapshot: Path) -> None:
    async def work(pool: Pool) -> None:
        await pool.warm(snapshot)
        (pid,) = children(os.getpid())
        running = asyncio.create_task(pool.run(snapshot, ENDLESS))
        waiting = asyncio.create_task(pool.run(snapshot, COUNT))
        gone = asyncio.create_task(pool.run(snapshot, COUNT))
        await asyncio.sleep(0.1)
        gone.cancel()
        running.cancel()
        done = await asyncio.gather(running, gone, return_exceptions=True)
        assert [type(each) for each in done] == [asyncio.CancelledError] * 2
        assert (await waiting).body.split()[1] == b"%d" % ROWS
        assert pid not in children(os.getpid())

    with_pool(work)


def test_cancelling_while_a_worker_starts_leaves_nothing(snapshot: Path) -> None:
    async def work(pool: Pool) -> None:
        for pause in (0, 0.001, 0.01, 0.03):
            task = asyncio.create_task(pool.run(snapshot, COUNT))
            await asyncio.sleep(pause)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert await count(pool, snapshot) == ROWS
        assert len(children(os.getpid())) <= 1

    with_pool(work)


def test_the_queue_is_bounded(snapshot: Path) -> None:
    async def work(pool: Pool) -> None:
        running = asyncio.create_task(pool.run(snapshot, ENDLESS))
        await asyncio.sleep(0.1)
        waiting = [asyncio.create_task(pool.run(snapshot, COUNT, client)) for client in "abc"]
        await asyncio.sleep(0)
        failed = await failure(pool.run(snapshot, COUNT))
        assert (failed.status, failed.retry_after, failed.by_query) == (503, 30, False)
        running.cancel()
        assert [(await task).body.split()[1] for task in waiting] == [b"%d" % ROWS] * 3
        await asyncio.gather(running, return_exceptions=True)

    with_pool(work, waiting=3)


def test_a_new_snapshot_is_opened_by_the_same_workers(snapshot: Path, other_snapshot: Path) -> None:
    async def work(pool: Pool) -> None:
        await pool.warm(snapshot)
        workers = children(os.getpid())
        assert await count(pool, snapshot) == ROWS
        await pool.warm(other_snapshot)
        assert children(os.getpid()) == workers
        assert await count(pool, other_snapshot) == 0
        assert await count(pool, snapshot) == ROWS

    with_pool(work, workers=2)


def test_a_worker_that_is_busy_at_a_switch_follows_when_it_is_free(snapshot: Path, other_snapshot: Path) -> None:
    async def work(pool: Pool) -> None:
        await pool.warm(snapshot)
        values = "VALUES ?x { " + "1 " * 5000 + "}"
        slow = prepare(f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o {values} }}", requested="csv")
        running = asyncio.create_task(pool.run(snapshot, slow))
        await asyncio.sleep(0.1)
        await pool.warm(other_snapshot)
        assert int((await running).body.split()[1]) == (ROWS + 1) * 5000
        await until(lambda: all(str(other_snapshot) in process.opened for process in pool._idle))
        await until(lambda: len(pool._idle) == 1)
        assert await count(pool, other_snapshot) == 0

    with_pool(work, seconds=60)


def test_switches_fail_no_query(snapshot: Path, tmp_path: Path) -> None:
    """Fifty new snapshots one after the other while four clients ask without a pause."""
    copies = [tmp_path / str(number) for number in range(50)]
    current = [snapshot]
    answered: list[int] = []

    async def ask(pool: Pool, client: str, done: asyncio.Event) -> None:
        while not done.is_set():
            answered.append(await count(pool, current[0], client))

    async def work(pool: Pool) -> None:
        await pool.warm(snapshot)
        done = asyncio.Event()
        clients = [asyncio.create_task(ask(pool, name, done)) for name in "abcd"]
        for copy in copies:
            shutil.copytree(current[0], copy)
            current[0] = copy
            await pool.warm(copy)
            if len(retired := copies[: copies.index(copy)]) > 8:  # as many as a home keeps
                shutil.rmtree(retired[-9], ignore_errors=True)
        done.set()
        await asyncio.gather(*clients)

    with_pool(work, workers=3)
    assert len(answered) > 50
    assert set(answered) == {ROWS}


def test_a_worker_that_speaks_before_its_start_is_told_is_heard(
    snapshot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = asyncio.create_subprocess_exec

    async def told_late(*command: Any, **options: Any) -> asyncio.subprocess.Process:
        child = await start(*command, **options)
        await asyncio.sleep(1.0)
        return child

    monkeypatch.setattr(asyncio, "create_subprocess_exec", told_late)

    async def work(pool: Pool) -> None:
        async with asyncio.timeout(15):
            assert await count(pool, snapshot) == ROWS

    with_pool(work)


def test_one_client_cannot_keep_another_waiting(snapshot: Path) -> None:
    async def work(pool: Pool) -> None:
        await pool.warm(snapshot)
        heavy = [asyncio.create_task(pool.run(snapshot, ENDLESS, "heavy")) for _ in range(6)]
        await asyncio.sleep(0.2)
        async with asyncio.timeout(3):
            for _ in range(5):
                assert await count(pool, snapshot, "light") == ROWS
        for task in heavy:
            task.cancel()
        await asyncio.gather(*heavy, return_exceptions=True)

    with_pool(work, workers=2, seconds=60)


def test_what_a_query_costs_is_told_however_it_ends(snapshot: Path) -> None:
    costs: dict[str, float] = {}

    async def work(pool: Pool) -> None:
        await pool.warm(snapshot)
        await count(pool, snapshot, "quick")
        failed = await failure(pool.run(snapshot, ENDLESS, "slow"))
        assert failed.by_query
        await until(lambda: bool(pool._idle))
        leaving = asyncio.create_task(pool.run(snapshot, ENDLESS, "leaving"))
        await asyncio.sleep(0.1)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)

    with_pool(work, seconds=0.3, spent=costs.__setitem__)
    assert 0 < costs["quick"] < 0.3 <= costs["slow"] < 3
    assert 0.01 < costs["leaving"] < 0.3


def test_a_worker_that_is_ended_from_outside_is_told_apart(snapshot: Path) -> None:
    async def work(pool: Pool) -> None:
        await pool.warm(snapshot)
        (pid,) = children(os.getpid())
        task = asyncio.create_task(pool.run(snapshot, ENDLESS))
        await asyncio.sleep(0.1)
        os.kill(pid, signal.SIGKILL)
        failed = await failure(task)
        assert (failed.status, failed.retry_after, failed.by_query) == (503, 1, False)
        assert "ask again" in failed.reason

    with_pool(work)


def test_a_killed_worker_harms_only_its_own_query(snapshot: Path) -> None:
    async def work(pool: Pool) -> None:
        await pool.warm(snapshot)
        running = asyncio.create_task(pool.run(snapshot, ENDLESS, "a"))
        await asyncio.sleep(0.1)
        busy = next(process for process in pool._busy)
        others = [asyncio.create_task(count(pool, snapshot, client)) for client in "bcdbcd"]
        os.kill(busy.pid, signal.SIGKILL)
        assert (await failure(running)).status == 503
        assert await asyncio.gather(*others) == [ROWS] * 6
        await until(lambda: len(pool._idle) == 3)
        assert busy.pid not in children(os.getpid())

    with_pool(work, workers=3)


def test_two_snapshots_in_turn(snapshot: Path, other_snapshot: Path) -> None:
    async def work(pool: Pool) -> None:
        for _ in range(3):
            assert await count(pool, snapshot) == ROWS
            assert await count(pool, other_snapshot) == 0
        assert len(children(os.getpid())) == 1

    with_pool(work)


def test_a_snapshot_that_is_not_there_is_a_503(snapshot: Path, tmp_path: Path) -> None:
    async def work(pool: Pool) -> None:
        for _ in range(2):
            failed = await failure(pool.run(tmp_path / "none", COUNT))
            assert (failed.status, "cannot be opened" in failed.reason) == (503, True)
        assert await count(pool, snapshot) == ROWS

    with_pool(work)


def test_a_snapshot_that_is_not_there_does_not_become_the_newest(snapshot: Path, tmp_path: Path) -> None:
    async def work(pool: Pool) -> None:
        await pool.warm(snapshot)
        with pytest.raises(QueryFailed, match="cannot be opened"):
            await pool.warm(tmp_path / "none")
        assert await count(pool, snapshot) == ROWS
        kept = children(os.getpid())
        assert await count(pool, snapshot) == ROWS
        assert children(os.getpid()) == kept

    with_pool(work)


def test_closing_stops_what_runs_and_what_waits(snapshot: Path) -> None:
    async def whole() -> None:
        pool = Pool(1, 60, MEMORY, 10**6)
        running = asyncio.create_task(pool.run(snapshot, ENDLESS))
        waiting = asyncio.create_task(pool.run(snapshot, COUNT))
        await asyncio.sleep(0.3)
        async with asyncio.timeout(5):
            await pool.close()
        for task in (running, waiting, pool.run(snapshot, COUNT)):
            failed = await failure(task)
            assert (failed.status, failed.retry_after) == (503, 1)
            assert "stopping" in failed.reason

    asyncio.run(whole())


def test_a_worker_that_keeps_memory_is_replaced(snapshot: Path) -> None:
    values = " ".join(f"VALUES ?v{number} {{ 1 2 3 4 }}" for number in range(9))
    large = prepare(f"SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT * {{ {values} }} }}", requested="csv")

    async def work(pool: Pool) -> None:
        await pool.warm(snapshot)
        (pid,) = children(os.getpid())
        assert (await pool.run(snapshot, large)).body == b"n\r\n262144\r\n"
        assert await count(pool, snapshot) == ROWS
        assert pid not in children(os.getpid())

    with_pool(work, memory=LEAST_MEMORY)


def test_too_little_memory_is_said_at_once() -> None:
    with pytest.raises(ValueError, match="at least 536870912 bytes"):
        Pool(1, 1, LEAST_MEMORY - 1, 1)


HOSTILE: dict[str, Callable[[], str]] = {
    **{f"nested {name}": partial(hostile.nested, name) for name in hostile.NESTED},
    **{f"repeated {name}": partial(hostile.repeated, name) for name in hostile.REPEATED},
    "a huge result": lambda: "SELECT * { ?a ?b ?c . ?d ?e ?f }",
    "an endless product": lambda: ENDLESS.text,
    "an endless path": lambda: "SELECT * { ?a (!<x:p>|^!<x:p>)* ?b . ?b (!<x:p>|^!<x:p>)* ?c . ?c !<x:q>* ?d }",
    "a long string": lambda: (
        'SELECT (REPLACE(REPLACE("' + "a" * 1000 + '", "a", "' + "b" * 9000 + '"), "b", "cccccccccc") AS ?x) {}'
    ),
    "a regular expression": lambda: 'ASK { FILTER REGEX("' + "a" * 5000 + '", "(a*)*(a*)*(a*)*b") }',
    "many rows sorted": lambda: "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f",
    "many groups": lambda: "SELECT (GROUP_CONCAT(?c) AS ?x) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } GROUP BY ?a ?d",
}


def test_no_hostile_query_stops_the_next_one(snapshot: Path) -> None:
    """Each row of the attack table that the guard lets through, at its largest, in a real worker."""
    outcomes: dict[str, str] = {}

    async def work(pool: Pool) -> None:
        for name, make in HOSTILE.items():
            try:
                query: Query = prepare(make(), seconds=0.1)
                outcomes[name] = f"{len((await pool.run(snapshot, query)).body) > 0}"
            except Refused as error:
                outcomes[name] = f"refused {error.status}"
            except QueryFailed as error:
                outcomes[name] = f"{error.status} {error.reason}"
            assert await count(pool, snapshot) == ROWS, name

    with_pool(work, max_bytes=10**5)
    assert len(outcomes) == len(HOSTILE)
    crashed = {name for name, outcome in outcomes.items() if "more memory" in outcome}
    assert not crashed & {name for name in outcomes if name.startswith(("nested", "repeated"))}
    assert not any(outcome.startswith("refused") for outcome in outcomes.values()), outcomes
    assert {"a huge result", "an endless product"} <= {
        name for name, said in outcomes.items() if said[:3] in ("413", "503")
    }
