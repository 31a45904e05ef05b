"""Starting, an empty home, new revisions under a running server, damage on disk."""

import gzip
import os
import shutil
import signal
import socket
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from leap_kg.graph.home import Home
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.publish import Writer
from leap_kg.settings import DEFAULT_BASE, Settings
from leap_kg.web.operations.serve import ServeError, require_free, serve
from tests.processes import alive, below, children
from tests.web.platform import CATALOGUE, publish, triples
from tests.web.server import Server, running

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?d a <http://www.w3.org/ns/dcat#Dataset> }"


def test_a_taken_port_is_a_clear_error(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=rf"cannot listen on 127\.0\.0\.1 port {port}.*--port"):
            serve(Settings(home=folder), "127.0.0.1", port)


def test_a_server_takes_its_port_for_itself(server: Server) -> None:
    with pytest.raises(ServeError):
        require_free("127.0.0.1", int(server.origin.rpartition(":")[2]))


def test_an_address_of_another_machine_is_a_clear_error() -> None:
    with pytest.raises(ServeError, match=r"192\.0\.2\.1"):
        require_free("192.0.2.1", 8000)
    with pytest.raises(ServeError, match="no address of this machine"):
        require_free("no such host.invalid", 8000)


def test_a_home_without_data_says_how_to_harvest_and_new_revisions_show_at_once(folder: Path) -> None:
    with running(folder) as server:
        home_page = server.get("/")
        assert home_page.status_code == 200
        assert "leap-kg harvest" in home_page.text
        assert server.get("/browse").status_code == 503
        assert server.get("/dataset/leap-test/alpha").status_code == 503
        assert server.get("/sparql", params={"query": COUNT}, accept="text/csv").status_code == 503
        assert server.get("/health").json() == {"status": "empty", "revision": 0}
        for path in ("/ontology", "/about", "/queries", "/context.jsonld", "/robots.txt"):
            assert server.get(path).status_code == 200, path
        with Writer(Home(folder), DEFAULT_BASE) as writer:
            for number, title in ((1, "Beta at first"), (2, "Beta later")):
                publish(writer, "one", "One", triples(CATALOGUE.replace("Beta winds", title)), number)
                page = server.get("/dataset/leap-test/beta")
                assert page.status_code == 200
                assert title in page.text
                assert page.headers["ETag"].startswith(f'W/"{number}-')
                answer = server.get("/sparql", params={"query": COUNT}, accept="text/csv")
                assert answer.text.split() == ["n", "3"]
                assert answer.headers["Leap-Revision"] == str(number)
                old = server.get("/dataset/leap-test/beta", headers={"If-None-Match": f'W/"{number - 1}-html"'})
                assert old.status_code == 200
                assert title in server.get("/search?q=beta").text


@pytest.mark.all
def test_a_damaged_patch_spoils_its_own_page_only(home: Home, folder: Path) -> None:
    shutil.copytree(home.path, folder)
    damaged = PatchLog(Home(folder).log).files()[3]
    damaged.write_bytes(gzip.compress(b"H id <urn:x> .\nTC .\n"))
    with running(folder) as server:
        for path in ("/changes/3", "/changes/3.rdfp", "/changes/3.trig"):
            assert server.get(path).status_code == 500, path
        history = server.get("/history?iri=/dataset/leap-test/hostile")
        assert history.status_code == 200
        assert "Its statements cannot be shown" in history.text
        assert str(folder) not in server.get("/changes/3").text
        for path in ("/", "/changes", "/changes/2", "/changes/3.json", "/changes.atom", "/dataset/leap-test/alpha"):
            assert server.get(path).status_code == 200, path


def test_the_server_ends_with_its_query_processes(home: Home) -> None:
    with running(home.path) as server:
        assert server.get("/sparql", params={"query": COUNT}, accept="text/csv").status_code == 200
        processes = below(server.pid)
        assert len(processes) >= 2
        os.kill(server.pid, signal.SIGTERM)
        until = time.monotonic() + 15
        while alive(processes) and time.monotonic() < until:
            time.sleep(0.05)
        assert not alive(processes)


SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def _ask_slowly(server: Server) -> "Future[requests.Response]":
    """A query that takes all the time it may; returns when it runs."""
    pool = ThreadPoolExecutor(1)
    asked = pool.submit(
        requests.get, f"{server.origin}/sparql", params={"query": SLOW}, headers={"Accept": "text/csv"}, timeout=60
    )
    pool.shutdown(wait=False)
    time.sleep(0.7)
    assert not asked.done()
    return asked


def _ended(pid: int, seconds: float) -> float:
    """Wait for the end of a process that is not ours to reap; returns how long it took."""
    began = time.monotonic()
    while alive({pid}):
        assert time.monotonic() - began < seconds, f"{pid} still runs"
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.mark.all
def test_what_is_being_answered_is_finished_when_the_server_stops(home: Home) -> None:
    with running(home.path, {"LEAP_KG_QUERY_SECONDS": "3"}) as server:
        asked = _ask_slowly(server)
        os.kill(server.pid, signal.SIGTERM)
        time.sleep(0.5)
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{server.origin}/health", timeout=5)
        answer = asked.result(30)
        assert answer.status_code == 503
        assert "took longer than 3 s" in answer.text
        _ended(server.pid, 15)


@pytest.mark.all
def test_event_streams_end_when_the_server_stops(home: Home) -> None:
    with running(home.path, {"LEAP_KG_STOP_SECONDS": "30"}) as server:
        with requests.get(f"{server.origin}/watch", stream=True, timeout=60) as watched:
            assert watched.status_code == 200
            lines = watched.iter_lines()
            assert next(lines).startswith(b"retry:")
            os.kill(server.pid, signal.SIGTERM)
            assert list(lines) is not None  # the stream ends as it should: a broken one would raise
        assert _ended(server.pid, 20) < 10


@pytest.mark.all
def test_a_stop_does_not_wait_longer_than_it_may(home: Home) -> None:
    with running(home.path, {"LEAP_KG_QUERY_SECONDS": "50", "LEAP_KG_STOP_SECONDS": "1"}) as server:
        asked = _ask_slowly(server)
        processes = below(server.pid)
        os.kill(server.pid, signal.SIGTERM)
        _ended(server.pid, 10)
        with pytest.raises(requests.RequestException):
            asked.result(30)
        for pid in processes:
            _ended(pid, 10)


@pytest.mark.all
def test_a_second_signal_ends_the_server_at_once(home: Home) -> None:
    with running(home.path, {"LEAP_KG_QUERY_SECONDS": "50", "LEAP_KG_STOP_SECONDS": "40"}) as server:
        asked = _ask_slowly(server)
        processes = below(server.pid)
        os.kill(server.pid, signal.SIGTERM)
        time.sleep(1)
        assert alive({server.pid})
        os.kill(server.pid, signal.SIGTERM)
        assert _ended(server.pid, 10) < 5
        with pytest.raises(requests.RequestException):
            asked.result(30)
        for pid in processes:
            _ended(pid, 10)


@pytest.mark.all
def test_nothing_outlives_a_server_that_is_killed(home: Home) -> None:
    with running(home.path, {"LEAP_KG_QUERY_SECONDS": "50", "LEAP_KG_STOP_SECONDS": "2"}, workers=2) as server:
        asked = _ask_slowly(server)
        processes = below(server.pid)
        assert len(processes) >= 4
        os.kill(server.pid, signal.SIGKILL)
        for pid in processes:
            _ended(pid, 20)
        with pytest.raises(requests.RequestException):
            asked.result(30)


@pytest.mark.all
def test_a_web_process_that_dies_is_replaced(home: Home) -> None:
    with running(home.path) as server:
        (web,) = children(server.pid)
        os.kill(web, signal.SIGKILL)
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                assert requests.get(f"{server.origin}/health", timeout=5).status_code == 200
                break
            except requests.RequestException:
                time.sleep(0.1)
        else:
            raise AssertionError("no web process took its place")


@pytest.mark.all
def test_a_client_that_sends_its_request_byte_by_byte_holds_nothing(home: Home) -> None:
    with (
        running(home.path) as server,
        socket.create_connection(("127.0.0.1", int(server.origin.rpartition(":")[2]))) as slow,
    ):
        slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        slow.settimeout(25)
        assert b"408" in slow.recv(1000) or slow.recv(1000) == b""
