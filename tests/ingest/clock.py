"""A clock that a test moves: whoever sleeps by it waits no real time, and whoever asks sees that time went by."""

import threading
from datetime import UTC, datetime, timedelta

START = datetime(2020, 6, 1, 12, tzinfo=UTC)


class Clock:
    """Starts at noon on 1 June 2020, long before any real clock; safe across threads.

    `slept` are the seconds of each sleep, in order.
    """

    def __init__(self, start: datetime = START) -> None:
        self._lock = threading.Lock()
        self._now = start
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.forward(seconds)

    def forward(self, seconds: float) -> None:
        with self._lock:
            self._now += timedelta(seconds=seconds)
