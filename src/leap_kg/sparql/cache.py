"""Keeps answers within a bound of bytes, and lets equal queries that run at the same time share one run.

A key says all that an answer depends on (snapshot, query, dataset, format, limits), so an entry never becomes wrong;
it leaves when room is needed, the longest unused first. Used from one event loop.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")

# One large answer must not drive out all the small ones.
_LARGEST_PART = 4
_OVERHEAD = 512


class Cache(Generic[Value]):
    """Values by key, at most `most_bytes` of them together; 0 keeps nothing."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._held = 0
        self._entries: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()

    @property
    def held(self) -> int:
        """Bytes in use."""
        return self._held

    def get(self, key: Hashable) -> Value | None:
        """The value of this key, if it is held."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """Keep a value of so many bytes, unless it is too large to be kept."""
        size += _OVERHEAD
        if size > self._most // _LARGEST_PART:
            return
        if (old := self._entries.pop(key, None)) is not None:
            self._held -= old[1]
        self._entries[key] = (value, size)
        self._held += size
        while self._held > self._most:
            self._held -= self._entries.popitem(last=False)[1][1]


class Flights(Generic[Value]):
    """Runs under way, by key: who comes while one is under way waits for its result.

    Where the first of them goes before the end, the run ends with it, and one of those who wait begins anew.
    """

    def __init__(self) -> None:
        self._runs: dict[Hashable, asyncio.Future[Value]] = {}

    async def share(self, key: Hashable, start: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        """The result of the run of this key, which is `start()` if there is none."""
        while (run := self._runs.get(key)) is not None:
            await asyncio.wait((run,))
            if not run.cancelled():
                return run.result()
        run = self._runs[key] = asyncio.get_running_loop().create_future()
        try:
            value = await start()
        except asyncio.CancelledError:
            run.cancel()
            raise
        except BaseException as error:
            run.set_exception(error)
            run.exception()  # it is raised here: nobody else needs to be told
            raise
        else:
            run.set_result(value)
            return value
        finally:
            del self._runs[key]
