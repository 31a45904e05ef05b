"""Fixtures of the harvesting tests: a misbehaving server, and the promise that no test leaves the machine."""

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.ingest.hostile_server import HostileServer, serving


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with serving() as running:
        yield running


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to anywhere else fails the test, and is not made."""
    connect = socket.socket.connect

    def checked(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not ipaddress.ip_address(address[0]).is_loopback:
            pytest.fail(f"a connection to {address} was tried")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", checked)
