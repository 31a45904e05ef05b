"""Stores of every layout, asked as they lie: what they hold, where and when it is, and whether they answer."""

import base64
import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import icechunk
import numpy as np
import pytest
import xarray as xr
import zarr
from pydantic import ValidationError
from pyoxigraph import NamedNode, Store

from leap_kg.ingest.fetch import Ask, Body, FetchFailed, HttpFetcher, Limits, Parked
from leap_kg.ingest.runs.plan import mapping_settings
from leap_kg.ingest.source import Listing, Mapped, RecordUnusable
from leap_kg.ingest.zarr.mapping import store_iri
from leap_kg.ingest.zarr.source import ZarrConfig
from leap_kg.ontology.identifiers import Location, storage
from leap_kg.ontology.namespaces import ADMS, DCAT, DCT, FOAF, ONTOLOGY_PATH, PROV, RDF, SCHEMA, Namespace
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.judged import judge, kinds, values
from tests.ingest.zarr.stores import WEB, Folder, build, source, taken

LEAP = Namespace(BASE + ONTOLOGY_PATH)
HDF5 = b"\x89HDF\r\n\x1a\n" + bytes(100)


def node(name: str) -> NamedNode:
    return NamedNode(f"{BASE}store/https/data.example.org/{name}")


def one(store: Store, subject: NamedNode, predicate: NamedNode) -> str:
    (value,) = values(store, subject, predicate)
    return value


def extent(store: Store, name: str) -> tuple[str, str, str]:
    """The box, the start and the end of a store."""
    period = NamedNode(one(store, node(name), DCT("temporal")))
    box = one(store, NamedNode(one(store, node(name), DCT("spatial"))), DCAT("bbox"))
    return box, one(store, period, DCAT("startDate")), one(store, period, DCAT("endDate"))


# Half a cell beyond the outermost centres, and to the end of the last day.
WHERE = (
    "MULTIPOLYGON(((159.5 -40.5,180 -40.5,180 40.5,159.5 40.5,159.5 -40.5)),"
    "((-180 -40.5,-159.5 -40.5,-159.5 40.5,-180 40.5,-180 -40.5)))"
)
WHEN = ("2000-01-01T00:00:00Z", "2000-12-30T23:59:59Z")
NAMES = ["lat", "lon", "time", "v0"]


def variables(store: Store, name: str) -> dict[str, dict[str, str]]:
    """Each variable of a store, its properties by the last word of the predicate."""
    found = {}
    for iri in values(store, node(name), SCHEMA("variableMeasured")):
        said = {
            q.predicate.value.replace("#", "/").rsplit("/", 1)[-1]: q.object.value  # type: ignore[union-attr]
            for q in store.quads_for_pattern(NamedNode(iri), None, None, None)
        }
        found[said["name"]] = said
    return found


@pytest.mark.parametrize("consolidated", [True, False])
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_store_of_each_layout_says_what_it_holds(tmp_path: Path, zarr_format: int, consolidated: bool) -> None:
    build(tmp_path / "a.zarr", zarr_format, consolidated=consolidated, pieces=3)
    entry = {"url": f"{WEB}a.zarr", "arrays": NAMES}
    good, bad = taken(source(entry), Folder(tmp_path))
    assert bad == {}
    store = judge(*good.values())
    assert extent(store, "a.zarr") == (WHERE, *WHEN)
    assert values(store, node("a.zarr"), RDF("type")) == {DCAT("Distribution").value, LEAP("ZarrStore").value}
    assert one(store, node("a.zarr"), DCT("title")) == "Warmth of the sea"
    assert one(store, node("a.zarr"), DCT("license")) == "https://spdx.org/licenses/CC-BY-4.0"
    assert one(store, node("a.zarr"), LEAP("storageURI")) == f"{WEB}a.zarr"
    assert one(store, node("a.zarr"), DCAT("byteSize")) == str(8 * (81 + 41 + 360) + 24)
    assert one(store, node("a.zarr"), ADMS("status")) == f"{BASE}status/answers"
    assert f"/v{zarr_format}/" in one(store, node("a.zarr"), DCT("conformsTo"))
    found = variables(store, "a.zarr")
    assert sorted(found) == NAMES
    sst = found["v0"]
    assert (sst["shape"], sst["chunkShape"]) == ("time=2 lat=3", "time=1 lat=3")
    assert (sst["dataType"], sst["unitText"], sst["description"], sst["byteSize"]) == ("float32", "K", "warmth", "24")
    assert sst["propertyID"] == "http://vocab.nerc.ac.uk/standard_name/sea_surface_temperature/"
    assert json.loads(sst["codecs"])
    assert json.loads(found["time"]["unmapped"])["calendar"] == "360_day"
    assert (found["lon"]["minValue"], found["lon"]["maxValue"]) == ("160", "200")
    assert (found["time"]["minValue"], found["time"]["maxValue"]) == ("2000-01-01T00:00:00Z", "2000-12-30T00:00:00Z")
    assert kinds(good.values()) == ([] if consolidated else ["not-consolidated"])


