"""The whole of several places and periods."""

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal

from leap_kg.catalog.coverage import around, calendar, interval, is_on_globe, lasting, on_globe
from leap_kg.catalog.dcat import dcat_ap
from leap_kg.catalog.record import Period, Place
from leap_kg.catalog.schemaorg import schema_org
from leap_kg.ingest.mapping.extents import Box
from leap_kg.ontology.namespaces import DCAT
from tests.catalog.made import BARE, PLACE, record_of

LATITUDES = st.floats(-90, 90, allow_nan=False)
LONGITUDES = st.floats(-180, 180, allow_nan=False)


def place(box: Box | None) -> Place:
    return Place("urn:x", "", box)


def period(start: str, end: str) -> Period:
    return Period("urn:x", start, end)


@settings(max_examples=50)
@given(st.lists(st.tuples(LONGITUDES, LATITUDES, LONGITUDES, LATITUDES), min_size=1, max_size=5))
def test_the_box_around_boxes_has_each_of_them(corners: list[tuple[float, float, float, float]]) -> None:
    boxes = [Box(west, min(south, north), east, max(south, north)) for west, south, east, north in corners]
    found = around([place(box) for box in boxes])
    assert found is not None
    for box in boxes:
        assert found.south <= box.south <= box.north <= found.north
        if found != box:
            assert found.west <= min(box.west, box.east)
            assert found.east >= max(box.west, box.east)


NUMBERS = st.floats(-999, 999, allow_nan=False).map(lambda number: round(number, 3))


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_what_is_said_of_a_place_is_on_the_globe(west: float, south: float, east: float, north: float) -> None:
    """Whatever box the graph has: in schema.org and in DCAT it is cut off at the poles, and within one turn."""
    text = Box(west, min(south, north), east, max(south, north)).wkt
    given = "<DATASET/bare> a dcat:Dataset ; dct:spatial <DATASET/bare#x> .\n"
    record = record_of(BARE, f'{given}<DATASET/bare#x> dcat:bbox "{text}" .\n')
    for triple in dcat_ap(record, PLACE):
        if triple.predicate == DCAT("bbox") and isinstance(triple.object, Literal):
            left, lower, right, upper = shapely.from_wkt(triple.object.value).bounds
            assert -180 <= left <= right <= 180
            assert -90 <= lower <= upper <= 90
            assert lower == max(min(south, north), -90)
    place = schema_org(record, PLACE).get("spatialCoverage")
    beyond = min(south, north) > 90 or max(south, north) < -90
    assert place is None or not beyond
    if place is not None:
        lower, left, upper, right = map(float, place["geo"]["box"].split())
        assert max(abs(left), abs(right)) <= 180
        assert -90 <= lower <= upper <= 90
    elif not beyond:
        # The box is written as it is unless its numbers are too long to be one of ours.
        assert max(abs(west), abs(east)) > 180


@pytest.mark.parametrize(
    ("box", "found"),
    [
        (Box(-180, -90.125, 180, 90.125), Box(-180, -90, 180, 90)),
        (Box(0, -10, 360, 10), Box(-180, -10, 180, 10)),
        (Box(350, -10, 370, 10), Box(-10, -10, 10, 10)),
        (Box(170, -10, 190, 10), Box(170, -10, -170, 10)),
        (Box(170, 80, -170, 95), Box(170, 80, -170, 90)),
        (Box(0, 91, 1, 92), None),
        (None, None),
    ],
)
def test_a_box_is_cut_off_at_the_poles_and_within_one_turn(box: Box | None, found: Box | None) -> None:
    assert on_globe(box) == found


@pytest.mark.parametrize(
    ("wkt", "found"),
    [
        ("POINT(10 20)", True),
        ("POLYGON((0 0,1 0,1 1,0 0))", True),
        ("POINT(10 91)", False),
        ("POINT(1e999 2)", False),
        ("POINT EMPTY", False),
        ("MULTIPOLYGON(((181 0,180 0,180 1,181 0)),((-180 0,0 0,0 1,-180 0)))", False),
        ("everywhere", False),
        ("", False),
        ("MULTIPOINT(" + "1 1," * 20_000 + "1 1)", False),
    ],
    ids=range(9),
)
def test_a_geometry_is_on_the_globe_or_is_left_out(wkt: str, found: bool) -> None:
    assert is_on_globe(wkt) is found


def test_one_box_over_the_antimeridian_stays_what_it_is_and_two_go_all_round() -> None:
    over = Box(170.0, -10.0, -170.0, 10.0)
    assert around([place(over), place(over)]) == over
    assert around([place(over), place(Box(0.0, -20.0, 1.0, 0.0))]) == Box(-180.0, -20.0, 180.0, 10.0)


def test_places_that_are_no_boxes_do_not_count() -> None:
    assert around([]) is None
    assert around([place(None)]) is None


@pytest.mark.parametrize(
    ("periods", "found"),
    [
        ([], ""),
        ([("1981-09-01T00:00:00Z", "")], "1981-09-01/.."),
        ([("", "2020-01-01T00:00:00Z")], "../2020-01-01"),
        ([("1981-09-01T00:00:00Z", "1990-01-01T00:00:00Z"), ("1985", "2000-12-31")], "1981-09-01/2000-12-31"),
        ([("1981-09-01T00:00:00Z", "1990-01-01T00:00:00Z"), ("", "2000")], "../2000"),
        ([("1981", ""), ("1990", "2000")], "1981/.."),
        ([("the other day", "")], ""),
        ([("the other day", "2000")], "../2000"),
        ([("1990-01-01T12:30:00Z", "1990-01-01T12:30:00Z")], "1990-01-01T12:30:00Z/1990-01-01T12:30:00Z"),
    ],
)
def test_the_period_of_periods(periods: list[tuple[str, str]], found: str) -> None:
    assert interval([period(*each) for each in periods]) == found


@settings(max_examples=50)
@given(st.lists(st.tuples(st.text(max_size=25), st.text(max_size=25)), max_size=4))
def test_any_texts_are_some_period_or_none(texts: list[tuple[str, str]]) -> None:
    found = lasting([period(*each) for each in texts])
    assert found is None or any(found)


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ("2024-05-01T00:00:00Z", "2024-05-01"),
        ("2024-05-01T12:00:00+02:00", "2024-05-01T12:00:00+02:00"),
        ("2024-05", "2024-05"),
        ("2024", "2024"),
        ("2024-13", ""),
        ("20240", ""),
        ("2024-05-32", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_only_dates_are_dates(stated: str, found: str) -> None:
    assert calendar(stated) == found


@settings(max_examples=50)
@given(st.text(alphabet="0123456789-T:Z+ ", max_size=30))
def test_any_text_is_a_date_or_none(text: str) -> None:
    assert calendar(text) in (text, text.removesuffix("T00:00:00Z"), "")
