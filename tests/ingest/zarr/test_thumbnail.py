"""The small picture of a store: which part of it is drawn, how it lies, and what keeps it from being drawn."""

import base64
import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from PIL import Image
from pyoxigraph import NamedNode

from leap_kg.ingest.fetch import Ask, Body, FetchFailed, NotMirrored
from leap_kg.ingest.source import Listing, Mapped, RawRecord
from leap_kg.ingest.zarr.arrays import read_v3
from leap_kg.ingest.zarr.hierarchy import Hierarchy
from leap_kg.ingest.zarr.plane import MOST_CHUNKS, TooLarge, plane
from leap_kg.ingest.zarr.source import StoreEntry, ZarrConfig
from leap_kg.ingest.zarr.thumbnail import PICTURE, unpacked
from leap_kg.ontology.namespaces import DCT, FOAF, PROV, SCHEMA
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.judged import judge, kinds, values
from tests.ingest.zarr.stores import WEB, Folder

STORE = NamedNode(f"{BASE}store/https/data.example.org/a.zarr")


def ramp(path: Path, zarr_format: int = 3, *, order: tuple[str, ...] = ("time", "lat", "lon"), **encoding: Any) -> None:
    """Longitude east of 180° W plus latitude, on 4 latitudes from the south and 8 longitudes from 0° E to 315° E."""
    lat, lon = np.array([-67.5, -22.5, 22.5, 67.5]), np.arange(0.0, 360.0, 45.0)
    values = np.broadcast_to((lon + 180.0) % 360.0 + lat[:, None] / 10, (2, 4, 8)).copy()
    values[0, 3, 0] = np.nan  # north of Greenwich
    data = xr.Dataset(
        {"v": (("time", "lat", "lon"), values, {"units": "K", "long_name": "slope"})},
        coords={
            "lat": ("lat", lat, {"units": "degrees_north"}),
            "lon": ("lon", lon, {"units": "degrees_east"}),
            "time": ("time", [0, 1], {"units": "days since 2000-01-01"}),
        },
    ).transpose(*order, missing_dims="ignore")
    data.to_zarr(
        path, zarr_format=2 if zarr_format == 2 else 3, consolidated=zarr_format == 2, encoding={"v": encoding}
    )


def harvested(folder: Path, fetcher: Folder | None = None, **more: Any) -> tuple[RawRecord, Mapped]:
    config = ZarrConfig(
        id="zarr",
        kind="zarr",
        title="Stores",
        stores=(StoreEntry(url=f"{WEB}a.zarr", arrays=("lat", "lon", "time", "v")),),
        **more,
    )
    made = config.source(Path.cwd(), BASE)
    asked = fetcher or Folder(folder)
    ref = next(iter(made.enumerate(Listing(asked))))
    raw = made.fetch(ref, asked)
    return raw, made.map(raw)


def shades(raw: RawRecord) -> np.ndarray[Any, Any]:
    part = raw.part(PICTURE)
    assert part is not None
    return np.array(Image.open(io.BytesIO(part.data)))


@pytest.mark.parametrize(
    ("zarr_format", "more"),
    [
        (2, {"chunks": (1, 3, 3)}),
        (3, {"chunks": (2, 4, 8)}),
        (3, {"chunks": (1, 1, 5), "order": ("time", "lon", "lat")}),
        (2, {"dtype": "int16", "scale_factor": 0.1, "add_offset": 200.0, "_FillValue": -32768}),
        (3, {"dtype": "float32", "_FillValue": 1e20}),
    ],
    ids=["v2 in pieces", "v3 whole", "v3 turned", "v2 packed", "v3 filled"],
)
def test_north_is_above_and_the_antimeridian_at_the_edges(
    tmp_path: Path, zarr_format: int, more: dict[str, Any]
) -> None:
    ramp(tmp_path / "a.zarr", zarr_format, **more)
    raw, mapped = harvested(tmp_path)
    found = shades(raw)
    assert found.shape == (4, 8)
    assert found[0, 4] == 0, "what is missing is clear"
    assert (np.diff(found[1].astype(int)) > 0).all(), "longitudes grow from 180° W"
    assert (np.diff(found[:, 2].astype(int)) <= 0).all(), "latitudes shrink downwards"
    store = judge(mapped)
    (thumbnail,) = values(store, STORE, FOAF("thumbnail"))
    (address,) = values(store, NamedNode(thumbnail), SCHEMA("contentUrl"))
    part = raw.part(PICTURE)
    assert part is not None
    assert address == f"{BASE}thumbnail/{part.sha256}.png"
    (words,) = values(store, NamedNode(thumbnail), DCT("description"))
    assert words.startswith("slope (v), ")
    assert words.endswith(" K, at the first time")
    (variable,) = values(store, NamedNode(thumbnail), PROV("wasDerivedFrom"))
    assert values(store, NamedNode(variable), SCHEMA("name")) == {"v"}
    assert harvested(tmp_path)[0].parts == raw.parts, "the same store makes the same bytes"


