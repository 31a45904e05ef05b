"""A client of a server that owns a graph: asks how one graph stands there, and sends it patches with a token.

A patch is sent with the validator that the graph must have, so nothing that another process has published in the
meantime is written over. A server that is busy is asked again when it says, for some minutes.

Hazard: the token may write. It goes to the address that was given and nowhere else: redirects are refused, and over
plain http it leaves for this machine only, or for hosts that the operator calls private.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from leap_kg import __version__
from leap_kg.graph.home import HomeError

_TIMEOUT = (10.0, 300.0)
_PATIENCE = 600.0
_LONGEST_REASON = 400
_PIECE = 65_536
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class Conflict(HomeError):
    """The graph is not as it was when it was last published from here."""


class Forbidden(HomeError):
    """The token may not write the graph."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a graph stands on the server: its validator, `""` if it is not there, and the server's revision if told."""

    tag: str
    revision: int = 0


class GraphServer:
    """The server at `address`; raises `HomeError` for an address that a token must not be sent to."""

    def __init__(
        self,
        address: str,
        token: str,
        private_hosts: frozenset[str] = frozenset(),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.address = address.rstrip("/")
        parts = urlsplit(self.address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            raise HomeError(f"{address!r} is no address of a server; give one like https://kg.example.org")
        if parts.scheme == "http" and not {parts.hostname, parts.netloc} & (_LOCAL | private_hosts):
            raise HomeError(
                f"a token is not sent to {parts.hostname} over plain http; use https, or name the host in "
                "LEAP_KG_FETCH_PRIVATE_HOSTS if the network between is yours alone"
            )
        if not token:
            raise HomeError(f"publishing to {self.address} needs a token; set LEAP_KG_TOKEN")
        self._sleep = sleep
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update({"User-Agent": f"leap-kg/{__version__}", "Authorization": f"Bearer {token}"})

    def close(self) -> None:
        """Let the connection go."""
        self._session.close()

    def standing(self, graph: str) -> Standing:
        """How the graph stands; raises `HomeError`."""
        answer = self._ask("HEAD", graph, {"Accept": "application/n-triples"})
        revision = answer.headers.get("Leap-Revision", "")
        number = int(revision) if revision.isdecimal() and len(revision) < 16 else 0
        return Standing("" if answer.status_code == 404 else answer.headers.get("ETag", ""), number)

    def triples(self, graph: str) -> Iterator[bytes]:
        """What the graph says, as pieces of N-Triples; raises `HomeError`, also if it is more than is given out."""
        answer = self._ask("GET", graph, {"Accept": "application/n-triples"}, stream=True)
        try:
            yield from answer.iter_content(_PIECE)
        except requests.RequestException as error:
            raise HomeError(f"{self.address} broke off while it gave {graph}: {_kind(error)}; try again") from None

    def patch(self, graph: str, lines: Sequence[bytes], tag: str) -> None:
        """Have the lines of an RDF Patch done in the graph if its validator is still `tag` (`""`: it is not there).

        Raises `Conflict` if it is not, `HomeError` for anything else; then nothing has changed.
        """
        condition = {"If-Match": tag} if tag else {"If-None-Match": "*"}
        body = b"".join([b"TX .\n", *lines, b"TC .\n"])
        answer = self._ask("PATCH", graph, {"Content-Type": "application/rdf-patch", **condition}, body)
        if answer.status_code == 404:
            raise HomeError(f"{self.address}/graph-store is not there (404); is that the address of a leap-kg server?")

    def _ask(
        self, method: str, graph: str, headers: dict[str, str], body: bytes | None = None, stream: bool = False
    ) -> requests.Response:
        url, until = f"{self.address}/graph-store", time.monotonic() + _PATIENCE
        while True:
            try:
                answer = self._session.request(
                    method, url, params={"graph": graph}, headers=headers, data=body,
                    timeout=_TIMEOUT, stream=stream, allow_redirects=False,
                )  # fmt: skip
            except requests.RequestException as error:
                reason = f"cannot be reached ({_kind(error)}); is it running, and is --to right?"
                raise HomeError(f"{self.address} {reason}") from None
            wait = _wait(answer)
            if wait is None or time.monotonic() + wait > until:
                return self._judged(answer, graph)
            answer.close()
            self._sleep(wait)

    def _judged(self, answer: requests.Response, graph: str) -> requests.Response:
        """The answer if it is one to go on with; a graph that is not there is."""
        status = answer.status_code
        if 200 <= status < 300 or status == 404:
            return answer
        said = " ".join(answer.content[:4096].decode("utf-8", "replace").split())[:_LONGEST_REASON]
        if status == 412:
            raise Conflict(f"{graph} has changed on {self.address} since it was published from here")
        if status in (401, 403):
            raise Forbidden(
                f"{self.address} does not let this token write {graph} ({status}): {said}; set LEAP_KG_TOKEN to one "
                "that may"
            )
        if status == 413:
            raise HomeError(f"{self.address} takes no body of this size: raise LEAP_KG_BODY_BYTES there ({said})")
        raise HomeError(f"{self.address} refuses to write {graph} ({status}): {said}")


def _wait(answer: requests.Response) -> float | None:
    """Seconds until a busy server wants to be asked again; `None` if it is not busy."""
    if answer.status_code not in (429, 503):
        return None
    after = answer.headers.get("Retry-After", "")
    return float(after) if after.isdecimal() and len(after) < 7 else 5.0


def _kind(error: requests.RequestException) -> str:
    """What happened, without the address, which may be long."""
    return type(error).__name__
