"""A few places for work of one kind, and a line before them that is bounded in length and in time.

Hazard: work that is handed on all at once is refused further down, where nobody can wait for it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from leap_kg.web.writing.publishing import Busy


class Waiting:
    """`places` at a time; at most `most` wait, each for `seconds`. Used from one event loop."""

    def __init__(self, places: int, most: int, seconds: float) -> None:
        self._places = asyncio.Semaphore(places)
        self._most = most
        self._seconds = seconds
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Hold one of the places; raises `Busy` if none became free in time, or too many wait already."""
        if self._waiting >= self._most:
            raise Busy("too many requests to write are waiting; try again later")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._seconds):
                await self._places.acquire()
        except TimeoutError:
            raise Busy("too many requests to write were waiting; try again later") from None
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._places.release()