def test_no_picture_is_drawn_where_the_operator_wants_none(tmp_path: Path) -> None:
    ramp(tmp_path / "a.zarr")
    fetcher = Folder(tmp_path)
    raw, mapped = harvested(tmp_path, fetcher, pictures=False)
    assert raw.part(PICTURE) is None
    assert "not-pictured" not in kinds([mapped])
    assert not any("/v/c" in asked for asked in fetcher.asked)


def test_a_chunk_that_was_never_written_is_clear_and_one_that_is_broken_a_finding(tmp_path: Path) -> None:
    ramp(tmp_path / "a.zarr", 2, chunks=(1, 2, 8))
    south = tmp_path / "a.zarr" / "v" / "0.0.0"
    kept = south.read_bytes()
    south.unlink()
    raw, _ = harvested(tmp_path)
    assert (shades(raw)[2:] == 0).all()
    assert (shades(raw)[1] > 0).all()
    for data in (b"", kept[:9], bytes(2**16)):
        south.write_bytes(data)
        raw, mapped = harvested(tmp_path)
        assert raw.part(PICTURE) is None
        (finding,) = (finding for finding in mapped.findings if finding.kind == "not-pictured")
        assert finding.hint.startswith("Write the chunk again"), "not that it should be smaller"
    south.write_bytes(kept)
    (tmp_path / "a.zarr" / "lat" / "0").unlink()
    assert "not-pictured" in kinds([harvested(tmp_path)[1]])


class Mirror(Folder):
    """Has the metadata and the coordinates only."""

    def fetch(self, ask: Ask | str) -> Body:
        url = Ask.of(ask).url
        if "/v/c/" in url:
            raise NotMirrored(url, "not in this mirror")
        return super().fetch(ask)


def test_a_mirror_without_the_chunks_says_nothing_of_pictures(tmp_path: Path) -> None:
    ramp(tmp_path / "a.zarr")
    raw, mapped = harvested(tmp_path, Mirror(tmp_path))
    assert raw.part(PICTURE) is None
    assert "not-pictured" not in kinds([mapped])


def test_a_host_that_refuses_a_chunk_is_a_finding_with_its_reason(tmp_path: Path) -> None:
    ramp(tmp_path / "a.zarr")
    url = f"{WEB}a.zarr/v/c/0/0/0"
    _, mapped = harvested(
        tmp_path, Folder(tmp_path, {url: FetchFailed(url, "403 Forbidden: ask for access", "refused", 403)})
    )
    (finding,) = (finding for finding in mapped.findings if finding.kind == "not-pictured")
    assert "403 Forbidden: ask for access" in finding.message
    assert finding.hint == "Let the chunks be read by whoever may read the metadata."


def test_values_that_are_all_the_same_are_not_drawn(tmp_path: Path) -> None:
    ramp(tmp_path / "a.zarr")
    with xr.open_zarr(tmp_path / "a.zarr", consolidated=False) as data:
        flat = (data.load().drop_encoding() * 0 + 5).transpose("time", "lat", "lon")
    for name in ("lat", "lon"):
        flat[name].attrs["units"] = "degrees_north" if name == "lat" else "degrees_east"
    flat.to_zarr(tmp_path / "flat" / "a.zarr", consolidated=False)
    (finding,) = (f for f in harvested(tmp_path / "flat")[1].findings if f.kind == "not-pictured")
    assert "all of its values there are 5" in finding.message