class Together(Folder):
    """Serves a trip only when all of its requests are under way at once."""

    def __init__(self, folder: Path, trips: Sequence[int]) -> None:
        super().__init__(folder)
        barriers = [threading.Barrier(size, timeout=20) for size in trips]
        self._barriers = [barrier for barrier in barriers for _ in range(barrier.parties)]

    def fetch(self, ask: Ask | str) -> Body:
        with self._lock:
            barrier = self._barriers.pop(0)
        barrier.wait()
        return super().fetch(ask)


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_hundred_variables_take_one_trip_and_their_extent_another(tmp_path: Path, zarr_format: int) -> None:
    build(tmp_path / "a.zarr", zarr_format, variables=100)
    fetcher = Together(tmp_path, [2, 3])
    good, _ = taken(source(f"{WEB}a.zarr"), fetcher)
    assert sorted(fetcher.asked[:2]) == ["a.zarr/.zmetadata", "a.zarr/zarr.json"]
    assert len(fetcher.asked) == 5
    assert len(variables(judge(*good.values()), "a.zarr")) == 103


@pytest.mark.parametrize("lost", ["lat", "time"])
def test_an_extent_that_coordinates_and_attributes_leave_open_is_a_finding(tmp_path: Path, lost: str) -> None:
    def harvested() -> tuple[list[str], set[str], set[str]]:
        good, bad = taken(source(f"{WEB}a.zarr"), Folder(tmp_path))
        assert bad == {}
        store = judge(*good.values())
        return kinds(good.values()), values(store, node("a.zarr"), DCT("spatial")), values(
            store, node("a.zarr"), DCT("temporal")
        )  # fmt: skip

    build(tmp_path / "a.zarr", 2)
    found, where, when = harvested()
    assert (found, bool(where), bool(when)) == ([], True, True)
    (tmp_path / "a.zarr" / lost / "0").unlink()
    found, where, when = harvested()
    assert (found, bool(where), bool(when)) == (["extent-unread"], lost != "lat", lost != "time")
    stated = {
        "geospatial_lat_min": -40.0, "geospatial_lat_max": 40.0, "geospatial_lon_min": 160.0,
        "geospatial_lon_max": 200.0, "time_coverage_start": "2000-01-01", "time_coverage_end": "2000-12-30",
    }  # fmt: skip
    build(tmp_path / "a.zarr", 2, attributes=stated)
    (tmp_path / "a.zarr" / lost / "0").unlink()
    found, where, when = harvested()
    assert (found, bool(where), bool(when)) == ([], True, True)


def test_the_index_pages_of_a_plain_web_server_list_groups_and_arrays(tmp_path: Path) -> None:
    build(tmp_path / "a.zarr", 3, consolidated=False, group="inner")
    pages = {
        f"{WEB}a.zarr/": b'<!DOCTYPE html><a href="inner/">inner/</a><a href="../">..</a><a href="zarr.json">z</a>'
    }
    links = "".join(f'<a href="{name}/">{name}/</a>' for name in NAMES)
    pages[f"{WEB}a.zarr/inner/"] = f"<html>{links}</html>".encode()
    good, bad = taken(source(f"{WEB}a.zarr"), Folder(tmp_path, dict(pages)))
    assert bad == {}
    assert sorted(variables(judge(*good.values()), "a.zarr")) == [f"inner/{name}" for name in NAMES]


