"""Which outputs a period, a person, an award or a theme chooses."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.outputs.kind import Kind
from leap_kg.outputs.period import Span, between, span_of
from leap_kg.outputs.reading import Reader
from leap_kg.outputs.selection import Access, Selection
from tests.outputs.made import BASE, platform

OUTPUTS = list(Reader(platform(), BASE).outputs())


def titles(selection: Selection) -> list[str]:
    return [each.title for each in selection.of(OUTPUTS)]


def test_works_belong_for_a_reason_and_come_newest_first() -> None:
    works = Selection(kinds=frozenset({Kind.ARTICLE, Kind.PREPRINT}))
    assert titles(works) == ["Warm water?", "Warm water & rain"]
    assert "Somebody else's" in titles(Selection(others=True))


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2024", "2024", ["Warm water?", "Warm water & rain"]),
        ("2024-06", None, ["Warm water?"]),
        (None, "2023-02", ["lab/rain"]),
        ("2025", None, []),
    ],
)
def test_a_date_known_to_the_year_is_in_every_part_of_it(since: str, until: str, expected: list[str]) -> None:
    assert titles(Selection(period=between(since, until))) == expected


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(person="0000-0002-1825-0097"), ["Warm water & rain"]),
        (Selection(person="rei TOMAS"), ["Warm water?", "Warm water & rain"]),
        (Selection(award="2019625"), ["Warm water & rain"]),
        (Selection(theme="ocean"), ["Warm water & rain"]),
        (Selection(access=Access.OPEN), ["Warm water & rain"]),
        (Selection(theme="no such word"), []),
    ],
)
def test_a_person_an_award_a_theme_and_access_choose(selection: Selection, expected: list[str]) -> None:
    assert titles(selection) == expected


@given(st.dates(), st.dates())
@settings(max_examples=50)
def test_a_day_is_read_as_it_is_written(first: date, last: date) -> None:
    assert span_of(first.isoformat()) == Span(first, first)
    if first <= last:
        assert between(first.isoformat(), last.isoformat()) == Span(first, last)
    else:
        with pytest.raises(ValueError, match="is after"):
            between(first.isoformat(), last.isoformat())


@given(st.text(max_size=12))
@settings(max_examples=50)
def test_anything_else_is_no_date(text: str) -> None:
    found = span_of(text)
    assert found is None or text.strip()[:4].isdecimal()


@pytest.mark.parametrize("text", ["2024-13", "2024-02-30", "0000", "24", "May 2024", ""])
def test_a_date_that_no_calendar_has_is_none(text: str) -> None:
    assert span_of(text) is None
