"""The compressor of a variable is the one that its own values speak for."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import zarr

from leap_kg.ingest.recipes.engine.leap_recipe.compressing import compression

_LAT = np.deg2rad(np.linspace(-89, 89, 90))[:, None]


def field(noise: float, digits: int | None, dtype: str) -> xr.Variable:
    """Four maps of something that is warm in the middle."""
    random = np.random.default_rng(3)
    values = 15 + 14 * np.cos(_LAT) + random.normal(0, noise, (4, 90, 180))
    return xr.Variable(("time", "lat", "lon"), (values if digits is None else np.round(values, digits)).astype(dtype))


def stored(variable: xr.Variable, folder: Path, encoding: dict[str, object]) -> int:
    """Bytes that the values take in a store."""
    place = folder / f"{len(list(folder.iterdir()))}.zarr"
    xr.Dataset({"field": variable}).to_zarr(
        place, zarr_format=3, consolidated=False, encoding={"field": {"chunks": variable.shape, **encoding}}
    )
    with xr.open_zarr(place, consolidated=False, chunks=None) as found:
        np.testing.assert_array_equal(found.field.values, variable.values)
    return sum(file.stat().st_size for file in (place / "field" / "c").rglob("*") if file.is_file())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_floats_that_look_like_noise_are_sorted_by_bytes(dtype: str, tmp_path: Path) -> None:
    variable = field(0.5, None, dtype)
    chosen = compression(variable, "time")
    (codec,) = chosen["compressors"]
    assert isinstance(codec, zarr.codecs.BloscCodec)
    assert stored(variable, tmp_path, chosen) < stored(variable, tmp_path, {})


def test_numbers_that_were_rounded_are_not(tmp_path: Path) -> None:
    variable = field(0.05, 2, "float32")
    assert compression(variable, "time") == {}
    sorted_first = compression(field(0.5, None, "float32"), "time")
    assert stored(variable, tmp_path, {}) < stored(variable, tmp_path, sorted_first)


@pytest.mark.parametrize(
    "values",
    [
        np.zeros((3, 4), "int8"),
        np.zeros((3, 4), "datetime64[ns]"),
        np.array([["a", "b"]]),
        np.array([[True]]),
        np.zeros((3, 0)),
    ],
)
def test_what_has_no_bytes_to_sort_is_left_to_zarr(values: np.ndarray) -> None:
    assert compression(xr.Variable(("time", "x"), values), "time") == {}


def test_little_of_a_large_variable_is_read() -> None:
    read: list[int] = []

    class Counted(xr.backends.BackendArray):
        """A variable of 3 TB, of which is made what is asked for."""

        shape, dtype = (1000, 20_000, 40_000), np.dtype("float32")

        def __getitem__(self, key: xr.core.indexing.ExplicitIndexer) -> np.ndarray:
            adapter = xr.core.indexing.explicit_indexing_adapter
            found: np.ndarray = adapter(key, self.shape, xr.core.indexing.IndexingSupport.OUTER, self.made)
            return found

        def made(self, key: tuple[object, ...]) -> np.ndarray:
            sizes = [len(range(*each.indices(size))) for each, size in zip(key, self.shape, strict=True)]  # type: ignore[attr-defined]
            read.append(4 * int(np.prod(sizes)))
            return np.random.default_rng(1).normal(size=sizes).astype("float32")

    lazy = xr.core.indexing.LazilyIndexedArray(Counted())
    assert compression(xr.Variable(("time", "lat", "lon"), lazy), "time")
    assert sum(read) <= 2**20