@pytest.mark.parametrize(
    ("address", "listing"),
    [
        ("gs://lab/a.zarr", "https://storage.googleapis.com/lab?delimiter=/&prefix=a.zarr%2F"),
        ("s3://lab/a.zarr", "https://lab.s3.amazonaws.com/?list-type=2&delimiter=/&prefix=a.zarr%2F"),
        (
            "https://nyu1.osn.mghpcc.org/lab/a.zarr",
            "https://nyu1.osn.mghpcc.org/lab?list-type=2&delimiter=/&prefix=a.zarr%2F",
        ),
    ],
)
def test_a_bucket_lists_the_arrays_of_a_store_that_is_not_consolidated(
    tmp_path: Path, address: str, listing: str
) -> None:
    build(tmp_path / "a.zarr", 2, consolidated=False)
    made = source(address)
    root = next(iter(made.enumerate(Listing(Folder(tmp_path))))).url
    pages: dict[str, bytes | FetchFailed] = {
        f"{root}/{path.relative_to(tmp_path / 'a.zarr')}": path.read_bytes()
        for path in (tmp_path / "a.zarr").rglob("*")
        if path.is_file()
    }
    prefixes = "".join(f"<CommonPrefixes><Prefix>a.zarr/{name}/</Prefix></CommonPrefixes>" for name in NAMES)
    xml = f"<?xml version='1.0'?><ListBucketResult xmlns='http://x/'><Prefix>a.zarr/</Prefix>{prefixes}</ListBucketResult>"
    pages[listing] = xml.encode()
    good, bad = taken(made, Folder(tmp_path, pages))
    assert bad == {}
    assert len(good) == 2
    assert kinds(good.values()) == ["not-consolidated"]


def test_a_store_on_this_machine_is_walked(tmp_path: Path) -> None:
    build(tmp_path / "a.zarr", 3, consolidated=False)
    good, bad = taken(source(str(tmp_path / "a.zarr")), Folder(tmp_path))
    assert bad == {}
    assert len(good) == 2


def test_the_marks_of_a_build_are_its_provenance(tmp_path: Path) -> None:
    marks = {
        "pangeo_forge_build_git_hash": "https://github.com/leap-stc/sst_feedstock/commit/abc",
        "pangeo_forge_gh_actions_url": "https://github.com/leap-stc/sst_feedstock/actions/runs/7",
        "pangeo_forge_build_timestamp": "2024-05-01T12:00:00+00:00",
    }
    build(tmp_path / "a.zarr", 2, attributes=marks)
    store = judge(*taken(source(f"{WEB}a.zarr"), Folder(tmp_path))[0].values())
    run = NamedNode(one(store, node("a.zarr"), PROV("wasGeneratedBy")))
    assert run.value == marks["pangeo_forge_gh_actions_url"]
    assert one(store, run, PROV("endedAtTime")) == "2024-05-01T12:00:00Z"
    code = {marks["pangeo_forge_build_git_hash"], "https://github.com/leap-stc/sst_feedstock"}
    assert values(store, run, PROV("used")) == code
    assert one(store, node("a.zarr"), DCT("title")) == f"{WEB}a.zarr"


