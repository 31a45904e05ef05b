"""Everything that reads what a stranger's store answers, with any value in any place and any bytes."""

import gzip
import json
import math
import zlib
from pathlib import Path
from typing import Any

import numcodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.source import Mapped
from leap_kg.ingest.zarr.arrays import Array, read_v2, read_v3
from leap_kg.ingest.zarr.attributes import say_attributes, stated_box, stated_period
from leap_kg.ingest.zarr.chunks import MAX_BYTES, Unread, numbers
from leap_kg.ingest.zarr.coordinates import extent, wanted_keys
from leap_kg.ingest.zarr.hierarchy import read_documents, read_references
from leap_kg.ingest.zarr.mapping import map_store
from leap_kg.ingest.zarr.moments import dated, is_time_unit, moment, numpy_moment
from leap_kg.ingest.zarr.names import listed_names, listing_url
from leap_kg.ingest.zarr.probing import read_bodies
from leap_kg.ontology.identifiers import Location, storage
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.anyjson import TEXTS, VALUES, planted
from tests.ingest.judged import judge

V2 = {
    "zarr_format": 2, "shape": [4, 6], "chunks": [2, 6], "dtype": "<f8", "compressor": {"id": "zlib", "level": 1},
    "filters": None, "fill_value": 0.0, "order": "C",
}  # fmt: skip
V3 = {
    "zarr_format": 3, "node_type": "array", "shape": [4], "data_type": "float64", "fill_value": 0.0,
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2]}},
    "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
    "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
    "attributes": {"units": "degrees_north"}, "dimension_names": ["lat"],
}  # fmt: skip
STORE = {
    ".zgroup": {"zarr_format": 2},
    ".zattrs": {"title": "T", "keywords": "a, b", "geospatial_lat_min": 1, "institution": "I", "date_created": "2020"},
    "lat/.zarray": {**V2, "shape": [4], "chunks": [4], "compressor": None},
    "lat/.zattrs": {"_ARRAY_DIMENSIONS": ["lat"], "units": "degrees_north", "scale_factor": 2},
    "time/.zarray": {**V2, "shape": [3], "chunks": [3], "compressor": None},
    "time/.zattrs": {"units": "days since 2000-01-01", "calendar": "noleap", "standard_name": "time"},
    "v/.zarray": V2,
    "v/.zattrs": {"standard_name": "sea_surface_temperature", "units": "K"},
}
GROUP3 = {
    "zarr_format": 3,
    "node_type": "group",
    "attributes": {"title": "T"},
    "consolidated_metadata": {"kind": "inline", "metadata": {"lat": V3, "g": {"node_type": "group", "zarr_format": 3}}},
}
LOCATION = storage.parse("gs://lab/a.zarr")
CHUNKS = {"lat/0": np.arange(4.0).tobytes(), "time/0": np.arange(3.0).tobytes(), "lat/c/0": np.arange(2.0).tobytes()}


def whatever(bodies: dict[str, bytes]) -> None:
    """Bodies of a store are read, mapped and published, or are of none."""
    assert isinstance(LOCATION, Location)
    hierarchy = read_bodies(bodies, "x")
    if hierarchy is None:
        return
    assert len(wanted_keys(hierarchy)) <= 48
    reading, say = Reading({}, File("https://x.org/")), Statements()
    node = map_store(LOCATION, hierarchy, CHUNKS, reading, say, BASE)
    judge(Mapped("k", node, say.triples(), reading.findings))


@settings(max_examples=60)
@given(planted(STORE))
def test_any_value_anywhere_in_the_metadata_of_zarr_2_stops_nothing(store: Any) -> None:
    whatever({".zmetadata": json.dumps({"metadata": store}).encode()})
    if isinstance(store, dict):
        whatever({str(key): json.dumps(value).encode() for key, value in store.items()})
        texts = {key: json.dumps(value) for key, value in store.items()}
        whatever({"references": json.dumps({"version": 1, "refs": texts}).encode()})


@settings(max_examples=60)
@given(planted(GROUP3))
def test_any_value_anywhere_in_the_metadata_of_zarr_3_stops_nothing(group: Any) -> None:
    whatever({"zarr.json": json.dumps(group).encode()})


@given(
    st.dictionaries(
        st.sampled_from([".zmetadata", "zarr.json", ".zgroup", "a/.zarray", "references"]), st.binary(max_size=60)
    )
)
def test_any_bytes_are_of_a_store_or_of_none(bodies: dict[str, bytes]) -> None:
    whatever(bodies)


