"""Homes of any size, made at once: a snapshot is loaded in bulk, without a publication; and servers on them."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests
from pyoxigraph import RdfFormat, Store

from bench.graph import BASE, SOURCE, activity, datasets
from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots

_STARTUP = 120.0


def generated(folder: Path, file: Path) -> Home:
    """A home whose only revision is the N-Triples in `file`, in one source graph."""
    return _home(folder, lambda store: store.bulk_load(path=str(file), format=RdfFormat.N_TRIPLES, to_graph=_GRAPH))


def of_datasets(folder: Path, number: int) -> Home:
    """A home of so many datasets of `bench.graph`, six quads each."""
    return _home(folder, lambda store: store.bulk_extend(datasets(number)))


_GRAPH = source_graph(BASE, SOURCE)


def _home(folder: Path, fill: Callable[[Store], None]) -> Home:
    """One small publication, which pages take their times from, and the bulk of the data behind its back."""
    home = Home(folder)
    with Writer(home, BASE) as writer:
        revision = writer.publish(SOURCE, datasets(1), activity("first")).revision
    store = Store(str(home.store))
    fill(store)
    store.optimize()
    store.flush()
    shutil.rmtree(home.snapshots)
    home.snapshots.mkdir()
    Snapshots(home).create(store, revision)
    return home


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def ours(home: Home, processes: int = 1, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Our server on this home, without budgets: all clients of a benchmark have one address."""
    port = free_port()
    command = [sys.executable, "-c", "from leap_kg.cli import main; main()", "serve"]
    settings = {
        "LEAP_KG_HOME": str(home.path),
        "LEAP_KG_BUDGET_SECONDS": "0",
        "LEAP_KG_BUDGET_ERRORS": "0",
        "LEAP_KG_QUERY_SECONDS": "120",
        "LEAP_KG_LOG_LEVEL": "warning",
        **(environment or {}),
    }
    with running([*command, "--port", str(port), "--workers", str(processes)], settings, port) as address:
        yield address


@contextmanager
def oxigraph(home: Home) -> Iterator[str]:
    """`oxigraph serve-read-only` on the newest snapshot of this home."""
    binary, snapshot = shutil.which("oxigraph"), Snapshots(home).current()
    if binary is None or snapshot is None:
        raise LookupError("there is no `oxigraph` on the path: install it with `cargo install oxigraph-cli`")
    port = free_port()
    command = [binary, "serve-read-only", "--location", str(snapshot.directory), "--bind", f"127.0.0.1:{port}"]
    with running([*command, "--union-default-graph"], {}, port) as address:
        yield address


@contextmanager
def running(command: Sequence[str], settings: Mapping[str, str], port: int) -> Iterator[str]:
    """A server process, from when it answers until it has ended."""
    environment = {**os.environ, **settings}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(server, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def _wait(server: "subprocess.Popen[bytes]", port: int) -> None:
    until = time.monotonic() + _STARTUP
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"{server.args} ended with {server.returncode}")  # type: ignore[str-bytes-safe]
        try:
            requests.get(f"http://127.0.0.1:{port}/", timeout=5)
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{server.args} does not answer")  # type: ignore[str-bytes-safe]
