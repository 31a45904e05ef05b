"""`leap-kg export --format …`: catalogues as files."""

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Run

DATASETS = {"dataset-lab-doubtful", "dataset-lab-good"}


def test_the_catalogue_is_written_as_static_stac(harvested: Run, tmp_path: Path) -> None:
    out = tmp_path / "stac"
    done = harvested("export", "--format", "stac", "--output", str(out), "--root", "https://data.example.org/stac")
    assert done.returncode == 0, done.stderr
    assert f"{out}/catalog.json: 2 collections, 0 items" in done.stdout
    catalogue = json.loads((out / "catalog.json").read_text())
    children = [link["href"] for link in catalogue["links"] if link["rel"] == "child"]
    assert set(children) == {f"https://data.example.org/stac/{name}/collection.json" for name in DATASETS}
    again = harvested("export", "--format", "stac", "-o", str(out))
    assert again.returncode == 1
    assert "is not empty (it has catalog.json)" in again.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"stac"}


def test_stores_are_written_for_intake_and_collections_for_pgstac(harvested: Run, tmp_path: Path) -> None:
    done = harvested("export", "--format", "intake", "-o", str(tmp_path / "intake"))
    assert done.returncode == 0, done.stderr
    assert "2 stores" in done.stdout
    sources = yaml.safe_load((tmp_path / "intake" / "sources.yaml").read_text())["sources"]
    assert {source["args"]["urlpath"] for source in sources.values()} == {
        "gs://lab/good.zarr",
        "gs://lab/doubtful.zarr",
    }
    done = harvested("export", "--format", "pgstac", "-o", str(tmp_path / "pgstac"))
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "pgstac" / "collections.ndjson").read_text().splitlines()
    assert {json.loads(line)["id"] for line in lines} == DATASETS
    assert (tmp_path / "pgstac" / "items.ndjson").read_text() == ""


def test_a_format_that_can_hold_nothing_of_it_says_so(harvested: Run, tmp_path: Path) -> None:
    done = harvested("export", "--format", "stac-geoparquet", "-o", str(tmp_path / "out"))
    assert done.returncode == 3
    assert "no items of STAC" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--format", "csv"), "the formats are nquads, stac, stac-geoparquet, intake, pgstac"),
        (("--format", "stac"), "--output FOLDER"),
        (("--format", "stac", "-o", "x", "--at", "1"), "--source and --at"),
        (("--format", "intake", "-o", "x", "--source", "lab"), "--source and --at"),
        (("--root", "https://example.org"), "--root"),
        (("--format", "stac", "-o", "x", "--root", "ftp://example.org"), "--root"),
    ],
    ids=range(6),
)
def test_what_does_not_go_together_is_refused(harvested: Run, arguments: tuple[str, ...], word: str) -> None:
    done = harvested("export", *arguments)
    assert done.returncode == 2
    assert word in done.stderr


def test_where_nothing_was_harvested_or_can_be_written_it_says_so(leap_kg: Run, harvested: Run, tmp_path: Path) -> None:
    done = leap_kg("export", "--format", "stac", "-o", str(tmp_path / "out"))
    assert done.returncode == 1
    assert "nothing is published" in done.stderr
    assert leap_kg("init").returncode == 0
    for form in ("stac", "pgstac", "intake"):
        done = leap_kg("export", "--format", form, "-o", str(tmp_path / "out"))
        assert done.returncode == 3, form
        assert "harvest some" in done.stderr
        assert not (tmp_path / "out").exists()
    (tmp_path / "file").write_text("mine")
    done = harvested("export", "--format", "stac", "-o", str(tmp_path / "file" / "out"))
    assert done.returncode == 1
    assert "file is no folder" in done.stderr