@given(VALUES)
def test_any_value_is_an_array_or_none(value: Any) -> None:
    assert read_v2("a", value, value) is None or isinstance(value, dict)
    assert read_v3("a", value) is None or isinstance(value, dict)


@given(
    planted({"version": 1, "refs": {".zgroup": "{}", "a/0": ["s3://b/k", 0, 1], "a/1": "base64:aGk="}, "templates": {}})
)
def test_any_value_anywhere_in_references_stops_nothing(value: Any) -> None:
    found = read_references(value)
    assert found is None or found.kind == "kerchunk"


@pytest.mark.parametrize(
    ("dtype", "name", "size"),
    [
        ("<f8", "float64", 8), ("|b1", "bool", 1), (">i2", "int16", 2), ("<c16", "complex128", 16), ("|S5", "|S5", 5),
        ("<U3", "<U3", 12), ("<M8[ns]", "datetime64[ns]", 8), ("|O", "|O", 0), ([["a", "<f8"]], '[["a","<f8"]]', 0),
        ("rubbish", "rubbish", 0),
    ],
)  # fmt: skip
def test_types_have_one_name(dtype: Any, name: str, size: int) -> None:
    array = read_v2("a", {**V2, "dtype": dtype}, {})
    assert array is not None
    assert (array.data_type, array.item_bytes) == (name, size)


def test_chunk_keys_are_those_of_the_specifications() -> None:
    two, three = read_v2("g/a", V2, {}), read_v3("a", V3)
    assert two is not None
    assert three is not None
    assert (two.chunk_counts(), two.chunk_key((1, 0))) == ((2, 1), "g/a/1.0")
    assert (three.chunk_counts(), three.chunk_key((1,))) == ((2,), "a/c/1")
    nested = read_v2("a", {**V2, "dimension_separator": "/"}, {})
    assert nested is not None
    assert nested.chunk_key((1, 0)) == "a/1/0"
    old = read_v3("a", {**V3, "chunk_key_encoding": {"name": "v2"}})
    assert old is not None
    assert old.chunk_key((1,)) == "a/1"
    scalar = read_v2("a", {**V2, "shape": [], "chunks": []}, {})
    assert scalar is not None
    assert scalar.chunk_key(()) == "a/0"
    scalar = read_v3("a", {**V3, "shape": [], "chunk_grid": {"configuration": {"chunk_shape": []}}})
    assert scalar is not None
    assert scalar.chunk_key(()) == "a/c"


@pytest.mark.parametrize("shape", [[-1], [1.5], ["4"], [True], [2**70], None, "4", [1] * 40])
def test_a_shape_of_other_numbers_is_no_array(shape: Any) -> None:
    assert read_v2("a", {**V2, "shape": shape}, {}) is None


def test_a_size_that_no_disk_has_is_not_said() -> None:
    array = read_v2("a", {**V2, "shape": [2**61, 2**61], "chunks": [1, 1]}, {})
    assert array is not None
    assert array.byte_size is None


# --- chunks ----------------------------------------------------------------------------------------------


def array_of(**changes: Any) -> Array:
    found = read_v2("a", {**V2, "shape": [6], "chunks": [4], **changes}, {})
    assert found is not None
    return found


COMPRESSORS = [
    None,
    {"id": "zlib", "level": 1},
    {"id": "gzip", "level": 1},
    {"id": "bz2", "level": 1},
    {"id": "lz4", "acceleration": 1},
    {"id": "zstd", "level": 1},
    {"id": "blosc", "cname": "lz4", "clevel": 5, "shuffle": 1, "blocksize": 0},
]


@pytest.mark.parametrize("compressor", COMPRESSORS, ids=lambda c: c["id"] if c else "none")
def test_chunks_of_each_compressor_are_read_and_their_bombs_are_not(compressor: dict[str, Any] | None) -> None:
    pack = numcodecs.get_codec(dict(compressor)).encode if compressor else bytes
    array = array_of(compressor=compressor)
    assert numbers(array, (0,), pack(np.arange(4.0).tobytes())).tolist() == [0, 1, 2, 3]
    assert numbers(array, (1,), pack(np.arange(4.0).tobytes())).tolist() == [0, 1]
    with pytest.raises(Unread, match="unpacks to more"):
        numbers(array, (0,), pack(bytes(10_000_000)))


