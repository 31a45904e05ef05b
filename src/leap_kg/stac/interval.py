"""The `datetime` of a search: a moment or an interval, either end of which may be open."""

import re
from typing import NamedTuple

from leap_kg.graph.index.extent import EVER, seconds
from leap_kg.stac.refusal import BadSearch

_OFFSET = r"[Zz]|[-+](?:[01]\d|2[0-3]):[0-5]\d"
_MOMENT = re.compile(rf"\d{{4}}-\d\d-\d\d(?:[Tt]\d\d:\d\d:\d\d(?:\.\d{{1,9}})?(?:{_OFFSET}))?")
_OPEN = ("", "..")


class Interval(NamedTuple):
    """Both ends in seconds from 1970 on; an open end is farther than any date."""

    start: float
    end: float


def interval(text: str) -> Interval:
    """The interval of `2020-01-01T00:00:00Z/..` or of one moment; a day is all of it. Raises `BadSearch`."""
    first, slash, last = text.strip().partition("/")
    if not slash:
        last = first
    if first in _OPEN and last in _OPEN:
        raise BadSearch("datetime is open at both ends: leave it out, or give a start or an end")
    start = -EVER if first in _OPEN else moment(first)
    end = EVER if last in _OPEN else moment(last, last=True)
    if start > end:
        raise BadSearch(f"datetime ends before it starts: write {last}/{first}"[:200])
    return Interval(start, end)


def moment(text: str, *, last: bool = False) -> float:
    """A moment or a day as RFC 3339 writes it, in seconds from 1970 on; raises `BadSearch`."""
    found = seconds(text.upper(), last=last) if _MOMENT.fullmatch(text) else None
    if found is None:
        raise BadSearch(f"{text[:50]!r} is no moment: write it as 2020-12-31T23:59:59Z")
    return found
