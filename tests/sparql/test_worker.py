"""The worker process itself, spoken to over its socket."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leap_kg.sparql import frames
from leap_kg.sparql.process import command, environment
from leap_kg.sparql.worker import LEAST_MEMORY, LONGEST_REASON, MOST_OPEN
from tests.sparql.conftest import EX, ROWS

MEMORY = 2**30
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"

FROM_G0 = "SELECT (COUNT(*) AS ?n) FROM <http://example.org/g0> { ?s ?p ?o }"


class Worker:
    """A running worker with its socket."""

    def __init__(self, snapshot: Path, memory: int = MEMORY) -> None:
        self.snapshot = snapshot
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(command(memory), stdin=theirs.fileno(), env=environment())
        self.socket = ours
        self._stream = ours.makefile("rb")

    def frame(self) -> tuple[dict[str, Any], bytes] | None:
        return frames.read(self._stream)

    def receive(self) -> tuple[dict[str, Any], bytes]:
        frame = self.frame()
        assert frame is not None
        return frame

    def send(self, text: str, name: str = "json", **options: object) -> None:
        request = {
            "task": "query",
            "snapshot": str(self.snapshot),
            "format": name,
            "max_bytes": 10**6,
            "max_rows": 10**6,
            "truncate": False,
            "prefixes": {},
            "own_dataset": False,
            "default_graphs": [],
            "named_graphs": [],
            "searches": [],
            "index": "",
            **options,
        }
        self.socket.sendall(frames.frame(frames.encode(request), text.encode()))

    def ask(self, text: str, name: str = "json", **options: object) -> tuple[dict[str, Any], bytes]:
        self.send(text, name, **options)
        return self.receive()

    def hang_up(self) -> None:
        self._stream.close()
        self.socket.close()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.hang_up()


@pytest.fixture
def worker(snapshot: Path) -> Iterator[Worker]:
    started = Worker(snapshot)
    assert started.receive() == ({"status": 200}, b"")
    yield started
    started.close()


def test_it_answers_one_query_after_the_other(worker: Worker) -> None:
    header, body = worker.ask("SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }")
    assert header == {"status": 200}
    assert json.loads(body)["results"]["bindings"][0]["n"]["value"] == str(ROWS)
    assert worker.ask("ASK { }", "csv") == ({"status": 200}, b"true")
    header, body = worker.ask(f"CONSTRUCT {{ <{EX}s0> ?p ?o }} {{ <{EX}s0> ?p ?o }}", "ttl", prefixes={"": EX})
    assert body.decode().splitlines()[-1] == ":s0 :value 0 ."


@pytest.mark.parametrize(
    ("text", "options", "count"),
    [
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", {"default_graphs": [EX + "g1"]}, ROWS // 2 + 1),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", {"default_graphs": [EX + "none"]}, 0),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", {"named_graphs": [EX + "g1"]}, 0),
        ("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", {"named_graphs": [EX + "g1"]}, ROWS // 2 + 1),
        ("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", {"default_graphs": [EX + "g1"]}, 0),
        ("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", {}, ROWS + 1),
        (FROM_G0, {"own_dataset": True}, ROWS // 2),
        (FROM_G0.replace("FROM", "FROM NAMED"), {"own_dataset": True}, 0),
        (FROM_G0, {"own_dataset": True, "default_graphs": [EX + "g1"]}, ROWS // 2 + 1),
    ],
)  # fmt: skip
def test_the_dataset(worker: Worker, text: str, options: dict[str, object], count: int) -> None:
    assert worker.ask(text, "tsv", **options)[1].decode() == f"?n\n{count}\n"


@pytest.mark.parametrize(
    ("text", "name", "options", "status", "reason"),
    [
        ("SELECT * {\n ?s ?p }", "json", {}, 400, "syntax error at 2:"),
        ("SELECT * { ?s ?p ?o }", "json", {"max_bytes": 100}, 413, "larger than 100 bytes: add LIMIT"),
        ("SELECT * { ?s ?p ?o }", "ttl", {}, 400, "rows cannot be written as ttl"),
        ("SELECT (<http://a/f>(1) AS ?x) {}", "json", {}, 400, "http://a/f"),
        ("ASK {}", "json", {"default_graphs": ["no iri"]}, 400, "the query cannot be answered"),
    ],
)
def test_a_fault_of_the_query_is_a_status_and_a_reason(
    worker: Worker, text: str, name: str, options: dict[str, object], status: int, reason: str
) -> None:
    header, body = worker.ask(text, name, **options)
    assert (header["status"], body) == (status, b"")
    assert reason in header["reason"]
    assert len(header["reason"]) <= LONGEST_REASON + 2
    assert worker.ask("ASK {}", "csv")[1] == b"true"


@pytest.mark.parametrize("busy", [False, True])
def test_it_leaves_when_its_socket_closes(worker: Worker, busy: bool) -> None:
    if busy:
        worker.send(ENDLESS)
        time.sleep(0.2)
        assert worker.process.poll() is None
    worker.hang_up()
    assert worker.process.wait(5) == 0


def test_it_leaves_the_interrupt_key_to_the_server(worker: Worker) -> None:
    os.kill(worker.process.pid, signal.SIGINT)
    assert worker.ask("ASK {}", "csv")[1] == b"true"


def _product(variables: int) -> str:
    """Patterns with 4 to the power of `variables` solutions."""
    return " ".join(f"VALUES ?v{number} {{ 1 2 3 4 }}" for number in range(variables))


def test_too_little_memory_ends_the_worker_and_nothing_else(snapshot: Path) -> None:
    starved = Worker(snapshot, LEAST_MEMORY)
    starved.receive()
    starved.send(f"SELECT * {{ {_product(14)} }} ORDER BY ?v0")
    assert starved.frame() is None
    assert starved.process.wait(5) != 0
    starved.close()


def test_memory_that_is_not_given_back_is_reported(snapshot: Path) -> None:
    small = Worker(snapshot, LEAST_MEMORY)
    small.receive()
    assert small.ask("ASK {}")[0] == {"status": 200}
    header, body = small.ask(f"SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT * {{ {_product(9)} }} }}", "csv")
    assert (header, body) == ({"status": 200, "grown": True}, b"n\r\n262144\r\n")
    small.close()


@pytest.mark.parametrize("content", [None, b"no store"])
def test_what_is_no_snapshot_is_reported(worker: Worker, tmp_path: Path, content: bytes | None) -> None:
    directory = tmp_path / "snapshot"
    if content is not None:
        directory.mkdir()
        (directory / "CURRENT").write_bytes(content)
    header, _ = worker.ask("ASK {}", snapshot=str(directory))
    assert header["status"] == 503
    assert f"the snapshot {directory} cannot be opened" in header["reason"]
    assert worker.ask("ASK {}", "csv")[1] == b"true"


def test_it_keeps_the_last_snapshots_open(worker: Worker, snapshot: Path, tmp_path: Path) -> None:
    copies = [tmp_path / str(number) for number in range(MOST_OPEN + 1)]
    for copy in copies:
        shutil.copytree(snapshot, copy)
        assert worker.ask("ASK {}", "csv", snapshot=str(copy))[0] == {"status": 200}
        shutil.rmtree(copy)
    for copy in copies[1:]:
        assert worker.ask("ASK { ?s ?p ?o }", "csv", snapshot=str(copy)) == ({"status": 200}, b"true")
    assert worker.ask("ASK {}", snapshot=str(copies[0]))[0]["status"] == 503
    header, _ = worker.ask("", task="open", snapshot=str(copies[1]))
    assert header == {"status": 200, "open": [str(copies[2]), str(copies[3]), str(copies[1])]}


def test_a_result_is_cut_if_that_was_asked_for(worker: Worker) -> None:
    header, body = worker.ask("SELECT * { ?s ?p ?o }", "tsv", max_rows=5, truncate=True)
    assert header == {"status": 200, "rows": 5}
    assert body.count(b"\n") == 6


def test_it_imports_little() -> None:
    """What it imports is what a new worker waits for, after each query that was killed."""
    program = "import sys, leap_kg.sparql.worker; print('\\n'.join(sys.modules))"
    listed = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    loaded = set(listed.stdout.split())
    assert "pyoxigraph" in loaded
    assert not loaded & {"asyncio", "dataclasses", "fastapi", "pydantic", "rdflib", "requests", "yaml"}
    assert {name for name in loaded if name.startswith("leap_kg")} == {
        "leap_kg",
        "leap_kg.graph",
        "leap_kg.graph.opening",
        "leap_kg.sparql",
        "leap_kg.sparql.cut",
        "leap_kg.sparql.frames",
        "leap_kg.sparql.worker",
        "leap_kg.sparql.writer",
    }
