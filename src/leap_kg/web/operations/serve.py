"""Starts the web server: granian, with as many processes as asked for, each making its own app.

Nothing is printed here; the caller says where the server is once it starts.

Stopping: at the first SIGTERM or SIGINT no new connection is accepted, event streams are ended, and what is being
answered is finished within `stop_seconds`; a second signal ends all at once. Hazard: when this process is killed,
nobody tells its web processes. Each holds one end of a pipe whose other end is here alone, and stops when that closes;
query processes do the same with their standard input. So nothing outlives the server.
"""

import asyncio
import math
import os
import signal
import socket
import tempfile
import threading
from contextlib import suppress
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer
from starlette.types import ASGIApp, Receive, Scope, Send

from leap_kg.graph.copies.replica import read_status
from leap_kg.graph.home import Home, HomeError
from leap_kg.settings import Settings
from leap_kg.web.app import create_app
from leap_kg.web.operations import logs
from leap_kg.web.operations.metrics import Workers
from leap_kg.web.operations.observed import Observed
from leap_kg.web.prefixed import Prefixed
from leap_kg.web.site import Site
from leap_kg.web.sparql.endpoint import Endpoint
from leap_kg.web.writing.readonly import ReadOnly

_HEADER_SECONDS = 10
"""How long a client may take to send the head of a request; one that sends a byte a minute holds nothing."""


class ServeError(RuntimeError):
    """The server cannot start; the message says what to do."""


def default_processes() -> int:
    """As many web processes as half the processors, for queries need the other half; at most four."""
    return max(1, min(4, len(os.sched_getaffinity(0)) // 2))


def serve(
    settings: Settings, host: str = "127.0.0.1", port: int = 8000, workers: int | None = None, replica: bool = False
) -> None:
    """Serve until the process is told to stop; raises `ServeError` if the address cannot be used.

    A home without a snapshot is served too: its pages say how to harvest. That of a replica, or that is about to become
    one, is served for reading only.
    """
    require_free(host, port)
    logs.configure(settings)
    watched, held = Pipe(duplex=False)
    with tempfile.TemporaryDirectory(prefix="leap-kg-metrics-", ignore_cleanup_errors=True) as counts:
        server = _Server(
            target="leap_kg.web.app:create_app",
            address=host,
            port=port,
            interface=Interfaces.ASGI,
            workers=workers or default_processes(),
            websockets=False,
            http1_settings=HTTP1Settings(header_read_timeout=_HEADER_SECONDS * 1000),
            log_level=LogLevels.error,
            respawn_failed_workers=True,
            workers_kill_timeout=math.ceil(settings.stop_seconds),
        )
        server.held = held
        server.serve(
            target_loader=partial(_load, settings, replica or is_replica(settings), Path(counts), watched, held),
            wrap_loader=False,
        )
    if server.hurried:
        raise SystemExit(1)


def require_free(host: str, port: int) -> None:
    """Raise `ServeError` if nothing can listen at this address."""
    try:
        kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise ServeError(f"{host} is no address of this machine; use 127.0.0.1, or 0.0.0.0 for all") from None
    with socket.socket(kind, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(address)
            trial.listen(1)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ServeError(f"cannot listen on {host} port {port}: {reason}; choose another with --port") from None


class _Server(MPServer):
    """Granian, with a second signal that means at once."""

    held: Connection
    hurried = False

    def signal_handler_interrupt(self, *signalled: object, **more: object) -> None:
        """The first signal: have event streams end, and stop. A further one: end the web processes."""
        for worker in self.wrks:
            worker.interrupt_by_parent = True  # it may have had the signal too, and end by itself
        if self.held.closed:
            self.hurried = True
            for worker in self.wrks:
                worker.kill()  # type: ignore[no-untyped-call]
        else:
            self.held.close()
        super().signal_handler_interrupt(*signalled, **more)  # type: ignore[no-untyped-call]


class _Stopping:
    """Has the app's event streams end when the server stops, and the process when the server is gone."""

    def __init__(self, observed: Observed, watched: Connection, patience: float) -> None:
        self._observed = observed
        self._watched = watched
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            asyncio.get_running_loop().add_reader(self._watched.fileno(), self._closed)
        await self._observed(scope, receive, send)

    def _closed(self) -> None:
        asyncio.get_running_loop().remove_reader(self._watched.fileno())
        self._observed.stop()
        # Who would end this process after that time may have been killed itself.
        last = threading.Timer(self._patience, os._exit, (1,))
        last.daemon = True
        last.start()
        os.kill(os.getpid(), signal.SIGTERM)


def observed(settings: Settings, replica: bool, counts: Path) -> Observed:
    """The app with all that happens around every request; the web processes' numbers meet in the folder `counts`."""
    app = create_app(settings)
    app.state.site.metrics.folder = counts
    # Ahead of everything that the framework puts around an app: it takes as long as a small query.
    endpoint = Endpoint(app, app.state.site)
    inner: ASGIApp = ReadOnly(endpoint, settings) if replica else endpoint
    if settings.sign_in == "jupyterhub":
        inner = _door(inner, app.state.site)
    return Observed(inner, settings, app.state.site.metrics, partial(_query_workers, app.state.site))


def _door(app: ASGIApp, site: Site) -> ASGIApp:
    # What asks the hub is in an extra, and needed where there is one.
    from leap_kg.web.signin.door import Door
    from leap_kg.web.signin.hub import Hub

    return Door(app, site, Hub.of(os.environ))


def _query_workers(site: Site) -> Workers | None:
    """The pool of query processes, once the app has one."""
    with suppress(RuntimeError):
        return site.pool
    return None


def is_replica(settings: Settings) -> bool:
    """Whether the home follows another one."""
    try:
        return read_status(Home(settings.home)) is not None
    except HomeError:
        return True


def _load(settings: Settings, replica: bool, counts: Path, watched: Connection, held: Connection) -> ASGIApp:
    """Make the app, in a web process; its copy of the other end would keep the pipe open."""
    held.close()
    logs.configure(settings)
    stopping = _Stopping(observed(settings, replica, counts), watched, settings.stop_seconds)
    return Prefixed(stopping, settings.path) if settings.path else stopping
