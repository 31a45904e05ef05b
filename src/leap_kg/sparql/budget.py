"""What a client may use: seconds of computing and failed queries, each filled up by the minute.

A query is not charged before it has run, so a client can overdraw by one query; it then waits until the debt is
paid. Hazard: clients are as many as there are addresses, so only the last ones seen are remembered; one that was
forgotten begins anew.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from leap_kg.sparql.query import QueryFailed

_BURST_MINUTES = 2.0
_DEBT_MINUTES = 2.0
"""What a client can owe at the most: whoever goes on too long is let in again after some minutes, not hours."""
_MINUTE = 60.0
_MOST_CLIENTS = 50_000


@dataclass(slots=True)
class _Account:
    seconds: float
    errors: float
    at: float


class Budget:
    """Accounts of clients: `seconds` of computing and `errors` a minute, twice as much at once; 0 is without limit."""

    def __init__(self, seconds: float, errors: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds or math.inf
        self._errors = errors or math.inf
        self._clock = clock
        self._accounts: OrderedDict[str, _Account] = OrderedDict()
        self._is_off = not seconds and not errors

    def check(self, client: str) -> None:
        """Raise `QueryFailed` (429) if the client has used up what it has."""
        if self._is_off or client not in self._accounts:
            return
        account = self._account(client)
        if account.seconds <= 0:
            wait = _wait(account.seconds, self._seconds)
            reason = f"your queries have used more than {self._seconds:g} s of computing a minute"
        elif account.errors < 1:
            wait = _wait(account.errors - 1, self._errors)
            reason = f"more than {self._errors:g} of your queries a minute have failed"
        else:
            return
        raise QueryFailed(429, f"{reason}; ask again in {wait} s", retry_after=wait)

    def spend(self, client: str, seconds: float) -> None:
        """Charge the client for computing."""
        if not self._is_off:
            account = self._account(client)
            account.seconds = max(account.seconds - seconds, -_DEBT_MINUTES * self._seconds)

    def fail(self, client: str) -> None:
        """Charge the client for a query that failed by its own fault."""
        if not self._is_off:
            account = self._account(client)
            account.errors = max(account.errors - 1, -_DEBT_MINUTES * self._errors)

    def _account(self, client: str) -> _Account:
        """The client's account, filled up to now."""
        now = self._clock()
        account = self._accounts.get(client)
        if account is None:
            account = _Account(self._seconds * _BURST_MINUTES, self._errors * _BURST_MINUTES, now)
            self._accounts[client] = account
            if len(self._accounts) > _MOST_CLIENTS:
                self._accounts.popitem(last=False)
            return account
        self._accounts.move_to_end(client)
        minutes = max(0.0, now - account.at) / _MINUTE
        account.at = now
        if minutes:
            account.seconds = min(self._seconds * _BURST_MINUTES, account.seconds + self._seconds * minutes)
            account.errors = min(self._errors * _BURST_MINUTES, account.errors + self._errors * minutes)
        return account


def _wait(level: float, per_minute: float) -> int:
    """Whole seconds until a level at or below zero is above it."""
    return max(1, math.ceil(-level / per_minute * _MINUTE))
