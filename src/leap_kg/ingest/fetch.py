"""Fetching: one URL in, one whole body or one reasoned failure out.

Every source asks a `Fetcher` and never knows whether the network (`HttpFetcher`), a folder
(`leap_kg.ingest.mirror`) or memory (`CachedFetcher`) answers.

Hazard: the other end is hostile or broken. It redirects for ever, sends a body without end, drips it
byte by byte, or packs gigabytes into a few kilobytes. Sizes are counted after unpacking, time from
the first connection to the last byte, and each hop is judged anew by `leap_kg.ingest.address`. No
failure carries a secret: URLs are redacted before they reach an exception or a `Body`.
"""

import email.utils
import hashlib
import random
import re
import ssl
import threading
import time
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Literal, Self
from urllib.parse import urljoin

import requests

from leap_kg import __version__
from leap_kg.ingest.address import (
    AddressRefused,
    BrokenOff,
    GuardedAdapter,
    OutOfBytes,
    OutOfTime,
    allowance,
    check_url,
    raw_form,
    redact,
    wire,
)

USER_AGENT = f"leap-kg/{__version__} (+https://w3id.org/leap-kg/)"

Kind = Literal["missing", "refused", "too-large", "redirects", "timeout", "unreachable", "status", "content"]

_LONGEST_SHOWN = 500  # characters of a URL in a message
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WHOLE_BODY = frozenset({200, 203})
_HEADER_BYTES = 256 * 2**10


class FetchFailed(Exception):
    """A URL gave no body.

    `url` is redacted; `reason` says what happened and what to do, in one line; `status` is the HTTP
    status where one was received (a mirror's misses count as 404).
    """

    def __init__(self, url: str, reason: str, kind: Kind, status: int | None = None) -> None:
        self.url = redact(url)
        self.reason = " ".join(reason.split())
        self.kind = kind
        self.status = status
        super().__init__(self.url, self.reason, kind, status)

    def __str__(self) -> str:
        return f"{_shown(self.url)}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for. `accept` is the media types wanted; `data` is posted as JSON unless it is `None`."""

    url: str
    accept: str = "*/*"
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """What a URL gave. `url` (as asked) and `final_url` (where it was found) are redacted, fit for provenance.

    `media_type` is in lower case and without parameters; `sha256` is that of `data`, in hexadecimal. `headers` are
    those of the answer that say something of the body or of a listing (`Link`, `ETag`, totals), names in lower case.
    `moved` says that every hop to `final_url` was permanent (301 or 308), so the thing has a new address.
    """

    url: str
    final_url: str
    data: bytes = field(repr=False)
    media_type: str | None
    sha256: str
    headers: Mapping[str, str] = field(default_factory=dict)
    moved: bool = False

    @classmethod
    def of(
        cls,
        url: str,
        final_url: str,
        data: bytes,
        media_type: str | None,
        headers: Mapping[str, str] | None = None,
        moved: bool = False,
    ) -> Self:
        """A body with its hash, URLs redacted."""
        sha256 = hashlib.sha256(data).hexdigest()
        return cls(redact(url), redact(final_url), data, media_type, sha256, headers or {}, moved)

    def link(self, relation: str) -> str | None:
        """The target of the first `Link` header (RFC 8288) with that relation, absolute; `None` without one."""
        for link in requests.utils.parse_header_links(self.headers.get("link", "")):
            if relation in link.get("rel", "").split():
                return urljoin(self.final_url, link["url"])
        return None


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost.

    `body_bytes` bounds the unpacked body; `seconds` one attempt, redirects included; `connect_seconds`
    one connection; `retries` the attempts after the first; `backoff_seconds` the first pause before a
    retry (it doubles); `longest_wait` the longest Retry-After, in seconds, that is sat out.
    """

    body_bytes: int = 10 * 2**20
    seconds: float = 60.0
    connect_seconds: float = 10.0
    redirects: int = 5
    retries: int = 3
    backoff_seconds: float = 0.5
    longest_wait: float = 60.0


class Fetcher(ABC):
    """Gives bodies for URLs; a context manager that closes what it holds open."""

    @abstractmethod
    def fetch(self, url: str) -> Body:
        """The body of `url`; raises `FetchFailed`."""

    def close(self) -> None:  # noqa: B027 - most fetchers hold nothing open
        """Let go of connections."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class CachedFetcher(Fetcher):
    """Asks `inner` once for each URL in the length of a run, failures included; safe across threads.

    Bodies stay in memory until the fetcher is let go: one is made for a run, not for a process.
    """

    def __init__(self, inner: Fetcher) -> None:
        self._inner = inner
        self._lock = threading.Lock()
        self._answers: dict[str, Future[Body | FetchFailed]] = {}

    def fetch(self, url: str) -> Body:
        """The body of `url`, from memory where it was asked before; raises `FetchFailed`."""
        with self._lock:
            first = url not in self._answers
            answer = self._answers.setdefault(url, Future())
        if first:
            self._ask(url, answer)
        found = answer.result()
        if isinstance(found, FetchFailed):
            raise FetchFailed(found.url, found.reason, found.kind, found.status)
        return found

    def _ask(self, url: str, answer: Future[Body | FetchFailed]) -> None:
        try:
            answer.set_result(self._inner.fetch(url))
        except FetchFailed as failure:
            answer.set_result(failure)
        except BaseException as stop:
            # An interrupt is no answer: whoever waits gets it too, whoever asks later asks anew.
            with self._lock:
                del self._answers[url]
            answer.set_exception(stop)
            raise

    def close(self) -> None:
        """Close `inner`."""
        self._inner.close()


