"""Counts over what a search finds, against counting all items."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.stac.aggregating import Aggregation, Grain, aggregated, available
from leap_kg.stac.area import box_area
from leap_kg.stac.asked import Search
from leap_kg.stac.geohash import FINEST, geohash
from leap_kg.stac.refusal import BadSearch
from leap_kg.stac.searching import Index
from tests.stac import made

ITEMS = made.items()
GRID = "centroid_geohash_grid_frequency"
NAMES = ("total_count", "datetime_min", "datetime_max", "datetime_frequency", "collection_frequency", GRID)


def counted(index: Index, *names: str, grain: Grain | None = None, **search: Any) -> list[Aggregation]:
    return aggregated(index, Search(**search), names, grain or Grain())


def pairs(found: Aggregation) -> dict[str, int]:
    assert found.buckets is not None
    assert len({bucket.key for bucket in found.buckets}) == len(found.buckets)
    return dict(found.buckets)


def frequencies(items: Iterable[dict[str, Any]], key: Callable[[dict[str, Any]], str]) -> dict[str, int]:
    return dict(Counter(key(item) for item in items))


@settings(max_examples=20)
@given(
    west=st.integers(-180, 180),
    east=st.integers(-180, 180),
    south=st.integers(-90, 0),
    north=st.integers(1, 90),
    gsd=st.integers(0, 9),
)
def test_counts_are_those_of_the_items_that_match(
    index: Index, west: int, east: int, south: int, north: int, gsd: int
) -> None:
    box = [float(each) for each in (west, south, east, north)]
    value = {"op": "<", "args": [{"property": "gsd"}, gsd]}
    here = [item for item in ITEMS if made.meets(item, box) and item["properties"]["gsd"] < gsd]
    total, first, last, years, series, words = counted(
        index,
        *NAMES[:5],
        "word_frequency",
        grain=Grain("year"),
        area=box_area(box),
        filter=value,
    )
    assert total.value == len(here)
    moments = [made.period(item)[0] for item in here]
    assert (first.value, last.value) == (min(moments, default=None), max(moments, default=None))
    assert pairs(years) == frequencies(here, lambda item: f"{made.period(item)[0][:4]}-01-01T00:00:00Z")
    assert pairs(series) == frequencies(here, lambda item: item["collection"])
    assert pairs(words) == frequencies(here, lambda item: item["properties"]["word"])
    assert {each.overflow for each in (years, series, words)} == {0}


def test_periods_are_years_months_and_days_and_suit_the_items(index: Index) -> None:
    for interval, length, rest in (("year", 4, "-01-01"), ("month", 7, "-01"), ("day", 10, "")):
        (found,) = counted(index, "datetime_frequency", grain=Grain(interval))
        begins = Counter(f"{made.period(item)[0][:length]}{rest}T00:00:00Z" for item in ITEMS)
        assert pairs(found) == begins
        assert list(pairs(found)) == sorted(pairs(found))
    (suited,) = counted(index, "datetime_frequency")
    assert pairs(suited) == frequencies(ITEMS, lambda item: f"{made.period(item)[0][:4]}-01-01T00:00:00Z")
    one = sorted(ITEMS, key=lambda item: made.period(item)[0])[0]
    (single,) = counted(index, "datetime_frequency", ids=[one["id"]])
    assert pairs(single) == {f"{made.period(one)[0][:10]}T00:00:00Z": 1}


def test_properties_count_by_value_and_the_rest_overflows(index: Index) -> None:
    gsd, opened, height, nothing = counted(
        index, "gsd_frequency", "open_frequency", "height_frequency", "nothing_frequency"
    )
    assert pairs(gsd) == frequencies(ITEMS, lambda item: str(item["properties"]["gsd"]))
    known = [item for item in ITEMS if "open" in item["properties"]]
    assert pairs(opened) == frequencies(known, lambda item: str(item["properties"]["open"]).lower())
    assert opened.overflow == len(ITEMS) - len(known)
    high = [item for item in ITEMS if "height" in item["properties"]]
    assert pairs(height) == frequencies(high, lambda item: str(item["properties"]["height"]))
    assert height.overflow == len(ITEMS) - len(high)
    assert (pairs(nothing), nothing.overflow) == ({}, len(ITEMS))
    assert [gsd.kind, opened.kind, height.kind] == ["numeric", "boolean", "numeric"]


def test_cells_are_those_of_the_middles_of_boxes(index: Index) -> None:
    def cell(item: dict[str, Any], digits: int) -> str:
        west, south, east, north = item["bbox"]
        middle = (west + east) / 2 if west <= east else (west + east + 360) / 2
        return plain(middle - 360 if middle > 180 else middle, (south + north) / 2, digits)

    for digits in (1, 3):
        (found,) = counted(index, GRID, grain=Grain(digits=digits))
        assert pairs(found) == Counter(cell(item, digits) for item in ITEMS)


def plain(longitude: float, latitude: float, digits: int) -> str:
    """A geohash by halving, as it is defined."""
    spans, values, bits = [[-180.0, 180.0], [-90.0, 90.0]], (longitude, latitude), ""
    for turn in range(digits * 5):
        low, high = spans[turn % 2]
        middle = (low + high) / 2
        upper = values[turn % 2] >= middle
        spans[turn % 2] = [middle, high] if upper else [low, middle]
        bits += str(int(upper))
    return "".join("0123456789bcdefghjkmnpqrstuvwxyz"[int(bits[at : at + 5], 2)] for at in range(0, len(bits), 5))


@given(st.integers(-180_000, 180_000), st.integers(-90_000, 90_000), st.integers(1, 8))
def test_geohashes_are_found_by_halving(longitude: int, latitude: int, digits: int) -> None:
    where = (longitude / 1000, latitude / 1000)
    assert geohash(*where, digits) == plain(*where, digits)


def test_a_known_place_has_its_known_geohash() -> None:
    assert geohash(-5.603, 42.605, 5) == "ezs42"
    assert geohash(10.40744, 57.64911, 11) == "u4pruydqqvj"


def test_what_can_be_asked_for_answers(index: Index) -> None:
    found = available(index, "calm")
    assert set(NAMES) < set(found)
    assert found["word_frequency"] == "string"
    assert found["height_frequency"] == "numeric"
    assert found["open_frequency"] == "boolean"
    for each in counted(index, *found, collections=["calm"]):
        assert each.value is not None or each.buckets


def test_nothing_found_is_nothing_counted(index: Index) -> None:
    total, first, *rest = counted(index, *NAMES, ids=["no such item"])
    assert (total.value, first.value) == (0, None)
    assert all(not each.buckets and each.value is None for each in rest)
    assert counted(index) == []


@pytest.mark.parametrize(
    ("names", "word"),
    [
        (["nothing"], "no aggregation"),
        (['a"b_frequency'], "no property"),
        (["_frequency"], "no property"),
        ([f"p{number}_frequency" for number in range(30)], "more than 20"),
    ],
    ids=range(4),
)
def test_what_cannot_be_counted_is_refused(index: Index, names: list[str], word: str) -> None:
    with pytest.raises(BadSearch, match=word):
        counted(index, *names)


def test_grains_are_bounded() -> None:
    for interval, digits in (("week", 1), ("", 0), ("", FINEST + 1)):
        with pytest.raises(BadSearch):
            Grain(interval, digits)
