"""A real HTTP server on 127.0.0.1 that misbehaves as it is told, and counts what it was asked and what it sent."""

import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Exchange(BaseHTTPRequestHandler):
    """One request; a page is a function that answers it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go out in two writes
    server: "HostileServer"

    posted = b""

    def do_POST(self) -> None:
        self.posted = self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.asked[path] += 1
        self.server.headers_seen.append(dict(self.headers))
        try:
            self.server.pages[path](self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(self.server.now(), usegmt=True)

    def head(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.head(status, {"Content-Length": str(len(body)), **named})
        self.send(body)

    def send(self, data: bytes) -> None:
        self.server.sent += len(data)  # before a client that has it all can ask
        self.wfile.write(data)
        self.wfile.flush()


def drip(exchange: Exchange) -> None:
    """A body of a byte every 50 ms, for ten seconds."""
    exchange.head(200, {"Content-Length": "200"})
    for _ in range(200):
        exchange.send(b"x")
        time.sleep(0.05)


Page = Callable[[Exchange], None]


class HostileServer(ThreadingHTTPServer):
    """`pages` by path; `asked` counts requests by path, `sent` the bytes of bodies; `now` is its clock."""

    daemon_threads = True

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.now = now
        self.pages: dict[str, Page] = {}
        self.asked: Counter[str] = Counter()
        self.headers_seen: list[dict[str, str]] = []
        self.sent = 0

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def host(self) -> str:
        """`127.0.0.1:port`, as an allow list has it."""
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    def page(self, path: str, page: Page) -> str:
        """Serve `page` at `path`; its URL."""
        self.pages[path] = page
        return self.url(path)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up, or refuses the certificate, is what the tests are about."""


@contextmanager
def serving(
    context: ssl.SSLContext | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Iterator[HostileServer]:
    """A server that runs while the context lasts, over TLS if `context` is given, by the clock `now`."""
    server = HostileServer(now)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
