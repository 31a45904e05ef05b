"""Starting, an empty home, new revisions under a running server, damage on disk."""

import gzip
import os
import shutil
import signal
import socket
import time
from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from leap_kg.graph.patch import PatchLog
from leap_kg.graph.publish import Writer
from leap_kg.settings import DEFAULT_BASE, Settings
from leap_kg.web.serve import ServeError, require_free, serve
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


def test_a_damaged_patch_spoils_its_own_page_only(home: Home, folder: Path) -> None:
    shutil.copytree(home.path, folder)
    damaged = PatchLog(Home(folder).log).files()[3]
    damaged.write_bytes(gzip.compress(b"H id <urn:x> .\nTC .\n"))
    with running(folder) as server:
        assert "cannot be shown" in server.get("/changes").text
        assert server.get("/changes/3").status_code == 500
        assert str(folder) not in server.get("/changes/3").text
        for path in ("/", "/changes/2", "/dataset/leap-test/alpha"):
            assert server.get(path).status_code == 200


def test_the_server_ends_with_its_query_processes(home: Home) -> None:
    with running(home.path) as server:
        assert server.get("/sparql", params={"query": COUNT}, accept="text/csv").status_code == 200
        processes = _descendants(server.pid)
        assert len(processes) >= 2
        os.kill(server.pid, signal.SIGTERM)
        until = time.monotonic() + 15
        while _alive(processes) and time.monotonic() < until:
            time.sleep(0.05)
        assert not _alive(processes)


def _descendants(pid: int) -> set[int]:
    children = {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    return children.union(*map(_descendants, children)) if children else children


def _alive(processes: set[int]) -> set[int]:
    states = {}
    for pid in processes:
        try:
            states[pid] = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return {pid for pid, state in states.items() if state != "Z"}