class _Again(Exception):
    """An attempt failed in a way that may pass; `wait` is what the server asks for, in seconds."""

    def __init__(self, failure: FetchFailed, wait: float = 0.0) -> None:
        super().__init__(failure, wait)
        self.failure = failure
        self.wait = wait


class HttpFetcher(Fetcher):
    """Fetches over HTTP within `limits`, from public machines and from `allow_hosts` (`host` or `host:port`).

    A GitHub page that shows a file is fetched as the file itself. Connections that break, 429 and 5xx
    are tried again after a random pause (full jitter) or after the server's Retry-After in full; a
    Retry-After longer than `limits.longest_wait` fails at once and says when to come back. Keeps
    connections open until `close`. Safe across threads.
    """

    def __init__(self, limits: Limits, allow_hosts: frozenset[str] = frozenset()) -> None:
        self._limits = limits
        self._adapter = GuardedAdapter(allow_hosts)
        self._random = random.SystemRandom()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._adapter.close()

    def fetch(self, url: str) -> Body:
        """The body of `url`; raises `FetchFailed`."""
        attempt = 0
        while True:
            try:
                return self._attempt(url)
            except _Again as again:
                if attempt == self._limits.retries:
                    raise again.failure from None
                pause = self._random.uniform(0, self._limits.backoff_seconds * 2**attempt)
                wait = again.wait + pause
            attempt += 1
            time.sleep(wait)

    def _attempt(self, url: str) -> Body:
        limits = self._limits
        # Chunk framing and headers are charged too; twice the body leaves room for any honest server.
        with allowance(limits.seconds, 2 * limits.body_bytes + _HEADER_BYTES):
            try:
                return self._follow(url)
            except OutOfTime:
                reason = f"not whole after {limits.seconds:g} s: try again later, or raise the time limit"
                raise FetchFailed(url, reason, "timeout") from None
            except OutOfBytes:
                raise _too_large(url, limits.body_bytes) from None
            except BrokenOff:
                reason = "the connection broke before the body was whole: try again later"
                raise _Again(FetchFailed(url, reason, "unreachable")) from None

    def _follow(self, url: str) -> Body:
        target = raw_form(url)
        for _ in range(self._limits.redirects + 1):
            with closing(self._get(url, target)) as response:
                location = response.headers.get("Location")
                if response.status_code not in _REDIRECTS or location is None:
                    return self._body(url, target, response)
            target = _joined(url, target, location)
        reason = f"redirects more than {self._limits.redirects} times: replace it by the address it should lead to"
        raise FetchFailed(url, reason, "redirects")

    def _get(self, url: str, target: str) -> requests.Response:
        """Send one request to `target` on behalf of `url`; the response's body is still on the wire."""
        limits = self._limits
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip"}
        try:
            check_url(target)
            request = requests.Request("GET", target, headers=headers).prepare()
            return self._adapter.send(request, stream=True, timeout=(limits.connect_seconds, limits.seconds))
        except AddressRefused as refusal:
            reason = str(refusal) if target == url else f"{_shown(target)}, which stands behind it, {refusal}"
            raise FetchFailed(url, reason, "refused") from None
        except (requests.exceptions.InvalidURL, UnicodeError):
            raise FetchFailed(url, "is not a URL: mend it where it is listed", "refused") from None
        except requests.exceptions.RequestException as failure:
            raise _unreachable(url, failure) from None

    def _body(self, url: str, final_url: str, response: requests.Response) -> Body:
        self._check_status(url, response)
        cap = self._limits.body_bytes
        announced = response.headers.get("Content-Length", "")
        if re.fullmatch(r"[0-9]+", announced) and (len(announced) > 18 or int(announced) > cap):
            raise _too_large(url, cap)
        coding = response.headers.get("Content-Encoding", "identity").strip().lower()
        pieces = wire(response)
        if coding in ("gzip", "x-gzip"):
            pieces = _unpacked(url, pieces, cap)
        elif coding not in ("identity", ""):
            reason = f"is packed as {coding[:40]!r} though only gzip was asked for: ask its host to mend that"
            raise FetchFailed(url, reason, "content", response.status_code)
        data = _gathered(url, pieces, cap)
        if not (data or announced.isdigit() or "Transfer-Encoding" in response.headers):
            # Headers that break off look like this too, and a lost body must not pass for an empty one.
            raise BrokenOff
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return Body.of(url, final_url, data, media_type or None)

    def _check_status(self, url: str, response: requests.Response) -> None:
        status = response.status_code
        if status in _WHOLE_BODY:
            return
        if status in (404, 410):
            reason = f"nothing is there (HTTP {status}): mend or remove the address where it is listed"
            raise FetchFailed(url, reason, "missing", status)
        if status != 429 and not 500 <= status <= 599:
            reason = f"answers HTTP {status}: open it by hand, and mend the address or ask for access"
            raise FetchFailed(url, reason, "status", status)
        wait = _retry_after(response.headers.get("Retry-After", ""), datetime.now(UTC))
        if wait > self._limits.longest_wait:
            reason = f"answers HTTP {status} and asks to wait {wait:.0f} s: come back {_moment(wait)}"
            raise FetchFailed(url, reason, "status", status)
        raise _Again(FetchFailed(url, f"answers HTTP {status}: try again later", "status", status), wait)


