"""The code that opens a store: it runs, it is literal, and it names the engine that can read what is there."""

import ast
import json
import string
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.unlisted import Arrays
from leap_kg.web.nodes.snippets import Address, Snippet, snippet
from tests.client.files import served

OSN = Address("s3://bucket/a/b.zarr", "https://osn.example", "https://osn.example/bucket/a/b.zarr")


def made(address: Address, form: str = "zarr", kwargs: str = "") -> Snippet:
    found = snippet(address, form, kwargs)
    assert found is not None
    return found


def call(code: str, name: str) -> dict[str, object]:
    """The keyword arguments with which the code calls a function."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == name:
            return {keyword.arg or "": ast.literal_eval(keyword.value) for keyword in node.keywords}
    raise AssertionError(f"{name} is not called:\n{code}")


def test_the_code_for_a_local_zarr_store_opens_it(tmp_path: Path) -> None:
    program = ""
    for name in ("plain.zarr", 'it\'s "quoted" \\ here.zarr', "blank und Umlaut ä.zarr"):
        place = tmp_path / name
        data = xr.Dataset({"sst": ("time", np.arange(3.0))}, attrs={"title": name})
        data.to_zarr(place, consolidated=False)
        found = made(Address(f"file://{quote(str(place))}"), kwargs='{"engine": "zarr", "consolidated": false}')
        assert found.packages == ("xarray", "zarr")
        program += f"{found.code}\nassert ds.attrs['title'] == {name!r} and float(ds.sst.sum()) == 3.0\n"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr


@pytest.mark.all
def test_a_store_without_consolidated_metadata_opens_where_nothing_is_listed(tmp_path: Path) -> None:
    data = xr.Dataset({"sst": ("time", np.arange(3.0)), "it's": ("time", np.ones(3))}, {"time": [4, 5, 6]})
    data.to_zarr(tmp_path / "a.zarr", consolidated=False, zarr_format=2)
    data.to_zarr(tmp_path / "b.zarr", consolidated=False, zarr_format=3, group="deep/in")
    program = ""
    with served(tmp_path) as address:
        for name, names in (
            ("a.zarr", ("it's", "sst", "time")),
            ("b.zarr", ("deep/in/it's", "deep/in/sst", "deep/in/time")),
        ):
            plain = made(Address(f"{address}/{name}"))
            found = snippet(Address(f"{address}/{name}"), "zarr", arrays=Arrays(names, consolidated=False))
            assert found is not None
            assert any("not consolidated" in note for note in found.notes)
            program += f"import warnings\nwarnings.simplefilter('ignore')\n{plain.code}\nassert not ds.variables\n"
            program += f"warnings.simplefilter('error')\n{found.code}\n"
            program += "assert sorted(ds.variables) == [\"it's\", 'sst', 'time'] and float(ds.sst.sum()) == 3.0\n"
        result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, f"{program}\n{result.stderr}"


def test_arrays_in_groups_alone_are_opened_in_the_first() -> None:
    found = snippet(OSN, "zarr", arrays=Arrays(("b/x", "a/c/y", "a/c/z")))
    assert found is not None
    assert call(found.code, "xr.open_dataset") == {"engine": "zarr", "group": "a/c"}
    assert "there are also b" in found.notes[0]
    stated = snippet(OSN, "zarr", '{"group": "b"}', arrays=Arrays(("b/x", "a/c/y")))
    assert stated is not None
    assert call(stated.code, "xr.open_dataset")["group"] == "b"


def test_this_machine_lists_its_folders_and_is_told_that_nothing_is_consolidated() -> None:
    found = snippet(Address("file:///data/a.zarr"), "zarr", arrays=Arrays(("sst",), consolidated=False))
    assert found is not None
    assert call(found.code, "xr.open_dataset") == {"engine": "zarr", "consolidated": False}
    assert not found.names


def test_a_store_behind_an_s3_endpoint_opens_by_its_web_address() -> None:
    found = made(OSN)
    assert 'xr.open_dataset("https://osn.example/bucket/a/b.zarr", engine="zarr")' in " ".join(found.code.split())
    assert found.install == "pip install xarray zarr fsspec aiohttp"


def test_a_bucket_without_a_web_address_opens_through_its_endpoint() -> None:
    found = made(Address("s3://bucket/b.zarr", "https://osn.example"))
    options = {"anon": True, "client_kwargs": {"endpoint_url": "https://osn.example"}}
    assert call(found.code, "xr.open_dataset") == {"engine": "zarr", "storage_options": options}
    assert "s3fs" in found.packages


def test_a_public_google_bucket_is_read_anonymously_and_a_private_one_with_credentials() -> None:
    public, unknown = made(Address("gs://b/k.zarr", public=True)), made(Address("gs://b/k.zarr"))
    assert call(public.code, "xr.open_dataset")["storage_options"] == {"token": "anon"}
    assert "storage_options" not in call(unknown.code, "xr.open_dataset")
    assert any("private" in note for note in unknown.notes)
    assert not public.notes


@pytest.mark.parametrize("form", ["zarr", "netcdf", ""])
@pytest.mark.parametrize("suffix", [".nc", ".NC4", ".h5"])
def test_a_netcdf_file_is_never_opened_as_zarr(form: str, suffix: str) -> None:
    found = made(
        Address(f"https://a.example/x{suffix}"), form, '{"engine": "zarr", "consolidated": true, "group": "g"}'
    )
    assert call(found.code, "xr.open_dataset") == {"engine": "h5netcdf", "group": "g"}
    assert "fsspec.open(" in found.code
    assert "zarr" not in found.install


def test_the_stated_engine_counts_where_it_can_read_the_file() -> None:
    assert call(made(Address("https://a.example/x.nc"), "netcdf", '{"engine": "scipy"}').code, "xr.open_dataset") == {
        "engine": "scipy"
    }
    local = made(Address("file:///data/x.nc"), "netcdf", '{"engine": "netcdf4"}')
    assert 'xr.open_dataset("/data/x.nc", engine="netcdf4")' in local.code
    # netCDF4 opens no file objects
    assert "h5netcdf" in made(Address("https://a.example/x.nc"), "netcdf", '{"engine": "netcdf4"}').packages


def test_kerchunk_and_icechunk_have_code_of_their_own() -> None:
    assert call(made(Address("https://a.example/x.json"), "kerchunk").code, "xr.open_dataset") == {"engine": "kerchunk"}
    found = made(Address("s3://b/repo", "https://osn.example"), "icechunk")
    assert call(found.code, "icechunk.s3_storage")["prefix"] == "repo"
    assert call(found.code, "icechunk.s3_storage")["endpoint_url"] == "https://osn.example"
    assert "icechunk" in found.packages


def test_chunks_of_the_record_need_dask() -> None:
    found = made(OSN, kwargs='{"chunks": {"time": 10}}')
    assert call(found.code, "xr.open_dataset") == {"engine": "zarr", "chunks": {"time": 10}}
    assert "dask" in found.packages


def test_an_address_that_no_library_opens_has_no_code() -> None:
    assert snippet(Address("ftp://a/b.zarr"), "zarr") is None
    assert snippet(Address("javascript:alert(1)"), "zarr") is None


def test_code_for_an_unknown_format_says_that_it_is_a_guess() -> None:
    assert any("does not say" in note for note in made(Address("https://a.example/x"), "").notes)


@pytest.mark.parametrize("kwargs", ["[1]", "{", '{"group": NaN}', '{"group": 1e999}', "x" * 5000, '{"a": ' * 3000])
def test_open_arguments_that_are_no_json_object_are_left_out_with_a_note(kwargs: str) -> None:
    found = made(OSN, kwargs=kwargs)
    assert call(found.code, "xr.open_dataset") == {"engine": "zarr"}
    assert any("left out" in note for note in found.notes)


def test_arguments_that_xarray_does_not_document_are_left_out() -> None:
    kwargs = json.dumps({"decode_times": False, "filename_or_obj": "x", "a=1)#": 2, "backend_kwargs": {}})
    found = made(OSN, kwargs=kwargs)
    assert call(found.code, "xr.open_dataset") == {"engine": "zarr", "decode_times": False}
    assert any("3" in note for note in found.notes)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_NAMES = st.sampled_from(["engine", "chunks", "group", "consolidated", "storage_options", "decode_times"]) | st.text()
_SCHEMES = st.sampled_from(["gs://", "s3://", "https://h/", "file:///"])


@given(
    _SCHEMES,
    st.text(string.printable + "'\"\\\n\u2028\u202eé"),
    st.sampled_from(["zarr", "netcdf", "kerchunk", "icechunk", ""]),
    st.dictionaries(_NAMES, _VALUES, max_size=4),
    st.sampled_from(["", "https://osn.example"]),
)
def test_whatever_the_record_says_the_code_holds_nothing_but_literals(
    scheme: str, rest: str, form: str, kwargs: dict[str, object], endpoint: str
) -> None:
    found = snippet(Address(scheme + rest, endpoint), form, json.dumps(kwargs))
    if found is None:
        return
    assert all(c.isprintable() or c == "\n" for c in found.code)
    allowed = (ast.Module, ast.Import, ast.alias, ast.Assign, ast.Expr, ast.Name, ast.Call, ast.keyword, ast.Attribute)
    literal = (ast.Constant, ast.Dict, ast.List, ast.UnaryOp, ast.USub, ast.Load, ast.Store)
    tree = ast.parse(found.code)
    assert all(isinstance(node, allowed + literal) for node in ast.walk(tree))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert names <= {"ds", "xr", "file", "fsspec", "storage", "session", "icechunk"}
    imports = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imports <= {"xarray", "fsspec", "icechunk"}
