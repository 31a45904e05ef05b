"""Starts the web server: granian, with as many processes as asked for, each making its own app.

Nothing is printed here; the caller says where the server is once it starts.
"""

import socket
from functools import partial
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from leap_kg.settings import Settings
from leap_kg.web.app import create_app


class ServeError(RuntimeError):
    """The server cannot start; the message says what to do."""


def serve(settings: Settings, host: str = "127.0.0.1", port: int = 8000, workers: int = 1) -> None:
    """Serve until the process is told to stop; raises `ServeError` if the address cannot be used.

    A home without a snapshot is served too: its pages say how to harvest.
    """
    require_free(host, port)
    server = Server(
        target="leap_kg.web.app:create_app",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
    )
    server.serve(target_loader=partial(_load, settings), wrap_loader=False)


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


def _load(settings: Settings) -> Any:  # noqa: ANN401 - granian takes any ASGI app
    return create_app(settings)
