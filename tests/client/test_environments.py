"""Questions about hubs and environments, each in one call, with names in the place of IRIs."""

from decimal import Decimal

import pytest

from leap_kg.client import Client
from leap_kg.client.errors import Refused


def test_two_hubs_by_their_names(kg: Client) -> None:
    found = kg.query("questions/profile-differences", first="Example research hub", second="Example teaching hub")
    assert {"course", "small", "large"} <= set(found["profile"])
    with pytest.raises(Refused, match="no thing, or several, of that name"):
        kg.query("questions/profile-differences", first="No such hub", second="Example teaching hub")


def test_costs_by_week(kg: Client) -> None:
    rows = kg.rows_of("questions/hub-costs-by-week")
    dollars = [Decimal(row["cost"]) for row in rows if row.get("currency") == "USD"]
    assert sum(dollars) == Decimal("2853.952075")
