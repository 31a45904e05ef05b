"""What one exchange may use of time and of the wire, charged in the socket itself."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class OutOfTime(Exception):
    """The seconds of an `allowance` are used up."""


class OutOfBytes(Exception):
    """The bytes of an `allowance` are used up."""


class Allowance:
    """What is left for one exchange: seconds until it is cut, bytes it may take from the wire.

    It is charged in the socket, so that headers that drip, endless interim answers and padded chunk
    framing are cut like a body is. Time the system's resolver takes is not cut, but is counted.
    """

    def __init__(self, seconds: float, wire_bytes: int) -> None:
        self._deadline = time.monotonic() + seconds
        self._bytes = wire_bytes

    def seconds(self) -> float:
        """Seconds left, above 0; raises `OutOfTime`."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return left

    def extend(self, seconds: float) -> None:
        """Give back seconds that went by while nothing was asked."""
        self._deadline += seconds

    def spend(self, count: int) -> None:
        """Take `count` bytes off; raises `OutOfBytes`."""
        self._bytes -= count
        if self._bytes < 0:
            raise OutOfBytes


_current: ContextVar[Allowance] = ContextVar("allowance")


@contextmanager
def allowance(seconds: float, wire_bytes: int) -> Iterator[Allowance]:
    """Bound everything that guarded sockets receive in this context, redirects included."""
    given = Allowance(seconds, wire_bytes)
    token = _current.set(given)
    try:
        yield given
    finally:
        _current.reset(token)


class Metered(socket.socket):
    """A socket that charges what it receives to the current allowance."""

    def recv_into(self, buffer: "WriteableBuffer", nbytes: int | None = 0, flags: int = 0) -> int:
        now = _current.get()
        self.settimeout(now.seconds())
        try:
            count = super().recv_into(buffer, nbytes or 0, flags)
        except TimeoutError:
            raise OutOfTime from None
        now.spend(count)
        return count


class MeteredTLS(Metered, ssl.SSLSocket):
    """The same over TLS; the context makes these from a `Metered` socket."""


def current() -> Allowance:
    """The allowance of this context; raises `LookupError` outside of any."""
    return _current.get()
