"""A server that answers exactly what a test says: for what no server of ours would send."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass(frozen=True)
class Said:
    """An answer; `drip` sends it one byte at a time with so many seconds between."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0


@dataclass
class Asked:
    """The requests that came, as method and path, and what each said of who asks (`""` for nothing)."""

    url: str
    requests: list[tuple[str, str]] = field(default_factory=list)
    identities: list[str] = field(default_factory=list)


@contextmanager
def answering(answers: Sequence[Said]) -> Iterator[Asked]:
    """A server that gives these answers one after the other, the last one again and again."""
    asked = Asked("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            said = answers[min(len(asked.requests), len(answers) - 1)]
            asked.requests.append((self.command, self.path))
            asked.identities.append(self.headers.get("Authorization", ""))
            self.send_response(said.status)
            for name, value in {"Content-Length": str(len(said.body)), **said.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                if not said.drip:
                    self.wfile.write(said.body)
                for byte in said.body if said.drip else b"":
                    self.wfile.write(bytes([byte]))
                    time.sleep(said.drip)
            except OSError:
                self.close_connection = True

        do_POST = do_GET  # noqa: N815 - the name that the library wants

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        asked.url = f"http://127.0.0.1:{server.server_address[1]}"
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield asked
        finally:
            server.shutdown()