def _shown(url: str) -> str:
    shown = redact(url)
    return shown if len(shown) <= _LONGEST_SHOWN else shown[:_LONGEST_SHOWN] + "…"


def _too_large(url: str, cap: int) -> FetchFailed:
    return FetchFailed(url, f"is larger than {cap} bytes: list a smaller file, or raise the size limit", "too-large")


def _joined(url: str, target: str, location: str) -> str:
    """Where a Location header leads; it arrives as Latin-1 though servers write UTF-8, blanks and all."""
    try:
        location = location.encode("latin-1").decode()
    except UnicodeError:
        location = location.strip()
    try:
        return urljoin(target, location.strip().replace(" ", "%20"))
    except ValueError:
        reason = f"redirects to {_shown(location)}, which is not a URL: replace the address"
        raise FetchFailed(url, reason, "redirects") from None


def _unreachable(url: str, failure: requests.exceptions.RequestException) -> FetchFailed | _Again:
    """The innermost cause in the system's words; what requests says would repeat the URL, secrets included."""
    cause: BaseException = failure
    while (deeper := cause.__cause__ or cause.__context__) is not None:
        cause = deeper
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason = f"its TLS certificate is not accepted ({cause.verify_message}): ask its host to mend that"
        return FetchFailed(url, reason, "unreachable")
    words = cause.strerror if isinstance(cause, OSError) and cause.strerror else type(cause).__name__
    reason = f"cannot be reached ({words}): check the address, or try again later"
    return _Again(FetchFailed(url, reason, "unreachable"))


def _gathered(url: str, pieces: Iterable[bytes], cap: int) -> bytes:
    data = bytearray()
    for piece in pieces:
        data += piece
        if len(data) > cap:
            raise _too_large(url, cap)
    return bytes(data)


def _unpacked(url: str, pieces: Iterator[bytes], cap: int) -> Iterator[bytes]:
    """Undo gzip, one member after the other, never more than `cap` bytes at once."""
    unpacker = zlib.decompressobj(wbits=31)
    for piece in pieces:
        packed = piece
        while packed:
            if unpacker.eof:
                unpacker = zlib.decompressobj(wbits=31)
            try:
                yield unpacker.decompress(packed, cap + 1)
            except zlib.error:
                reason = "says it is gzip but cannot be unpacked: ask its host to mend that"
                raise FetchFailed(url, reason, "content") from None
            packed = unpacker.unused_data or unpacker.unconsumed_tail
    if not unpacker.eof:
        raise FetchFailed(url, "its gzip ends too early: try again later", "content")


def _retry_after(header: str, now: datetime) -> float:
    """Seconds a Retry-After header (seconds, or an HTTP date) asks for; 0 where it asks for nothing readable."""
    text = header.strip()
    if re.fullmatch(r"[0-9]+", text):
        return float(text[:12])
    try:
        when = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0.0
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when
    return max(0.0, (when - now).total_seconds())


def _moment(wait: float) -> str:
    try:
        when = datetime.now(UTC) + timedelta(seconds=wait)
    except OverflowError:
        return "another year"
    return f"after {when:%Y-%m-%dT%H:%M:%SZ}"
