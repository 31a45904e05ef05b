"""Dates keep what was written and nothing else; what no calendar has is none."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal

from leap_kg.ingest.mapping.dates import parse
from leap_kg.ontology.namespaces import XSD


@pytest.mark.parametrize(
    ("text", "written", "kind"),
    [
        ("2026", "2026", "gYear"),
        ("2026-03", "2026-03", "gYearMonth"),
        ("2024-02-29", "2024-02-29", "date"),
        (" 2026-03-02 ", "2026-03-02", "date"),
        ("2026-03-02T14:00:00Z", "2026-03-02T14:00:00Z", "dateTime"),
        ("2026-03-02 14:00", "2026-03-02T14:00:00", "dateTime"),
        ("2026-03-02t23:59:59.123+05:30", "2026-03-02T23:59:59.123+05:30", "dateTime"),
    ],
)
def test_a_date_has_the_type_that_holds_it(text: str, written: str, kind: str) -> None:
    found = parse(text)
    assert found is not None
    assert found.literal == Literal(written, datatype=XSD(kind))


@pytest.mark.parametrize(
    "text",
    ["", "x", "2023-02-29", "2026-13", "2026-00", "2026-01-32", "0000", "26", "2026-3-2", "02.03.2026", "03/02/2026",
     "2026-03-02T24:00:00", "2026-03-02T12:60", "2026Z", "2026-03-02Z", "20260302", "2026-W10", "2026-03-02T12",
     "2026-03-02T12:00+15:00", "2026-03-02T12:00:00.", "٢٠٢٦", "spring 2026", "2026-03-02T12:00:00" + "0" * 9999],
)  # fmt: skip
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse(text) is None


@given(st.dates())
def test_every_day_is_a_date(day: date) -> None:
    found = parse(day.isoformat())
    assert found is not None
    assert (found.text, found.datatype) == (day.isoformat(), XSD("date"))


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_moment_is_a_moment(moment: datetime) -> None:
    found = parse(moment.isoformat())
    assert found is not None
    assert abs(datetime.fromisoformat(found.text) - moment) < timedelta(microseconds=1)


@given(st.text(max_size=30) | st.text("0123456789-:TZ+. ", max_size=30))
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = parse(text)
    assert found is None or parse(found.text) == found
