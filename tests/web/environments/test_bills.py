"""Sums of costs, and the shares of bills for several weeks: exact whatever the numbers."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.web.environments.bills import UNKNOWN, Cost, amount_of, exact, shares, total, weeks_between
from leap_kg.web.environments.charts import HEIGHT, WIDTH, by_size, over_time

amounts = st.decimals(-(10**9), 10**9, places=7) | st.decimals(-100, 100, allow_nan=False, allow_infinity=False)


def cost(start: date | None, days: int, amount: Decimal) -> Cost:
    end = start + timedelta(days=days - 1) if start else None
    return Cost("urn:hub", "", "", start, end, amount, "USD")


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


@given(amounts, st.lists(st.integers(1, 7), min_size=1, max_size=54))
def test_shares_are_the_amount_to_the_last_digit(amount: Decimal, parts: list[int]) -> None:
    found = shares(amount, parts)
    assert sum(map(Fraction, found)) == Fraction(amount)
    places = max(-int(amount.as_tuple().exponent), 2)
    for share, part in zip(found, parts, strict=True):
        even = Fraction(amount) * part / sum(parts)
        assert abs(Fraction(share) - even) <= Fraction(1, 10**places) or len(parts) == 1


@given(amounts, st.dates(date(2015, 1, 1), date(2030, 1, 1)), st.integers(1, 367))
def test_weeks_are_those_of_the_calendar(amount: Decimal, start: date, days: int) -> None:
    found = cost(start, days, amount).weeks
    wanted = dict.fromkeys(_week(start + timedelta(days=n)) for n in range(days))
    assert [week for week, _ in found] == list(wanted)
    assert total(share for _, share in found) == amount
    assert list(weeks_between(wanted)) == list(wanted)


def test_a_bill_without_a_period_or_with_one_too_long_is_of_no_week() -> None:
    for each in (cost(None, 1, Decimal(3)), cost(date(2026, 1, 1), 368, Decimal(3))):
        assert each.weeks == [(UNKNOWN, Decimal(3))]


def test_amounts_as_texts() -> None:
    assert [amount_of(text) for text in ("1e3", "-0.10", "NaN", "Infinity", "a", "9" * 200)] == [
        *(Decimal(1000), Decimal("-0.10")),
        *[None] * 4,
    ]
    assert [exact(Decimal(text)) for text in ("1E+3", "0.10", "-2.50", "100", "1e-7")] == [
        *("1000", "0.1", "-2.5", "100", "0.0000001"),
    ]


@settings(max_examples=20)
@given(st.dictionaries(st.text(max_size=5), st.dictionaries(st.sampled_from("abc"), amounts), max_size=60))
def test_every_piece_lies_within_the_drawing(values: dict[str, dict[str, Decimal]]) -> None:
    chart = over_time("words", "USD", values, ["a", "b", "c"])
    # A piece that is too small to be seen is drawn as large as can be seen.
    room = 3 * 0.75
    for bar in chart.bars:
        assert bar.width > 0
        assert bar.height > 0
        assert bar.x >= 0
        assert bar.x + bar.width <= WIDTH + 0.02
        assert 12 - room - 0.1 <= bar.y
        assert bar.y + bar.height <= HEIGHT + 12 + room + 0.1
    assert sum(bool(amount) for pieces in values.values() for amount in pieces.values()) == len(chart.bars)


@settings(max_examples=20)
@given(st.lists(st.tuples(st.text(max_size=80), amounts), max_size=20))
def test_lying_bars_are_as_long_as_they_are_large(values: list[tuple[str, Decimal]]) -> None:
    chart = by_size("words", "USD", values)
    assert len(chart.bars) == min(len(values), 12)
    lengths = [(abs(amount), bar.width) for (_, amount), bar in zip(values, chart.bars, strict=False)]
    assert all(width <= WIDTH for _, width in lengths)
    assert not lengths or max(lengths)[1] == max(width for _, width in lengths)
