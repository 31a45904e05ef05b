"""How a moment is written in an address: a revision number, a date or a time, as people and as programs write them."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

ACCEPTED = (
    "a revision number (12), a date (2026-03-01, which stands for its last moment, UTC) "
    "or a time (2026-03-01T12:00:00Z, 20260301T120000Z)"
)

_NUMBER = re.compile(r"[0-9]{1,9}")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(
    r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})[Tt ]?([0-9]{2})(:?)([0-9]{2})(?:\6([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    r"(?:(?P<utc>[Zz])|(?P<sign>[+ -])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2}))?"
)
_DAY = timedelta(days=1) - timedelta(microseconds=1)


def read_moment(text: str) -> int | datetime:
    """A revision number, or a time in UTC; raises `ValueError` with what is accepted.

    A date stands for its last moment, and so does a time to the second, as answers give it in `Memento-Datetime`. A
    time without seconds stands for the beginning of its minute, one without a zone is UTC.
    """
    text = text.strip()
    try:
        if _NUMBER.fullmatch(text):
            return int(text)
        if date := _DATE.fullmatch(text):
            return datetime(int(date[1]), int(date[2]), int(date[3]), tzinfo=UTC) + _DAY
        if time := _TIME.fullmatch(text):
            return _time(time)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"{text[:60]!r} is no moment: give {ACCEPTED}")


def _time(found: re.Match[str]) -> datetime:
    year, month, day, hour, minute = (int(found[place]) for place in (1, 3, 4, 5, 7))
    zone: tzinfo = UTC
    if found["sign"]:
        # A plus sign that was not percent-encoded in an address arrives as a blank.
        offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
        zone = timezone(-offset if found["sign"] == "-" else offset)
    told = found[9] or ("999999" if found[8] else "0")
    micro = int(told.ljust(6, "0")[:6])
    return datetime(year, month, day, hour, minute, int(found[8] or 0), micro, tzinfo=zone).astimezone(UTC)
