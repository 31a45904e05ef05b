"""Who may use a worker next: clients in turn, each with its own queue.

A client that asks for much waits behind itself: it never has more than its share of the places, and those who wait
are served round robin, whoever came first. Used from one event loop.
"""

import asyncio
from collections import Counter, OrderedDict, deque


class TooManyWaiting(Exception):
    """The queue, or the client's part of it, is full."""


class TurnsClosed(Exception):
    """There are no more turns."""


class Turns:
    """`places` turns at a time, of which one client has at most `share`.

    `waiting` bounds the queue, `own_waiting` the part of one client in it. The client `""` is the pool itself: its
    turns count as places but are not bounded by a share or a queue.
    """

    def __init__(self, places: int, share: int, waiting: int, own_waiting: int) -> None:
        self._free = places
        self._share = share
        self._most_waiting = waiting
        self._most_own = own_waiting
        self._waiting = 0
        self._running: Counter[str] = Counter()
        self._queues: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._closed = False
        self._left = asyncio.Event()
        self._left.set()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return self._waiting

    async def enter(self, client: str) -> None:
        """Wait for a turn; raises `TooManyWaiting` at once and `TurnsClosed` at any time."""
        if self._closed:
            raise TurnsClosed
        if self._free > 0 and self._may_run(client) and not self._queues.get(client):
            self._take(client)
            return
        await self._wait(client)

    def leave(self, client: str) -> None:
        """Give the turn back."""
        self._free += 1
        self._running[client] -= 1
        if not self._running[client]:
            del self._running[client]
        if not self._running:
            self._left.set()
        self._next()

    def close(self) -> None:
        """Turn away all who wait or come."""
        self._closed = True
        for queue in self._queues.values():
            for future in queue:
                if not future.done():
                    future.set_exception(TurnsClosed())
        self._queues.clear()

    async def empty(self) -> None:
        """Wait until every turn has been given back."""
        await self._left.wait()

    async def _wait(self, client: str) -> None:
        queue = self._queues.get(client)
        if client and (self._waiting >= self._most_waiting or len(queue or ()) >= self._most_own):
            raise TooManyWaiting
        if queue is None:
            queue = self._queues[client] = deque()
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(future)
        self._waiting += 1
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                self.leave(client)
            else:
                self._forget(client, future)
            raise
        finally:
            self._waiting -= 1

    def _forget(self, client: str, future: "asyncio.Future[None]") -> None:
        queue = self._queues.get(client)
        if queue is not None and future in queue:
            queue.remove(future)
            if not queue:
                del self._queues[client]

    def _may_run(self, client: str) -> bool:
        return not client or self._running[client] < self._share

    def _take(self, client: str) -> None:
        self._free -= 1
        self._running[client] += 1
        self._left.clear()

    def _next(self) -> None:
        """Hand out the free places: the client whose turn is longest ago comes first."""
        for client in list(self._queues):
            if self._free <= 0:
                return
            queue = self._queues[client]
            while queue and self._may_run(client) and self._free > 0:
                future = queue.popleft()
                if not future.done():
                    self._take(client)
                    future.set_result(None)
                    break
            if queue:
                self._queues.move_to_end(client)
            else:
                del self._queues[client]
        if self._free > 0 and any(self._may_run(client) for client in self._queues):
            self._next()
