"""One attempt: a request, over all its redirects, to one whole body or one reasoned failure.

Hazard: the other end is hostile or broken. It redirects for ever, sends a body without end, drips it byte by byte, or
packs gigabytes into a few kilobytes. Sizes are counted after unpacking, time from the first connection to the last
byte (waiting for a turn is not counted), and each hop is judged anew by `leap_kg.ingest.http.guard`.
"""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from urllib.parse import urljoin

import requests

from leap_kg.ingest.http.address import AddressRefused, check_url, raw_form
from leap_kg.ingest.http.allowance import Allowance, OutOfBytes, OutOfTime, allowance
from leap_kg.ingest.http.asking import Ask, FetchFailed, Limits, shown, too_large
from leap_kg.ingest.http.door import BrokenOff, GuardedAdapter
from leap_kg.ingest.http.host import Host
from leap_kg.ingest.http.hosts import Hosts, authority
from leap_kg.ingest.http.pace import EXCERPT_BYTES, refused
from leap_kg.ingest.http.receiving import beginning, brief, excerpt, received
from leap_kg.ingest.http.tokens import Tokens
from leap_kg.ingest.http.troubles import Passing, Troubled, check_type, refused_address, unreachable
from leap_kg.redaction import redact

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_REPOSTED = frozenset({307, 308})
_WHOLE_BODY = frozenset({200, 203})
_HEADER_BYTES = 256 * 2**10


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes a request conditional: they hold for the address `final_url` (redacted) only."""

    final_url: str
    etag: str
    last_modified: str

    def headers(self) -> dict[str, str]:
        """As request headers."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, without our tokens: `data` is `None` if the body is what it was (304).

    Header names are in lower case.
    """

    final_url: str
    status: int
    headers: Mapping[str, str]
    data: bytes | None
    moved: bool = False


@dataclass(frozen=True, slots=True)
class _Redirect:
    status: int
    target: str


class Exchanger:
    """Sends what is asked, each hop in the turn of its host; safe across threads."""

    def __init__(self, adapter: GuardedAdapter, limits: Limits, hosts: Hosts, tokens: Tokens, user_agent: str) -> None:
        self._adapter = adapter
        self._limits = limits
        self._hosts = hosts
        self._tokens = tokens
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip"}

    def attempt(self, ask: Ask, validators: Validators | None) -> Answer:
        """One answer; raises `FetchFailed`, `Troubled`, or `Held` if a host is not to be asked now."""
        cap = ask.first or max(self._limits.body_bytes, ask.body_bytes)
        # Chunk framing and headers are charged too; twice the body leaves room for any honest server.
        with allowance(self._seconds(ask), 2 * cap + _HEADER_BYTES) as left:
            try:
                return self._follow(ask, validators, left)
            except OutOfBytes:
                raise too_large(ask.url, cap) from None

    def _seconds(self, ask: Ask) -> float:
        """How long one attempt may take: longer for a body that is known to be large."""
        return self._limits.seconds * max(1.0, ask.body_bytes / self._limits.body_bytes)

    def _follow(self, ask: Ask, validators: Validators | None, left: Allowance) -> Answer:
        target, moved, own = raw_form(ask.url), True, True
        for hop in range(self._limits.redirects + 1):
            self._check(ask, target)
            # A host that another one has led to is not shown who we are, nor the first one when asked again.
            own = own and authority(target) == authority(raw_form(ask.url))
            began = time.monotonic()
            with self._hosts.turn(target) as host, self._blaming(ask, host):
                left.extend(time.monotonic() - began)
                found = self._hop(ask, target, validators, host, own=own)
            if isinstance(found, Answer):
                return replace(found, moved=moved and hop > 0)
            if ask.data is not None and found.status not in _REPOSTED:
                reason = f"redirects what is posted to {shown(found.target)}: list that address"
                raise FetchFailed(ask.url, reason, "redirects", found.status)
            moved = moved and found.status in _PERMANENT
            target = found.target
        reason = f"redirects more than {self._limits.redirects} times: replace it by the address it should lead to"
        raise FetchFailed(ask.url, reason, "redirects")

    @contextmanager
    def _blaming(self, ask: Ask, host: Host) -> Iterator[None]:
        try:
            yield
        except Passing as passing:
            raise Troubled(passing.failure, host) from None
        except OutOfTime:
            reason = f"not whole after {self._seconds(ask):g} s: try again later, or list a smaller file"
            raise Troubled(FetchFailed(ask.url, reason, "timeout"), host, passing=False) from None
        except BrokenOff:
            reason = "the connection broke before the body was whole: try again later"
            raise Troubled(FetchFailed(ask.url, reason, "unreachable"), host) from None

    def _hop(
        self, ask: Ask, target: str, validators: Validators | None, host: Host, *, own: bool
    ) -> "Answer | _Redirect":
        conditional = validators.headers() if validators and validators.final_url == redact(target) else {}
        with closing(self._send(ask, target, conditional, own=own)) as response:
            status, headers = response.status_code, _headers(response)
            location = headers.get("location")
            if (status in _REDIRECTS and location is not None) or (status == 304 and conditional):
                host.answered(target, status, headers, b"")
                if brief(response):
                    excerpt(response, EXCERPT_BYTES)
            else:
                return self._answer(ask, target, response, host)
        if location is None or status == 304:
            return self._told(target, status, headers, None)
        return _Redirect(status, self._located(ask, target, location))

    def _check(self, ask: Ask, target: str) -> None:
        try:
            check_url(target)
        except AddressRefused as refusal:
            raise refused_address(ask, target, refusal) from None

    def _send(self, ask: Ask, target: str, conditional: Mapping[str, str], *, own: bool) -> requests.Response:
        """Send one request to `target` on behalf of `ask`; the response's body is still on the wire."""
        limits = self._limits
        sent_to, credentials = self._tokens.attached(target) if own else (target, {})
        headers = {**self._headers, "Accept": ask.accept, **conditional, **credentials}
        if ask.first:
            # Packed bytes would be the first ones of something else.
            headers |= {"Range": f"bytes=0-{ask.first - 1}", "Accept-Encoding": "identity"}
        if ask.data is not None:
            headers["Content-Type"] = "application/json"
        try:
            method = "GET" if ask.data is None else "POST"
            request = requests.Request(method, sent_to, headers=headers, data=ask.data).prepare()
            return self._adapter.send(request, stream=True, timeout=(limits.connect_seconds, limits.seconds))
        except AddressRefused as refusal:
            raise refused_address(ask, target, refusal) from None
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader, UnicodeError):
            raise FetchFailed(ask.url, "is not a URL: mend it where it is listed", "refused") from None
        except requests.exceptions.RequestException as failure:
            raise unreachable(ask.url, failure) from None

    def _answer(self, ask: Ask, target: str, response: requests.Response, host: Host) -> Answer:
        status, headers = response.status_code, _headers(response)
        if status in _WHOLE_BODY or (ask.first and status == 206):
            return self._whole(ask, target, response, host)
        words = excerpt(response, EXCERPT_BYTES) if status in (403, 429) or brief(response) else b""
        until = host.answered(target, status, headers, words)
        if until is not None:
            reason = f"answers HTTP {status} and asks to wait: try again later"
            raise Troubled(FetchFailed(ask.url, reason, "status", status), None, until=until)
        if status == 202:
            reason = "answers HTTP 202, so it is still being made: try again later"
            raise Troubled(FetchFailed(ask.url, reason, "status", status), None)
        if status == 429 or 500 <= status <= 599:
            raise Passing(FetchFailed(ask.url, f"answers HTTP {status}: try again later", "status", status))
        if ask.first and status == 416 and re.fullmatch(r"bytes \*/0", headers.get("content-range", "").strip()):
            return self._told(target, status, headers, b"")
        if status in (404, 410):
            reason = f"nothing is there (HTTP {status}): mend or remove the address where it is listed"
            raise FetchFailed(ask.url, reason, "missing", status)
        reason = f"answers HTTP {status}: open it by hand, and mend the address or ask for access"
        raise FetchFailed(ask.url, reason, "status", status)

    def _whole(self, ask: Ask, target: str, response: requests.Response, host: Host) -> Answer:
        status, headers = response.status_code, _headers(response)
        cap = max(self._limits.body_bytes, ask.body_bytes)
        if ask.data is None:
            host.answered(target, status, headers, b"")
            wanted = ask.first
            data = beginning(ask.url, response, wanted) if wanted else received(ask.url, response, cap)
        else:
            data = received(ask.url, response, cap)
            # GraphQL refuses with status 200.
            meant = 429 if refused(data) else status
            until = host.answered(target, meant, headers, data[:EXCERPT_BYTES])
            if meant == 429:
                reason = "answers that it was asked too much: try again later"
                raise Troubled(FetchFailed(ask.url, reason, "status", status), None, until=until)
        check_type(ask, headers)
        return self._told(target, status, headers, data)

    def _told(self, target: str, status: int, headers: Mapping[str, str], data: bytes | None) -> Answer:
        hide, shown_data = self._tokens.hide, None if data is None else self._tokens.hide_in(data)
        return Answer(hide(target), status, {name: hide(value) for name, value in headers.items()}, shown_data)

    def _located(self, ask: Ask, target: str, location: str) -> str:
        """Where a Location header leads; it arrives as Latin-1 though servers write UTF-8, blanks and all."""
        try:
            location = location.encode("latin-1").decode()
        except UnicodeError:
            location = location.strip()
        location = self._tokens.hide(location)
        try:
            return urljoin(target, location.strip().replace(" ", "%20"))
        except ValueError:
            reason = f"redirects to {shown(location)}, which is not a URL: replace the address"
            raise FetchFailed(ask.url, reason, "redirects") from None


def _headers(response: requests.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}
