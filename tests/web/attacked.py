"""What the tests of attacks share: a server to attack, a listener that must stay alone, and the look afterwards."""

import os
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.graph.tokens import Tokens
from tests.processes import below
from tests.web.platform import fill, followed
from tests.web.server import Server, running

QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
GRAPH = "http://example.org/attacked"
SECONDS = 1.0
WEB_PROCESSES = 1
WORKERS = 2
LIMITS = {
    "LEAP_KG_QUERY_SECONDS": f"{SECONDS:g}",
    "LEAP_KG_QUERY_BYTES": str(2**20),
    "LEAP_KG_QUERY_MEMORY": str(2**30),
    "LEAP_KG_WRITE_SECONDS": "3",
    "LEAP_KG_BODY_BYTES": str(6 * 2**20),
    "LEAP_KG_WORKERS": str(WORKERS),
}


@dataclass(frozen=True)
class Target:
    """A running server, its home, and tokens: one for everything, one for a single source."""

    server: Server
    home: Path
    admin: str
    narrow: str

    def query(self, text: str, path: str = "/sparql") -> requests.Response:
        """Send a query."""
        accepted = "application/sparql-results+json, text/turtle;q=0.5"
        return self.server.ask("POST", path, accepted, data=_bytes(text), headers={"Content-Type": QUERY})

    def update(self, text: str) -> requests.Response:
        """Send an update that may do everything."""
        return self.write("POST", "/sparql", _bytes(text), UPDATE)

    def put(self, data: bytes, kind: str) -> requests.Response:
        """Replace a graph."""
        return self.write("PUT", f"/graph-store?graph={GRAPH}", data, kind)

    def write(
        self, method: str, path: str, data: bytes, kind: str, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """A request with the token for everything."""
        sent = {"Content-Type": kind, "Authorization": f"Bearer {self.admin}", **(headers or {})}
        return self.server.ask(method, path, "*/*", data=data, headers=sent)

    def revision(self) -> str:
        """The revision that the graph has."""
        return self.server.get("/health").headers.get("Leap-Revision", "") or self.server.get("/").headers["ETag"]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@contextmanager
def attacked(
    folder: Path, environment: Mapping[str, str] | None = None, more: Callable[[Writer], None] = lambda _: None
) -> Iterator[Target]:
    """A server with the test platform, and `more`, in `folder`."""
    home = followed(fill(folder, more))
    tokens = Tokens(Home(home.path))
    _, admin = tokens.create("attacker", ["admin"])
    _, narrow = tokens.create("narrow", ["publish:one"])
    with running(home.path, {**LIMITS, **(environment or {})}, WEB_PROCESSES) as server:
        yield Target(server, home.path, admin, narrow)


def query_processes(server: Server) -> set[int]:
    """The query processes of a server."""
    return {child for child, command in below(server.pid).items() if "leap_kg.sparql.worker" in command}


def web_processes(server: Server) -> set[int]:
    """All other processes of a server."""
    return set(below(server.pid)) - query_processes(server)


def is_well(target: Target, web: set[int]) -> None:
    """Fail unless the server answers as before: the same web processes, no more query processes, no copies left."""
    assert target.server.get("/health").status_code == 200
    assert target.server.get("/dataset/leap-test/alpha").status_code == 200
    if Path("/proc/self/stat").exists():
        assert web_processes(target.server) >= web, "a web process died"
        assert len(query_processes(target.server)) <= WEB_PROCESSES * WORKERS, below(target.server.pid)


class Listener:
    """A server that nobody may ask for its one address."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self._path = f"/{secrets.token_hex(8)}"
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}{self._path}"

    def was_called(self) -> bool:
        """Whether somebody has asked; other programs of this machine may try the port, but do not know the path."""
        try:
            while True:
                connection, _ = self._socket.accept()
                with connection:
                    connection.settimeout(2)
                    if self._path.encode() in connection.recv(4096):
                        return True
        except TimeoutError:
            return False

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


def needs_proc() -> None:
    """Skip a test that looks at processes where they cannot be seen."""
    if not os.access("/proc/self/stat", os.R_OK):
        pytest.skip("needs /proc to look at processes")
