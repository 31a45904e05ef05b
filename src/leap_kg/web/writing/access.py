"""Who may write what: the token of an Authorization header, and the graphs it covers (RFC 6750).

Hazard: whoever guesses tokens must learn nothing and must not do it for ever. Every refusal of a token reads the
same, and after some failures a client waits.
"""

import re
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping
from threading import Lock

from leap_kg.graph.home import Home
from leap_kg.graph.scopes import needed_scope
from leap_kg.graph.tokens import Token, Tokens
from leap_kg.sparql.guard import Refused

_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]{1,200}=*)")
_CHALLENGE = 'Bearer realm="leap-kg"'
_NONE = "writing needs a token: send it as `Authorization: Bearer TOKEN`; `leap-kg token create` gives one out"
_UNKNOWN = "this token is unknown, revoked or expired; `leap-kg token create` gives out another"
_MOST_CLIENTS = 10_000


class Denied(Refused):
    """A request whose sender may not do this; `headers` belong to the answer."""

    def __init__(self, status: int, reason: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, reason)
        self.headers = dict(headers or {})


class Failures:
    """How often each client failed lately: `most` failures in `seconds`, then it waits until the oldest is that old."""

    def __init__(self, most: int = 10, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def wait(self, client: str) -> float:
        """Seconds until the client may try again; 0 for now."""
        with self._lock:
            times = self._times.get(client)
            if times is None or len(times) < self._most:
                return 0.0
            return max(0.0, times[0] + self._seconds - self._clock())

    def add(self, client: str) -> None:
        """Note a failure."""
        with self._lock:
            times = self._times.setdefault(client, deque(maxlen=self._most))
            times.append(self._clock())
            self._times.move_to_end(client)
            if len(self._times) > _MOST_CLIENTS:
                self._times.popitem(last=False)


class Authorisation:
    """The check of tokens in one web process."""

    def __init__(self, home: Home, failures: Failures | None = None) -> None:
        self._tokens = Tokens(home)
        self._failures = failures or Failures()

    def token(self, header: str | None, client: str) -> Token:
        """The token that this Authorization header carries; raises `Denied` with 401 or 429."""
        if header is None:
            raise Denied(401, _NONE, {"WWW-Authenticate": _CHALLENGE})
        wait = self._failures.wait(client)
        if wait > 0:
            raise Denied(429, "too many wrong tokens; wait before the next try", {"Retry-After": str(int(wait) + 1)})
        found = _BEARER.fullmatch(header.strip())
        token = self._tokens.check(found[1]) if found else None
        if token is None:
            self._failures.add(client)
            raise Denied(401, _UNKNOWN, {"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'})
        return token


def require_graphs(token: Token, graphs: Iterable[str], base: str) -> None:
    """Raise `Denied` (403) if the token does not cover one of these graphs, or nobody may write it."""
    for graph in sorted(set(graphs)):
        needed = needed_scope(base, graph)
        if needed is None:
            raise Denied(403, f"the graph <{graph}> cannot be written from outside")
        if not token.allows(needed):
            raise Denied(
                403,
                f"writing the graph <{graph}> needs a token with the scope {needed}",
                {"WWW-Authenticate": f'{_CHALLENGE}, error="insufficient_scope", scope="{needed}"'},
            )
