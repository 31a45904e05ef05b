"""What people write to narrow a search: what it means, and what is said where it means nothing."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.graph.index.extent import EVER
from leap_kg.stac.narrowed import box, named, narrowing, period
from leap_kg.stac.refusal import BadSearch

DAY = 86_400.0


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("1970", 0, 365 * DAY - 1),
        ("1970-01", 0, 31 * DAY - 1),
        ("1970-01-01", 0, DAY - 1),
        ("1970-01-01T00:00:00Z", 0, 0),
        ("1970/1971", 0, 730 * DAY - 1),
        (" 1970-01-02 / 1970-01-03 ", DAY, 3 * DAY - 1),
        ("1970/..", 0, EVER),
        ("1970/", 0, EVER),
        ("../1970", -EVER, 365 * DAY - 1),
        ("/1970-01-01t00:00:00z", -EVER, 0),
    ],
)
def test_years_months_days_and_moments_are_periods(text: str, start: float, end: float) -> None:
    assert period(text) == (start, end)


@pytest.mark.parametrize("text", ["20,-5,30,5", "20, -5, 0, 30, 5, 100"])
def test_a_box_has_four_numbers_or_six(text: str) -> None:
    assert box(text) == ((20.0, 30.0, -5.0, 5.0),)


def test_a_box_across_the_antimeridian_is_two() -> None:
    assert box("170,-10,-170,90") == ((170.0, 180.0, -10.0, 90.0), (-180.0, -170.0, -10.0, 90.0))


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (box, "1,2,3,4,5", "bbox has 5 numbers"),
        (box, "1,2,3", "bbox has 3 numbers"),
        (box, "a,b,c,d", "is no box"),
        (box, "1," * 500, "is no box"),
        (box, "nan,0,1,1", "not finite"),
        (box, "0,10,1,5", "south below its north"),
        (box, "0,0,270,10", "between -180 and 180"),
        (period, "2020/2019", "time ends before it starts: write 2019/2020"),
        (period, "..", "open at both ends"),
        (period, "../..", "open at both ends"),
        (period, "yesterday", "'yesterday' is no moment"),
        (period, "2020-13", "is no moment"),
        (period, "2020/2021/2022", "is no moment"),
        (period, "9" * 400, "is no moment"),
        (named, "sea-surface", "letters, digits and underscores"),
        (named, "x" * 400, "is no standard name"),
        (named, "", "is no standard name"),
    ],
)
def test_what_means_nothing_is_refused_with_what_to_write(read: Callable[[str], object], text: str, said: str) -> None:
    with pytest.raises(BadSearch, match=said):
        read(text)


def test_a_standard_name_may_have_blanks_and_is_looked_up_with_its_synonyms() -> None:
    made = narrowing("", "", "sea surface  temperature", lambda names: [f"iri:{name}" for name in names])
    assert made.meanings == (
        "http://vocab.nerc.ac.uk/standard_name/sea_surface_temperature/",
        "iri:sea_surface_temperature",
    )
    assert (made.boxes, made.period) == ((), None)
    nothing = narrowing("", "", "", lambda names: ["never asked"])
    assert nothing.meanings is None


@settings(max_examples=50)
@given(
    st.sampled_from((box, period, named)), st.one_of(st.text(max_size=60), st.text("0123456789-/.,:TZ ", max_size=40))
)
def test_any_text_is_understood_or_refused(read: Callable[[str], object], text: str) -> None:
    said = _refusal(read, text)
    assert said is None or (said and "\n" not in said)


def _refusal(read: Callable[[str], object], text: str) -> str | None:
    try:
        read(text)
    except BadSearch as error:
        return str(error)
    return None
