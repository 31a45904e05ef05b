"""One answer for the length of a run: whoever asks for the same thing again is given it from memory.

Hazard: a large harvest asks for more than memory holds. Bodies that were not asked for lately are let go, and would
be fetched anew.
"""

import copy
import threading
from collections import OrderedDict
from concurrent.futures import Future

from leap_kg.ingest.http.asking import Ask, Body, Fetcher, FetchFailed

_MOST_BYTES = 256 * 2**20
_OVERHEAD = 1000  # bytes that an answer takes besides its body, about


class CachedFetcher(Fetcher):
    """Asks `inner` once for each thing in the length of a run, failures included; safe across threads.

    Keeps at most `most_bytes` of bodies, the newest one whatever its size. One is made for a run, not for a process.
    """

    def __init__(self, inner: Fetcher, most_bytes: int = _MOST_BYTES) -> None:
        self._inner = inner
        self._lock = threading.Lock()
        self._answers: OrderedDict[Ask, Future[Body | FetchFailed]] = OrderedDict()
        self._room = most_bytes

    def fetch(self, ask: Ask | str) -> Body:
        """The body of what is asked for, from memory where it was asked before; raises `FetchFailed`."""
        wanted = Ask.of(ask)
        with self._lock:
            first = wanted not in self._answers
            answer = self._answers.setdefault(wanted, Future())
            self._answers.move_to_end(wanted)
        if first:
            self._ask(wanted, answer)
        found = answer.result()
        if isinstance(found, FetchFailed):
            raise copy.copy(found)
        return found

    def _ask(self, ask: Ask, answer: Future[Body | FetchFailed]) -> None:
        try:
            found: Body | FetchFailed = self._inner.fetch(ask)
        except FetchFailed as failure:
            found = failure
        except BaseException as stop:
            # An interrupt is no answer: whoever waits gets it too, whoever asks later asks anew.
            with self._lock:
                del self._answers[ask]
            answer.set_exception(stop)
            raise
        answer.set_result(found)
        with self._lock:
            self._room -= _size(answer)
            self._forget(ask)

    def _forget(self, newest: Ask) -> None:
        """Let go of the answers that were asked for longest ago, until the rest fits; never of one under way."""
        while self._room < 0 and (oldest := next(iter(self._answers))) != newest:
            if self._answers[oldest].done():
                self._room += _size(self._answers.pop(oldest))
            else:
                self._answers.move_to_end(oldest)

    def close(self) -> None:
        """Close `inner`."""
        self._inner.close()


def _size(answer: Future[Body | FetchFailed]) -> int:
    found = answer.result()
    return _OVERHEAD + (len(found.data) if isinstance(found, Body) else 0)
