"""Whether a store has what its files have, at the places where they have it."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from leap_kg.ingest.recipes.engine.leap_recipe.matching import alike, difference, rounded

REALS = st.floats(-(2.0**99), 2.0**99, width=32) | st.just(np.nan)
VALUES = arrays.arrays("f4", st.tuples(st.integers(1, 6), st.integers(1, 4)), elements=REALS)


def field(values: np.ndarray, start: int = 0) -> xr.DataArray:
    places = {"time": np.arange(start, start + values.shape[0]), "lat": np.linspace(-10, 10, values.shape[1])}
    return xr.DataArray(values, places, ("time", "lat"))


@given(VALUES, VALUES, st.sampled_from(["f4", "f8"]))
def test_each_part_of_a_series_is_found_in_it(one: np.ndarray, other: np.ndarray, kind: str) -> None:
    other = np.resize(other, (other.shape[0], one.shape[1]))
    whole = field(np.concatenate([one, other]).astype(kind))
    assert difference(field(one), whole) == ""
    assert difference(field(other, one.shape[0]), whole) == ""
    assert difference(field(other, one.shape[0]).transpose("lat", "time"), whole) == ""


@given(VALUES, st.data())
def test_a_value_that_is_another_is_counted(values: np.ndarray, data: st.DataObject) -> None:
    at = tuple(data.draw(st.integers(0, size - 1)) for size in values.shape)
    changed = values.copy()
    changed[at] = 7 if values[at] != 7 else 8
    told = difference(field(values), field(changed))
    assert told
    assert told.startswith(f"1 of {values.size} values")


@given(VALUES.filter(lambda values: values.shape[1] > 1))
def test_places_in_another_order_are_other_places(values: np.ndarray) -> None:
    places = np.linspace(-10, 10, values.shape[1])
    assert not alike(places[::-1], places)
    assert alike(places.astype("f4"), places)
    assert alike(places + 1e-7, places)
    # By its places, and not by its order, the file is what the store has.
    assert difference(field(values).isel(lat=slice(None, None, -1)), field(values)) == ""


def test_what_is_not_there_is_told() -> None:
    values = np.zeros((3, 2), "f4")
    assert difference(field(values, 5), field(values)) == ("the store lacks 3 of its 3 places along time, such as 5")
    assert difference(field(values).rename(lat="y"), field(values)) is None
    assert difference(field(values) + 0.5, field(values)) == "6 of 6 values, by up to 0.5"


@pytest.mark.parametrize(("value", "lost"), [(0.1, True), (0.5, False), (np.nan, False)])
def test_digits_that_are_lost_are_known(value: float, lost: bool) -> None:
    file = field(np.full((1, 1), value, "f8"))
    assert rounded(file, file.astype("f4")) is lost
    assert difference(file, file.astype("f4")) == ""
    assert not rounded(file.astype("f4"), file)


def test_a_number_too_large_for_the_store_is_not_the_same() -> None:
    file = field(np.full((1, 1), 1e300, "f8"))
    with np.errstate(over="ignore"):
        assert difference(file, file.astype("f4")) == "1 of 1 values"


def test_whole_numbers_are_not_rounded() -> None:
    file = field(np.full((1, 1), 0.5, "f8"))
    assert difference(file, file.astype("i4")) == "1 of 1 values, by up to 0.5"
