"""Moments as RFC 3339 writes them."""

from datetime import UTC, datetime, timedelta

from leap_kg.graph.index.extent import seconds

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rfc3339(moment: str | float) -> str | None:
    """A date, a moment or seconds from 1970 on as `2020-12-31T23:59:59Z`; `None` for what no such text can say.

    An open end, and a year before 1 or after 9999, are such.
    """
    number = seconds(moment) if isinstance(moment, str) else moment
    if number is None:
        return None
    try:
        return (_EPOCH + timedelta(seconds=number)).isoformat(timespec="seconds").replace("+00:00", "Z")
    except OverflowError:
        return None
