"""Sums of an export, exact to the last digit: by week, hub, profile, group and currency.

Nothing is lost: each row counts once, with the hub it names, or else with the cluster, or it is told as a fault.
Hazard: rows come in any order and number. Only sums are kept of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Context, Decimal

from leap_kg.ingest.billing.usage import EXACT, Columns, Unusable, Usage, read_usage

UNDATED = "undated"
_ROUNDING = Context(prec=200)
_MOST_ACCOUNTS = 5000
_MOST_FAULTS = 200
_MOST_TEXT = 500


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """Whose cost it is: the names of a bill for hub, profile and group, and when and in which currency.

    A cost of one week has the Monday and the Sunday of it; one of several weeks its own days.
    """

    hub: str
    profile: str
    group: str
    currency: str
    start: str
    end: str


@dataclass(slots=True)
class Total:
    """A sum of rows, and of those among them that are negative."""

    amount: Decimal = Decimal(0)
    rows: int = 0
    negative: Decimal = Decimal(0)
    negatives: int = 0

    def add(self, amount: Decimal) -> None:
        """One row more."""
        self.amount = EXACT.add(self.amount, amount)
        self.rows += 1
        if amount < 0:
            self.negative = EXACT.add(self.negative, amount)
            self.negatives += 1


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that could not be summed: where it stands, why, and what it says."""

    line: int
    reason: str
    row: str


@dataclass(slots=True)
class FileSum:
    """What one file came to: its rows, the sum of each currency, its first and last day, and its faults."""

    rows: int = 0
    totals: dict[str, Decimal] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None
    faults: list[Fault] = field(default_factory=list)
    faulty: int = 0

    def note(self, usage: Usage) -> None:
        """One good row more."""
        self.rows += 1
        self.totals[usage.currency] = EXACT.add(self.totals.get(usage.currency, Decimal(0)), usage.amount)
        if usage.start is not None and usage.end is not None:
            self.first = usage.start if self.first is None else min(self.first, usage.start)
            self.last = usage.end if self.last is None else max(self.last, usage.end)


class TooMany(ValueError):
    """An export with more hubs, profiles and groups in a week than anybody has; the text says what to do."""


class Sums:
    """All rows of all files, summed as they are read."""

    def __init__(self, columns: Columns, currency: str = "") -> None:
        self.weeks: dict[str, dict[Account, Total]] = {}
        self._columns = columns
        self._currency = currency

    def take(self, rows: Iterable[Mapping[str, str] | str]) -> FileSum:
        """Add the rows of a file; a row that is a text is the reason why it is none."""
        told = FileSum()
        for number, row in enumerate(rows, start=2):  # the header is line 1
            try:
                usage = _usage(row, self._columns)
            except Unusable as problem:
                told.faulty += 1
                if len(told.faults) < _MOST_FAULTS:
                    shown = row if isinstance(row, str) else ", ".join(f"{k}={v}" for k, v in row.items() if v)
                    told.faults.append(Fault(number, str(problem), shown[:_MOST_TEXT]))
                continue
            self._add(usage)
            told.note(usage)
        return told

    def _add(self, usage: Usage) -> None:
        week, start, end = _period(usage)
        accounts = self.weeks.setdefault(week, {})
        account = Account(usage.hub, usage.profile, usage.group, usage.currency or self._currency, start, end)
        total = accounts.get(account)
        if total is None:
            if len(accounts) >= _MOST_ACCOUNTS:
                raise TooMany(f"more than {_MOST_ACCOUNTS} different hubs, profiles and groups in {week}")
            total = accounts[account] = Total()
        total.add(usage.amount)


def overlaps(files: Mapping[str, FileSum]) -> Iterator[tuple[str, str]]:
    """Pairs of files that both have rows of some day: what stands in both was counted twice."""
    dated = sorted((each.first, each.last, name) for name, each in files.items() if each.first and each.last)
    for place, (_, last, name) in enumerate(dated):
        for first, _, other in dated[place + 1 :]:
            if first > last:
                break
            yield name, other


def plain(number: Decimal, places: int = 18) -> str:
    """A decimal number as XML Schema writes it: no exponent, no zeros at the end, at most so many places.

    Engines calculate with 18 places; what is beyond is rounded to the even neighbour.
    """
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -places:
        number = number.quantize(Decimal(1).scaleb(-places), context=_ROUNDING)
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("", "-0", "-") else text


def week_of(day: date) -> str:
    """The ISO week of a day, as `2026-W10`."""
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def _usage(row: Mapping[str, str] | str, columns: Columns) -> Usage:
    if isinstance(row, str):
        raise Unusable(row)
    return read_usage(row, columns)


def _period(usage: Usage) -> tuple[str, str, str]:
    """The week that a row belongs to, and the days that its sum is for."""
    if usage.start is None or usage.end is None:
        return UNDATED, "", ""
    week = week_of(usage.start)
    if week != week_of(usage.end):
        return week, usage.start.isoformat(), usage.end.isoformat()
    monday = usage.start - timedelta(days=usage.start.weekday())
    return week, monday.isoformat(), (monday + timedelta(days=6)).isoformat()
