"""The ordinary server, with an admin token, for the suites; and their score in the summary of the test run."""

import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.conformance.client import Endpoint

PATHS = {"/sparql/": "/sparql", "/gsp": "/graph-store"}
_COMMAND = [sys.executable, "-c", "from leap_kg.cli import main; main()"]


@contextmanager
def serving(home: Path) -> Iterator[Endpoint]:
    """`leap-kg serve` on a new home, and a token for everything."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LEAP_KG_")}
    environment["LEAP_KG_HOME"] = str(home)
    subprocess.run([*_COMMAND, "init"], env=environment, check=True, stdout=subprocess.DEVNULL)
    made = subprocess.run(
        [*_COMMAND, "token", "create", "suites", "--scope", "admin"],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([*_COMMAND, "serve", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL)
    endpoint = Endpoint(f"127.0.0.1:{port}", PATHS, made.stdout.strip())
    try:
        _wait(endpoint, server)
        yield endpoint
    finally:
        server.terminate()
        server.wait(30)


def _wait(endpoint: Endpoint, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert server.poll() is None, f"the server ended with status {server.returncode}"
        try:
            endpoint.send("GET", "/health")
        except ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server does not answer")


def clear(endpoint: Endpoint) -> None:
    """Delete every graph that can be deleted."""
    query = b"SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }"
    found = endpoint.send("POST", "/sparql", {"Content-Type": "application/sparql-query", "Accept": "text/csv"}, query)
    assert found.status == 200, found.body
    for graph in found.body.decode().split()[1:]:
        if not re.search(r"/graph/(prov|source/ontology)$", graph):
            response = endpoint.send("DELETE", f"/graph-store?graph={quote(graph, safe='')}")
            assert response.status in (200, 204), (graph, response)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """One server for all exchanges that begin with an empty store."""
    with serving(tmp_path_factory.mktemp("suites") / "home") as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(server: Endpoint) -> Endpoint:
    """The server with nothing in its store but what it needs itself."""
    clear(server)
    return server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many tests of each suite passed."""
    passed: Counter[str] = Counter()
    ran: Counter[str] = Counter()
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, ()):
            suite = dict(getattr(report, "user_properties", ())).get("suite")
            if suite is not None and (report.when == "call" or outcome == "error"):
                ran[str(suite)] += 1
                passed[str(suite)] += outcome == "passed"
    for suite in sorted(ran):
        terminalreporter.write_line(f"W3C {suite}: {passed[suite]}/{ran[suite]}")
