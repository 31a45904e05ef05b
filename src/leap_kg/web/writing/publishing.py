"""Lets the requests of one web process write, one after the other, through the home's only door in.

The server owns no store: the writer is opened when there is something to write, kept while more is waiting, and
given back soon, so that harvests and other web processes get their turn. All writing happens in one thread of
its own; a request waits for it without holding anything up.

Hazard: a job that was begun is finished, also if its client has gone; only jobs still waiting can be taken back.
"""

import asyncio
import queue
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any, TypeVar

import structlog

from leap_kg.graph.followers import followed_writer
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.publish import Writer
from leap_kg.settings import Settings

log = structlog.get_logger(__name__)

T = TypeVar("T")

LINGER = 1.0
"""Seconds that the writer stays open for one more job."""
TURN = 5.0
"""Seconds after which the writer is given back although more jobs wait."""
PAUSE = 0.2
"""Seconds between two turns, longer than others need to notice that the writer is free."""
WAITING = 256
_LOGGED = (
    "it is in the log, but the store could not follow, and will when the server can write again: do not send it again"
)
RETRY = 5


class Busy(Exception):
    """The job was not begun and can be sent again after `retry_after` seconds; the message is for its sender."""

    def __init__(self, reason: str, retry_after: int = RETRY) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


@dataclass(slots=True)
class _Job:
    """What waits for the writer: `deadline` is by when it must have begun."""

    work: Callable[[Writer], Any]
    deadline: float
    done: Future[Any] = field(default_factory=Future)


class Publishing:
    """The queue to the writer; `run` from the event loop, `stop` at the end."""

    def __init__(
        self, settings: Settings, *, waiting: int = WAITING, count: Callable[[str], object] = lambda outcome: None
    ) -> None:
        """`count` is told what became of each job that was begun: one of `leap_kg.web.operations.metrics.OUTCOMES`."""
        self._home = Home.of(settings)
        self._base = settings.base
        self._seconds = settings.write_seconds
        self._count = count
        self._jobs: queue.Queue[_Job | None] = queue.Queue(waiting)
        self._starting = Lock()
        self._thread: Thread | None = None
        self._stopped = False

    async def run(self, job: Callable[[Writer], T]) -> T:
        """What `job` returns, given the open writer in another thread; what it raises is raised here.

        Raises `Busy` if it could not begin: the queue is full, another process keeps the writer, the home cannot be
        written, or the server is stopping.
        """
        item = _Job(job, time.monotonic() + self._seconds)
        with self._starting:
            if self._stopped:
                raise Busy("the server is stopping; try again later", 1)
            try:
                self._jobs.put_nowait(item)
            except queue.Full:
                raise Busy("too many requests to write are waiting; try again later") from None
            if self._thread is None:
                self._thread = Thread(target=self._work, name="publishing", daemon=True)
                self._thread.start()
        result: T = await asyncio.wrap_future(item.done)
        return result

    async def stop(self) -> None:
        """Take no more jobs, finish those that wait, and give the writer back."""
        with self._starting:
            self._stopped = True
            thread = self._thread
        if thread is not None:
            await asyncio.to_thread(self._jobs.put, None)
            await asyncio.to_thread(thread.join)

    def _work(self) -> None:
        """The thread: one turn with the writer after the other."""
        left: _Job | None = None
        while (job := left or self._jobs.get()) is not None:
            left = self._turn(job)
            if left is not None:
                time.sleep(PAUSE)

    def _turn(self, first: _Job) -> _Job | None:
        """Open the writer, do this job and those behind it; returns the one for which no time was left."""
        try:
            wait = max(0.0, first.deadline - time.monotonic())
            with followed_writer(self._home, self._base, wait) as writer:
                end = time.monotonic() + TURN
                job: _Job | None = first
                while job is not None:
                    if not _do(job, writer, self._count):
                        return None
                    job = self._next()
                    now = time.monotonic()
                    if now > end:
                        return job
                    while job is not None and now > job.deadline:
                        _refuse(job, "too many requests to write were waiting; try again later")
                        job = self._next()
        except HomeError as error:
            _fail(first, error)
        except BaseException:
            _fail(first, HomeError("the writer failed"))
            log.exception("the writer failed")
        return None

    def _next(self) -> _Job | None:
        """The next job, if one comes soon; the end of the queue stays in it."""
        try:
            job = self._jobs.get(timeout=LINGER)
        except queue.Empty:
            return None
        if job is None:
            self._jobs.put(None)
        return job


def _do(job: _Job, writer: Writer, count: Callable[[str], object]) -> bool:
    """Do a job; false if the writer must be opened anew."""
    if not job.done.set_running_or_notify_cancel():
        return True
    before = writer.revision
    try:
        result = job.work(writer)
    except HomeError as error:
        count("failed")
        if _is_logged(writer, before):
            log.warning("written to the log only", reason=str(error))
            _refuse(job, _LOGGED)
        else:
            _fail(job, error)
        return False
    except BaseException as error:  # noqa: BLE001 (a panic of the engine is one; the sender gets it)
        # What is wrong with a request is a ValueError; all else is wrong with us.
        count("refused" if isinstance(error, ValueError) else "failed")
        _let_go(error)
        job.done.set_exception(error)
    else:
        count("published" if writer.revision > before else "unchanged")
        job.done.set_result(result)
    return True


def _is_logged(writer: Writer, before: int) -> bool:
    """Whether the log holds more than the store held before: then the rest follows when the home is opened again."""
    try:
        return writer.log.last() > before
    except HomeError:
        return False


def _let_go(error: BaseException | None) -> None:
    """Clear what the calls that failed hold: a store among it would stay open for as long as the error is kept."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__


def _fail(job: _Job, error: HomeError) -> None:
    """What stands in the way may name files and processes: that is for the log."""
    _refuse(job, "the graph cannot be written at the moment; try again later")
    log.warning("cannot write", reason=str(error))


def _refuse(job: _Job, reason: str) -> None:
    with suppress(InvalidStateError):  # its client has gone, or it was done
        job.done.set_exception(Busy(reason))
