"""What is an address of data, and what is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.code import addresses

LOOKING = [
    "gs://lake/a", "s3://lake/dir/x.nc", "osn://lake/a.zarr", "hf://datasets/lab/rain", "az://box/a.zarr",
    "abfs://box@account.dfs.core.windows.net/a.zarr", "https://host.org/a.nc", "https://host.org/dir/a.zarr/t/0.0",
    "http://host.org/thredds/dodsC/sst.mnmean", "https://storage.googleapis.com/lake/a", "https://host.org/a.nc?download=1",
    "https://host.org/{*}.nc", "ftp://host.org/a.grib2", "sftp://host.org/a.nc", "osdf:///lab/dir/a.zarr",
    "dap4://opendap.host.org/a/b", "https://ndownloader.figshare.com/files/123", "https://osf.io/abc12/download",
    "https://data.host.org/api/access/datafile/42", "https://zenodo.org/api/records/12/files/a/content",
]  # fmt: skip
GIVEN = [
    "https://host.org/table", "gs://lake", "https://host.org/api/rows?format=csv", "https://tds.host.org/thredds/catalog/a/b",
]  # fmt: skip
NEITHER = [
    "a.nc", "/data/a.nc", "gs://", "gs://{*}/a.zarr", "s3://{bucket}/a", "https://{*}/a.nc", "https://host.org/",
    "https://host.org/a.html", "https://img.shields.io/badge/a.nc", "https://x.readthedocs.io/a.nc",
    "https://user:word@host.org/a.nc", "gs://your-bucket/a.zarr", "gs://lake/path/to/a.zarr", "s3://lake/<name>.nc",
    "https://localhost/a.nc", "osdf:///{*}/a.zarr", "osdf:///a.zarr", "dap4://localhost/a", "sftp://host.org/", "http://127.0.0.1:9898/ftp/a.nc",
    "https://github.com/a/b/archive/main.zip", "gs://lake/...", "mailto:a@b.org",
    "gs://lake/.zarr", "https://host.org/dir/.zip",
]  # fmt: skip


@pytest.mark.parametrize("text", LOOKING)
def test_looks_like_data(text: str) -> None:
    assert addresses.looking(text) == addresses.given(text) == text


@pytest.mark.parametrize("text", GIVEN)
def test_is_data_only_where_a_reader_is_given_it(text: str) -> None:
    assert addresses.given(text) == text
    assert addresses.looking(text) is None


@pytest.mark.parametrize("text", NEITHER)
def test_is_no_data(text: str) -> None:
    assert addresses.given(text) is None
    assert addresses.looking(text) is None


def test_fields_that_nobody_filled_are_unknown_pieces() -> None:
    assert addresses.given("https://host.org/{year}/a_%03d_$NAME.nc") == "https://host.org/{*}/a_{*}_{*}.nc"
    assert addresses.given("https://host.org/a.nc#mode=bytes") == "https://host.org/a.nc"
    assert addresses.given("filecache::zip://x.nc::gs://lake/a.zip") == "gs://lake/a.zip"


DRIVERS = {
    "GeoJSON:https://host.org/a.geojson": "https://host.org/a.geojson",
    'ZARR:"/vsicurl/https://host.org/a.zarr"': "https://host.org/a.zarr",
    'NETCDF:"/vsis3/lake/a.nc":sst': "s3://lake/a.nc",
    "HDF5:/vsigs/lake/a.h5://group/sst": "gs://lake/a.h5",
}


@pytest.mark.parametrize("text", DRIVERS)
def test_the_driver_that_stands_before_is_not_of_the_address(text: str) -> None:
    assert addresses.given(text) == DRIVERS[text]


def test_addresses_in_prose_end_where_the_sentence_does() -> None:
    text = "From [here](https://host.org/a_(1).nc), or `gs://lake/b.zarr`. And <s3://lake/c.nc>; not www.host.org/d.nc."
    told = ["https://host.org/a_(1).nc", "gs://lake/b.zarr", "s3://lake/c.nc"]
    assert addresses.within(text) == [(text.index(address), address) for address in told]


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="gs3:/.{}*%$ab \\n[]()?#@-é", max_size=60))
def test_what_is_settled_once_stays_as_it_is(text: str) -> None:
    for settle in (addresses.given, addresses.looking):
        for prefix in ("", "gs://", "https://h.org/", "cache::s3://"):
            first = settle(prefix + text)
            assert first is None or settle(first) == first


@pytest.mark.parametrize(
    "text", ["https://host.org/oni.ascii.txt", "https://host.org/nina34.data", "https://host.org/a/b.txt?x=1"]
)
def test_plain_tables_are_data_where_they_are_fetched(text: str) -> None:
    assert addresses.looking(text) is None
    assert addresses.fetched(text) == text


@pytest.mark.parametrize(
    "name", ["requirements.txt", "dev-requirements.txt", "LICENSE.txt", "README.txt", "robots.txt"]
)
def test_notes_are_none(name: str) -> None:
    assert addresses.fetched(f"https://host.org/{name}") is None


def test_files_that_gdal_reads_as_they_come() -> None:
    assert addresses.given("/vsicurl_streaming/https://host.org/a.tif") == "https://host.org/a.tif"
