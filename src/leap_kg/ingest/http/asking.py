"""What a fetcher is asked and what it gives: one whole body, or one reasoned failure.

Hazard: failures and bodies are kept and shown, so their URLs are redacted when they are made.
"""

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Literal, Self
from urllib.parse import urljoin, urlsplit

from leap_kg.redaction import redact

Kind = Literal["missing", "refused", "too-large", "redirects", "timeout", "unreachable", "status", "content", "parked"]

_LONGEST_SHOWN = 500  # characters of a URL in a message
_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~-]+\s*(?:=\s*(?:"[^"]*"|[^",;\s]*))?)*)')
_PARAMETER = re.compile(r';\s*([\w!#$&+.^`|~-]+)\s*(?:=\s*(?:"([^"]*)"|([^",;\s]*)))?')


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
        return f"{shown(self.url)}: {self.reason}"


class NotMirrored(FetchFailed):
    """A mirror holds no answer to this: nobody was asked, so nothing is known of what is there."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(url, reason, "missing", 404)
        self.args = (self.url, self.reason)


class Parked(FetchFailed):
    """The host asked to be left alone until the moment `until` (UTC), which is longer than this run may wait.

    Nothing is wrong with the URL: ask again then, and not before.
    """

    def __init__(self, url: str, reason: str, until: datetime, status: int | None = None) -> None:
        super().__init__(url, reason, "parked", status)
        self.until = until
        self.args = (self.url, self.reason, until, status)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for. `accept` is the media types wanted; `data` is posted as JSON unless it is `None`.

    `body_bytes` allows a body larger than the fetcher's limit, for the few that are known to be large. With `first`
    only so many bytes at the beginning of the body are fetched, however large it is, and the body is cut there; such
    an answer is not remembered from run to run. A post has to be a question (GraphQL, a search): it is asked again
    when the answer is lost. Raises `ValueError` for the beginning of what is posted, which nobody can ask for.

    `accept` is more than a wish: a web page in the place of other media types is tried again, then a failure.
    `turn` says how often a listing has asked for this address before, where each answer to it is another page: no
    turn is given the answer of another, and only that of the first is remembered from run to run.
    """

    url: str
    accept: str = "*/*"
    data: bytes | None = field(default=None, repr=False)
    body_bytes: int = 0
    first: int = 0
    turn: int = 0

    def __post_init__(self) -> None:
        if self.first < 0 or (self.first and self.data is not None):
            raise ValueError("only of what is not posted the first bytes can be asked for, one at least")

    @classmethod
    def of(cls, ask: "Ask | str") -> "Ask":
        """What is asked for by a bare URL, or as it is."""
        return cls(ask) if isinstance(ask, str) else ask


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
        for link in _LINK.finditer(self.headers.get("link", "")):
            relations = next((p[2] or p[3] or "" for p in _PARAMETER.finditer(link[2]) if p[1].lower() == "rel"), "")
            if relation in relations.lower().split():
                return _joined(self.final_url, link[1])
        return None


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost.

    `body_bytes` bounds the unpacked body; `seconds` one attempt, redirects included; `connect_seconds`
    one connection; `retries` the attempts after the first; `backoff_seconds` the first pause before a
    retry (it doubles); `longest_wait` the longest time, in seconds, that a host's wish to wait is sat out.
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
    def fetch(self, ask: Ask | str) -> Body:
        """The body of what is asked for; raises `FetchFailed`."""

    def close(self) -> None:  # noqa: B027 - most fetchers hold nothing open
        """Let go of connections."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _joined(base: str, reference: str) -> str | None:
    try:
        # Joining drops marks at the end of an address; one that is whole is left as it is.
        return reference if urlsplit(reference).netloc and "://" in reference else urljoin(base, reference)
    except ValueError:
        return None


def shown(url: str) -> str:
    """A URL fit for a message: redacted, and cut where it is long."""
    text = redact(url)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def web_page(ask: Ask, found: str | None) -> FetchFailed | None:
    """The failure for an answer of the media type `found`, if that is a web page and none was asked for."""
    if found not in ("text/html", "application/xhtml+xml") or re.search(r"html|\*/\*", ask.accept, re.I):
        return None
    reason = f"its host sent a web page ({found}) where {ask.accept[:60]} was asked for"
    return FetchFailed(ask.url, f"{reason}: try again later, or mend the address", "content", 200)


def too_large(url: str, cap: int) -> FetchFailed:
    """The failure for a body of more than `cap` bytes."""
    reason = f"is larger than {cap} bytes: list a smaller file, or raise LEAP_KG_FETCH_BYTES"
    return FetchFailed(url, reason, "too-large")
