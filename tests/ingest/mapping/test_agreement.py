"""Two extents agree if they can be of the same data: each with itself, whatever turn it has, and neither far away."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.ingest.mapping.agreement import Period, holds_box, holds_period, is_far_larger, read_period
from leap_kg.ingest.mapping.extents import Box, read_box, turned

DEGREES = st.integers(-180, 180).map(float)
LATITUDES = st.tuples(st.integers(-90, 90), st.integers(-90, 90)).map(sorted)
BOXES = st.builds(lambda west, east, ends: Box(west, float(ends[0]), east, float(ends[1])), DEGREES, DEGREES, LATITUDES)
MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))
PERIODS = st.builds(Period, MOMENTS, MOMENTS)


@given(BOXES)
@settings(max_examples=50)
def test_a_box_holds_itself_and_comes_back_from_its_text(found: Box) -> None:
    assert holds_box(found, found)
    assert not is_far_larger(found, found)
    again = read_box(found.wkt)
    assert again is None or (again.width, again.height) == (found.width % 360 or again.width, found.height)


@given(BOXES, st.integers(-1, 1))
@settings(max_examples=50)
def test_a_box_of_any_turn_is_the_same_box(found: Box, turns: int) -> None:
    other = turned(found.west + 360 * turns, found.south, found.west + found.width + 360 * turns, found.north)
    assert other is None or (holds_box(found, other) and holds_box(other, found))


@given(BOXES, st.floats(3, 60))
@settings(max_examples=50)
def test_what_reaches_far_to_the_north_is_not_held(found: Box, degrees: float) -> None:
    further = Box(found.west, found.south, found.east, found.north + degrees + 0.05 * found.height)
    assert not holds_box(found, further)
    assert holds_box(further, found)


@given(PERIODS)
@settings(max_examples=50)
def test_a_period_holds_itself_and_no_later_one(found: Period) -> None:
    assert holds_period(found, found)
    if found.end is not None and found.end.year < 9900:
        length = found.end - found.start if found.start else timedelta()
        later = Period(found.start, found.end + timedelta(days=32) + max(length, timedelta()) * 0.06)
        assert not holds_period(found, later)


@given(st.text(max_size=30), st.text(max_size=30))
@settings(max_examples=50)
def test_any_text_is_a_moment_or_none(start: str, end: str) -> None:
    found = read_period(start, end)
    assert found is None or found.words


def test_a_moment_that_utc_has_no_year_for_is_none() -> None:
    assert read_period("0001-01-01T00:00:00+14:00", "") is None
    assert read_period("2020-01-01", "") == Period(datetime(2020, 1, 1, tzinfo=UTC), None)
