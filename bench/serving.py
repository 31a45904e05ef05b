"""Pages while others run heavy queries, against the same pages alone; on the real server."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from bench.graph import BASE, SOURCE, activity, datasets
from bench.measure import Comparison, compare
from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer

_DATASETS = 2_000
_PAGES = 40
_HEAVY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z }"


def comparisons(folder: Path) -> Iterator[Comparison]:
    """Forty dataset pages in a row; in our time two clients run endless cross products beside them."""
    home = Home(folder)
    with Writer(home, BASE) as writer:
        writer.publish(SOURCE, datasets(_DATASETS), activity("first"))
    with _server(folder) as address:
        busy = threading.Event()
        clients = [threading.Thread(target=_burden, args=(address, busy), daemon=True) for _ in range(2)]
        for client in clients:
            client.start()

        def pages() -> None:
            for number in range(_PAGES):
                requests.get(f"{address}/dataset/bench/d{number}", timeout=60).raise_for_status()

        def burdened() -> None:
            busy.set()
            time.sleep(0.5)
            pages()
            busy.clear()

        def alone() -> None:
            time.sleep(0.5)
            pages()

        yield compare(
            f"{_PAGES} pages beside two heavy queries (+0.5 s)", burdened, "the same pages alone (+0.5 s)", alone, 3
        )


def _burden(address: str, busy: threading.Event) -> None:
    while True:
        busy.wait()
        try:
            requests.get(f"{address}/sparql", params={"query": _HEAVY}, timeout=60)
        except requests.RequestException:
            return


@contextmanager
def _server(home: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "LEAP_KG_HOME": str(home), "LEAP_KG_QUERY_SECONDS": "3"}
    command = [sys.executable, "-c", "from leap_kg.cli import main; main()", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as server:
        address = f"http://127.0.0.1:{port}"
        for _ in range(200):
            try:
                requests.get(f"{address}/health", timeout=1)
                break
            except requests.RequestException:
                time.sleep(0.05)
        try:
            yield address
        finally:
            server.terminate()
