"""Fetching over HTTP: asks again where that helps, never before a host wants it, and not at all for what has not
changed.

The bodies of answers with a validator are kept; the next run asks whether they still hold, and a 304 gives the body
that is kept. A kept body that is lost is asked for anew.

Hazard: in a dry run nothing on disk may change, so the store is then one that is only read.
"""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import structlog

from leap_kg.graph.home import HomeError
from leap_kg.ingest.http.asking import Ask, Body, Fetcher, FetchFailed, Limits, Parked
from leap_kg.ingest.http.door import GuardedAdapter
from leap_kg.ingest.http.exchange import Answer, Exchanger, Validators
from leap_kg.ingest.http.headers import media_type, telling
from leap_kg.ingest.http.host import Hold
from leap_kg.ingest.http.hosts import Held, Hosts
from leap_kg.ingest.http.store import Fetched, FetchStore, memorable
from leap_kg.ingest.http.tokens import Tokens, agent
from leap_kg.ingest.http.troubles import Troubled
from leap_kg.ingest.raw import BodyDamaged, BodyMissing, RawStore
from leap_kg.redaction import redact

_LONGEST_VALIDATOR = 1000  # characters; a longer one is not sent back

log = structlog.get_logger(__name__)


def _utc() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Kept:
    fetched: Fetched
    data: bytes = field(repr=False)

    @property
    def validators(self) -> Validators:
        return Validators(self.fetched.final_url, self.fetched.etag, self.fetched.last_modified)


class HttpFetcher(Fetcher):
    """Fetches over HTTP within `limits`, from public machines and from `allow_hosts` (`host` or `host:port`).

    A GitHub page that shows a file is fetched as the file itself. Of one host one thing is asked at a time. Connections
    that break, 429, 5xx and GitHub's 403 for limits are tried again, after a random pause (full jitter) and never
    before the host wants it; a wait longer than `limits.longest_wait` is `Parked` at once, for every later request to
    that host too. Validators and hosts' wishes are remembered in `store`, bodies with validators in `raw`; without
    them, nothing is. `tokens` and `contact` say who we are; `now` and `sleep` are the clock. Keeps connections open
    until `close`. Safe across threads. Besides `FetchFailed`, `fetch` raises `HomeError` for a store that is full.
    """

    def __init__(
        self,
        limits: Limits,
        allow_hosts: frozenset[str] = frozenset(),
        *,
        store: FetchStore | None = None,
        raw: RawStore | None = None,
        tokens: Tokens | None = None,
        contact: str = "",
        now: Callable[[], datetime] = _utc,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limits = limits
        self._adapter = GuardedAdapter(allow_hosts)
        self._store = store
        self._raw = raw
        self._hosts = Hosts(limits.longest_wait, store, now, sleep)
        self._tokens = tokens or Tokens()
        self._exchanger = Exchanger(self._adapter, limits, self._hosts, self._tokens, agent(contact))
        self._now = now
        self._sleep = sleep
        self._random = random.SystemRandom()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._adapter.close()

    def fetch(self, ask: Ask | str) -> Body:
        """The body of what is asked for; raises `FetchFailed`, of which `Parked` is one."""
        wanted = Ask.of(ask)
        kept = self._kept(wanted)
        answer = self._insist(wanted, kept.validators if kept else None)
        if answer.data is None and kept is not None:
            return self._unchanged(wanted, answer, kept)
        return self._fresh(wanted, answer)

    def _insist(self, ask: Ask, validators: Validators | None) -> Answer:
        attempt = 0
        while True:
            try:
                return self._exchanger.attempt(ask, validators)
            except Held as held:
                raise _kept_away(ask, held.hold) from None
            except Troubled as trouble:
                if attempt == self._limits.retries or self._hopeless(trouble):
                    raise self._given_up(ask, trouble) from None
            self._sleep(self._random.uniform(0, self._limits.backoff_seconds * 2**attempt))
            attempt += 1

    def _hopeless(self, trouble: Troubled) -> bool:
        """Whether asking again is of no use in this run."""
        if trouble.until is not None:
            return (trouble.until - self._now()).total_seconds() > self._limits.longest_wait
        # A host that was down is asked once, to see whether it is up again.
        return not trouble.passing or (trouble.host is not None and trouble.host.down)

    def _given_up(self, ask: Ask, trouble: Troubled) -> FetchFailed:
        if trouble.host is not None:
            trouble.host.failed()
        if trouble.until is None:
            return trouble.failure
        wait, status = (trouble.until - self._now()).total_seconds(), trouble.failure.status
        parked = _kept_away(ask, Hold(trouble.until, f"answers HTTP {status} and asks to wait {wait:.0f} s", status))
        log.warning("parked", url=parked.url, reason=parked.reason)
        return parked

    def _kept(self, ask: Ask) -> "_Kept | None":
        """What was fetched before, with its body; `None` if one of them is lost, or has become too large."""
        if self._store is None or self._raw is None or (fetched := self._store.fetched(ask)) is None:
            return None
        try:
            # It may have been kept before the token was given to us.
            data = self._tokens.hide_in(self._raw.get(fetched.sha256))
        except (BodyMissing, BodyDamaged, OSError, ValueError):
            return None
        return _Kept(fetched, data) if len(data) <= max(self._limits.body_bytes, ask.body_bytes) else None

    def _fresh(self, ask: Ask, answer: Answer) -> Body:
        data = answer.data or b""
        headers = telling(answer.headers)
        body = Body.of(ask.url, answer.final_url, data, media_type(answer.headers), headers, answer.moved)
        etag, last_modified = _validator(answer.headers, "etag"), _validator(answer.headers, "last-modified")
        if self._store is not None and self._raw is not None and (etag or last_modified) and memorable(ask):
            self._keep(body)
            found = (redact(answer.final_url), etag, last_modified, body.sha256, body.media_type, headers)
            self._store.remember(ask, Fetched(*found, answer.status, self._now().isoformat()))
        return body

    def _unchanged(self, ask: Ask, answer: Answer, kept: "_Kept") -> Body:
        known = kept.fetched
        headers = {**known.headers, **telling(answer.headers)}
        if self._store is not None:
            again = replace(known, headers=headers, status=answer.status, fetched_at=self._now().isoformat())
            self._store.remember(ask, again)
        return Body.of(ask.url, answer.final_url, kept.data, known.media_type, headers, answer.moved)

    def _keep(self, body: Body) -> None:
        if self._raw is not None and self._store is not None and not self._store.readonly:
            try:
                self._raw.put(body.data)
            except OSError as error:
                reason = f"cannot keep what was fetched ({error}); free some room, or set LEAP_KG_HOME"
                raise HomeError(f"{reason} to another folder") from None


def _kept_away(ask: Ask, hold: Hold) -> FetchFailed:
    """A host that fails is one's bad luck with this address; one that wants to be left alone is to be left alone."""
    when = "another year" if hold.until.year > 2200 else f"after {hold.until:%Y-%m-%dT%H:%M:%SZ}"
    reason = f"its host {hold.reason}: come back {when}"
    return (
        FetchFailed(ask.url, reason, "unreachable") if hold.down else Parked(ask.url, reason, hold.until, hold.status)
    )


def _validator(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "")
    return value if value.isascii() and value.isprintable() and len(value) <= _LONGEST_VALIDATOR else ""
