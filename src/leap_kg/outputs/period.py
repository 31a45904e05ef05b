"""Days and spans of days, from dates that may be known to the year only."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T.*)?")


@dataclass(frozen=True, slots=True)
class Span:
    """From a first day to a last one, both of it; one that begins after its end raises `ValueError`."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError(f"{self.first} is after {self.last}: give the earlier day first")

    def overlaps(self, other: "Span") -> bool:
        """Whether they have a day in common."""
        return self.first <= other.last and other.first <= self.last

    def covers(self, other: "Span") -> bool:
        """Whether every day of the other is one of this."""
        return self.first <= other.first and other.last <= self.last

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


def span_of(text: str) -> Span | None:
    """The days that a date such as `2024`, `2024-05`, `2024-05-17` or a moment can mean; `None` for anything else."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        if year is None or month is None:
            return Span(date(year or 0, 1, 1), date(year or 0, 12, 31))
        if day is None:
            return Span(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
        return Span(date(year, month, day), date(year, month, day))
    except (ValueError, IndexError):
        return None


def between(since: str | None, until: str | None) -> Span:
    """From the first day that `since` can mean to the last of `until`; an end that is not given is open.

    Raises `ValueError` with words for whoever gave it.
    """
    return Span(
        _end(since).first if since else date.min,
        _end(until).last if until else date.max,
    )


def _end(text: str) -> Span:
    found = span_of(text)
    if found is None:
        raise ValueError(f"{text!r} is no date: give a year, a month or a day, such as 2024, 2024-05 or 2024-05-17")
    return found
