"""`leap-kg replica`: a home that follows another one, and a read-only server of it.

The follower is a process of its own, started again when it dies: what it does to the disk and the memory must not
touch those who answer requests, and the server has to fork web processes, which no process that holds a store can.
"""

import subprocess
import sys
import threading
import time
from typing import Annotated

import typer

from leap_kg.cli import context
from leap_kg.cli.output import fail, print_line
from leap_kg.cli.serve import announce
from leap_kg.graph.home import Home, HomeError
from leap_kg.settings import Settings

_RESTART_SECONDS = 5.0


def replica(
    source: Annotated[
        str, typer.Option("--from", metavar="URL", help="A home, or a backup of one: a folder or an address.")
    ],
    once: Annotated[bool, typer.Option("--once", help="Take over what is new and end; serve nothing.")] = False,
    every: Annotated[float, typer.Option(min=0.1, max=86_400, help="Seconds between two looks at the source.")] = 5.0,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 8000,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Web processes.")] = None,
) -> None:
    """Follow another home and serve it, for reading only."""
    settings = context.settings()
    if once:
        _step(settings, source)
        return
    from leap_kg.web.operations.serve import ServeError, require_free
    from leap_kg.web.operations.serve import serve as serve_app

    try:
        require_free(host, port)
        with _Following(source, every, settings.stop_seconds):
            print_line(announce(settings, host, port, "a replica, "))
            serve_app(settings, host, port, workers, replica=True)
    except ServeError as error:
        fail(str(error))


def _step(settings: Settings, source: str) -> None:
    from leap_kg.graph.copies.replica import Replica
    from leap_kg.graph.copies.storage import Storage

    try:
        with Replica(Home.of(settings), settings.base, Storage(source)) as following:
            taken = following.step()
    except HomeError as error:
        fail(str(error))
    print_line(f"{settings.home} is at revision {following.status.revision}, {taken} of them new")


class _Following:
    """The follower, kept alive while this is open."""

    def __init__(self, source: str, every: float, patience: float) -> None:
        self._command = [sys.executable, "-P", "-m", "leap_kg.cli.follower", source, str(every)]
        self._patience = patience
        self._ending = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> "_Following":
        self._start()
        self._keeper.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        if self._child is not None and self._child.stdin is not None:
            self._child.stdin.close()
            try:
                self._child.wait(self._patience)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()

    def _start(self) -> None:
        self._child = subprocess.Popen(self._command, stdin=subprocess.PIPE)

    def _keep(self) -> None:
        """Start the follower again whenever it has died."""
        while not self._ending.is_set():
            if self._child is not None and self._child.poll() is not None:
                time.sleep(_RESTART_SECONDS)
                if not self._ending.is_set():
                    self._start()
            self._ending.wait(0.5)
