"""Requests as bytes on a socket, so that a client can send what no library would."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PATIENCE = 40.0


@dataclass(frozen=True)
class Sent:
    """A request: everything in it may be wrong. `cut` is how many bytes of it are sent before the client leaves."""

    method: bytes
    path: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    cut: int | None = None

    def encoded(self, host: str) -> bytes:
        """The request on the wire; it has a Content-Length unless it brings its own."""
        names = {name.lower() for name, _ in self.headers}
        lines = [b"%b %b HTTP/1.1" % (self.method, self.path), b"Host: " + host.encode(), b"Connection: close"]
        lines += [name + b": " + value for name, value in self.headers]
        if not names & {b"content-length", b"transfer-encoding"}:
            lines.append(b"Content-Length: %d" % len(self.body))
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body


@dataclass(frozen=True)
class Received:
    """The head of an answer, its header names in lower case, and how many bytes followed."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int = 0


def exchange(origin: str, sent: Sent, patience: float = PATIENCE) -> Received | None:
    """The answer to a request; `None` if the server closed without one, or the client left.

    Raises `TimeoutError` when the server says nothing for `patience` seconds.
    """
    address = urlsplit(origin)
    data = sent.encoded(address.netloc)
    with socket.create_connection((address.hostname or "", address.port or 80), timeout=patience) as connection:
        try:
            connection.sendall(data if sent.cut is None else data[: sent.cut])
            if sent.cut is not None:
                return None
            answer = _all(connection)
        except ConnectionError:
            return None
    return _read(answer)


def _all(connection: socket.socket) -> bytes:
    parts = []
    while part := connection.recv(2**16):
        parts.append(part)
        if _is_stream(parts[0]):
            break  # events go on for ever
    return b"".join(parts)


def _is_stream(start: bytes) -> bool:
    return b"text/event-stream" in start.partition(b"\r\n\r\n")[0].lower()


def _read(answer: bytes) -> Received | None:
    head, _, rest = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    if not first.startswith("HTTP/1.1 "):
        return None
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Received(int(first.split()[1]), headers, len(rest))
