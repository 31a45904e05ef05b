"""A client of the SPARQL 1.1 Protocol: one kept connection to a server.

Hazards: the server is another program's. Its answers are bounded and its redirects refused, so that credentials
and updates go nowhere but to the addresses that were configured; the password is in no message and no `repr`.
A query is asked again when its connection broke; an update never is: whoever sends it knows whether it may be.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth

from leap_kg import __version__
from leap_kg.graph.home import HomeError
from leap_kg.remote import Remote

_PIECE = 65_536
_LONGEST_REASON = 400


class RemoteError(HomeError):
    """The server cannot be used, or has refused; the message names it and says why.

    `status` is the HTTP status for whoever asked us.
    """

    status = 503


class Unreachable(RemoteError):
    """No answer came: the server is down, too slow, or the connection broke."""


class TooLong(RemoteError):
    """The answer is longer than is taken, or than the server gives."""

    status = 413


class Refusal(RemoteError):
    """The server has read the request and refuses it; `said` is what it says about that, `answered` its status."""

    status = 400

    def __init__(self, address: str, answered: int, said: str) -> None:
        super().__init__(f"{address} refuses ({answered}): {said}")
        self.answered = answered
        self.said = said


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer: its bytes, what they are (media type without parameters) and its header fields."""

    body: bytes
    media_type: str
    headers: dict[str, str]


class Connection:
    """Talks to one server; not for use by several threads at once.

    `seconds` is how long the server may be silent, `most_bytes` how long an answer may be.
    """

    def __init__(self, remote: Remote, seconds: float = 120.0, most_bytes: int = 2**30) -> None:
        self.remote = remote
        self._timeout = (10.0, seconds)
        self._most_bytes = most_bytes
        self._session = requests.Session()
        self._session.trust_env = False  # no .netrc: credentials are those of the settings
        self._session.headers["User-Agent"] = f"leap-kg/{__version__}"
        if remote.user:
            self._session.auth = _Credentials(remote.user, remote.password)

    def close(self) -> None:
        """Let the connection go."""
        self._session.close()

    def query(
        self, text: str, accept: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> Reply:
        """The answer to a query over these graphs (of the server's choice if none is given); raises `RemoteError`."""
        fields = [
            ("query", text),
            *(("default-graph-uri", graph) for graph in default_graphs),
            *(("named-graph-uri", graph) for graph in named_graphs),
        ]
        try:
            return self._post(self.remote.query, fields, accept)
        except Unreachable as error:
            if not isinstance(error.__cause__, requests.ConnectionError | requests.exceptions.ChunkedEncodingError):
                raise
            return self._post(self.remote.query, fields, accept)

    def update(self, text: str) -> None:
        """Have a SPARQL Update done; raises `RemoteError`, and then part of it may be done."""
        self._post(self.remote.update, text.encode(), "*/*", {"Content-Type": "application/sparql-update"})

    def _post(self, address: str, data: Any, accept: str, more: dict[str, str] | None = None) -> Reply:  # noqa: ANN401 - as requests takes it
        with (
            _told(address),
            self._session.post(
                address,
                data=data,
                headers={"Accept": accept, **(more or {})},
                timeout=self._timeout,
                stream=True,
                allow_redirects=False,
            ) as response,
        ):
            body = self._body(response)
        headers = {name.lower(): value for name, value in response.headers.items()}
        if 200 <= response.status_code < 300:
            return Reply(body, headers.get("content-type", "").partition(";")[0].strip().lower(), headers)
        raise _refusal(address, response.status_code, body)

    def _body(self, response: requests.Response) -> bytes:
        body = bytearray()
        for piece in response.iter_content(_PIECE):
            body += piece
            if len(body) > self._most_bytes:
                raise TooLong(f"the answer of {self.remote.query} is longer than {self._most_bytes} bytes")
        return bytes(body)


@contextmanager
def _told(address: str) -> Iterator[None]:
    """Say in one sentence what the network did."""
    try:
        yield
    except requests.Timeout as error:
        raise Unreachable(f"{address} does not answer in time; see its log, or try again later") from error
    except requests.ConnectionError as error:
        raise Unreachable(f"{address} cannot be reached; is it running, and is LEAP_KG_STORE right?") from error
    except requests.RequestException as error:
        raise Unreachable(f"{address} cannot be used: {error}") from error


def _refusal(address: str, status: int, body: bytes) -> RemoteError:
    if status in (401, 403):
        return RemoteError(
            f"{address} lets this user do no such thing ({status}); set LEAP_KG_STORE_USER and LEAP_KG_STORE_PASSWORD, "
            "or LEAP_KG_STORE_UPDATE if changes go to another address"
        )
    if status in (404, 405, 415) or status < 400:
        return RemoteError(
            f"{address} is no SPARQL endpoint for this ({status}); see LEAP_KG_STORE and LEAP_KG_STORE_UPDATE"
        )
    said = " ".join(re.sub(r"<[^<>]{0,200}>", " ", body[:4096].decode("utf-8", "replace")).split())
    return Refusal(address, status, said[:_LONGEST_REASON])


class _Credentials(AuthBase):
    """Answers the server's first challenge in the scheme it names: Digest (Virtuoso) or Basic (most others)."""

    def __init__(self, user: str, password: str) -> None:
        self._user, self._password = user, password
        self._chosen: AuthBase | None = None

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._chosen is not None:
            return self._chosen(request)
        request.register_hook("response", self._challenged)  # type: ignore[no-untyped-call]
        return request

    def _challenged(self, response: requests.Response, **options: Any) -> requests.Response:  # noqa: ANN401 - requests' own
        if response.status_code != 401 or self._chosen is not None:
            return response
        digest = "digest" in response.headers.get("WWW-Authenticate", "").lower()
        self._chosen = (HTTPDigestAuth if digest else HTTPBasicAuth)(self._user, self._password)
        response.close()
        again = response.request.copy()
        again.hooks = {"response": []}
        answer: requests.Response = response.connection.send(self._chosen(again), **options)
        for hook in again.hooks["response"]:
            changed = hook(answer, **options)
            answer = answer if changed is None else changed  # an answer of an error is false
        return answer
