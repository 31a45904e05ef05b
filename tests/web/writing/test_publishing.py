"""The queue to the writer: order, turns with other writers, refusals, and that what was taken on is done."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from leap_kg.graph.activity import Activity
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.publication.change import Publication
from leap_kg.graph.publish import Writer
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.settings import Settings
from leap_kg.web.writing import publishing
from leap_kg.web.writing.publishing import Busy, Publishing
from tests.web.author import Author, graph, logged, token, with_own_connection
from tests.web.server import running


def say(value: object) -> Callable[[Writer], Publication]:
    """A job that adds one triple in a run of its own."""
    moment = datetime.now(UTC)
    run = Activity(run=f"test/{value}", title="Test", started=moment, ended=moment)
    quad = Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal(str(value)), NamedNode("urn:g"))
    return lambda writer: writer.commit("other", (), (quad,), run)


class Panic(BaseException):
    """What the engine raises when it must not go on is no `Exception` either."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", write_seconds=10)


def last(settings: Settings) -> int:
    return PatchLog(Home(settings.home).log).last()


def test_jobs_are_done_in_order_by_one_writer(settings: Settings) -> None:
    async def main() -> list[int]:
        jobs = Publishing(settings)
        done = await asyncio.gather(*(jobs.run(say(number)) for number in range(5)))
        await jobs.stop()
        return [publication.revision for publication in done]

    assert asyncio.run(main()) == [1, 2, 3, 4, 5]


def test_the_writer_is_given_back_soon_after_the_last_job(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "LINGER", 0.1)

    async def main() -> None:
        jobs = Publishing(settings)
        await jobs.run(say(1))
        await asyncio.to_thread(_write, settings, 2)
        await jobs.run(say(3))
        await jobs.stop()

    asyncio.run(main())
    assert last(settings) == 3


def _write(settings: Settings, value: object, wait: float = 5) -> None:
    with Writer(Home.of(settings), BASE, wait=wait) as writer:
        say(value)(writer)


def test_other_writers_get_their_turn_while_jobs_keep_coming(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "TURN", 0.3)

    async def main() -> int:
        jobs, stopping = Publishing(settings), threading.Event()
        number = 0

        async def keep_on() -> None:
            nonlocal number
            while not stopping.is_set():
                number += 1
                await jobs.run(say(number))

        busy = [asyncio.create_task(keep_on()) for _ in range(3)]
        await asyncio.sleep(0.5)
        await asyncio.to_thread(_write, settings, "other", 20)
        stopping.set()
        await asyncio.gather(*busy)
        await jobs.stop()
        return number

    number = asyncio.run(main())
    assert last(settings) == number + 1


def test_a_job_that_fails_spoils_no_other(settings: Settings) -> None:
    def fail(error: BaseException) -> Callable[[Writer], None]:
        def job(_: Writer) -> None:
            raise error

        return job

    counted: list[str] = []

    async def main() -> list[object]:
        jobs = Publishing(settings, count=counted.append)
        done = await asyncio.gather(
            jobs.run(say(1)),
            jobs.run(fail(ValueError("wrong"))),
            jobs.run(fail(HomeError("the disk is full of /secret/path"))),
            jobs.run(fail(Panic())),
            jobs.run(say(2)),
            jobs.run(say(2)),
            return_exceptions=True,
        )
        await jobs.stop()
        return list(done)

    first, wrong, disk, panic, second, same = asyncio.run(main())
    assert isinstance(first, Publication)
    assert isinstance(wrong, ValueError)
    assert isinstance(disk, Busy)
    assert "secret" not in str(disk) + disk.reason
    assert isinstance(panic, Panic)
    assert isinstance(second, Publication)
    assert isinstance(same, Publication)
    assert last(settings) == 2
    assert counted == ["published", "refused", "failed", "failed", "published", "unchanged"]


def test_a_writer_that_does_not_let_go_is_waited_for_and_no_longer(settings: Settings) -> None:
    impatient = Settings(home=settings.home, write_seconds=0.3)

    async def main() -> float:
        jobs = Publishing(impatient)
        began = time.monotonic()
        with Writer(Home.of(settings), BASE):
            failures = await asyncio.gather(*(jobs.run(say(n)) for n in range(3)), return_exceptions=True)
        assert all(isinstance(failure, Busy) for failure in failures)
        elapsed = time.monotonic() - began
        await jobs.run(say("later"))
        await jobs.stop()
        return elapsed

    assert asyncio.run(main()) < 3
    assert last(settings) == 1


def test_a_full_queue_refuses_and_a_client_that_left_is_passed_over(settings: Settings) -> None:
    hold = threading.Event()

    def wait(_: Writer) -> None:
        hold.wait(10)

    async def main() -> None:
        jobs = Publishing(settings, waiting=2)
        first = asyncio.create_task(jobs.run(wait))
        await asyncio.sleep(1)
        left, stays = asyncio.create_task(jobs.run(say("left"))), asyncio.create_task(jobs.run(say("stays")))
        await asyncio.sleep(0.1)
        with pytest.raises(Busy, match="too many"):
            await jobs.run(say("refused"))
        left.cancel()
        with pytest.raises(asyncio.CancelledError):
            await left
        hold.set()
        await asyncio.gather(first, stays)
        await jobs.stop()

    asyncio.run(main())
    assert [str(quad.object) for _, said in logged(settings.home) for quad in said] == ['"stays"']


def test_stopping_finishes_what_was_taken_on_and_takes_no_more(settings: Settings) -> None:
    async def main() -> None:
        jobs = Publishing(settings)
        waiting = [asyncio.create_task(jobs.run(say(number))) for number in range(5)]
        await asyncio.sleep(0.05)
        await jobs.stop()
        assert all(task.done() for task in waiting)
        with pytest.raises(Busy, match="stopping"):
            await jobs.run(say("late"))
        await jobs.stop()
        await Publishing(settings).stop()

    asyncio.run(main())
    assert last(settings) == 5
    _write(settings, "free", wait=0)


@pytest.mark.all
def test_two_hundred_publications_at_the_same_time_are_each_logged_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    admin = token(home, "publish:*")
    with running(home, {"LEAP_KG_WRITE_SECONDS": "200"}, workers=2) as server:
        author = Author(server, admin)

        def publish(number: int) -> int:
            body = f"<urn:s{number}> <urn:p> {number} ."
            return with_own_connection(author).put(f"{BASE}graph/source/s{number % 20}", body).status_code

        with ThreadPoolExecutor(40) as several:
            statuses = list(several.map(publish, range(200)))
    assert set(statuses) <= {201, 204}
    said = [str(quad.subject) for _, quads in logged(home) for quad in quads]
    assert sorted(said) == sorted(f"<urn:s{number}>" for number in range(200))
    assert [label for label, _ in logged(home)].count("s3") == 10
    for number in range(20):
        assert len(graph(home, f"{BASE}graph/source/s{number}")) == 1
