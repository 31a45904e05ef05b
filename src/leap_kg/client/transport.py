"""Requests to one server, from any thread: time caps, sizes, redirects, and waiting when the server asks for it.

Hazard: an address may lead anywhere, and what answers there may be anything. A redirect is followed only within the
server that was named; a body is read up to a limit, and a server that dribbles runs into the clock. A token goes to
addresses below that of the server only: others may live on the same host.
"""

import json
import math
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import requests
from urllib3.exceptions import DecodeError, HTTPError

from leap_kg.client.address import checked, within
from leap_kg.client.errors import BadAnswer, Busy, KgError, NotReachable, Refused, printable
from leap_kg.client.sending import send

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_MOST_REDIRECTS = 5
_MOST_TRIES = 5
_CONNECT_SECONDS = 10.0
_PIECE = 1 << 18
_MESSAGE = 4096
# What the endpoint says of a query that will fail again however often it is sent.
_HOPELESS = "add LIMIT"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; header names are in lower case. `place` is where it leads, `""` unless it is a redirect."""

    status: int
    kind: str
    headers: Mapping[str, str]
    body: bytes
    place: str = ""

    def text(self) -> str:
        """The body as text; raises `BadAnswer` if it is not UTF-8."""
        try:
            return self.body.decode("utf-8")
        except UnicodeDecodeError:
            raise BadAnswer("the server's answer is not UTF-8", _IS_IT) from None


_TOKEN = re.compile(r"[!-~]{1,1000}")
_IS_IT = "Is this the address of a leap-kg server? Its page in a browser has the search field at the top."


class Transport:
    """The way to one server; `seconds` is the longest time of one answer, `patience` of all waiting for one.

    `token` says who asks, where the server wants to know; `""` for nobody in particular.
    """

    def __init__(self, url: str, seconds: float, patience: float, most_bytes: int, token: str = "") -> None:
        self.url = checked(url)
        self._identity = _bearer(token)
        self._seconds = seconds
        self._patience = patience
        self._most_bytes = most_bytes
        self._local = threading.local()
        self._agent = f"leap-kg-client/{_version()}"

    def get(self, path: str, parameters: Mapping[str, object] | None = None, accept: str = "*/*") -> Answer:
        """GET, with redirects."""
        return self._ask("GET", path, parameters, None, accept)

    def json(self, path: str, parameters: Mapping[str, object] | None = None, accept: str = "application/json") -> Any:  # noqa: ANN401 - any JSON value
        """The JSON at a path, of the media type `accept`; raises `BadAnswer` for anything else."""
        answer = self.get(path, parameters, accept)
        try:
            if answer.kind == accept:
                return json.loads(answer.body)
        except (ValueError, RecursionError):
            pass
        kind = printable(answer.kind, 80) or "an unnamed type"
        raise BadAnswer(f"{self.url}{path} answers with {kind} that is no JSON", _IS_IT)

    def post(self, path: str, form: Mapping[str, str], accept: str) -> Answer:
        """POST of a form."""
        return self._ask("POST", path, None, form, accept)

    def led(self, path: str, parameters: Mapping[str, object]) -> str:
        """Where a GET is redirected to on this server; raises `BadAnswer` if it is not."""
        answer = self._ask("GET", path, parameters, None, "*/*", follow=False)
        if not answer.place:
            raise BadAnswer(f"{self.url}{path} does not lead to a query", _IS_IT)
        return answer.place

    def sign(self, request: requests.Request | requests.PreparedRequest) -> None:
        """Have the request say who asks, if it is for this server."""
        if (request.url or "").startswith(f"{self.url}/"):
            request.headers.update(self._identity)

    def _ask(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, object] | None,
        form: Mapping[str, str] | None,
        accept: str,
        follow: bool = True,
    ) -> Answer:
        url, waited = self.url + path, 0.0
        request = requests.Request(method, url, params=parameters, data=form, headers={"Accept": accept}).prepare()
        redirects, tries = 0, 0
        while True:
            tries += 1
            try:
                response = self._send(request, first=tries == 1)
            except Busy as busy:
                pause = busy.seconds if busy.seconds is not None else min(2.0 ** (tries - 1), 8.0)
                if tries >= _MOST_TRIES or waited + pause > self._patience:
                    raise
                time.sleep(pause)
                waited += pause
                continue
            if not response.place:
                return response
            place = within(self.url, request.url or url, response.place)
            if not follow:
                return replace(response, place=place)
            redirects += 1
            if redirects > _MOST_REDIRECTS:
                raise BadAnswer(f"{self.url} redirects without end", _IS_IT)
            if response.status == 303:
                method, form = "GET", None
            request = requests.Request(method, place, data=form, headers={"Accept": accept}).prepare()

    def _send(self, request: requests.PreparedRequest, first: bool) -> Answer:
        began = time.monotonic()
        request.headers["User-Agent"] = self._agent
        self.sign(request)
        session = self._session()
        try:
            with send(session, request, self._seconds, _CONNECT_SECONDS) as response:
                return self._read(response, began)
        except KgError:
            raise
        except (requests.Timeout, TimeoutError):
            raise self._late() from None
        except DecodeError:
            raise BadAnswer(f"{self.url} packs its answer in a way that cannot be unpacked", _IS_IT) from None
        except (requests.ConnectionError, HTTPError) as error:
            if "timed out" in str(error):
                raise self._late() from None
            # A kept connection may have been closed by the other side in the meantime.
            if first and "Connection aborted" in str(error):
                return self._send(request, first=False)
            raise NotReachable(
                f"{self.url} does not answer ({_cause(error)})",
                "Is the address right, does the server run, and is it reachable from here?",
            ) from None
        except (requests.RequestException, ValueError) as error:
            raise BadAnswer(f"{self.url} cannot be asked ({_cause(error)})", _IS_IT) from None

    def _read(self, response: requests.Response, began: float) -> Answer:
        body = self._body(response, began)
        headers = {name.lower(): value for name, value in response.headers.items()}
        status = response.status_code
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if status in _REDIRECTS:
            place = headers.get("location", "")
            if not place:
                raise BadAnswer(f"{self.url} redirects to nowhere", _IS_IT)
            return Answer(status, kind, headers, body, place)
        if status == 429 or (status == 503 and _HOPELESS.encode() not in body):
            seconds = _pause(headers.get("retry-after", ""))
            when = f" and asks to come back in {seconds:.0f} s" if seconds is not None else ""
            raise Busy(f"the server is busy{when}: {_said(kind, body, status)}", "Try again later.", seconds)
        if status >= 400:
            raise Refused(_said(kind, body, status), _advice(status), status)
        if status != 200:
            raise BadAnswer(f"{self.url} answers with status {status}", _IS_IT)
        return Answer(status, kind, headers, body)

    def _body(self, response: requests.Response, began: float) -> bytes:
        most = self._most_bytes if response.status_code == 200 else _MESSAGE
        parts, size = [], 0
        while piece := response.raw.read1(_PIECE, decode_content=True):
            size += len(piece)
            parts.append(piece)
            if time.monotonic() - began > self._seconds:
                raise self._late()
            if size > most:
                if response.status_code != 200:
                    break
                raise BadAnswer(
                    f"the answer has more than {most >> 20} MiB",
                    "Add LIMIT, select less, or allow more: Client(most_bytes=...).",
                )
        return b"".join(parts)[: most + 1]

    def _late(self) -> NotReachable:
        return NotReachable(
            f"{self.url} did not answer within {self._seconds:g} s",
            "Ask for less, or wait longer: Client(seconds=...).",
        )

    def _session(self) -> requests.Session:
        """The session of this thread: those of requests are not made to be shared."""
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
        session: requests.Session = self._local.session
        return session


def _bearer(token: str) -> dict[str, str]:
    """The header that carries a token; raises `KgError` for a text that cannot be in one, and does not repeat it."""
    if token and not _TOKEN.fullmatch(token):
        raise KgError("the token has characters that no token has", "Look at LEAP_KG_TOKEN, or at Client(token=...).")
    return {"Authorization": f"Bearer {token}"} if token else {}


def _pause(text: str) -> float | None:
    """Seconds that a `Retry-After` names, as a number or as a date."""
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, math.ceil((moment - datetime.now(UTC)).total_seconds()))


def _said(kind: str, body: bytes, status: int) -> str:
    """What the server says of a failure, if it says so in plain text."""
    text = body.decode("utf-8", "replace").strip() if kind == "text/plain" else ""
    return text or f"the server answers with status {status}"


def _advice(status: int) -> str:
    if status in (401, 403):
        return "Ask whoever runs the server for access, and give the token as LEAP_KG_TOKEN or Client(token=...)."
    if status >= 500 and status != 503:
        return "Try again later; if that does not help, tell whoever runs the server."
    return ""


def _cause(error: Exception) -> str:
    """The innermost reason of a chain of them."""
    cause: BaseException = error
    while isinstance(inner := getattr(cause, "reason", None) or (cause.args[0] if cause.args else None), BaseException):
        cause = inner
    return printable(str(cause), 200) or type(cause).__name__


def _version() -> str:
    try:
        return version("leap-kg")
    except PackageNotFoundError:
        return "0"
