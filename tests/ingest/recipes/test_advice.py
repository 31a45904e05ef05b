"""Which chunks are advised: they fit into their bound, and serve what a recipe says its store is for."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.ingest.recipes.engine.leap_recipe.advice import ACCESS, advice, advised, cost

DAILY = {"time": 3650, "lat": 720, "lon": 1440}


@settings(max_examples=50)
@given(
    st.tuples(st.integers(1, 50_000), st.integers(1, 4000), st.integers(1, 4000)),
    st.sampled_from([1, 2, 4, 8]),
    st.sampled_from(ACCESS),
)
def test_chunks_are_small_enough_and_lie_within_the_store(sizes: tuple[int, int, int], width: int, access: str) -> None:
    named = dict(zip(("time", "lat", "lon"), sizes, strict=True))
    found = advised(named, "time", width, access)
    assert all(1 <= found[name] <= size for name, size in named.items())
    assert width * math.prod(found.values()) <= 8 * 2**20
    assert advice(named, found, "time", width, access) == ({}, 1.0)


@pytest.mark.parametrize("access", ACCESS)
def test_the_advice_for_an_access_is_the_best_of_all_for_it(access: str) -> None:
    costs = {each: cost(DAILY, advised(DAILY, "time", 4, each), "time", 4, access) for each in ACCESS}
    assert min(costs, key=lambda each: costs[each]) == access


def test_maps_and_series_ask_for_opposite_chunks() -> None:
    assert advised(DAILY, "time", 4, "maps") == {"time": 2, "lat": 720, "lon": 1440}
    series = advised(DAILY, "time", 4, "series")
    assert series["time"] == 3650
    better, gain = advice(DAILY, {"time": 1, "lat": 720, "lon": 1440}, "time", 4, "series")
    assert better == series
    assert gain > 500