@given(st.sampled_from(COMPRESSORS), st.binary(max_size=80))
def test_any_bytes_are_a_chunk_or_unread(compressor: dict[str, Any] | None, data: bytes) -> None:
    try:
        assert len(numbers(array_of(compressor=compressor), (0,), data)) == 4
    except Unread:
        return


@pytest.mark.parametrize(
    "changes",
    [
        {"dtype": "|S8"},
        {"dtype": "|O"},
        {"chunks": [MAX_BYTES]},
        {"compressor": {"id": "made-up"}},
        {"compressor": {"id": "zlib"}, "filters": [{"id": "gzip"}]},
        {"filters": [{"id": "json2"}]},
    ],
)
def test_what_cannot_be_measured_is_left(changes: dict[str, Any]) -> None:
    with pytest.raises(Unread):
        numbers(array_of(**changes), (0,), b"")


def test_a_shard_is_left() -> None:
    shard = {"name": "sharding_indexed", "configuration": {"chunk_shape": [1], "codecs": [{"name": "bytes"}]}}
    array = read_v3("a", {**V3, "codecs": [shard]})
    assert array is not None
    with pytest.raises(Unread, match="measured"):
        numbers(array, (0,), b"x")


def test_an_endless_zlib_stream_is_counted_no_further_than_needed() -> None:
    packed = gzip.compress(bytes(50_000_000))
    with pytest.raises(Unread):
        numbers(array_of(compressor={"id": "gzip", "level": 1}), (0,), packed)
    assert len(packed) < 10**5
    assert zlib.decompressobj(47).decompress(packed, 10)


# --- coordinates -----------------------------------------------------------------------------------------


def spans(attributes: dict[str, Any], values: Any, **document: Any) -> tuple[str, str]:
    """First and last of a time coordinate with these values."""
    data = np.asarray(values)
    kind = {
        "zarr_format": 2,
        "dtype": data.dtype.str,
        "compressor": None,
        "filters": None,
        "fill_value": None,
        "order": "C",
    }
    array = {**kind, "shape": list(data.shape), "chunks": list(data.shape), **document}
    metadata = {".zgroup": {"zarr_format": 2}, "time/.zarray": array, "time/.zattrs": attributes}
    hierarchy = read_documents({".zmetadata": json.dumps({"metadata": metadata}).encode()}, "x")
    assert hierarchy is not None
    found = extent(hierarchy, {"time/0": data.tobytes()})
    return found.times


@pytest.mark.parametrize(
    ("attributes", "values", "span"),
    [
        ({"units": "days since 2000-01-01"}, [0, 366], ("2000-01-01T00:00:00Z", "2001-01-01T00:00:00Z")),
        ({"units": "days since 2000-02-28", "calendar": "noleap"}, [1], ("2000-03-01T00:00:00Z",) * 2),
        ({"units": "days since 2000-02-30", "calendar": "360_day"}, [0], ("2000-02-29T00:00:00Z",) * 2),
        ({"units": "hours since 1850-01-01 12:00"}, [1.5], ("1850-01-01T13:30:00Z",) * 2),
        ({"units": "days since 2000-01-01", "_FillValue": 9}, [1, 9], ("2000-01-02T00:00:00Z",) * 2),
        ({"units": "days since 2000-01-01"}, [1.0, math.nan], ("2000-01-02T00:00:00Z",) * 2),
        ({"units": "days since 2000-01-01", "scale_factor": 2, "add_offset": 1}, [1], ("2000-01-04T00:00:00Z",) * 2),
        ({}, np.array(["2001-02-03"], "M8[ns]"), ("2001-02-03T00:00:00Z",) * 2),
        ({}, np.array(["2001-02-03", "NaT"], "M8[D]"), ("2001-02-03T00:00:00Z",) * 2),
        ({"units": "days since the flood", "standard_name": "time"}, [1], ("", "")),
        ({"units": "days since 2000-01-01", "calendar": "martian"}, [1], ("", "")),
        ({"units": "days since 2000-01-01"}, [10**9], ("", "")),
    ],
)  # fmt: skip
def test_times_of_any_calendar_become_moments(attributes: dict[str, Any], values: Any, span: tuple[str, str]) -> None:
    assert spans(attributes, values) == span


