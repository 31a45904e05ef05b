"""One row of a billing export: what was used, when, by whom, and what it cost.

The columns are those of Google Cloud's export to BigQuery, https://docs.cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/standard-usage,
saved as CSV with its lists as JSON; other names of columns are given. Hazard: amounts are floating-point numbers that
were printed, `1.2e-05` among them. They are read as decimal numbers, to the last digit.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal, Inexact
from functools import lru_cache
from typing import Any

_NUMBER = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,2})?", re.ASCII)
_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:[T ](?P<time>\d\d:\d\d(?::\d\d)?)(?:\.\d{1,9})?\s?(?P<zone>UTC|Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
_CODE = re.compile(r"[A-Za-z]{3}", re.ASCII)
_LONGEST_JSON = 100_000
_MOST = Decimal(10) ** 12
_LEAST_DIGIT = -40
_LONGEST_NAME = 200
_LONGEST_MOMENT = 60


EXACT = Context(prec=200, traps=[Inexact])
"""The standard context of decimal numbers rounds to 28 digits; in this one an inexact sum is an error."""


class Unusable(ValueError):
    """A row that cannot be summed; the text says why."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the columns that are read; `""` where an export has none.

    `labels.NAME` is the value of the label NAME where `labels` is a column of JSON: a list of `{key, value}`, or an
    object. `credits` are amounts to be added to the cost, negative ones as a rule: a number, or JSON's list of
    `{amount}`.
    """

    cost: str = "cost"
    credits: str = "credits"
    currency: str = "currency"
    start: str = "usage_start_time"
    end: str = "usage_end_time"
    hub: str = "labels.k8s-namespace"
    profile: str = ""
    group: str = ""

    @property
    def needed(self) -> tuple[str, ...]:
        """Columns without which an export cannot be read."""
        return (self.cost, self.start)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a row says: names as they stand there, the first and the last day, `None` where it gives none.

    `currency` is in capitals, `""` where the row gives none.
    """

    hub: str
    profile: str
    group: str
    start: date | None
    end: date | None
    amount: Decimal
    currency: str


def read_usage(row: Mapping[str, str], columns: Columns) -> Usage:
    """The row; raises `Unusable` for one whose amount cannot be known."""
    amount = _amount(row.get(columns.cost, ""), columns.cost)
    if columns.credits:
        amount = EXACT.add(amount, _credits(row.get(columns.credits, ""), columns.credits))
    currency = row.get(columns.currency, "").strip()
    if currency and not _CODE.fullmatch(currency):
        raise Unusable(f"{columns.currency} is {currency[:20]!r}, and no code of a currency such as USD")
    start, end = _days(*(text if len(text) <= _LONGEST_MOMENT else "" for text in _period(row, columns)))
    return Usage(
        hub=_name(row, columns.hub),
        profile=_name(row, columns.profile),
        group=_name(row, columns.group),
        start=start,
        end=end,
        amount=amount,
        currency=currency.upper(),
    )


def _period(row: Mapping[str, str], columns: Columns) -> tuple[str, str]:
    return row.get(columns.start, ""), row.get(columns.end, "")


def _amount(text: str, column: str) -> Decimal:
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        shown = f"is {text[:40]!r}" if text else "is empty"
        raise Unusable(f"{column} {shown}, and no number with a dot, such as 12.50")
    return _bounded(Decimal(text), column)


def _bounded(number: Decimal, column: str) -> Decimal:
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or abs(number) >= _MOST or exponent < _LEAST_DIGIT:
        raise Unusable(f"{column} is {str(number)[:40]}, which is no sum of money")
    return number


def _credits(text: str, column: str) -> Decimal:
    """The sum of all credits of a row."""
    text = text.strip()
    if not text:
        return Decimal(0)
    if _NUMBER.fullmatch(text):
        return _bounded(Decimal(text), column)
    total = Decimal(0)
    listed = _json(text)
    if not isinstance(listed, list):
        raise Unusable(f"{column} is {text[:40]!r}, and neither a number nor a list of credits in JSON")
    for credit in listed:
        amount = credit.get("amount") if isinstance(credit, dict) else None
        total = EXACT.add(total, _amount(str(amount if amount is not None else ""), f"{column}.amount"))
    return total


def _json(text: str) -> Any:  # noqa: ANN401 - any JSON value
    if len(text) > _LONGEST_JSON:
        return None
    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=str)
    except (ValueError, RecursionError):
        return None


def _name(row: Mapping[str, str], column: str) -> str:
    """What a column says, or a label in one."""
    if not column:
        return ""
    if column in row:
        return row[column].strip()[:_LONGEST_NAME]
    holder, _, label = column.partition(".")
    return _labels(row.get(holder, "")).get(label, "")


@lru_cache(maxsize=512)
def _labels(text: str) -> dict[str, str]:
    """The labels in a text of JSON, which thousands of rows have alike; of one that is given twice, the first."""
    said = _json(text)
    if isinstance(said, list):
        pairs = [(each.get("key"), each.get("value")) for each in reversed(said) if isinstance(each, dict)]
    else:
        pairs = list(said.items()) if isinstance(said, dict) else []
    told = {key: value for key, value in pairs if isinstance(key, str) and isinstance(value, str)}
    return {key: value.strip()[:_LONGEST_NAME] for key, value in told.items()}


@lru_cache(maxsize=4096)
def _days(first: str, last: str) -> tuple[date | None, date | None]:
    """The first and the last day in UTC; the end is the first moment after, unless it is a day without a time."""
    start = _moment(first)
    if start is None:
        return None, None
    end = _moment(last)
    if end is None:
        return start.date(), start.date()
    timed = ":" in last
    ending = (end - timedelta(microseconds=1)) if timed and end > start else end
    return start.date(), max(ending.date(), start.date())


def _moment(text: str) -> datetime | None:
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return None
    zone = (found["zone"] or "Z").replace("UTC", "Z").replace("Z", "+00:00")
    try:
        moment = datetime.fromisoformat(f"{found['day']}T{found['time'] or '00:00'}{zone}")
        # The first and the last day of all have no day before and after.
        return moment.astimezone(UTC) if 1 < moment.year < 9999 else None
    except (ValueError, OverflowError):
        return None
