"""What the server says of itself, and to whom."""

import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from leap_kg.graph.copies.replica import Status
from leap_kg.graph.home import Home
from leap_kg.graph.tokens import Tokens
from leap_kg.settings import Settings
from leap_kg.web.operations.health import is_local
from tests.web.operations.test_metrics import values
from tests.web.server import Server, running


def test_health_says_which_revision_is_served(server: Server) -> None:
    answer = server.get("/health")
    assert answer.json() == {"status": "ok", "revision": 4}
    assert answer.headers["Cache-Control"] == "no-store"
    assert server.ask("HEAD", "/health").status_code == 200


def test_a_server_is_ready_when_a_worker_answers(server: Server) -> None:
    answer = server.get("/ready")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "revision": 4}


def test_an_empty_home_is_healthy_but_not_ready(folder: Path) -> None:
    with running(folder) as server:
        assert server.get("/health").json() == {"status": "empty", "revision": 0}
        answer = server.get("/ready")
        assert answer.status_code == 503
        assert answer.json() == {"ready": False, "revision": 0, "reason": "nothing is published yet"}


@pytest.mark.all
def test_a_server_whose_graph_is_old_or_cannot_be_read_is_not_ready(home: Home, folder: Path) -> None:
    copy = Home(folder)
    shutil.copytree(home.path, copy.path)
    with running(copy.path, {"LEAP_KG_READY_AGE": "0.001"}) as server:
        answer = server.get("/ready")
        assert answer.status_code == 503
        assert "more than LEAP_KG_READY_AGE" in answer.json()["reason"]
    with running(copy.path) as server:
        assert server.get("/ready").status_code == 200
        shutil.copytree(copy.snapshots / "00000004", copy.path / "new")
        for file in (copy.path / "new").glob("*.sst"):
            file.write_bytes(b"damaged")
        (copy.path / "new").rename(copy.snapshots / "00000005")
        time.sleep(1.1)
        answer = server.get("/ready")
        assert answer.status_code == 503
        assert "cannot be opened" in answer.json()["reason"]
        assert server.get("/health").json()["revision"] == 5


@pytest.mark.all
def test_a_server_whose_index_cannot_be_read_is_not_ready_until_it_can_be(home: Home, folder: Path) -> None:
    copy = Home(folder)
    shutil.copytree(home.path, copy.path)
    whole = copy.index.read_bytes()
    with running(copy.path) as server:
        for damage in (b"no index at all" * 1000, b"", None):
            assert server.get("/ready").status_code == 200
            if damage is None:
                copy.index.unlink()
            else:
                copy.index.write_bytes(damage)
            time.sleep(1.1)
            answer = server.get("/ready")
            assert answer.status_code == 503
            reason = "the search index cannot be read; see the log"
            assert answer.json() == {"ready": False, "revision": 4, "reason": reason}
            assert server.get("/health").status_code == 200
            assert server.get("/dataset/leap-test/alpha", accept="text/turtle").status_code == 200
            copy.index.write_bytes(whole)
            time.sleep(1.1)
        assert server.get("/ready").json() == {"ready": True, "revision": 4}


@pytest.mark.all
def test_metrics_tell_of_all_processes(home: Home) -> None:
    with running(home.path, workers=2) as server:
        for _ in range(10):
            requests.get(f"{server.origin}/browse", timeout=30)  # each by a connection of its own
            requests.get(f"{server.origin}/sparql", params={"query": "ASK {}"}, timeout=30)
        found, until = values(server.get("/metrics").content), time.monotonic() + 20
        while not _all_told(found) and time.monotonic() < until:
            time.sleep(0.2)  # the other process tells what it counted every other second
            found = values(server.get("/metrics").content)
        assert found["leap_kg_http_requests_total", ("GET", "/browse", "200")] == 10
        assert sum(value for (name, _), value in found.items() if name == "leap_kg_sparql_queries_total") == 10
        assert found["leap_kg_processes", ("web",)] == 2
        assert found["leap_kg_processes", ("query",)] >= 2
        assert found["leap_kg_revision", ()] == 4
        assert found["leap_kg_revision_age_seconds", ()] > 0


def _all_told(found: dict[tuple[str, tuple[str, ...]], float]) -> bool:
    web, query = (found.get(("leap_kg_processes", (kind,)), 0) for kind in ("web", "query"))
    return _asked(found) == 20 and web == 2 and query >= 2


def _asked(found: dict[tuple[str, tuple[str, ...]], float]) -> float:
    """The requests for pages and queries."""
    paths = ("/browse", "/sparql")
    return sum(
        value for (name, labels), value in found.items() if name == "leap_kg_http_requests_total" and labels[1] in paths
    )


def test_metrics_are_open_to_this_machine_and_to_operators(server: Server, home: Home) -> None:
    tokens = Tokens(home)
    _, operator = tokens.create("prometheus", ["operate"])
    _, other = tokens.create("harvester", ["publish:one"])
    assert server.get("/metrics").status_code == 200
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        assert server.get("/metrics", headers={header: "192.0.2.1"}).status_code == 401, header
    proxied = {"X-Forwarded-For": "192.0.2.1"}
    for token, status in ((operator, 200), (other, 403), ("leapkg_" + "0" * 12 + "_" + "x" * 43, 401)):
        headers = {**proxied, "Authorization": f"Bearer {token}"}
        assert server.get("/metrics", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("address", "local"),
    [
        *(("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::ffff:127.0.0.1", True)),
        *(("192.0.2.1", False), ("::ffff:192.0.2.1", False), ("10.0.0.1", False), ("", False), ("localhost", False)),
    ],
)
def test_only_loopback_is_this_machine(address: str, local: bool) -> None:
    assert is_local(address) is local


def test_lag_is_counted_from_the_last_time_that_nothing_was_missing() -> None:
    status = Status("memory://x", revision=3, newest=5, level=1000.0, seen=1010.0)
    assert status.behind == 2
    assert status.lag(1020.0) == 20.0
    assert status.lag(900.0) == 0.0  # a clock that went backwards
    assert replace(status, level=0.0).lag(1020.0) == float("inf")


@pytest.mark.parametrize("name", ["LEAP_KG_STOP_SECONDS", "LEAP_KG_READY_AGE", "LEAP_KG_READY_LAG"])
def test_a_bound_must_be_a_number_above_zero(name: str) -> None:
    for value in ("0", "-1", "soon", "inf"):
        with pytest.raises(ValueError, match=name):
            Settings.from_environment({name: value})
