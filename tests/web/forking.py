"""The server as a process of its own, without the seconds that Python takes to read the libraries.

`python -m tests.web.forking SOCKET` reads them once. For each request it forks a child, which then is the server as it
is started by hand: it has its own environment, folder and output, reads its settings, serves, and ends as an
interpreter does. The parent opens no store and starts no thread, so forking is safe.

Hazard: the number of a process that has ended may soon be another's. A child is waited for only when its `Served` is
asked, and keeps its number till then.
"""

import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, TextIO

from leap_kg.settings import Settings
from leap_kg.web.operations.serve import serve

_ROOT = Path(__file__).parents[2]


class Served:
    """A server that was started."""

    def __init__(self, parent: "_Parent", pid: int) -> None:
        self._parent = parent
        self._status: int | None = None
        self.pid = pid

    def wait(self, seconds: float = 0) -> int | None:
        """How it ended, negative for a signal; `None` if it still runs after so many seconds."""
        if self._status is None:
            self._status = self._parent.ask({"wait": self.pid, "seconds": seconds})
        return self._status

    def terminate(self) -> None:
        """Tell it to stop, unless it has ended."""
        if self._status is None:
            os.kill(self.pid, signal.SIGTERM)


def start(port: int, processes: int, environment: Mapping[str, str]) -> Served:
    """Start `serve` on 127.0.0.1 with this environment, in the folder and with the output that we have now."""
    parent = _parent()
    request = {"port": port, "processes": processes, "environment": dict(environment), "folder": str(Path.cwd())}
    sys.stdout.flush()
    return Served(parent, parent.ask(request, (1, 2)))


class _Parent:
    """Our end of the socket to the process that forks."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "tests.web.forking", str(theirs.fileno())]
            self._process = subprocess.Popen(
                command, cwd=_ROOT, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], env={**os.environ}
            )
        self._lines = self._ours.makefile("rw")
        self._turn = Lock()

    def ask(self, request: Mapping[str, Any], files: tuple[int, ...] = ()) -> Any:
        """What it answers."""
        with self._turn:
            socket.send_fds(self._ours, [b"."], files)
            _write(self._lines, request)
            line = self._lines.readline()
        if not line:
            raise RuntimeError("the process that starts servers has ended")
        return json.loads(line)

    def end(self) -> None:
        """Have it end."""
        self._lines.close()
        self._ours.close()
        self._process.wait(60)


@cache
def _parent() -> _Parent:
    made = _Parent()
    atexit.register(made.end)
    return made


def _write(lines: TextIO, value: object) -> None:
    lines.write(json.dumps(value) + "\n")
    lines.flush()


def _waited(pid: int, seconds: float) -> int | None:
    until = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= until:
            return None
        time.sleep(0.01)


def _become(request: dict[str, Any], output: list[int]) -> None:
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    for number, given in enumerate(output, 1):
        os.dup2(given, number)
        os.close(given)


def _next_server(asked: socket.socket) -> dict[str, Any] | None:
    """In the parent, answer till the socket closes; in a child, what it shall serve."""
    with asked.makefile("rw") as lines:
        while True:
            said, output, *_ = socket.recv_fds(asked, 1, 2)
            if not said:
                return None
            request = json.loads(lines.readline())
            if "wait" in request:
                _write(lines, _waited(request["wait"], request["seconds"]))
                continue
            child = os.fork()
            if child == 0:
                _become(request, output)
                return dict(request)
            for given in output:
                os.close(given)
            _write(lines, child)


def main() -> None:
    """Serve until our socket closes."""
    gc.freeze()  # else each child walks through all of it, and copies it
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        request = _next_server(asked)
    if request is not None:
        serve(Settings.from_environment(), "127.0.0.1", request["port"], request["processes"])


if __name__ == "__main__":
    main()
