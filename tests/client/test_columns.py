"""Datatypes of XSD become dtypes, values survive, and whatever a server sends is a table or a clear error."""

import math
import string
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.client.columns import _valued, column, frame
from leap_kg.client.errors import BadAnswer
from leap_kg.client.results import XSD, read, term
from leap_kg.client.uniform import uniform


def typed(text: str, datatype: str) -> str:
    return f'"{escaped(text)}"^^<{XSD}{datatype}>'


def escaped(text: str) -> str:
    plain = {"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
    return "".join(plain.get(c, c) for c in text)


def values(tokens: list[str]) -> list[Any]:
    return list(pd.Series(column(tokens)))


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31))  # noqa: DTZ001 - zones are added or left out


@given(st.lists(st.none() | st.integers(-(2**63) + 1, 2**63 - 1), min_size=1))
def test_integers_are_int64_and_what_is_not_there_is_na(numbers: list[int | None]) -> None:
    found = column(["" if number is None else str(number) for number in numbers])
    if any(number is not None for number in numbers):
        assert found.dtype == "Int64"
    assert [None if pd.isna(value) else int(value) for value in found] == numbers


@given(st.lists(st.none() | st.floats(), min_size=1))
def test_doubles_are_float64_and_nan_is_not_na(numbers: list[float | None]) -> None:
    names = {math.inf: "INF", -math.inf: "-INF"}
    found = column(["" if n is None else typed("NaN" if n != n else names.get(n, repr(n)), "double") for n in numbers])
    if all(number is None for number in numbers):
        return
    assert found.dtype == "Float64"
    assert list(found.isna()) == [number is None for number in numbers]
    for number, value in zip(numbers, found, strict=True):
        assert number is None or value == number or (math.isnan(number) and math.isnan(value))


@given(st.lists(_TEXTS, min_size=1), st.sampled_from(["", "@en", "@de-CH", f"^^<{XSD}anyURI>"]))
def test_texts_survive_without_their_language(texts: list[str], suffix: str) -> None:
    found = column([f'"{escaped(text)}"{suffix}' for text in texts])
    assert found.dtype == "string"
    assert list(found) == texts


@given(st.lists(_MOMENTS, min_size=1))
def test_moments_without_zone_have_none(moments: list[datetime]) -> None:
    found = column([typed(moment.isoformat(), "dateTime") for moment in moments])
    assert str(found.dtype) == "datetime64[us]"
    assert [value.to_pydatetime() for value in found] == moments


@given(st.lists(st.tuples(_MOMENTS, _ZONES), min_size=1))
def test_moments_with_zones_are_in_utc(moments: list[tuple[datetime, timezone]]) -> None:
    zoned = [moment.replace(tzinfo=zone) for moment, zone in moments]
    found = column([typed(moment.isoformat(), "dateTime") for moment in zoned])
    assert str(found.dtype) == "datetime64[us, UTC]"
    assert [value.to_pydatetime() for value in found] == [moment.astimezone(UTC) for moment in zoned]


@given(st.lists(st.dates(), min_size=1))
def test_a_date_is_its_first_moment(days: list[date]) -> None:
    found = column([typed(day.isoformat(), "date") for day in days])
    assert [(value.to_pydatetime().date(), value.hour) for value in found] == [(day, 0) for day in days]


@given(
    st.sampled_from(["integer", "double", "decimal", "boolean", "dateTime", "date", "gYear", "byte", "duration", "x"]),
    st.text(string.printable) | _TEXTS,
)
def test_a_text_that_claims_a_datatype_is_no_error(datatype: str, text: str) -> None:
    (found,) = values([typed(text, datatype)])
    assert isinstance(found, str | int | float | bool | datetime | np.generic)


@given(_TEXTS | st.text('?<>"\\\t\n^@_:+-.0123456789eE{}'))
def test_any_answer_is_a_table_or_a_clear_error(body: str) -> None:
    try:
        table = read(body)
    except BadAnswer:
        return
    assert len(frame(table)) == table.length
    assert len(table.rows()) == table.length


@pytest.mark.parametrize(
    ("tokens", "dtype", "expected"),
    [
        (["true", "", "false"], "boolean", [True, pd.NA, False]),
        (["1", "2.5"], "Float64", [1.0, 2.5]),
        (["1", '"a"@en'], "object", [1, "a"]),
        ([str(2**63)], "object", [2**63]),
        ([str(2**53 + 1), "0.5"], "object", [2**53 + 1, 0.5]),
        ([typed("2008", "gYear"), typed("-0044", "gYear")], "Int64", [2008, -44]),
        ([typed("2008", "gYear"), typed("2008-05", "gYearMonth")], "object", [2008, "2008-05"]),
        ([typed("abc", "integer")], "string", ["abc"]),
        (["", ""], "object", [pd.NA, pd.NA]),
        (["<https://a.example/x>", "_:b0"], "string", ["https://a.example/x", "_:b0"]),
        ([typed("2024-02-30", "date")], "string", ["2024-02-30"]),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_mixtures(tokens: list[str], dtype: str, expected: list[Any]) -> None:
    found = pd.Series(column(tokens))
    assert str(found.dtype) == dtype
    assert [None if value is pd.NA else value for value in found] == [None if v is pd.NA else v for v in expected]


def test_the_end_of_a_day_is_the_beginning_of_the_next() -> None:
    (found,) = values([typed("2024-12-31T24:00:00Z", "dateTime")])
    assert found == pd.Timestamp("2025-01-01", tz="UTC")


def test_dates_and_moments_mix_but_zones_do_not() -> None:
    day, zoned = typed("2024-01-02", "date"), typed("2024-01-02T03:04:05Z", "dateTime")
    assert str(column([day, typed("2024-01-02T03:04:05.678", "dateTime")]).dtype) == "datetime64[us]"
    assert [type(value).__name__ for value in values([day, zoned])] == ["datetime", "datetime"]


_TOKENS = (
    st.sampled_from(
        ['"a"', '"a"@en', "true", "1", "-2", "1.5", "<a:b>", "_:b", typed("1e3", "double"), '"\\t"', "<<x>>"]
    )
    | st.integers().map(str)
    | _MOMENTS.map(lambda moment: typed(f"{moment.isoformat()}Z", "dateTime"))
    | st.text('"\\^<>@:.-+0123456789TZeE', min_size=1)
    | st.sampled_from(["2024-13-01T00:00:00Z", "0000-01-01T00:00:00Z", "2024-01-01T24:00:00Z", "1"]).map(
        lambda text: typed(text, "dateTime")
    )
)


@given(st.lists(_TOKENS, min_size=1, max_size=4))
def test_the_quick_way_reads_as_the_slow_one_does(tokens: list[str]) -> None:
    kind, quick = uniform(tokens)
    if not kind:
        return
    slow = [_valued(term(token)) for token in tokens]
    assert {one for one, _ in slow} == {kind}
    assert list(pd.Series(quick)) == [
        pd.Timestamp(value).tz_localize(None) if isinstance(value, datetime) else value for _, value in slow
    ]


def test_escapes_of_every_kind_are_read() -> None:
    assert term(r'"\u00e9\U0001F30A\t\\\"\q"').text == 'é🌊\t\\"q'
    assert term(r'"\uD800"').text == "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("body", ["?a\t?a\n1\t2\n", "?a\t\n", "?a\t?b\n1\n", "?a\n1\t2\n"])
def test_columns_that_cannot_be_told_apart_are_refused(body: str) -> None:
    with pytest.raises(BadAnswer, match=r"Tell whoever runs the server"):
        read(body)
