"""How far the cells of coordinates reach: by their bounds, or by half a step, a day, a month or a year."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.ingest.zarr.cells import Axis, latitudes, longitudes
from leap_kg.ingest.zarr.coordinates import Extent, extent, wanted_keys
from leap_kg.ingest.zarr.hierarchy import read_documents

GLOBAL = {"lat": np.arange(-87.5, 90, 5), "lon": np.arange(2.5, 360, 5)}
MONTHS = np.arange("2023-01", "2025-01", dtype="M8[M]").astype("M8[D]").astype(int) + 14
FINE = np.arange(0, 0.5, 0.01, dtype="f4")
DAYS = "days since 1970-01-01"


def found(
    arrays: dict[str, Any], stated: dict[str, dict[str, Any]] | None = None, *, size: int = 0, **root: Any
) -> Extent:
    """The extent of a store with these arrays, attributes of theirs, and of the root; `size` of chunks, 0: all."""
    metadata: dict[str, Any] = {".zgroup": {"zarr_format": 2}, ".zattrs": root}
    bodies: dict[str, bytes] = {}
    for name, given_values in arrays.items():
        data = np.asarray(given_values)
        chunks = [min(size or len(data), len(data)), *data.shape[1:]]
        form = {"zarr_format": 2, "dtype": data.dtype.str, "compressor": None, "filters": None, "fill_value": None}
        metadata[f"{name}/.zarray"] = {**form, "order": "C", "shape": list(data.shape), "chunks": chunks}
        own = {"units": DAYS} if name == "time" else {}
        metadata[f"{name}/.zattrs"] = {
            **own,
            "_ARRAY_DIMENSIONS": [name, "nv"][: data.ndim],
            **(stated or {}).get(name, {}),
        }
        for at in range(-(-len(data) // chunks[0])):
            piece = np.resize(data[at * chunks[0] : (at + 1) * chunks[0]], chunks)
            bodies[f"{name}/{at}{'.0' * (data.ndim - 1)}"] = piece.tobytes()
    hierarchy = read_documents({".zmetadata": json.dumps({"metadata": metadata}).encode()}, "x")
    assert hierarchy is not None
    keys = wanted_keys(hierarchy)
    return extent(hierarchy, {key: bodies[key] for key in keys})


def test_a_grid_of_the_globe_reaches_the_poles_and_its_axes_keep_their_values() -> None:
    globe = found({**GLOBAL, "time": MONTHS})
    assert globe.where is not None
    assert globe.where.words == "the whole globe"
    assert (globe.start, globe.end) == ("2023-01-01T00:00:00Z", "2024-12-31T23:59:59Z")
    assert globe.values == {
        "lat": ("-87.5", "87.5"),
        "lon": ("2.5", "357.5"),
        "time": ("2023-01-15T00:00:00Z", "2024-12-15T00:00:00Z"),
    }


def box(**axes: Any) -> str:
    where = found(axes).where
    assert where is not None
    return where.words


@pytest.mark.parametrize(
    ("lat", "lon", "words"),
    [
        (np.arange(10, 21), np.arange(30, 41), "9.5° N to 20.5° N, 29.5° E to 40.5° E"),
        (np.arange(20, 9, -1), np.arange(190.0, 201), "9.5° N to 20.5° N, 170.5° W to 159.5° W"),
        (np.linspace(-90, 90, 181), np.arange(360), "the whole globe"),
        (FINE + 40, FINE, "39.995° N to 40.495° N, 0.005° W to 0.495° E"),
        ([88.54, 86.65, 84.75, 82.85], np.arange(0, 360, 2), "81.902° N to 90° N, all longitudes"),
        ([10, 11, 15], np.arange(3), "10° N to 15° N, 0.5° W to 2.5° E"),
        ([10.0], [20.0], "10° N to 10° N, 20° E to 20° E"),
    ],
    ids=["regional", "falling", "nodes", "single precision", "gaussian", "irregular", "one"],
)  # fmt: skip
def test_without_bounds_a_regular_axis_reaches_half_a_step_further(lat: Any, lon: Any, words: str) -> None:
    assert box(lat=np.asarray(lat), lon=np.asarray(lon)) == words


@pytest.mark.parametrize("size", [0, 2])
def test_bounds_count_and_those_that_are_none_do_not(size: int) -> None:
    edges = np.array([[0, 2], [2, 3], [3, 5]], "f8")
    arrays = {"lat": [1.0, 2.5, 4.0], "lon": [1.0, 2.0, 3.0], "lat_bnds": edges, "lon_bnds": edges + 100}
    stated = {"lat": {"bounds": "lat_bnds"}, "lon": {"bounds": "lon_bnds"}}
    where = found(arrays, stated, size=size).where
    assert where is not None
    assert where.words == "0° to 5° N, 0.5° E to 3.5° E"


@pytest.mark.parametrize(
    ("times", "stated", "cells", "span"),
    [
        (range(3), {}, "", ("1970-01-01T00:00:00Z", "1970-01-03T23:59:59Z")),
        ([0.5, 1.5], {}, "", ("1970-01-01T00:00:00Z", "1970-01-02T23:59:59Z")),
        ([30, 58, 89], {}, "", ("1970-01-01T00:00:00Z", "1970-03-31T23:59:59Z")),
        ([0, 31, 59], {}, "", ("1970-01-01T00:00:00Z", "1970-03-31T23:59:59Z")),
        ([180, 545], {}, "", ("1970-01-01T00:00:00Z", "1971-12-31T23:59:59Z")),
        ([4, 12, 20], {}, "", ("1970-01-01T00:00:00Z", "1970-01-24T23:59:59Z")),
        ([0, 6, 12], {"units": "hours since 1970-01-01"}, "", ("1970-01-01T00:00:00Z", "1970-01-01T12:00:00Z")),
        ([3, 9], {"units": "hours since 1970-01-01"}, "time: mean", ("1970-01-01T00:00:00Z", "1970-01-01T11:59:59Z")),
        (range(3), {}, "time: point", ("1970-01-01T00:00:00Z", "1970-01-03T00:00:00Z")),
        (range(3), {}, "area: mean time: maximum", ("1970-01-01T00:00:00Z", "1970-01-03T23:59:59Z")),
        ([0, 1, 5], {}, "", ("1970-01-01T00:00:00Z", "1970-01-06T00:00:00Z")),
        ([7], {}, "", ("1970-01-08T00:00:00Z",) * 2),
        ([0, 30], {"calendar": "360_day"}, "", ("1970-01-01T00:00:00Z", "1970-02-28T23:59:59Z")),
    ],
    ids=["days", "noons", "month ends", "month begins", "years", "eight days", "hours", "means of hours", "points",
         "maxima", "irregular", "one", "360 days"],
)  # fmt: skip
def test_times_reach_as_far_as_what_they_stand_for(times: Any, stated: Any, cells: str, span: tuple[str, str]) -> None:
    methods = {"cell_methods": cells} if cells else {}
    there = found({"time": np.asarray(times, "f8"), "sst": np.zeros(len(times))}, {"time": stated, "sst": methods})
    assert (there.start, there.end) == span


def test_bounds_of_time_and_of_climatologies_end_before_what_follows() -> None:
    edges = np.array([[0, 31], [31, 59]], "f8")
    for name in ("bounds", "climatology"):
        there = found({"time": [15.0, 45.0], "edges": edges}, {"time": {name: "edges"}, "edges": {}})
        assert (there.start, there.end) == ("1970-01-01T00:00:00Z", "1970-02-28T23:59:59Z")
        assert there.times == ("1970-01-16T00:00:00Z", "1970-02-15T00:00:00Z")


def test_one_step_is_as_long_as_its_attributes_say() -> None:
    assert found({"time": [16.0]}, time_coverage_resolution="P1M").end == "1970-01-31T23:59:59Z"


@pytest.mark.parametrize("root", [{"featureType": "timeSeries"}, {}], ids=["stations", "points"])
def test_values_at_points_have_no_cells(root: dict[str, Any]) -> None:
    methods = {} if root else {"t": {"cell_methods": "area: point"}}
    where = found({"lat": np.arange(3.0), "lon": np.arange(3.0), "t": np.zeros(3)}, methods, **root).where
    assert where is not None
    assert where.words == "0° to 2° N, 0° to 2° E"


@pytest.mark.parametrize("size", [0, 3])
@pytest.mark.parametrize("turn", [-180, 0], ids=["-180 to 180", "0 to 360"])
def test_cells_on_both_sides_of_the_antimeridian_are_of_few_degrees(turn: int, size: int) -> None:
    lon = (np.arange(170.5, 190) - turn) % 360 + turn
    for one in (lon, lon[::-1], np.sort(lon)):
        where = found({"lat": np.arange(-9.5, 10), "lon": one}, size=size).where
        assert where is not None
        assert (where.west, where.south, where.east, where.north) == (170, -10, -170, 10)


def test_bounds_of_several_turns_and_longitudes_that_are_not_even_lie_on_one_arc() -> None:
    lon, edges = [178.0, 179.5, -177.0], [[177.0, 179.0], [179.0, -180.0], [-180.0, -174.0]]
    arrays = {"lat": [0.0], "lon": lon, "lon_bnds": np.array(edges)}
    stated = {"lon": {"bounds": "lon_bnds"}}
    where, points = found(arrays, stated).where, found(arrays, stated).points
    assert where is not None
    assert (where.west, where.east) == (178, -177)
    arrays["lon"], arrays["lon_bnds"] = [178.0, -180.0, -178.0], np.array([[176, 179], [179, -179], [-179, -176]], "f8")
    where = found(arrays, stated).where
    assert where is not None
    assert (where.west, where.east) == (176, -176)
    assert points is not None
    assert (points.west, points.east) == (178, -177)


@settings(max_examples=100, deadline=None)
@given(data=st.data(), count=st.integers(2, 90), parts=st.integers(90, 720), size=st.sampled_from([0, 2, 40]))
def test_an_arc_of_regular_cells_is_the_same_in_every_turn_and_order(
    data: st.DataObject, count: int, parts: int, size: int
) -> None:
    step = 360 / parts
    first = data.draw(st.integers(0, parts - 1), "first cell")
    count = parts if data.draw(st.booleans(), "all round") else count
    plain = step * (first + 0.5 + np.arange(count)) - 180
    turn = data.draw(st.floats(-360, 0), "where the turn begins")
    lon = np.where(np.abs(plain - turn) % 360 < 1e-6, turn, (plain - turn) % 360 + turn)
    roll = data.draw(st.integers(0, count), "roll")
    # Of many chunks only the first and the last are read, which tell nothing of a list that begins in the middle.
    lon = np.roll(lon, roll) if -(-count // (size or count)) <= 16 else lon
    lon = lon[::-1] if data.draw(st.booleans(), "falling") else lon
    where = found(
        {"lat": np.array([0.0]), "lon": lon.astype(data.draw(st.sampled_from(["f4", "f8"])))}, size=size
    ).where
    assert where is not None
    if count == parts:
        assert (where.west, where.east) == (-180, 180)
        return
    west, width = step * first - 180, step * count
    assert where.width == pytest.approx(width, abs=1e-3)
    assert (where.west - west + 180) % 360 - 180 == pytest.approx(0, abs=1e-3)


@settings(max_examples=50)
@given(st.floats(-90, 90), st.floats(0.001, 30), st.integers(1, 50))
def test_what_cells_reach_holds_the_centres_and_stays_on_the_globe(low: float, step: float, count: int) -> None:
    high = low + step * (count - 1)
    axis = Axis(low, high, count, step, step) if count > 1 else Axis(low, high)
    south, north = latitudes(axis, None, cells=True)
    west, east = longitudes(axis, None, cells=True)
    assert south <= low <= high <= north
    assert south >= -90
    assert high > 90 or north <= 90
    assert west <= low <= high <= east
    assert east - west <= step * count * (1 + 1e-9)
