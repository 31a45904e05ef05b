"""What is read from stores: the values that xarray reads from them, and clear words for what cannot be."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from leap_kg.web.data.worker import answer
from tests.web.data.stores import globe, request_for, saved


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that no test changes."""
    return saved(tmp_path_factory.mktemp("shared") / "a.zarr")


def read_csv(store: Path, query: str, *, series: bool = False, **more: Any) -> pd.DataFrame:
    file = store.parent / "out.csv"
    reply = answer(request_for(store.as_uri(), file, query, series=series, **more))
    assert reply["status"] == 200, reply
    return pd.read_csv(file)


def refused(store: Path | str, query: str, *, series: bool = False, **more: Any) -> tuple[int, str, dict[str, str]]:
    folder = store.parent if isinstance(store, Path) else Path("/nonexistent")
    uri = store.as_uri() if isinstance(store, Path) else store
    reply = answer(request_for(uri, folder / "out.csv", query, series=series, **more))
    assert reply["status"] != 200
    return reply["status"], reply["reason"], reply.get("example", {})


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_series_is_that_of_the_nearest_cell_round_the_globe(tmp_path: Path, zarr_format: int) -> None:
    store = saved(tmp_path / "a.zarr", zarr_format)
    found = read_csv(store, "variable=warmth&lat=41&lon=-20&depth=9&datetime=2024-02-28/2024-03-01", series=True)
    wanted = globe()["warmth"].sel(lat=40, lon=342, depth=10, time=slice("2024-02-28", "2024-03-01"))
    assert list(found.columns) == ["time", "depth", "lat", "lon", "warmth"]
    assert found["warmth"].tolist() == wanted.values.tolist()
    assert found["time"].tolist() == ["2024-02-28", "2024-02-29", "2024-03-01"]
    assert set(found["lon"]) == {342.0}


