"""Rows of billing exports: amounts to the last digit, days, labels, and rows that cannot be summed."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.billing.usage import Columns, Unusable, read_usage

GOOGLE = Columns(profile="labels.k8s-label/profile", group="labels.team")
ROW = {
    "cost": "1.25",
    "currency": "usd",
    "usage_start_time": "2026-03-02 23:00:00 UTC",
    "usage_end_time": "2026-03-03 00:00:00 UTC",
    "labels": json.dumps([{"key": "k8s-namespace", "value": "prod"}, {"key": "k8s-label/profile", "value": "gpu"}]),
    "credits": json.dumps([{"name": "a", "amount": -0.5}, {"name": "b", "amount": -0.125}]),
}


def test_a_row_of_the_export() -> None:
    found = read_usage(ROW, GOOGLE)
    assert (found.hub, found.profile, found.group) == ("prod", "gpu", "")
    assert (found.amount, found.currency) == (Decimal("0.625"), "USD")
    assert found.start == found.end == date(2026, 3, 2)


def test_other_names_of_columns_and_labels_that_were_taken_apart() -> None:
    columns = Columns(
        cost="Amount", credits="", currency="Cur", start="Day", end="", hub="Namespace", group="tags.team"
    )
    row = {"Amount": "3", "Cur": "EUR", "Day": "2026-01-31", "Namespace": " staging ", "tags": '{"team": "ocean"}'}
    found = read_usage(row, columns)
    assert (found.hub, found.group, found.amount, found.currency) == ("staging", "ocean", Decimal(3), "EUR")
    assert found.start == found.end == date(2026, 1, 31)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-03-02", "2026-03-08", ("2026-03-02", "2026-03-08")),
        ("2026-03-02 00:00:00 UTC", "2026-03-09 00:00:00 UTC", ("2026-03-02", "2026-03-08")),
        ("2026-03-01T23:30:00-05:00", "2026-03-02T00:30:00-05:00", ("2026-03-02", "2026-03-02")),
        ("2026-03-02T10:00:00.123456Z", "", ("2026-03-02", "2026-03-02")),
        ("2026-03-09", "2026-03-02", ("2026-03-09", "2026-03-09")),
        ("2026-02-30", "2026-03-02", None),
        ("yesterday", "", None),
        ("", "2026-03-02", None),
    ],
)
def test_days(start: str, end: str, days: tuple[str, str] | None) -> None:
    found = read_usage({**ROW, "usage_start_time": start, "usage_end_time": end}, GOOGLE)
    told = (found.start.isoformat(), found.end.isoformat()) if found.start and found.end else None
    assert told == days


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cost": ""}, "cost is empty"),
        ({"cost": "1,250.00"}, "no number with a dot"),
        ({"cost": "NaN"}, "no number with a dot"),
        ({"cost": "1e99"}, "no sum of money"),
        ({"cost": "1" * 20}, "no sum of money"),
        ({"cost": "1e-41"}, "no sum of money"),
        ({"credits": "soon"}, "neither a number nor a list"),
        ({"credits": '[{"name": "x"}]'}, "amount is empty"),
        ({"credits": "[" * 50_000}, "neither a number nor a list"),
        ({"currency": "dollars"}, "no code of a currency"),
    ],
)
def test_rows_that_cannot_be_summed_say_why(change: dict[str, str], reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        read_usage({**ROW, **change}, GOOGLE)


@given(st.decimals(-(10**9), 10**9, places=12), st.decimals(-(10**9), 10**9, places=9))
def test_amounts_are_exact(cost: Decimal, credit: Decimal) -> None:
    found = read_usage({**ROW, "cost": str(cost), "credits": f'[{{"amount": {credit:f}}}]'}, GOOGLE)
    # In whole units of the twelfth place, where no number is rounded.
    assert int(found.amount.scaleb(12)) == int(cost.scaleb(12)) + int(credit.scaleb(12))


@given(st.dictionaries(st.sampled_from([*ROW, "labels"]), st.text()))
def test_any_row_is_read_or_refused(row: dict[str, str]) -> None:
    try:
        found = read_usage({**ROW, **row}, GOOGLE)
    except Unusable:
        return
    assert found.amount.is_finite()
