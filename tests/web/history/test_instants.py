"""Moments as addresses write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.web.history.instants import read_moment
from leap_kg.web.history.moments import accept_datetime
from leap_kg.web.history.refusal import NotThen

TIMES = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)


@given(TIMES)
def test_every_time_of_rfc_3339_is_read_exactly(moment: datetime) -> None:
    utc = moment.astimezone(UTC)
    second = utc.replace(microsecond=999_999)
    meant = utc if utc.microsecond else second  # a time to the second is all of that second
    assert read_moment(moment.isoformat()) == meant
    assert read_moment(utc.isoformat().replace("+00:00", "Z")) == meant
    assert read_moment(moment.isoformat().replace("+", " ")) == meant  # as a form sends it
    assert read_moment(utc.strftime("%Y%m%d%H%M%S")) == second
    assert read_moment(utc.strftime("%Y%m%dT%H%M%SZ")) == second


@given(st.integers(0, 999_999_999))
def test_a_number_is_a_revision(number: int) -> None:
    assert read_moment(str(number)) == number


def test_a_date_is_its_last_moment_and_a_minute_its_first() -> None:
    assert read_moment("2026-03-01") == datetime(2026, 3, 1, 23, 59, 59, 999_999, tzinfo=UTC)
    assert read_moment(" 2026-03-01T07:05Z ") == datetime(2026, 3, 1, 7, 5, tzinfo=UTC)
    assert read_moment("2026-03-01T07:05") == datetime(2026, 3, 1, 7, 5, tzinfo=UTC)
    assert read_moment("20260301T0705") == datetime(2026, 3, 1, 7, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "-1", "1234567890", "２", "2026-13-01", "2026-02-30", "2026-3-1", "2026-03-01T25:00Z", "now", "1e3"),
        *("2026-03-01T00:00:00+2", "0001-01-01T00:00:00+23:00", "2026-0301", "2026-03-01T00:00:60Z"),
    ],
)
def test_anything_else_is_refused_with_what_is_accepted(text: str) -> None:
    with pytest.raises(ValueError, match="is no moment: give a revision number"):
        read_moment(text)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        found = read_moment(text)
    except ValueError:
        return
    assert isinstance(found, int) or found.tzinfo is UTC


def test_accept_datetime_means_the_whole_second() -> None:
    assert accept_datetime("Sun, 01 Mar 2026 12:00:00 GMT") == datetime(2026, 3, 1, 12, 0, 0, 999_999, tzinfo=UTC)
    for text in ("yesterday", "2026-03-01", "Sun, 99 Mar 2026 12:00:00 GMT", "\x00"):
        with pytest.raises(NotThen) as refusal:
            accept_datetime(text)
        assert refusal.value.status == 400