def test_a_box_over_the_end_of_the_longitudes_runs_from_its_west(shared: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.nc"
    query = "variable=warmth&bbox=-40,-20,40,20&datetime=2024-02-27&depth=0"
    reply = answer(request_for(shared.as_uri(), file, query))
    assert reply == {"status": 200, "chunks": 1, "bytes": 4 * 9 * 20}
    with xr.open_dataset(file, engine="h5netcdf") as found:
        assert found["lon"].values.tolist() == [-36.0, -18.0, 0.0, 18.0, 36.0]
        assert found["lat"].values.tolist() == [20.0, 0.0, -20.0]
        wanted = globe()["warmth"].isel(time=[0], depth=[0], lat=[3, 4, 5], lon=[18, 19, 0, 1, 2])
        np.testing.assert_array_equal(found["warmth"].values, wanted.values)
        assert found["warmth"].attrs["units"] == "K"
        assert found.attrs["title"] == "A coarse globe"
        assert found.attrs["history"].startswith("2026-01-02T03:04:05Z a part of https://example.org/store by https://")


def test_packed_numbers_come_out_unpacked_and_missing_ones_empty(tmp_path: Path) -> None:
    store = saved(tmp_path / "a.zarr", 2, dtype="int16", scale_factor=0.5, add_offset=100.0, _FillValue=-9999)
    found = read_csv(store, "variable=warmth&bbox=50,-1,60,1&depth=0&datetime=2024-02-27")
    assert found["lon"].tolist() == [54.0]
    assert found["warmth"].isna().all()
    other = read_csv(store, "variable=warmth&lat=80&lon=18&depth=0&datetime=2024-02-27", series=True)
    assert other["warmth"].tolist() == [1.0]


def test_days_that_our_calendar_lacks_are_found(tmp_path: Path) -> None:
    store = saved(tmp_path / "a.zarr", calendar="360_day")
    found = read_csv(store, "variable=warmth&lat=0&lon=0&depth=0&datetime=2024-02-30/..", series=True)
    assert [text[:10] for text in found["time"]] == ["2024-02-30", "2024-03-01", "2024-03-02"]


def test_a_variable_of_a_group_has_the_coordinates_beside_it(tmp_path: Path) -> None:
    store = saved(tmp_path / "a.zarr", group="inner")
    found = read_csv(store, "variable=inner/warmth&lat=80&lon=0&depth=0&datetime=2024-02-28", series=True)
    assert found["warmth"].tolist() == [float(2 * 9 * 20)]


@pytest.mark.parametrize(
    ("query", "series", "status", "reason"),
    [
        ("variable=cold", False, 404, "no variable 'cold' that can be read; among those that can be are depth, lat"),
        (
            "variable=warmth&bbox=1,1,2,2",
            False,
            400,
            "no cell has its middle in the box: the store has latitudes from -80 to 80, 20 degrees apart; widen the",
        ),
        ("variable=warmth&bbox=1,-1,2,1", False, 400, "the store has longitudes from 0 to 342, 18 degrees apart;"),
        ("variable=warmth&datetime=1999", False, 400, "the store has times from 2024-02-27 to 2024-03-03"),
        ("variable=warmth&level=3", False, 400, "'level' is no dimension of warmth .* it has depth besides"),
        ("variable=depth&datetime=2024", False, 400, "depth has no dimension of time"),
        ("variable=depth&lat=1&lon=1", True, 400, "depth has no latitudes and longitudes"),
    ],
    ids=["variable", "box", "narrow box", "period", "dimension", "no time", "no place"],
)
def test_what_the_store_has_not_is_refused_with_what_it_has(
    shared: Path, query: str, series: bool, status: int, reason: str
) -> None:
    found = refused(shared, query, series=series)
    assert found[0] == status
    assert re.search(reason, found[1]), found[1]


def test_too_much_is_refused_with_a_part_that_is_small_enough(shared: Path) -> None:
    most = 4 * 9 * 20 * 3
    status, reason, example = refused(shared, "variable=warmth&bbox=170,-90,-170,90", most_bytes=most)
    assert status == 413
    assert reason.startswith("this touches 12 chunks, 8.6 kB unpacked, for 108 values; at most 2,000 chunks, 2.2 kB")
    assert example["datetime"].startswith("2024-02-27/")
    found = read_csv(shared, urlencode(example), most_bytes=most)
    assert 0 < len(found) <= 108


def test_a_store_of_ten_terabytes_is_refused_before_anything_of_it_is_read(tmp_path: Path) -> None:
    store = saved(tmp_path / "a.zarr")
    document = json.loads((store / "warmth" / "zarr.json").read_text())
    document["shape"] = [6, 2_000_000_000, 9, 20]
    document["dimension_names"] = ["time", "member", "lat", "lon"]
    (store / "warmth" / "zarr.json").write_text(json.dumps(document))
    status, reason, example = refused(store, "variable=warmth")
    assert status == 413
    assert "12,000,000,000 chunks, 8.6 TB unpacked" in reason
    assert read_csv(store, urlencode(example))["warmth"].notna().sum() > 0


def damage(store: Path, how: str) -> None:
    chunk = store / "warmth" / "c" / "0" / "0" / "0" / "0"
    if how == "cut":
        chunk.write_bytes(chunk.read_bytes()[:20])
    elif how == "noise":
        chunk.write_bytes(bytes(range(256)))
    elif how == "coordinate":
        document = json.loads((store / "lat" / "zarr.json").read_text())
        document["shape"] = [12]
        (store / "lat" / "zarr.json").write_text(json.dumps(document))
    else:
        name, shape = {
            "chunks": ("warmth", [1, 1, 3, 5]),
            "short": ("warmth", [6, 2, 9, 20]),
            "nothing": ("warmth", [1, 0, 9, 20]),
            "no times": ("time", [0]),
        }[how]
        document = json.loads((store / name / "zarr.json").read_text())
        document["chunk_grid"]["configuration"]["chunk_shape"] = shape
        (store / name / "zarr.json").write_text(json.dumps(document))


UNLIKE = "the store is not what its metadata say: "
PACKED = f"{UNLIKE}a chunk cannot be unpacked, or holds more or less than it should"


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("cut", PACKED),
        ("noise", PACKED),
        ("chunks", PACKED),
        ("short", PACKED),
        ("coordinate", f"{UNLIKE}its metadata or its coordinates cannot be read"),
        ("nothing", "the metadata of warmth state chunks without a length, in which no value can be"),
        ("no times", "the metadata of time state chunks without a length, in which no value can be"),
    ],
)
def test_a_store_that_lies_is_said_to_in_words(tmp_path: Path, how: str, told: str) -> None:
    store = saved(tmp_path / "a.zarr")
    damage(store, how)
    assert refused(store, "variable=warmth&datetime=2024-02-27")[:2] == (502, told)


def test_an_array_whose_name_leads_out_of_the_store_is_not_opened(tmp_path: Path) -> None:
    store = saved(tmp_path / "a.zarr", 2)
    saved(tmp_path / "secret.zarr", 2)
    document = json.loads((store / ".zmetadata").read_text())
    for end in (".zarray", ".zattrs"):
        document["metadata"][f"../secret.zarr/warmth/{end}"] = document["metadata"][f"warmth/{end}"]
    (store / ".zmetadata").write_text(json.dumps(document))
    assert refused(store, "variable=../secret.zarr/warmth")[0] == 501


def test_a_private_machine_and_what_is_no_store_are_refused(tmp_path: Path) -> None:
    status, reason, _ = refused("http://127.0.0.1:1/a.zarr", "variable=warmth")
    assert status == 502
    assert "loopback" in reason
    (tmp_path / "a.zarr").mkdir()
    assert refused(tmp_path / "a.zarr", "variable=warmth")[0] == 502
