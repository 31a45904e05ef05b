"""What is to be looked at next: each key at most once, at its time, and never by two at once.

What happened to a key does not matter, only that it is to be looked at: whoever takes a key sees how everything is by
then. A key that is added while somebody works on it is given out again when that is done.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait after failures in a row: anything up to `first` seconds, then up to twice that, up to `most`.

    All of the wait is left to chance, so that what failed together is not tried again together.
    """

    first: float = 1.0
    most: float = 300.0

    def longest(self, failures: int) -> float:
        """The longest wait after so many failures in a row, in seconds."""
        return min(self.most, self.first * 2.0 ** min(failures - 1, 60))

    def wait(self, failures: int) -> float:
        """A wait after so many failures in a row, in seconds."""
        return random.uniform(0.0, self.longest(failures))  # noqa: S311


class WorkQueue(Generic[K]):
    """Keys with the times at which they are due; for any number of threads."""

    def __init__(self, backoff: Backoff | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._backoff = backoff or Backoff()
        self._clock = clock
        self._due: dict[K, float] = {}
        self._taken: set[K] = set()
        self._failures: dict[K, int] = {}
        self._changed = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        """How many keys are due by now and wait for somebody."""
        with self._changed:
            now = self._clock()
            return sum(due <= now for key, due in self._due.items() if key not in self._taken)

    def add(self, key: K, after: float = 0.0) -> None:
        """Have the key looked at `after` seconds from now, or earlier if it is due earlier already."""
        with self._changed:
            due = self._clock() + after
            self._due[key] = min(due, self._due.get(key, due))
            self._changed.notify()

    def take(self, wait: float = 0.0) -> K | None:
        """The key that is due for longest; `None` if none is within `wait` seconds, or the queue is closed.

        Whoever takes a key says `done` or `failed` of it when they are through.
        """
        until = self._clock() + wait
        with self._changed:
            while not self._closed:
                now = self._clock()
                free = self._due.keys() - self._taken
                key = min(free, key=self._due.__getitem__, default=None)
                due = until if key is None else self._due[key]
                if key is not None and due <= now:
                    del self._due[key]
                    self._taken.add(key)
                    return key
                if now >= until:
                    return None
                self._changed.wait(min(due, until) - now)
            return None

    def done(self, key: K) -> None:
        """The work on the key came to a good end: its failures are forgotten."""
        with self._changed:
            self._failures.pop(key, None)
            self._released(key)

    def failed(self, key: K) -> float:
        """The work on the key failed: it is due again after the wait that is returned, in seconds."""
        with self._changed:
            failures = self._failures[key] = self._failures.get(key, 0) + 1
            wait = self._backoff.wait(failures)
            due = self._clock() + wait
            self._due[key] = min(due, self._due.get(key, due))
            self._released(key)
            return wait

    def _released(self, key: K) -> None:
        self._taken.discard(key)
        self._changed.notify()

    def close(self) -> None:
        """Give out nothing any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
