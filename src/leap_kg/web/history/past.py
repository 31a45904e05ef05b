"""Past revisions, open for pages: which one was in force when, and its state, made on demand and kept for a while.

Hazard: making a state takes seconds of work on the disk. Each is made once however many ask for it, only a few are
made at a time, and who comes beyond that is told to come again, so that no visitor's walk through history takes the
threads that other visitors' pages need.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from threading import Lock

from leap_kg.graph.history.past import States
from leap_kg.graph.history.timeline import Timeline
from leap_kg.graph.home import Home
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.snapshot import Snapshot
from leap_kg.web.history.refusal import Busy
from leap_kg.web.revision import Revision

_KEPT = 6
_MAKING = 2
_WAITING = 8


class Past:
    """The past of one home."""

    def __init__(
        self, home: Home, base: str, log: PatchLog, open_revision: Callable[[Snapshot, datetime], Revision]
    ) -> None:
        self.timeline = Timeline(home.path / "history.sqlite")
        self._states = States(home, base)
        self._log = log
        self._open = open_revision
        self._kept: OrderedDict[int, Revision] = OrderedDict()
        self._making: dict[int, Future[Revision]] = {}
        self._times: dict[int, datetime] = {}
        self._waiting = 0
        self._lock = Lock()

    def at(self, moment: datetime) -> int:
        """The revision in force at a moment, 0 before the first.

        The timeline may be behind the log for a moment; what it lacks is read from the log.
        """
        found, known = self.timeline.at(moment), self.timeline.last()
        if found < known:
            return found
        untold = range(known + 1, self._log.last() + 1)
        return known + bisect_right(untold, moment, key=lambda number: self._log.header(number).at)

    def committed(self, number: int) -> datetime:
        """When a revision came into force."""
        if number not in self._times:
            revised = self.timeline.revision(number)
            self._times[number] = revised.at if revised else self._log.header(number).at
        return self._times[number]

    def revision(self, number: int) -> Revision:
        """A revision with its state, made once for all who ask; raises `Busy` rather than to keep many waiting."""
        with self._lock:
            if number in self._kept:
                self._kept.move_to_end(number)
                return self._kept[number]
            promise = self._making.get(number)
            mine = promise is None
            if promise is None:
                if len(self._making) >= _MAKING:
                    raise Busy
                promise = self._making[number] = Future()
            elif self._waiting >= _WAITING:
                raise Busy
            else:
                self._waiting += 1
        if mine:
            self._make(number, promise)
            return promise.result()
        try:
            return promise.result()
        finally:
            with self._lock:
                self._waiting -= 1

    def _make(self, number: int, promise: "Future[Revision]") -> None:
        try:
            made = self._open(self._states.open(number), self.committed(number))
        except BaseException as error:  # noqa: BLE001 - whoever waits for the promise must learn of it
            promise.set_exception(error)
        else:
            promise.set_result(made)
        with self._lock:
            del self._making[number]
            if promise.exception() is None:
                self._kept[number] = promise.result()
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