def test_references_are_read_without_the_files_they_point_into(tmp_path: Path) -> None:
    build(tmp_path / "a.zarr", 2)
    refs: dict[str, Any] = {}
    for path in (tmp_path / "a.zarr").rglob("*"):
        key = str(path.relative_to(tmp_path / "a.zarr"))
        if path.is_file() and key.rpartition("/")[2].startswith(".z") and key != ".zmetadata":
            refs[key] = path.read_text()
        elif path.is_file() and not key.startswith("v"):
            refs[key] = "base64:" + base64.b64encode(path.read_bytes()).decode()
    refs["v0/0.0"] = ["{{u}}/source.nc", 10, 20]
    (tmp_path / "refs.json").write_text(json.dumps({"version": 1, "templates": {"u": "s3://raw"}, "refs": refs}))
    fetcher = Folder(tmp_path)
    good, bad = taken(source(f"{WEB}refs.json"), fetcher)
    assert (bad, fetcher.asked) == ({}, ["refs.json"])
    store = judge(*good.values())
    assert extent(store, "refs.json") == (WHERE, *WHEN)
    assert one(store, node("refs.json"), PROV("wasDerivedFrom")) == "s3://raw/source.nc"
    assert one(store, node("refs.json"), DCT("format")) == f"{BASE}format/kerchunk"
    assert len(values(store, node("refs.json"), DCT("conformsTo"))) == 2


def test_references_in_parquet_have_their_metadata_where_a_store_has_them(tmp_path: Path) -> None:
    build(tmp_path / "a.parq", 2)
    path = tmp_path / "a.parq" / ".zmetadata"
    path.write_text(json.dumps({**json.loads(path.read_text()), "record_size": 10}))
    good, _ = taken(source(f"{WEB}a.parq"), Folder(tmp_path))
    assert one(judge(*good.values()), node("a.parq"), DCT("format")) == f"{BASE}format/kerchunk"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    made = icechunk.Repository.create(icechunk.local_filesystem_storage(str(tmp_path / "a.icechunk")))
    session = made.writable_session("main")
    root = zarr.open_group(session.store, mode="w")
    root.attrs["title"] = "Ice"
    array = root.create_array("deep/lat", shape=(4,), dtype="f8", dimension_names=["lat"])
    array[:] = np.arange(4.0)
    session.commit("first")
    return tmp_path


def test_an_icechunk_repository_is_read_at_the_tip_of_its_main_branch(repository: Path) -> None:
    fetcher = Folder(repository)
    good, bad = taken(source(f"{WEB}a.icechunk"), fetcher)
    assert bad == {}
    store = judge(*good.values())
    assert one(store, node("a.icechunk"), DCT("title")) == "Ice"
    assert one(store, node("a.icechunk"), DCT("format")) == f"{BASE}format/icechunk"
    assert variables(store, "a.icechunk")["deep/lat"]["shape"] == "lat=4"
    assert not any(name.startswith(("a.icechunk/manifests", "a.icechunk/chunks")) for name in fetcher.asked)