@given(st.floats(), TEXTS | st.sampled_from(["days since 0000-00-00", "s since 1-1-1"]), VALUES, TEXTS)
def test_any_number_in_any_unit_is_a_moment_or_none(number: float, units: str, calendar: Any, unit: str) -> None:
    assert isinstance(moment(number, units, calendar), str)
    assert isinstance(numpy_moment(number, unit), str)
    assert isinstance(is_time_unit(units), bool)
    assert isinstance(dated(calendar), str)


def test_many_chunks_are_read_at_their_ends_only() -> None:
    lat = {**V2, "shape": [1000], "chunks": [1], "compressor": None}
    plane = {**V2, "shape": [1000, 1000], "chunks": [10, 10], "compressor": None}
    for document, keys in ((lat, ["lat/0", "lat/999"]), (plane, [])):
        metadata = {".zgroup": {}, "lat/.zarray": document, "lat/.zattrs": {"standard_name": "latitude"}}
        hierarchy = read_documents({".zmetadata": json.dumps({"metadata": metadata}).encode()}, "x")
        assert hierarchy is not None
        assert wanted_keys(hierarchy) == keys


# --- attributes and names --------------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from([
    "title", "summary", "license", "keywords", "date_created", "references", "creator_name", "creator_url",
    "creator_type", "institution", "publisher_name", "pangeo_forge_build_git_hash", "pangeo_forge_gh_actions_url",
    "pangeo_forge_build_timestamp", "geospatial_lat_min", "time_coverage_start", "id", "other",
]), VALUES))  # fmt: skip
def test_any_attributes_are_said_and_kept(attributes: dict[str, Any]) -> None:
    reading, say = Reading({}, File("https://x.org/")), Statements()
    node = NamedNode(f"{BASE}store/gs/lab/a.zarr")
    say_attributes(node, attributes, reading, say, BASE)
    judge(Mapped("k", node, say.triples(), reading.findings))
    stated_box(attributes)
    assert len(stated_period(attributes)) == 2


def test_a_person_is_one_only_where_the_attributes_say_so() -> None:
    node = NamedNode(f"{BASE}store/gs/lab/a.zarr")
    for more, kind in (
        ({}, "organization/"),
        ({"creator_type": "person"}, "person/store/"),
        ({"creator_url": "https://orcid.org/0000-0002-1825-0097"}, "https://orcid.org/"),
    ):
        say = Statements()
        say_attributes(node, {"creator_name": "A. Name", **more}, Reading({}, File("https://x.org/")), say, BASE)
        (creator,) = (t.object.value for t in say.triples() if t.predicate.value.endswith("/creator"))  # type: ignore[union-attr]
        assert creator.removeprefix(BASE).startswith(kind)


@given(st.binary(max_size=300), TEXTS)
def test_any_listing_gives_plain_names_or_none(data: bytes, url: str) -> None:
    for start in (b"", b"<html>", b"<ListBucketResult>"):
        names, _ = listed_names(start + data, url)
        assert all("/" not in name and name not in ("", ".", "..") for name in names)


def bucket(prefix: str, more: str = "") -> bytes:
    """A bucket's listing with one folder."""
    inner = f"<CommonPrefixes><Prefix>{prefix}</Prefix></CommonPrefixes>{more}"
    return f"<ListBucketResult>{inner}</ListBucketResult>".encode()


def test_a_listing_with_entities_is_refused_and_one_that_goes_on_says_where() -> None:
    bomb = bucket("&a;/").replace(b"<L", b'<!DOCTYPE x [<!ENTITY a "b">]><L', 1)
    assert listed_names(bomb, "https://x.org/") == ([], "")
    assert listed_names(bucket("k/a/", "<NextMarker>k/a/</NextMarker>"), "https://x.org/") == (["a"], "k/a/")
    location = storage.parse("gs://lab/k")
    assert isinstance(location, Location)
    assert "&marker=k%2Fa%2F" in str(listing_url(location, "", "k/a/"))


def test_links_that_lead_elsewhere_are_no_names() -> None:
    links = ("a/", "/x/b/c/", "../up/", "https://evil.org/d/", "f")
    page = ("<html>" + "".join(f'<a href="{link}">x</a>' for link in links)).encode()
    assert listed_names(page, "https://x.org/x/b/")[0] == ["a", "c"]


def test_a_file_of_no_json_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        read_documents({"references": b"<html>"}, "x")
