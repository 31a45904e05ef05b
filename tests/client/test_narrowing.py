"""Searching by place, time, meaning and facets, and what is said of other words, against a real server."""

import datetime as dt
import warnings
from typing import Any

import pytest

from leap_kg.client.errors import KgError, OtherWords, Refused
from leap_kg.client.graph import Client
from leap_kg.client.narrowing import box_of, period_of


def test_a_search_is_narrowed_as_on_the_page(kg: Client) -> None:
    hits = kg.search("sea", kind="dataset", standard_name="sea_surface_temperature", format="zarr")
    assert [hit.label for hit in hits] == ["Example sea-surface temperature analysis"]
    assert kg.search(kind="dataset", standard_name="sea_surface_temperature", unit="m").total == 0
    assert kg.search("sea", kind="dataset", variable="sst").total == 1


@pytest.mark.parametrize(
    "given", [{"bbox": (1, 2, 3, 4, 5)}, {"time": ("2020", "2019")}, {"standard_name": "no name!"}]
)
def test_what_is_no_search_is_refused_with_the_reason(kg: Client, given: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"bbox|time|standard name"):
        kg.search("sea", **given)


def test_a_query_takes_a_value_for_a_parameter_that_is_called_name(kg: Client) -> None:
    found = kg.query("questions/cover-place-time", name="sea_surface_temperature")
    assert len(found) >= 1
    assert len(kg.rows_of("questions/cover-place-time", name="sea_surface_temperature")) == len(found)


def test_what_is_to_blame_for_nothing_found_is_told(kg: Client) -> None:
    found = kg.search(standard_name="sea_surface_temprature")
    assert (len(found), len(found.hints)) == (0, 1)
    assert "near it: sea_surface_temperature" in repr(found)
    assert kg.search("sea").hints == ()
    with pytest.raises(Refused, match="no parameter 'datetime': here it is time"):
        kg.search("sea", datetime="2020")


def test_other_words_are_told(kg: Client) -> None:
    with pytest.warns(OtherWords, match="hits for 'temperature'"):
        found = kg.search("temprature", kind="dataset")
    assert found.total > 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert kg.search("temprature", kind="dataset", exact=True).total == 0


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (None, ""),
        ("2020", "2020"),
        (("2020", None), "2020/.."),
        ((None, dt.date(2021, 3, 1)), "../2021-03-01"),
        (dt.datetime(2021, 3, 1, 12, tzinfo=dt.UTC), "2021-03-01T12:00:00+00:00"),
    ],
)
def test_times_are_written_as_the_server_reads_them(time: Any, text: str) -> None:
    assert period_of(time) == text


def test_places_are_written_as_the_server_reads_them() -> None:
    assert box_of((-180, -90.5, 180, 90)) == "-180,-90.5,180,90"
    assert box_of("1,2,3,4") == "1,2,3,4"
    assert box_of(None) == ""
    with pytest.raises(KgError, match="no number"):
        box_of(("a", 1, 2, 3))  # type: ignore[arg-type]
    with pytest.raises(KgError, match="3 ends"):
        period_of((None, None, None))  # type: ignore[arg-type]
