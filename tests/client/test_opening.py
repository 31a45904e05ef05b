"""Stores of every kind are opened lazily over HTTP, and each that cannot be says why and what to do."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.client import Client, packages
from leap_kg.client.errors import CannotOpen, KgError, NotFound, NotInstalled
from leap_kg.client.references import check
from leap_kg.client.snippets import code
from leap_kg.client.stores import Store, is_forbidden, plan
from tests.client.files import data

SERVER = "https://kg.example.org"


def store(**given: str) -> Store:
    said = {"name": "s", "title": "", "format": "zarr", "uri": "", "access": "", "status": "", "iri": "urn:s", **given}
    return Store(**said)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["v2", "v3", "named", "references", "netcdf"])
def test_a_store_opens_lazily_with_its_values(kg: Client, name: str) -> None:
    with kg.dataset(f"loopback/{name}").to_xarray() as found:
        assert not found["sst"]._in_memory
        xr.testing.assert_equal(found.load(), data())


def test_an_icechunk_repository_opens(kg: Client) -> None:
    with kg.dataset("loopback/icechunk").to_xarray() as found:
        assert found["sst"].dims == ("time", "lat", "lon")
        assert float(found["sst"].sum()) == float(data()["sst"].sum())


def test_a_store_of_the_example_platform_opens_with_what_its_record_says(kg: Client) -> None:
    dataset = kg.dataset("sst-analysis")
    with dataset.to_xarray("sst-monthly") as monthly, dataset.to_xarray("sst-climatology") as climatology:
        assert monthly.sizes["time"] == 24
        assert "sst" in climatology


def test_arguments_of_the_caller_go_before_those_of_the_record(kg: Client) -> None:
    with kg.dataset("loopback/v2").to_xarray(decode_times=False, drop_variables=["lat"]) as found:
        assert found["time"].dtype.kind in "if"
        assert "lat" not in found


@pytest.mark.all
@pytest.mark.parametrize("name", ["v2", "named", "references", "netcdf", "icechunk"])
def test_the_snippet_does_the_same_without_the_client(kg: Client, name: str) -> None:
    program = (
        f"{kg.dataset(f'loopback/{name}').snippet()}\nassert float(ds['sst'].sum()) == {float(data()['sst'].sum())}"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{program}\n{done.stderr}"
    assert "leap_kg" not in program


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("private", r"is private: .* harvesting found it refused on 2026-02-03\. Ask its maintainers for access"),
        ("gone", r"is gone: there is nothing at http://127.*/gone\.zarr\. Look for another store"),
        ("removed", r"is gone: there is nothing at http://127.*/removed\.nc\. Look for another store"),
        ("nowhere", r"the host of the store nowhere cannot be reached at https://data\.invalid/field\.zarr"),
        ("nowhere-netcdf", r"the host of the store nowhere-netcdf cannot be reached.* Is there a network"),
        ("closed-netcdf", r"the host of the store closed-netcdf cannot be reached at http://127\.0\.0\.1:1/field\.nc"),
        (
            "disguised",
            r"is a NetCDF 4 \(HDF5\) file, although its record says zarr\. Open it with to_xarray\(engine='h5",
        ),
        ("scattered", r"without any variable: its metadata are not consolidated"),
        ("stealing", r"references lead to several kinds of places: file, http"),
        ("metadata", r"169\.254\.169\.254, an address within this network"),
        ("chained", r"simplecache::file:///etc/hostname, an address that is not opened from a record"),
        ("other", r"az://container/other\.zarr, an address that is not opened"),
        ("needs-gcs", r"needs gcsfs, not installed here\. Type: pip install gcsfs"),
    ],
)
@pytest.mark.filterwarnings("ignore:Failed to open Zarr store with consolidated:RuntimeWarning")
def test_what_cannot_be_opened_says_why_and_what_to_do(kg: Client, name: str, reason: str) -> None:
    dataset = kg.dataset(f"loopback/{name}")
    with pytest.raises((CannotOpen, NotInstalled), match=reason) as caught:
        dataset.to_xarray().load()
    assert caught.value.fix


def test_a_netcdf_file_that_claims_to_be_zarr_opens_with_the_engine_that_the_error_names(kg: Client) -> None:
    with kg.dataset("loopback/disguised").to_xarray(engine="h5netcdf") as found:
        xr.testing.assert_equal(found.load(), data())


def test_a_package_that_is_missing_is_named_with_its_extra(kg: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "find_spec", lambda name: None if name == "h5netcdf" else object())
    with pytest.raises(NotInstalled, match=r"not installed here\. Type: pip install 'leap-kg\[data\]'"):
        kg.dataset("loopback/netcdf").to_xarray(engine="h5netcdf")
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(NotInstalled, match=r"a table needs the package pandas.*pip install 'leap-kg\[client\]'"):
        kg.sparql("SELECT * WHERE { ?a ?b ?c } LIMIT 1")


def test_folders_of_the_server_are_not_opened_from_elsewhere() -> None:
    with pytest.raises(CannotOpen, match="a folder of the machine that harvested it"):
        plan(store(uri="file:///data/x.zarr"), SERVER)
    assert plan(store(uri="file:///data/a%20b.zarr"), "http://localhost:8000").url == "/data/a b.zarr"


@pytest.mark.parametrize(
    ("host", "local", "forbidden"),
    [
        ("169.254.169.254", True, True),
        ("metadata.google.internal", True, True),
        ("METADATA.google.internal.", False, True),
        ("168.63.129.16", True, True),
        ("127.0.0.1", False, True),
        ("127.0.0.1", True, False),
        ("localhost", False, True),
        ("::1", False, True),
        ("::ffff:169.254.169.254", True, True),
        ("10.1.2.3", False, True),
        ("127.1", False, True),
        ("0x7f000001", False, True),
        ("2130706433", True, True),
        ("8.8.8.8", False, False),
        ("storage.googleapis.com", False, False),
    ],
)
def test_records_do_not_lead_into_networks(host: str, local: bool, forbidden: bool) -> None:
    assert is_forbidden(host, local=local) is forbidden


def test_credentials_and_unknown_arguments_of_a_record_are_left_out() -> None:
    stated = {
        "engine": "zarr",
        "group": "g",
        "backend_kwargs": {"x": 1},
        "storage_options": {"key": "k", "endpoint_url": "http://evil.example", "requester_pays": True},
    }
    found = plan(
        store(uri="s3://bucket/x.zarr", endpoint="https://osn.example", open_kwargs=json.dumps(stated)), SERVER
    )
    assert found.arguments == {"engine": "zarr", "group": "g"}
    assert found.options == {
        "anon": True,
        "client_kwargs": {"endpoint_url": "https://osn.example"},
        "requester_pays": True,
    }
    own = plan(store(uri="s3://bucket/x.zarr"), SERVER, {"storage_options": {"anon": False}})
    assert own.options == {"anon": False}


@given(st.text(), st.text(), st.sampled_from(["zarr", "netcdf", "kerchunk", "icechunk", "", "x"]), st.text())
def test_whatever_a_record_says_there_is_a_plan_or_a_clear_error(
    uri: str, kwargs: str, form: str, endpoint: str
) -> None:
    for address in (uri, f"https://a.example/{uri}", f"gs://{uri}"):
        try:
            found = plan(store(uri=address, format=form, open_kwargs=kwargs, endpoint=endpoint), SERVER)
        except CannotOpen:
            continue
        compile(code(found), "snippet", "exec")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(_JSON | st.fixed_dictionaries({"version": st.just(1), "refs": st.dictionaries(st.text(), _JSON, max_size=3)}))
def test_references_are_checked_or_refused(document: Any) -> None:
    try:
        found = check(document, local=False)
    except CannotOpen:
        return
    assert all(isinstance(value, str | list) for value in found["refs"].values())


@pytest.mark.parametrize(
    "document",
    [
        {"version": 1, "refs": {}, "gen": [{"key": "x"}]},
        {"version": 1, "refs": {}, "templates": {"u": "{{ self.__init__ }}"}},
        {"version": 1, "refs": {"a": ["/etc/passwd"]}},
        {"version": 1, "refs": {"a": ["http://169.254.169.254/"]}},
        {"version": 1, "refs": {"a": ["https://a.example/x", -1, 2]}},
        {"a": ["simplecache::https://a.example/x"]},
        [],
    ],
    ids=["gen", "template", "file", "metadata", "negative", "chained", "list"],
)
def test_references_that_are_programs_or_lead_astray_are_refused(document: object) -> None:
    with pytest.raises(CannotOpen):
        check(document, local=False)


def test_xarray_opens_datasets_by_their_names(kg: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAP_KG_URL", kg.url)
    with xr.open_dataset("leapkg:loopback/v3", engine="leap_kg") as found:
        assert not found["sst"]._in_memory
        xr.testing.assert_equal(found.load(), data())
    with xr.open_dataset("leapkg:sst-analysis", store="sst-monthly", decode_times=False) as found:
        assert found["time"].dtype.kind in "if"
    monkeypatch.delenv("LEAP_KG_URL")
    with xr.open_dataset("leapkg:loopback/v2", engine="leap_kg", url=kg.url) as found:
        assert "sst" in found
    with pytest.raises(NotFound):
        xr.open_dataset("leapkg:nothing at all", engine="leap_kg", url=kg.url)
    with pytest.raises(KgError, match="Write leapkg:NAME"):
        xr.open_dataset("x.nc", engine="leap_kg", url=kg.url)


def test_the_engine_is_installed_with_the_package() -> None:
    assert "leap_kg" in xr.backends.list_engines()
    root = Path(__file__).resolve().parents[2]
    assert 'leap_kg = "leap_kg.client.backend:LeapBackend"' in (root / "pyproject.toml").read_text()
