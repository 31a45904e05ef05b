"""How long something took, as a page says it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.web.reading import elapsed


@pytest.mark.parametrize(
    ("text", "words"),
    [("PT19.939S", "19 s"), ("PT0S", "0 s"), ("PT3M5S", "3 min 5 s"), ("PT3605S", "1 h 0 min"), ("PT2H", "2 h 0 min")],
)
def test_a_duration_is_said_in_words(text: str, words: str) -> None:
    assert elapsed(text) == words


@pytest.mark.parametrize("text", ["", "PT", "P1D", "P1DT2H", "-PT5S", "PT5", "5 s", "PT5S\n", "<b>PT5S</b>"])
def test_what_is_no_such_duration_stays_as_it_is(text: str) -> None:
    assert elapsed(text) == text


@given(st.integers(0, 999_999_999))
def test_seconds_are_neither_lost_nor_made(seconds: int) -> None:
    said = elapsed(f"PT{seconds}S")
    found = {unit: int(number.replace(",", "")) for number, unit in re.findall(r"([\d,]+) (h|min|s)", said)}
    total = found.get("h", 0) * 3600 + found.get("min", 0) * 60 + found.get("s", 0)
    assert total <= seconds < total + (60 if "h" in found else 1)
