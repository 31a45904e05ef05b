"""Functions that one place of the repository calls: what is passed there is what they open."""

import pytest

from tests.links.code.reading import IMPORTS, found, found_among

LIB = IMPORTS + "def load(url, more=1):\n    return xr.open_zarr(url)\n"
CALL = "import lib\nlib.load('gs://lake/a.zarr')\n"
OPENED = [("D1", "gs://lake/a.zarr")]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"lib.py": LIB, "run.py": CALL}, OPENED),
        ({"lib.py": LIB, "run.py": "from lib import load\nload(url='gs://lake/a.zarr')\n"}, OPENED),
        ({"lib.py": LIB, "run.py": "import lib\nlib.load(fsspec.get_mapper('gs://lake/a.zarr'))\n"}, OPENED),
        ({"lib.py": LIB, "run.py": CALL + "lib.load('gs://lake/b.zarr')\n"}, []),
        ({"lib.py": LIB, "run.py": CALL, "other.py": "import lib\nlib.load(name)\n"}, []),
        ({"lib.py": LIB + "load('gs://lake/own.zarr')\n", "run.py": CALL}, [("D1", "gs://lake/own.zarr")]),
        ({"lib.py": LIB}, []),
    ],
    ids=["module", "name", "mapper", "two", "unknown", "own", "none"],
)
def test_the_only_call_fills_in_what_it_passes(files: dict[str, str], expected: list[tuple[str, str]]) -> None:
    if "run.py" in files:
        files = {**files, "run.py": IMPORTS + files["run.py"]}
    assert found_among(files).get("lib.py", []) == expected


def test_a_catalogue_that_is_passed_on_is_opened_where_it_is_used() -> None:
    lib = "def fields(catalogue):\n    return catalogue.ocean.sea.to_dask()\n"
    run = f"{IMPORTS}import lib\nlib.fields(intake.open_catalog('https://host.org/master.yaml'))\n"
    assert found_among({"lib.py": lib, "run.py": run})["lib.py"] == [("D3", "https://host.org/master.yaml#ocean.sea")]


def test_a_default_that_is_an_address_counts_whatever_calls_pass() -> None:
    code = "def load(url='gs://lake/a.zarr'):\n    return xr.open_zarr(url)\nload('gs://lake/b.zarr')\nload('x')\n"
    assert set(found(code)) == {("D1", "gs://lake/a.zarr"), ("D1", "gs://lake/b.zarr")}


@pytest.mark.parametrize("name", ["add_argument", "add"])
def test_options_of_parsers_default_to_addresses(name: str) -> None:
    code = f"p.{name}('--store', default='gs://lake/a.zarr')\nxr.open_zarr(p.parse_args().store)\n"
    assert found(code) == OPENED


def test_rechunking_writes_its_target_and_a_catalogue_is_read_where_it_is_opened() -> None:
    code = "from rechunker import rechunk\nrechunk(ds, {}, '1GB', target_store='gs://lake/a.zarr')\n"
    assert found(code) == [("D2", "gs://lake/a.zarr")]
    assert found("zarr.consolidate_metadata('gs://lake/a.zarr')") == [("D2", "gs://lake/a.zarr")]
    service = "from pystac_client import Client\nClient.open('https://host.org/api/stac/v1').search()\n"
    assert found(service) == [("D1", "https://host.org/api/stac/v1")]
