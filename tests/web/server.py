"""Starts the real server in a process of its own, on a free port, and stops it by its process id."""

import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.web.forking import Served, start

# All tests ask from one address.
_UNBOUND = {"LEAP_KG_BUDGET_SECONDS": "0", "LEAP_KG_BUDGET_ERRORS": "0"}


@dataclass(frozen=True)
class Server:
    """A running server; `get` and `post` ask it, by default as a browser does."""

    origin: str
    pid: int
    session: requests.Session = field(repr=False)

    def get(self, path: str, accept: str = "text/html", **more: object) -> requests.Response:
        """GET without following redirects."""
        return self.ask("GET", path, accept, **more)

    def ask(self, method: str, path: str, accept: str = "text/html", **more: object) -> requests.Response:
        """One request."""
        headers = {"Accept": accept, **more.pop("headers", {})}  # type: ignore[dict-item]
        return self.session.request(
            method,
            path if path.startswith("http") else self.origin + path,
            headers=headers,
            allow_redirects=False,
            timeout=60,
            **more,  # type: ignore[arg-type]
        )


@contextmanager
def running(home: Path, environment: Mapping[str, str] | None = None, workers: int = 1) -> Iterator[Server]:
    """A server of this home."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    settings = {"LEAP_KG_HOME": str(home), "LEAP_KG_QUERY_SECONDS": "1", **_UNBOUND, **(environment or {})}
    process = start(port, workers, {**os.environ, **settings})
    session = requests.Session()
    session.trust_env = False
    try:
        server = Server(f"http://127.0.0.1:{port}", process.pid, session)
        _wait(server, process)
        yield server
    finally:
        session.close()
        process.terminate()
        if process.wait(20) is None:
            raise RuntimeError("the server does not stop")


def _wait(server: Server, process: Served) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if (status := process.wait()) is not None:
            raise RuntimeError(f"the server ended with status {status}")
        try:
            server.get("/health")
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server does not answer")
