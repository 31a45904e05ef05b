"""What a recipe declares: the files it names, and mistakes that are told before anything is fetched."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.recipes.engine.leap_recipe import Files, Recipe

KEYS = st.lists(st.text("abc0123", min_size=1, max_size=4), min_size=1, max_size=6, unique=True)


@given(KEYS, KEYS, st.integers(0, 8))
def test_each_file_is_named_once_and_in_the_order_of_the_keys(times: list[str], members: list[str], prune: int) -> None:
    files = Files("x/{variable}/{time}", concat={"time": times}, merge={"variable": members})
    items = list(files.items(prune))
    kept = times[: prune or None]
    assert [item.url for item in items] == [f"x/{member}/{time}" for time in kept for member in members]
    assert [item.position for item in items] == [number for number in range(len(kept)) for _ in members]


def test_a_function_names_files_too() -> None:
    files = Files(lambda time: f"x/{time:03}.nc", concat={"time": [1, 20]})
    assert [item.url for item in files.items()] == ["x/001.nc", "x/020.nc"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"address": "x/{year}", "concat": {"time": [1]}}, "time, year: each name in the address needs its keys"),
        ({"address": "x", "concat": {"time": []}}, "at least one key for 'time'"),
        ({"address": "x/{a}/{b}", "concat": {"a": [1], "b": [2]}}, "one name, not a, b"),
        ({"address": "x/{time}", "concat": {"time": [1, "1"]}}, "a key of 'time' is given twice"),
        ({"address": "x/{time}", "concat": {"time": "2024"}}, "give a list"),
    ],
    ids=["other-name", "no-key", "two-dimensions", "twice", "text"],
)
def test_a_mistake_in_files_says_what_to_write(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Files(**given)


@pytest.mark.parametrize("store", ["", "x", "../x.zarr", "/x.zarr", "a//b.zarr", "a\\b.zarr"])
def test_a_store_stays_below_its_target(store: str) -> None:
    with pytest.raises(ValueError, match="give a name such as"):
        Recipe(Files("x"), store=store)


def test_chunks_are_whole_numbers() -> None:
    with pytest.raises(ValueError, match="'time' needs a whole number"):
        Recipe(Files("x"), store="x.zarr", chunks={"time": 0})
