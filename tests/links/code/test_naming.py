"""Calls that only their name tells: of somebody's own library, and of functions not followed to the data."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.code import read_python
from tests.links.code.reading import IMPORTS

OWN = "from mylib import *\nimport mylib\n"


def said(code: str) -> list[tuple[str, str, float]]:
    """Role, target and confidence of what the module reads and writes."""
    signals = read_python(IMPORTS + OWN + code, "a.py").signals
    return [(each.role.value, each.target, each.confidence) for each in signals if each.method in ("D1", "D2")]


@pytest.mark.parametrize(
    "call",
    [
        "open_store({})",
        "lazy_open_zarr({})",
        "mylib.GridReader({})",
        "mylib.StationDataset(path={})",
        "mylib.Grid.from_zarr({})",
        "model.add_readers_from_list([{}])",
        "_load_all([({}, 1)])",
        "mylib.get_file({})",
        "mylib.get_remote_file({}, output_dir='x')",
        "TDSCatalog({})",
    ],
)
def test_names_that_read(call: str) -> None:
    assert said(call.format("'gs://lake/a.zarr'")) == [("reads", "gs://lake/a.zarr", 0.85)]


@pytest.mark.parametrize("call", ["save_to_zarr(ds, {})", "mylib.upload_file('x.nc', {})", "safe_write_store({}, ds)"])
def test_names_that_write(call: str) -> None:
    assert said(call.format("'gs://lake/a.zarr'")) == [("writes", "gs://lake/a.zarr", 0.85)]


@pytest.mark.parametrize(
    "call",
    ["is_open({})", "open_browser({})", "was_loaded({})", "print({})", "workload({})", "payload({})", "thread({})"],
)
def test_names_that_say_nothing(call: str) -> None:
    assert said(call.format("'gs://lake/a.zarr'")) == []


@pytest.mark.parametrize("call", ["f.write({})", "queue.put({})"])
def test_an_address_in_a_list_is_not_written_to(call: str) -> None:
    assert said(call.format("'gs://lake/a.zarr'")) == []


def test_a_plain_table_that_is_downloaded() -> None:
    assert said("download_all('https://host.org/oni.txt')") == [("reads", "https://host.org/oni.txt", 0.85)]
    assert said("load_all('https://host.org/oni.txt')") == []


def test_nobody_writes_to_the_web() -> None:
    assert said("save_figure('https://host.org/a.nc')") == []


def test_what_is_downloaded_may_look_like_anything_but_is_a_candidate_then() -> None:
    assert said("download_all([('https://host.org/item/7', 'a.zip')])") == [("reads", "https://host.org/item/7", 0.5)]
    assert said("download_all(f'https://host.org/d/{day}.nc')") == [("reads", "https://host.org/d/{*}.nc", 0.5)]
    assert said("load_page('https://host.org/item/7')") == []


def test_a_function_of_the_repository_that_leads_nowhere_counts_by_its_name() -> None:
    nowhere = "def download_data(url):\n    queue.put(wrapped(url))\ndownload_data('https://host.org/a.nc')"
    assert said(nowhere) == [("reads", "https://host.org/a.nc", 0.85)]
    known = "def download_data(url):\n    return xr.open_dataset(url)\ndownload_data('https://host.org/a.nc')"
    assert said(known) == [("reads", "https://host.org/a.nc", 0.97)]


@given(st.text(alphabet="abcdefgloprsnt_A", min_size=1, max_size=20).filter(str.isidentifier))
@settings(max_examples=50, deadline=None)
def test_a_name_alone_is_never_surer_than_a_known_call(name: str) -> None:
    assert all(confidence <= 0.85 for _, _, confidence in said(f"mylib.{name}('gs://lake/a.zarr')"))
