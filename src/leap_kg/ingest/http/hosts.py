"""Hosts, each with its manners: one request at a time, none before the host wants one, none while it is down.

All waiting is done here, where a request is about to be sent: for the wish of an earlier answer, for a budget that is
used up, for the gap between two requests. A wait beyond what the run may wait is `Held`, and so is a host that keeps
failing: nothing is sent, and nobody waits. What is known of a host outlives the run.

Hazard: a redirect leads from one host to another, so a turn is taken for each hop and never while another is held.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urlsplit

from leap_kg.ingest.http.host import Hold, Host, area
from leap_kg.ingest.http.store import FetchStore

_PORTS = {"http": 80, "https": 443}


class Held(Exception):
    """The host is not to be asked now, and the run may not wait that long."""

    def __init__(self, hold: Hold) -> None:
        super().__init__(hold)
        self.hold = hold


class Hosts:
    """Gives turns. `longest_wait` is in seconds; `now` and `sleep` are the clock; `store` remembers between runs."""

    def __init__(
        self,
        longest_wait: float,
        store: FetchStore | None,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:
        self._longest_wait = longest_wait
        self._store = store
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()
        self._hosts: dict[str, Host] = {}

    @contextmanager
    def turn(self, url: str) -> Iterator[Host]:
        """Be the only one to ask the host of `url`, once it may be asked; raises `Held`."""
        host = self.of(url)
        with host.alone():
            self._await(host, area(url))
            yield host

    def of(self, url: str) -> Host:
        """The host of `url`, which must be one that `check_url` lets through."""
        name = authority(url)
        with self._lock:
            if name not in self._hosts:
                self._hosts[name] = Host(name, self._now, self._store)
            return self._hosts[name]

    def _await(self, host: Host, part: str) -> None:
        while True:
            now = self._now()
            hold = host.hold(part, now)
            wait = (hold.until - now).total_seconds()
            if wait <= 0:
                host.sending(part, now)
                return
            # To wait for a host that is down is to wait for each record of it, and seldom helps.
            if hold.down or wait > self._longest_wait:
                raise Held(hold)
            self._sleep(wait)


def authority(url: str) -> str:
    """`host`, or `host:port` where the port is not the usual one of the scheme; in lower case."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    name = f"[{host}]" if ":" in host else host
    return name if parts.port in (None, _PORTS.get(parts.scheme)) else f"{name}:{parts.port}"