def test_a_repository_is_read_without_a_word_of_what_its_copy_lacks(
    repository: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    good, _ = taken(source(f"{WEB}a.icechunk"), Folder(repository))
    judge(*good.values())
    threading.Event().wait(0.5)  # what is read ahead is missed in the background
    assert capfd.readouterr() == ("", "")


def test_a_repository_of_this_machine_says_where_and_when_and_has_a_picture(tmp_path: Path) -> None:
    build(tmp_path / "a.zarr", 3, pieces=3)
    made = icechunk.Repository.create(icechunk.local_filesystem_storage(str(tmp_path / "a.icechunk")))
    session = made.writable_session("main")
    content = xr.open_zarr(tmp_path / "a.zarr", chunks=None, decode_times=False, drop_variables="v0").load()
    values = np.arange(81.0)[:, None] + np.arange(41.0)
    content["sst"] = ("lat", "lon"), values, {"units": "K"}
    content.to_zarr(session.store, consolidated=False, zarr_format=3, encoding={"sst": {"chunks": (27, 41)}})
    session.commit("first")
    uri = (tmp_path / "a.icechunk").as_uri()
    fetcher = Folder(tmp_path)
    good, bad = taken(source(uri), fetcher)
    assert (bad, fetcher.asked) == ({}, [])
    store = judge(*good.values())
    location = storage.parse(uri)
    assert isinstance(location, Location)
    subject = store_iri(location, BASE)
    box = one(store, NamedNode(one(store, subject, DCT("spatial"))), DCAT("bbox"))
    period = NamedNode(one(store, subject, DCT("temporal")))
    assert (box, one(store, period, DCAT("startDate")), one(store, period, DCAT("endDate"))) == (WHERE, *WHEN)
    picture = NamedNode(one(store, subject, FOAF("thumbnail")))
    assert one(store, picture, DCT("description")) == "sst, 11 to 109 K"


def test_without_its_library_an_icechunk_repository_is_named_for_what_it_is(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "icechunk", None)
    good, bad = taken(source(f"{WEB}a.icechunk"), Folder(repository))
    assert bad == {}
    assert kinds(good.values()) == ["arrays-unread"]
    assert one(judge(*good.values()), node("a.icechunk"), DCT("format")) == f"{BASE}format/icechunk"


# --- stores that are none --------------------------------------------------------------------------------


def silent(name: str, folder: Path, pages: dict[str, bytes | FetchFailed] | None = None) -> tuple[str, str, Mapped]:
    """The answer of a store that gives no metadata, why its record is dead, and the record of its answer."""
    good, bad = taken(source(f"{WEB}{name}"), Folder(folder, pages))
    (reason,) = bad.values()
    (record,) = good.values()
    store = judge(record)
    assert one(store, node(name), DCT("date"))
    return one(store, node(name), ADMS("status")).rpartition("/")[2], reason, record


def failing(name: str, kind: Any, status: int | None) -> dict[str, bytes | FetchFailed]:
    keys = (".zmetadata", "zarr.json", ".zgroup", ".zattrs", ".zarray", "refs/branch.main/ref.json")
    return {f"{WEB}{name}/{key}": FetchFailed(f"{WEB}{name}/{key}", "it failed", kind, status) for key in keys}


def test_nothing_there_is_missing_and_the_day_is_said(tmp_path: Path) -> None:
    answer, reason, record = silent("a.zarr", tmp_path)
    assert answer == "missing"
    assert ".zmetadata" in reason
    assert kinds([record]) == ["store-silent"]


@pytest.mark.parametrize(
    ("kind", "status", "answer"),
    [
        ("status", 403, "refused"),
        ("status", 401, "refused"),
        ("refused", None, "refused"),
        ("status", 503, "unreachable"),
        ("timeout", None, "unreachable"),
        ("unreachable", None, "unreachable"),
        ("missing", 410, "missing"),
    ],
)
def test_a_failure_is_told_by_its_kind(tmp_path: Path, kind: str, status: int | None, answer: str) -> None:
    assert silent("a.zarr", tmp_path, failing("a.zarr", kind, status))[0] == answer


def test_an_hdf5_file_under_the_name_of_a_store_is_found_out_and_a_folders_page_is_none(tmp_path: Path) -> None:
    (tmp_path / "fake.zarr").write_bytes(HDF5)
    answer, reason, record = silent("fake.zarr", tmp_path)
    assert (answer, kinds([record])) == ("broken", ["not-zarr"])
    assert reason.startswith("it is an HDF5 file")
    page: dict[str, bytes | FetchFailed] = {f"{WEB}gone.zarr": b"<html>Index of gone.zarr</html>"}
    assert silent("gone.zarr", tmp_path, page)[0] == "missing"


@pytest.mark.parametrize("name", ["fake.nc", "fake"])
def test_a_netcdf_file_that_claims_to_be_zarr_is_found_out(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(HDF5)
    fetcher = Folder(tmp_path)
    good, bad = taken(source(f"{WEB}{name}"), fetcher)
    assert "HDF5" in bad[f"{WEB}{name}"]
    assert kinds(good.values()) == ["not-zarr"]
    assert one(judge(*good.values()), node(name), ADMS("status")) == f"{BASE}status/broken"
    (tmp_path / name).write_bytes(b"CDF\x01" + bytes(10))
    assert "NetCDF 3" in taken(source(f"{WEB}{name}"), fetcher)[1][f"{WEB}{name}"]
    large: dict[str, bytes | FetchFailed] = {f"{WEB}{name}": FetchFailed(f"{WEB}{name}", "large", "too-large")}
    assert "large file" in taken(source(f"{WEB}{name}"), Folder(tmp_path / "none", large))[1][f"{WEB}{name}"]


@pytest.mark.parametrize("page", [b"<html>Not here</html>", b"", b"{", b"\xff\xfe", b"NaN ]"])
def test_a_page_or_rubble_in_the_place_of_metadata_is_a_failure(tmp_path: Path, page: bytes) -> None:
    answer, reason, record = silent(
        "a.zarr", tmp_path, {f"{WEB}a.zarr/.zmetadata": page, f"{WEB}a.zarr/zarr.json": page}
    )
    assert answer == "broken"
    assert "cannot be read" in reason
    assert kinds([record]) == ["not-zarr"]


@pytest.mark.parametrize(("page", "what"), [(b"", "it is empty"), (b"{", "it is not JSON: ")], ids=["empty", "cut"])
def test_metadata_of_rubble_are_named_though_the_store_has_its_marks(tmp_path: Path, page: bytes, what: str) -> None:
    build(tmp_path / "a.zarr", 2)
    (tmp_path / "a.zarr" / ".zmetadata").write_bytes(page)
    answer, reason, record = silent("a.zarr", tmp_path)
    assert answer == "broken"
    assert f"its metadata document .zmetadata cannot be read ({what}" in reason
    assert [finding.message for finding in record.findings] == [f"no Zarr store was found: {reason}"]


@pytest.mark.parametrize(
    ("key", "document", "answer"),
    [
        (".zmetadata", {"metadata": {}}, "empty"),
        (".zmetadata", {"metadata": {".zgroup": {"zarr_format": 2}, ".zattrs": {"title": "x"}}}, "empty"),
        (".zmetadata", {}, "broken"),
        (".zmetadata", [], "broken"),
        ("zarr.json", {}, "broken"),
        ("zarr.json", {"zarr_format": 3, "node_type": "group"}, "empty"),
        (".zgroup", {"zarr_format": 2}, "empty"),
        ("refs/branch.main/ref.json", {"snapshot": "../../etc/passwd"}, "broken"),
    ],
)
def test_an_empty_answer_is_a_failure_and_no_empty_dataset(
    tmp_path: Path, key: str, document: Any, answer: str
) -> None:
    assert silent("a.zarr", tmp_path, {f"{WEB}a.zarr/{key}": json.dumps(document).encode()})[0] == answer


def test_a_host_that_wants_no_question_parks_the_source(tmp_path: Path) -> None:
    parked = Parked(f"{WEB}a.zarr/.zmetadata", "later", datetime(2030, 1, 1, tzinfo=UTC), 429)
    with pytest.raises(Parked):
        taken(source(f"{WEB}a.zarr"), Folder(tmp_path, {f"{WEB}a.zarr/.zmetadata": parked}))


def test_this_machine_and_its_network_are_out_of_reach(tmp_path: Path) -> None:
    """Through the real door: the guard refuses, and the store is silent for it."""
    with HttpFetcher(Limits(retries=0)) as fetcher:
        good, bad = taken(source("http://127.0.0.1:9/a.zarr"), fetcher)
    assert len(bad) == 1
    (record,) = good.values()
    assert one(judge(record), record.subject, ADMS("status")) == f"{BASE}status/refused"


# --- which stores are asked ------------------------------------------------------------------------------


def test_the_stores_of_a_catalogue_are_asked_each_once_and_never_files_of_this_machine(tmp_path: Path) -> None:
    build(tmp_path / "a.zarr", 2)
    entries = [
        {"stores": [{"url": f"{WEB}a.zarr"}, {"url": f"{WEB}a.zarr/"}, {"url": "/etc/passwd"}, {"url": "x"}, {}, 1]},
        {"stores": [{"url": f"{WEB}b.zarr", "rechunking": [{"path": "gs://lab/c.zarr"}]}]},
        {"stores": None},
        "no entry",
    ]
    (tmp_path / "catalog.json").write_text(json.dumps(entries))
    made = source(f"{WEB}a.zarr", catalog=f"{WEB}catalog.json")
    good, bad = taken(made, Folder(tmp_path))
    keys = [f"{WEB}a.zarr", f"{WEB}b.zarr", "gs://lab/c.zarr"]
    assert list(good) == [keys[0], *(f"answer of {key}" for key in keys)]
    assert list(bad) == ["refused /etc/passwd", "refused x", "refused {}", keys[1], keys[2]]
    assert "this machine" in bad["refused /etc/passwd"]


@pytest.mark.parametrize("catalog", [b"{}", b"<html>", b"1"])
def test_a_catalogue_that_is_none_fails_the_source(tmp_path: Path, catalog: bytes) -> None:
    (tmp_path / "catalog.json").write_bytes(catalog)
    with pytest.raises(Exception, match=r"not a list|HTML"):
        taken(source(catalog=f"{WEB}catalog.json"), Folder(tmp_path))


def test_a_configuration_needs_stores_or_a_catalogue() -> None:
    with pytest.raises(ValidationError, match="stores"):
        ZarrConfig(id="zarr", kind="zarr", title="Stores")


def test_what_a_store_answered_is_no_setting_of_the_mapping(tmp_path: Path) -> None:
    """Else all records would be mapped anew after each run whose last store was not to be asked."""
    made = source(f"{WEB}a.zarr")
    before = mapping_settings(made)
    ref = next(iter(made.enumerate(Listing(Folder(tmp_path)))))
    with pytest.raises(RecordUnusable):
        made.fetch(ref, Folder(tmp_path))
    assert mapping_settings(made) == before


def test_attributes_of_another_type_than_is_due_are_kept_and_reported(tmp_path: Path) -> None:
    odd = {"units": 1, "long_name": ["L"], "standard_name": 7}
    array = {"zarr_format": 2, "shape": [2], "chunks": [2], "dtype": "<f4", "compressor": None, "filters": None,
             "order": "C", "fill_value": None}  # fmt: skip
    wrong = {"geospatial_lat_min": "abc", "time_coverage_start": "yesterday", "date_created": 5, "doi": "10.bad"}
    attributes = {
        **wrong,
        "keywords": 5,
        "institution": ["x"],
        "geospatial_lon_min": "-1.5",
        "date_issued": "20200301",
    }
    named = {"a/.zattrs": odd, "b/.zattrs": {"standard_name": "no such name!"}, "c/.zattrs": {"units": None}}
    metadata = {".zgroup": {"zarr_format": 2}, ".zattrs": attributes, **{f"{n}/.zarray": array for n in "abc"}, **named}
    (tmp_path / "u.zarr").mkdir()
    (tmp_path / "u.zarr" / ".zmetadata").write_text(json.dumps({"metadata": metadata, "zarr_consolidated_format": 1}))
    good, bad = taken(source(f"{WEB}u.zarr"), Folder(tmp_path))
    assert bad == {}
    store = judge(*good.values())
    found = variables(store, "u.zarr")
    assert json.loads(found["a"]["unmapped"]) == odd
    assert json.loads(found["b"]["unmapped"]) == {"standard_name": "no such name!"}
    assert "unmapped" not in found["c"]
    kept = json.loads(one(store, node("u.zarr"), LEAP("unmapped")))
    assert {key: kept[key] for key in wrong} == wrong
    assert (kept["keywords"], kept["institution"]) == (5, ["x"])
    told = [(f.pointer, f.kind) for record in good.values() for f in record.findings if f.kind.startswith("bad-")]
    assert sorted(told) == [
        *((f"a.{key}", "bad-value") for key in ("long_name", "standard_name", "units")),
        ("date_created", "bad-date"),
        ("doi", "bad-identifier"),
        ("geospatial_lat_min", "bad-value"),
        ("institution", "bad-value"),
        ("keywords", "bad-value"),
        ("time_coverage_start", "bad-date"),
    ]
