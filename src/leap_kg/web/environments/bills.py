"""Costs as pages sum them: exact, each currency for itself, what a bill asks for several weeks spread over its days.

Spreading loses nothing: what cannot be divided evenly goes to the first weeks, a unit of the last digit each.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation

_EXACT = Context(prec=200, traps=[Inexact])
_LONGEST = 366
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cost:
    """One cost: `place` is the IRI of a hub or cluster, `""` for none; names as the bill has them; days or `None`."""

    place: str
    profile: str
    group: str
    start: date | None
    end: date | None
    amount: Decimal
    currency: str

    @property
    def weeks(self) -> list[tuple[str, Decimal]]:
        """The weeks that it is for, with the share of each; `unknown` without a period, or with one too long."""
        if self.start is None or self.end is None or not 0 <= (self.end - self.start).days <= _LONGEST:
            return [(UNKNOWN, self.amount)]
        days: dict[str, int] = {}
        for number in range((self.end - self.start).days + 1):
            week = week_of(self.start + timedelta(days=number))
            days[week] = days.get(week, 0) + 1
        return list(zip(days, shares(self.amount, list(days.values())), strict=True))


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    found = Decimal(0)
    for amount in amounts:
        found = _EXACT.add(found, amount)
    return found


def exact(amount: Decimal) -> str:
    """The amount to its last digit, without an exponent and without zeros at the end."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def shares(amount: Decimal, parts: list[int]) -> list[Decimal]:
    """The amount in parts of these sizes, in hundredths at least; together they are the amount, to the last digit."""
    if len(parts) == 1:
        return [amount]
    exponent = amount.as_tuple().exponent
    places = max(-exponent if isinstance(exponent, int) else 0, 2)
    units, whole = int(_EXACT.scaleb(amount, places)), sum(parts)
    sign, units = (-1 if units < 0 else 1), abs(units)
    found = [units * part // whole for part in parts]
    for place in range(units - sum(found)):
        found[place] += 1
    return [_EXACT.scaleb(Decimal(sign * each), -places) for each in found]


def week_of(day: date) -> str:
    """The ISO week of a day, as `2026-W10`."""
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def amount_of(text: str) -> Decimal | None:
    """The number that a bill names; `None` for what is none."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < Decimal(10) ** 30 and len(text) < 100 else None


def day_of(text: str) -> date | None:
    """The day that a period begins or ends with; a year or a month is none."""
    try:
        return date.fromisoformat(text[:10]) if len(text) >= 10 else None
    except ValueError:
        return None


def weeks_between(weeks: Iterable[str]) -> Iterator[str]:
    """All weeks from the first of these to the last, also those without a cost; at most three years."""
    known = sorted(week for week in weeks if week != UNKNOWN)
    if not known:
        return
    day = date.fromisocalendar(int(known[0][:4]), int(known[0][6:]), 1)
    for _ in range(160):
        week = week_of(day)
        yield week
        if week == known[-1]:
            return
        day += timedelta(days=7)
