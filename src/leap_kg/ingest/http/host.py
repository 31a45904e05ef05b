"""One host, with its manners: when it may be asked next, by what it has said and by how it has failed.

Hazard: what it says is counted where a request is sent and where it is answered, so both are told here, in its turn.
"""

import json
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pydantic import TypeAdapter

from leap_kg.ingest.http import pace
from leap_kg.ingest.http.store import FetchStore

_FAILURES = 5  # fetches that fail in a row before a host counts as down
_PAUSE = 30.0  # seconds that a host is left alone then; it doubles
_LONGEST_PAUSE = 3600.0
_MOST = 50  # budgets of one host, and parts of it that they are for
_RANDOM = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a host is not to be asked before `until`; `down` says that it fails, and did not wish for it.

    `status` is what it last answered to say so.
    """

    until: datetime
    reason: str
    status: int | None = None
    down: bool = False


@dataclass(slots=True)
class _Manners:
    """What is known of one host; moments are ISO 8601, `""` for none."""

    until: str = ""
    reason: str = ""
    status: int | None = None
    strikes: int = 0
    failures: int = 0
    pause: str = ""
    gap: float = 0.0
    sent: str = ""
    budgets: dict[str, tuple[int, str]] = field(default_factory=dict)
    areas: dict[str, str | None] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str | None) -> "_Manners":
        """As they were written; none for what cannot be read, which costs at most one request too early."""
        if not text:
            return cls()
        try:
            manners = _MANNERS.validate_json(text)
            for moment in (manners.until, manners.pause, manners.sent, *(left[1] for left in manners.budgets.values())):
                _moment(moment)
        except ValueError:
            return cls()
        return manners


_MANNERS = TypeAdapter(_Manners)


class Host:
    """One host; its methods are called by whoever has its turn, but for `failed`, `down` and `alone` itself."""

    def __init__(self, name: str, now: Callable[[], datetime], store: FetchStore | None) -> None:
        self._lock = threading.Lock()
        self._name = name
        self._manners = _Manners()
        self._now = now
        self._store = store
        self._known: str | None = None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only thread of the only process that has to do with it, and know what all others have learnt."""
        with self._lock, self._store.claimed(self._name) if self._store else nullcontext():
            if self._store is not None and not (self._store.readonly and self._known is not None):
                text = self._store.manners(self._name) or ""
                if text != self._known:
                    self._manners, self._known = _Manners.read(text), text
            yield

    def hold(self, part: str, now: datetime) -> Hold:
        """From when on it may be asked, and what stands against it until then."""
        known = self._manners
        holds = [
            Hold(_moment(known.until), known.reason, known.status),
            Hold(_moment(known.pause), f"has failed {known.failures} times in a row", down=True),
        ]
        for resource, (remaining, reset) in known.budgets.items():
            # Nobody knows which budget a part that was never asked draws on: any that is used up counts.
            if remaining <= 0 and known.areas.get(part, resource) == resource:
                holds.append(Hold(_moment(reset), "has no requests left"))
        if known.sent and known.gap:
            holds.append(Hold(pace.later(_moment(known.sent), known.gap), "wants a pause between requests"))
        return max(holds, key=lambda hold: hold.until)

    def sending(self, part: str, now: datetime) -> None:
        """A request is about to be sent."""
        known = self._manners
        known.sent = now.isoformat()
        resource = known.areas.get(part)
        if resource is not None and resource in known.budgets:
            remaining, reset = known.budgets.pop(resource)
            if _moment(reset) > now:
                known.budgets[resource] = (remaining - 1, reset)

    def answered(self, url: str, status: int, headers: Mapping[str, str], excerpt: bytes) -> datetime | None:
        """Take in what an answer says; the moment until which the host wants to be left alone, if it says one."""
        known, now = self._manners, self._now()
        if found := pace.budget(headers, now):
            self._take(found, area(url), now)
        elif status < 400 and len(known.areas) < _MOST:
            known.areas.setdefault(area(url), None)
        known.gap = pace.gap(headers) or (known.gap if status >= 400 else 0.0)
        until = pace.asked_to_wait(status, headers, excerpt, now, known.strikes)
        if until and until > now:
            known.strikes, known.failures, known.pause = known.strikes + 1, 0, ""
            known.until, known.status = until.isoformat(), status
            known.reason = f"answers HTTP {status} and asks to wait {(until - now).total_seconds():.0f} s"
        elif status < 500:
            known.strikes, known.failures, known.pause = 0, 0, ""
        self._keep()
        return until if until and until > now else None

    def failed(self) -> None:
        """A whole fetch, retries included, came to nothing for a reason that lies with the host."""
        with self.alone():
            known, now = self._manners, self._now()
            known.failures += 1
            if known.failures >= _FAILURES:
                longest = min(_PAUSE * 2 ** min(known.failures - _FAILURES, 20), _LONGEST_PAUSE)
                known.pause = pace.later(now, longest * _RANDOM.uniform(0.5, 1)).isoformat()
            self._keep()

    @property
    def down(self) -> bool:
        """Whether it has failed so often that it is tried once only."""
        return self._manners.failures >= _FAILURES

    def _take(self, found: pace.Budget, part: str, now: datetime) -> None:
        known = self._manners
        known.budgets = {name: left for name, left in known.budgets.items() if _moment(left[1]) > now}
        if len(known.areas) >= _MOST or len(known.budgets) >= _MOST:
            known.areas, known.budgets = {}, {}
        known.areas[part] = found.resource
        known.budgets[found.resource] = (found.remaining, found.reset.isoformat())

    def _keep(self) -> None:
        if self._store is None:
            return
        if not self._manners.gap:
            self._manners.sent = ""
        text = json.dumps(asdict(self._manners), sort_keys=True)
        if text != self._known:
            self._store.put_manners(self._name, text)
            self._known = text


def area(url: str) -> str:
    """What of a host a budget is for is told by the beginning of the path: `/search`, `/repos`, `/graphql`."""
    return urlsplit(url).path.lstrip("/").partition("/")[0][:40]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC) if text else datetime.min.replace(tzinfo=UTC)
