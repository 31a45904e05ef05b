"""What an answer says about how fast its host may be asked: pure reading of headers, in every spelling that is in use.

- `Retry-After`: seconds, or an HTTP date; everybody.
- `X-RateLimit-Remaining`, `-Reset`, `-Resource`: requests left until a moment, or for some seconds; GitHub, Zenodo,
  OpenAlex. `RateLimit-Remaining`, `-Reset` and `RateLimit: "name";r=50;t=30`: the same by the drafts of a standard.
- `X-Rate-Limit-Limit`, `-Interval`: so many requests in an interval; Crossref.

GitHub's rule for 403 and 429, in its order: Retry-After; else, with nothing remaining, the reset; else a minute at
least, and longer each time. A host that fails with 5xx without a Retry-After has no wish; that is the retries' matter.

Hazard: clocks differ. A moment is measured by the host's clock where its `Date` header shows one, and by ours, and the
longer wait counts. No wait is ever shortened; what no calendar holds becomes its last day.
"""

import email.utils
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EXCERPT_BYTES = 2**14
"""How much of the body of a 403 or 429 is looked at."""

_LAST_DAY = datetime.max.replace(tzinfo=UTC)
_DIGITS = re.compile(r"[0-9]+", re.A)
_INTERVAL = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(ms|s|m|h|d)?", re.A | re.I)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PARAMETER = re.compile(r"[;,]\s*([a-z]+)\s*=\s*\"?([0-9]{1,18})", re.A | re.I)
_LIMITED = re.compile(rb"secondary rate limit|api rate limit exceeded|abuse detection mechanism", re.I)
_PLENTY = 10**9  # requests; more than that are never counted
_EPOCH = 10**9  # a reset beyond this is a moment; below, it is a number of seconds
_LEAST = 60.0  # seconds to keep away when GitHub says no more than that there is a limit
_SKEW = timedelta(days=1)  # a Date header that is further off shows no clock


@dataclass(frozen=True, slots=True)
class Budget:
    """`remaining` requests may be sent until `reset`; `resource` is what they are counted for, `""` for all."""

    resource: str
    remaining: int
    reset: datetime


def asked_to_wait(
    status: int, headers: Mapping[str, str], excerpt: bytes, now: datetime, strikes: int
) -> datetime | None:
    """Until when an answer asks us to keep away, `None` if it does not.

    `headers` have names in lower case; `excerpt` is the beginning of the body of a 403 or 429; `strikes` is how often
    in a row the host has limited us before.
    """
    limiting = status in (403, 429)
    if not limiting and not 500 <= status <= 599:
        return None
    if until := retry_after(headers, now):
        return until
    if not limiting:
        return None
    if (left := budget(headers, now)) and left.remaining == 0:
        return left.reset
    if _LIMITED.search(excerpt) or (status == 429 and "x-github-request-id" in headers):
        return later(now, _LEAST * 2 ** min(strikes, 20))
    return None


def refused(data: bytes) -> bool:
    """Whether a GraphQL answer, whose status is 200 all the same, says that its host's limit is reached."""
    if len(data) > EXCERPT_BYTES:
        return False
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return False
    errors = said.get("errors") if isinstance(said, dict) else None
    return any(
        isinstance(error, dict)
        and (error.get("type") == "RATE_LIMITED" or _LIMITED.search(str(error.get("message")).encode()))
        for error in (errors if isinstance(errors, list) else ())
    )


def retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """The moment that Retry-After names; `None` if there is none, or nothing readable."""
    text = headers.get("retry-after", "")
    seconds = _whole(text)
    if seconds is not None:
        return later(now, seconds) if seconds else None
    when = _date(text)
    return _apart(when, headers, now) if when else None


def budget(headers: Mapping[str, str], now: datetime) -> Budget | None:
    """What the answer says is left; `None` if it says nothing, or nothing readable."""
    for prefix in ("x-ratelimit-", "ratelimit-", "x-rate-limit-"):
        remaining, reset = _whole(headers.get(prefix + "remaining", "")), _whole(headers.get(prefix + "reset", ""))
        if remaining is not None and reset is not None:
            resource = headers.get(prefix + "resource", "").strip()[:40]
            return Budget(resource, min(remaining, _PLENTY), _reset(reset, headers, now))
    given = {name.lower(): int(value) for name, value in _PARAMETER.findall(";" + headers.get("ratelimit", ""))}
    remaining, seconds = given.get("r", given.get("remaining")), given.get("t", given.get("reset"))
    if remaining is None or seconds is None:
        return None
    return Budget("", min(remaining, _PLENTY), later(now, seconds))


def gap(headers: Mapping[str, str]) -> float | None:
    """Seconds between two requests, where the answer says how many there may be in an interval."""
    count = _whole(headers.get("x-rate-limit-limit", ""))
    interval = _INTERVAL.fullmatch(headers.get("x-rate-limit-interval", "").strip())
    if not interval or not count:
        return None
    return float(interval[1]) * _UNITS[(interval[2] or "s").lower()] / count


def later(now: datetime, seconds: float) -> datetime:
    """The moment after so many seconds; the last day of the calendar where it does not reach that far."""
    try:
        return now + timedelta(seconds=seconds)
    except OverflowError:
        return _LAST_DAY


def _whole(text: str) -> int | None:
    """A number of digits, however many; beyond 10^15, that."""
    found = _DIGITS.fullmatch(text.strip())
    if not found:
        return None
    digits = found[0].lstrip("0") or "0"
    return int(digits) if len(digits) <= 15 else 10**15


def _reset(value: int, headers: Mapping[str, str], now: datetime) -> datetime:
    if value < _EPOCH:
        return later(now, value)
    try:
        # Beyond the year 5138 it must be milliseconds.
        when = datetime.fromtimestamp(value if value < 10**11 else value / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return _LAST_DAY
    return _apart(when, headers, now)


def _apart(when: datetime, headers: Mapping[str, str], now: datetime) -> datetime:
    """`when` by the slower of two clocks, the host's and ours."""
    theirs = _date(headers.get("date", ""))
    if theirs and abs(theirs - now) <= _SKEW and theirs < now:
        return later(when, (now - theirs).total_seconds())
    return when


def _date(text: str) -> datetime | None:
    try:
        when = email.utils.parsedate_to_datetime(text.strip())
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
