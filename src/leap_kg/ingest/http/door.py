"""The door: connections that go through the guard and are charged to an allowance.

Proxies are left out: behind a proxy it is the proxy that resolves names, and no check made here would
hold. `HTTP_PROXY` and its kin are therefore ignored, as are `.netrc` and cookies.
"""

import logging
import socket
from collections.abc import Iterator
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

from leap_kg.ingest.http.address import AddressRefused
from leap_kg.ingest.http.allowance import Metered, MeteredTLS, current
from leap_kg.ingest.http.guard import Guard, SocketAddress


class BrokenOff(Exception):
    """The connection ended, or its framing broke, before the body was whole."""


class _Guarded(HTTPConnection):
    """Opens its socket through the guard; how urllib3 would do it itself is never asked."""

    guard: Guard

    def _new_conn(self) -> socket.socket:
        try:
            addresses = self.guard.addresses(self.host, self.port)
        except OSError as failure:
            raise NewConnectionError(self, "the host does not resolve") from failure
        for position, (family, address) in enumerate(addresses, start=1):
            try:
                return self._open(family, address)
            except OSError as failure:
                if position == len(addresses):
                    raise NewConnectionError(self, "no connection") from failure
        raise NewConnectionError(self, "the host has no address")

    def _open(self, family: socket.AddressFamily, address: SocketAddress) -> socket.socket:
        opened = Metered(family, socket.SOCK_STREAM)
        try:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            limit = self.timeout if isinstance(self.timeout, int | float) else None
            left = current().seconds()
            opened.settimeout(left if limit is None else min(limit, left))
            opened.connect(address)
        except BaseException:
            opened.close()
            raise
        return opened

    def connect(self) -> None:
        super().connect()
        # Were urllib3 one day to open sockets by another method, requests would go out unguarded.
        if not isinstance(self.sock, Metered):
            self.close()
            raise AddressRefused("was not fetched: this urllib3 goes round the address guard; install an older one")


class GuardedAdapter(HTTPAdapter):
    """The requests adapter that reaches public machines only, and those of `allow_hosts`.

    `send` must run inside an `allowance`, as must reading the body with `wire`. It follows no redirect
    and retries nothing. Besides what requests raises, it raises `AddressRefused`, `OutOfTime` and
    `OutOfBytes`, none of which urllib3 or requests catches or retries.
    """

    def __init__(self, allow_hosts: frozenset[str]) -> None:
        self._guard = Guard(allow_hosts)
        # urllib3 logs whole URLs, secrets included.
        logging.getLogger("urllib3").setLevel(logging.ERROR)
        super().__init__(max_retries=0)

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:  # noqa: ANN401
        """Send one request; every failure of urllib3 is a `requests.ConnectionError` or one of its kin."""
        try:
            return super().send(request, *args, **options)
        except HTTPError as failure:
            raise requests.ConnectionError(request=request) from failure

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:  # noqa: ANN401
        """Make the pool manager whose connections are all guarded."""
        guarded = self._guard

        class Plain(_Guarded):
            guard = guarded

        class Secure(_Guarded, HTTPSConnection):
            guard = guarded

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        context = create_urllib3_context()
        context.sslsocket_class = MeteredTLS
        self.poolmanager = PoolManager(
            num_pools=connections, maxsize=maxsize, block=block, ssl_context=context, **kwargs
        )
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


def wire(response: requests.Response) -> Iterator[bytes]:
    """The body as it came over the wire, content coding not undone, 64 KiB at most a piece.

    Raises `BrokenOff`, `OutOfTime`, `OutOfBytes`.
    """
    try:
        yield from response.raw.stream(2**16, decode_content=False)
    except HTTPError:
        raise BrokenOff from None
