"""Real SPARQL servers, each with data of its own, on free ports of this machine, ended by their process id.

Fuseki's jar is fetched by Maven once and kept in `.cache/`; Virtuoso is the system's package.
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import requests

from leap_kg.graph.remote.protocol import Connection
from leap_kg.graph.remote.store import RemoteStore
from leap_kg.remote import Remote

ROOT = Path(__file__).parents[3]
FUSEKI = "org.apache.jena:jena-fuseki-server:5.6.0"
_STARTING = 60.0

_VIRTUOSO = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/temporary.db
TransactionFile = {folder}/temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
NumberOfBuffers = 4000
MaxDirtyBuffers = 3000
MaxSortedTopRows = 1000000
CheckpointInterval = 0
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 10
MaxClientConnections = 10
[SPARQL]
ResultSetMaxRows = {rows}
"""


class Absent(Exception):
    """The server is not to be had on this machine; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its name, where it is, and the process."""

    name: str
    remote: Remote
    pid: int

    def clear(self) -> None:
        """Take all graphs away that a test may have made."""
        for graph in RemoteStore(self.remote).named_graphs():
            if "openlinksw" not in graph.value and "localhost" not in graph.value and "w3.org" not in graph.value:
                Connection(self.remote).update(f"CLEAR SILENT GRAPH {graph}")


@contextlib.contextmanager
def fuseki(folder: Path) -> Iterator[Server]:
    """Fuseki with one dataset in memory."""
    java, jar, port = _program("java"), _jar(), free_port()
    command = [java, "-Xmx512m", "-jar", str(jar), "--mem", "--update", "--localhost", f"--port={port}", "/ds"]
    with _running(command, folder) as process:
        address = f"http://127.0.0.1:{port}/ds"
        _wait(process, f"{address}/query", folder)
        yield Server("Fuseki", Remote(f"{address}/query", f"{address}/update"), process.pid)


@contextlib.contextmanager
def virtuoso(folder: Path, rows: int = 1_000_000) -> Iterator[Server]:
    """Virtuoso with a user that may update, who is asked for a password by Digest; `rows` is where it cuts answers."""
    program, client = _program("virtuoso-t"), _program("isql-vt", "isql")
    http, sql, password = free_port(), free_port(), secrets.token_hex(8)
    configuration = folder / "virtuoso.ini"
    configuration.write_text(_VIRTUOSO.format(folder=folder, http=http, sql=sql, rows=rows))
    with _running([program, "+foreground", "+configfile", str(configuration)], folder) as process:
        address = f"http://127.0.0.1:{http}"
        _wait(process, f"{address}/sparql", folder)
        for statement in (
            f"DB.DBA.USER_CREATE('leap', '{password}');",
            'GRANT SPARQL_UPDATE TO "leap";',
            f"USER_SET_PASSWORD('dba', '{secrets.token_hex(8)}');",
        ):
            script = folder / "statement.sql"
            script.write_text(statement)
            done = subprocess.run(
                [client, f"127.0.0.1:{sql}", "dba", "dba", str(script)], capture_output=True, text=True, check=True
            )
            assert "Error" not in done.stderr + done.stdout, done.stderr
        remote = Remote(f"{address}/sparql", f"{address}/sparql-auth", "leap", password)
        yield Server("Virtuoso", remote, process.pid)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _program(*names: str) -> str:
    for name in names:
        if path := shutil.which(name):
            return path
    raise Absent(f"{names[0]} is not installed")


def _jar() -> Path:
    folder = ROOT / ".cache" / "fuseki"
    _, name, version = FUSEKI.split(":")
    jar = folder / f"{name}-{version}.jar"
    if not jar.is_file():
        maven = _program("mvn")
        partial = folder / f"{os.getpid()}"
        options = [f"-Dartifact={FUSEKI}", f"-DoutputDirectory={partial}"]
        done = subprocess.run([maven, "-q", "-B", "dependency:copy", *options], capture_output=True, check=False)
        if done.returncode != 0:
            raise Absent(f"{jar.name} is not in .cache/fuseki, and Maven cannot fetch {FUSEKI}")
        (partial / jar.name).rename(jar)
        shutil.rmtree(partial)
    return jar


@contextlib.contextmanager
def _running(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        process.wait()


def _wait(process: subprocess.Popen[bytes], address: str, folder: Path) -> None:
    end = time.monotonic() + _STARTING
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with contextlib.suppress(requests.ConnectionError):
            if requests.get(address, params={"query": "ASK {}"}, timeout=10).status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"{address} did not start: {(folder / 'output.txt').read_text()[-2000:]}")
