"""The catalogue of all real data and stores, written in each format and read by the programs that it is for."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import intake
import pystac
import pytest
import rustac
from pystac.validation import validate_dict

from tests.real.mapped import DATA, MIRROR

SOURCES = Path(__file__).parents[2] / "ingest" / "leap.yaml"
WANTED = ("leap-catalog", "leap-published", "stac-catalogs", "stac-documents", "zarr-stores")

pytestmark = [
    pytest.mark.all,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not beside the project"),
    # What was published long ago lacks what STAC asks for today, and pystac says so.
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with all formats."""
    folder = tmp_path_factory.mktemp("catalogue")
    _run(folder / "home", "harvest", *WANTED, "--sources", str(SOURCES), "--mirror", str(MIRROR))
    for form in ("stac", "stac-geoparquet", "intake", "pgstac"):
        _run(folder / "home", "export", "--format", form, "--output", str(folder / form))
    return folder


def _run(home: Path, *arguments: str) -> None:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("LEAP_KG_")}
    done = subprocess.run(
        [sys.executable, "-m", "leap_kg", *arguments],
        env={**variables, "LEAP_KG_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def documents(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(folder.rglob("*.json"))]


def test_pystac_reads_and_finds_valid_what_is_static(written: Path) -> None:
    found = documents(written / "stac")
    assert len(found) > 60
    for value in found:
        assert pystac.read_dict(value).id == value["id"]
        if value["stac_version"] == "1.1.0":
            assert validate_dict(value, extensions=[]), value["id"]
    catalogue = pystac.Catalog.from_file(str(written / "stac" / "catalog.json"))
    children, items = list(catalogue.get_children()), list(catalogue.get_items(recursive=True))
    assert len(children) + len(items) + 1 == len(found)
    assert sum(child.id.startswith("dataset-leap-stc-") for child in children) > 20


def test_cubes_say_where_they_begin_and_end(written: Path) -> None:
    made = [each for each in documents(written / "stac") if each["id"].startswith(("dataset-", "store-"))]
    cubes = [each for each in made if "cube:variables" in each]
    assert cubes
    for each in cubes:
        assert each.get("cube:dimensions") != {}
        for dimension in each.get("cube:dimensions", {}).values():
            if dimension["type"] == "temporal":
                assert dimension["extent"] == each["extent"]["temporal"]["interval"][0]


def test_no_file_of_netcdf_is_said_to_be_zarr(written: Path) -> None:
    assets = [asset for each in documents(written / "stac") for asset in each.get("assets", {}).values()]
    files = [asset for asset in assets if asset["href"].endswith(".nc") and "xarray:open_kwargs" in asset]
    assert files
    assert {asset["xarray:open_kwargs"]["engine"] for asset in files} == {"h5netcdf"}


def test_tables_intake_and_lines_hold_the_same(written: Path) -> None:
    static = {each["id"] for each in documents(written / "stac")}
    tables = [rustac.read_sync(str(path)) for path in sorted((written / "stac-geoparquet").iterdir())]
    items = {item["id"]: item.get("collection") for table in tables for item in table["features"]}
    assert items
    assert items.keys() <= static
    lines = {
        json.loads(line)["id"] for path in (written / "pgstac").iterdir() for line in path.read_text().splitlines()
    }
    # A database of pgstac has no place for items of no collection.
    assert {name for name, collection in items.items() if collection} <= lines <= static
    catalogue = intake.open_catalog(str(written / "intake" / "catalog.yaml"))
    classic = intake.open_catalog(str(written / "intake" / "sources.yaml"))
    assert len(catalogue) > 20
    assert set(catalogue) == set(classic)
    for name in sorted(catalogue)[:5]:
        assert catalogue[name].metadata["title"]
