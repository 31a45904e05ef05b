"""What is asked for, read from parameters: all that is good is kept, all else is refused with what to give."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.web.data.asked import NotAsked, Wish, read


def test_a_series_is_that_of_a_point_in_a_period() -> None:
    given_ = [("variable", "sst"), ("lat", "-3"), ("lon", "240.5"), ("datetime", "2023-01/2023-06"), ("depth", "10")]
    wish = read(given_, series=True)
    assert wish == Wish("sst", (-3.0, 240.5), None, "2023-01", "2023-06", {"depth": 10.0})
    assert Wish.from_json(json.loads(json.dumps(wish.as_json()))) == wish


def test_a_subset_is_that_of_a_box_or_all_and_empty_fields_of_a_form_are_none() -> None:
    assert read([("variable", "sst"), ("bbox", ""), ("datetime", ""), ("at", "3")], series=False) == Wish("sst")
    wish = read([("variable", "sst"), ("bbox", "170,-20,-170,20"), ("datetime", "2023-05-01/..")], series=False)
    assert wish == Wish("sst", None, (170.0, -20.0, -170.0, 20.0), "2023-05-01", "")
    assert read([("variable", "v"), ("datetime", "2024")], series=False) == Wish("v", start="2024", end="2024")


@pytest.mark.parametrize(
    ("query", "series", "reason"),
    [
        ({}, False, "no variable is named"),
        ({"variable": "v"}, True, "give lat and lon"),
        ({"variable": "v", "lat": "1", "lon": "2", "bbox": "1,2,3,4"}, True, "no bbox"),
        ({"variable": "v", "lat": "91", "lon": "2"}, True, "lat must be a number between -90 and 90"),
        ({"variable": "v", "lat": "nan", "lon": "2"}, True, "lat must be a number"),
        ({"variable": "v", "lat": "1", "lon": "2"}, False, "ask for a series"),
        ({"variable": "v", "bbox": "1,2,3,4,5"}, False, "four numbers"),
        ({"variable": "v", "bbox": "1,2,3,x"}, False, "four numbers"),
        ({"variable": "v", "bbox": "1,20,3,10"}, False, "south below its north"),
        ({"variable": "v", "bbox": "inf,2,3,4"}, False, "degrees"),
        ({"variable": "v", "datetime": "2024-06/2024-01"}, False, "ends before it begins"),
        ({"variable": "v", "datetime": "yesterday"}, False, "2024-06-01"),
        ({"variable": "v", "depth": "deep"}, False, "depth must be a number, not 'deep'"),
        ({"variable": "v" * 501}, False, "longer than 500"),
        ({"variable": "v", **{f"d{n}": "1" for n in range(17)}}, False, "more than 16 dimensions"),
    ],
    ids=lambda value: None if not isinstance(value, str) else value[:20],
)
def test_what_cannot_be_asked_for_says_what_can(query: dict[str, str], series: bool, reason: str) -> None:
    with pytest.raises(NotAsked, match=reason):
        read(query.items(), series=series)


def test_a_parameter_that_stands_twice_is_refused() -> None:
    with pytest.raises(NotAsked, match="stands twice"):
        read([("variable", "a"), ("variable", "b")], series=False)


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.sampled_from(("variable", "lat", "lon", "bbox", "datetime", "x")), st.text())), st.booleans()
)
def test_any_parameters_are_a_wish_or_refused(parameters: list[tuple[str, str]], series: bool) -> None:
    try:
        wish = read(parameters, series=series)
    except NotAsked:
        return
    assert wish.variable
    assert (wish.point is not None) == series
    assert Wish.from_json(json.loads(json.dumps(wish.as_json()))) == wish