# --- which part -----------------------------------------------------------------------------------------


def arrays(*described: tuple[str, list[str], list[int], list[int]], **attributes: Any) -> Hierarchy:
    """Arrays of Zarr 3 by their metadata alone, latitudes and longitudes among them where they are named so."""
    found = Hierarchy("zarr", 3, consolidated=True)
    for name, dimensions, shape, chunks in described:
        units = {"lat": "degrees_north", "lon": "degrees_east"}.get(name.rpartition("/")[2])
        document = {
            "zarr_format": 3, "node_type": "array", "shape": shape, "data_type": "float32",
            "dimension_names": dimensions,
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": chunks}},
            "attributes": {"units": units} if units else attributes.get(name, {}),
        }  # fmt: skip
        array = read_v3(name, document)
        assert array is not None
        found.arrays.append(array)
    return found


def axes(rows: int, columns: int, folder: str = "") -> list[tuple[str, list[str], list[int], list[int]]]:
    return [(f"{folder}lat", ["lat"], [rows], [rows]), (f"{folder}lon", ["lon"], [columns], [columns])]


def test_a_plane_in_too_many_chunks_is_drawn_in_part_about_as_wide_as_the_whole() -> None:
    found = plane(arrays(*axes(18000, 36000), ("v", ["time", "lat", "lon"], [9, 18000, 36000], [1, 100, 100])))
    assert found is not None
    assert not found.whole
    assert len(list(found.places())) <= MOST_CHUNKS
    assert 1.2 < len(found.columns) / len(found.rows) < 3
    assert found.rows.start < 90 < found.rows.stop
    assert found.columns.start < 180 < found.columns.stop


def test_a_chunk_that_is_too_large_is_said_to_be() -> None:
    with pytest.raises(TooLarge, match="one chunk of v unpacks to 2,592,000,000 bytes"):
        plane(arrays(*axes(18000, 36000), ("v", ["lat", "lon"], [18000, 36000], [18000, 36000])))


def test_of_several_resolutions_the_coarsest_that_is_fine_enough_is_drawn() -> None:
    levels = [
        one
        for name, columns in (("0/", 2880), ("1/", 360), ("2/", 45))
        for one in (*axes(columns // 2, columns, name), (f"{name}v", ["lat", "lon"], [columns // 2, columns], [90, 90]))
    ]
    found = plane(arrays(*levels))
    assert found is not None
    assert found.array.name == "1/v"


def test_a_quantity_goes_before_a_mask_and_what_has_no_place_is_left() -> None:
    v = (["time", "lat", "lon"], [2, 10, 20], [1, 10, 20])
    found = plane(arrays(*axes(10, 20), ("a", *v), ("z", *v), z={"standard_name": "air_temperature"}))
    assert found is not None
    assert found.array.name == "z"
    assert (
        plane(arrays(*axes(10, 20), ("s", ["time", "cell"], [9, 9], [9, 9]), ("w", ["lat", "lon"], [11, 20], [1, 1])))
        is None
    )
    assert plane(Hierarchy("zarr", 3, consolidated=True)) is None


def test_a_fill_value_as_xarray_writes_it_to_zarr_3_is_missing() -> None:
    fill = base64.b64encode(struct.pack("<d", float(np.float32(1e20)))).decode()
    hierarchy = arrays(("v", ["x"], [3], [3]), v={"_FillValue": fill, "scale_factor": 2, "add_offset": 1})
    found = unpacked(hierarchy.arrays[0], np.array([1.0, 1e20, 2.0], "f4"))
    assert np.isnan(found).tolist() == [False, True, False]
    assert found[[0, 2]].tolist() == [3.0, 5.0]
    odd = arrays(("v", ["x"], [2], [2]), v={"_FillValue": 10**400, "missing_value": "x", "scale_factor": [1]})
    assert unpacked(odd.arrays[0], np.array([1, 2], "u1")).tolist() == [1.0, 2.0]
