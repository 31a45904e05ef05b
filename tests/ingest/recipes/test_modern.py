"""Stores in newer forms: shards of Zarr 3, and repositories of Icechunk that have a commit for each run."""

import os
import shutil
from pathlib import Path

import icechunk
import numpy as np
import pytest
import xarray as xr

from leap_kg.graph.home import Home
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ingest.recipes.environments import CHECKS, Environment, NotReady, set_up
from leap_kg.settings import DEFAULT_BASE
from tests.ingest.recipes.conftest import RECIPES, Sources, field_of, link
from tests.ingest.recipes.test_repeating import run_of, settings

pytestmark = [pytest.mark.all, pytest.mark.timeout(600)]


@pytest.fixture
def feedstock(tmp_path: Path) -> Path:
    """A copy of a recipe of ours, to be changed."""
    shutil.copytree(RECIPES / "sea-surface", tmp_path / "feedstock-of-test")
    return tmp_path / "feedstock-of-test"


def change(feedstock: Path, old: str, new: str) -> None:
    file = feedstock / "feedstock" / "recipe.py"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def shown(home: Home) -> dict[str, str]:
    """What the page of the only store shows beside its variables."""
    query = f"""PREFIX leap: <{DEFAULT_BASE}ontology#> PREFIX dct: <http://purl.org/dc/terms/>
    PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX foaf: <http://xmlns.com/foaf/0.1/>
    SELECT ?box ?start ?end ?picture {{
        ?store a leap:ZarrStore
        OPTIONAL {{ ?store dct:spatial/dcat:bbox ?box }}
        OPTIONAL {{ ?store dct:temporal ?period . ?period dcat:startDate ?start ; dcat:endDate ?end }}
        OPTIONAL {{ ?store foaf:thumbnail/dct:description ?picture }}
    }}"""
    snapshot = Snapshots(home).current()
    assert snapshot is not None
    (row,) = snapshot.store.query(query, use_default_graph_as_union=True)  # type: ignore[misc]
    return {name: row[name].value for name in ("box", "start", "end", "picture") if row[name] is not None}


def test_each_run_is_a_commit_and_what_was_before_can_be_read(
    home: Home, sources: Sources, feedstock: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    change(feedstock, "sea-surface.zarr", "sea-surface.icechunk")
    target = tmp_path / "stores"
    first = run_of(home, feedstock, target, settings(sources, 2), workers=2)
    second = run_of(home, feedstock, target, settings(sources, 3))
    assert run_of(home, feedstock, target, settings(sources, 3)).unchanged
    store = target / "sea-surface.icechunk"
    assert second.stores == (str(store),)
    assert "icechunk" not in "".join(capfd.readouterr())  # nothing is wrong with the repository, and nothing is said
    assert shown(home) == {
        "box": "POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90))",
        "start": "2024-01-01T00:00:00Z",
        "end": "2024-03-31T23:59:59Z",
        "picture": "sst, 5.1 to 24.9, at the first time",
    }
    repository = icechunk.Repository.open(icechunk.local_filesystem_storage(str(store)))
    commits = list(repository.ancestry(branch="main"))
    runs = [each.metadata.get("pangeo_forge_gh_actions_url") for each in commits]
    assert runs == [second.iri, first.iri, None]
    expected = sources.whole("sea-surface")
    for commit, days in zip(commits, (91, 60), strict=False):
        session = repository.readonly_session(snapshot_id=commit.id)
        with xr.open_zarr(session.store, consolidated=False, chunks=None) as stored:
            xr.testing.assert_equal(stored.load(), expected.isel(time=slice(0, days)))
            assert stored.attrs["pangeo_forge_gh_actions_url"] == commit.metadata["pangeo_forge_gh_actions_url"]


def test_many_small_chunks_share_files(home: Home, sources: Sources, feedstock: Path, tmp_path: Path) -> None:
    change(feedstock, '{"time": 30}', '{"time": 1}')
    target, store = tmp_path / "stores", tmp_path / "stores" / "sea-surface.zarr"
    run_of(home, feedstock, target, settings(sources, 4), workers=2)
    with xr.open_zarr(store, consolidated=True, chunks=None) as stored:
        assert stored.sst.encoding["chunks"] == (1, 18, 36)
        assert stored.sst.encoding["shards"] == (31, 18, 36)
        xr.testing.assert_equal(stored.load(), sources.whole("sea-surface").isel(time=slice(0, 121)))
    assert len([file for file in (store / "sst" / "c").rglob("*") if file.is_file()]) == 4
    # Files that are added are added in whole shards.
    before = (store / "sst" / "c" / "2" / "0" / "0").stat().st_ino
    run_of(home, feedstock, target, settings(sources, 5))
    assert (store / "sst" / "c" / "2" / "0" / "0").stat().st_ino == before
    with xr.open_zarr(store, consolidated=True, chunks=None) as stored:
        xr.testing.assert_equal(stored.load(), sources.whole("sea-surface").isel(time=slice(0, 152)))


def test_what_conventions_ask_for_and_chunks_that_do_not_fit_are_findings(
    environments: Home, home: Home, sources: Sources, tmp_path: Path
) -> None:
    checks = Environment.named(CHECKS, environments)
    try:
        set_up(checks)
    except NotReady as error:
        pytest.skip(f"the checker of conventions cannot be installed here: {error}")
    link(environments, home, checks)
    values: dict[str, object] = {"SOURCE": sources.url("ocean-state")}
    outcome = run_of(home, RECIPES / "ocean-state", tmp_path / "stores", values)
    assert any('CF 1.11, §3.1 Units: Units "1" for variable temperature must be' in each for each in outcome.findings)
    assert any("ACDD 1.3, Global Attributes: keywords not present" in each for each in outcome.findings)
    assert not any("must not have the _FillValue attribute" in each for each in outcome.findings)
    # Six months by six, and somebody wants all months of a place.
    advised = "ocean-state.zarr: temperature is read as series, which fetches 5 times what other chunks would need"
    assert advised in outcome.findings
    snapshot = Snapshots(home).current()
    assert snapshot is not None
    query = (
        f"PREFIX dct: <http://purl.org/dc/terms/> SELECT DISTINCT ?kind {{ ?finding dct:type ?kind "
        f"FILTER(?kind IN (<{DEFAULT_BASE}finding-kind/convention>, <{DEFAULT_BASE}finding-kind/chunks>)) }}"
    )
    assert len(list(snapshot.store.query(query, use_default_graph_as_union=True))) == 2  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore:Numcodecs codecs")  # the files have the codecs that HDF5 has
def test_a_virtual_store_has_the_values_of_files_that_stay_where_they_are(
    home: Home, sources: Sources, feedstock: Path, tmp_path: Path
) -> None:
    files = tmp_path / "plain"
    files.mkdir()
    for month in (1, 2, 3):
        days = np.arange(f"2024-{month:02}-01", f"2024-{month + 1:02}-01", dtype="datetime64[D]")
        content = field_of("sst", days, month)
        content.to_netcdf(
            files / f"sst-2024-{month:02}.nc",
            engine="h5netcdf",
            encoding={
                "time": {"units": "days since 2000-01-01", "dtype": "int64"},
                "sst": {"chunksizes": (1, 18, 36), "zlib": True},
            },
        )
    change(feedstock, "sea-surface.zarr", "sea-surface.icechunk")
    change(feedstock, '    chunks={"time": 30},\n', "    virtual=True,\n")
    outcome = run_of(home, feedstock, tmp_path / "stores", {"SOURCE": str(files), "LAST": 3})
    assert outcome.findings == ()
    assert outcome.inputs == 3
    # Coordinates are in the repository; where its data are, nobody looks for a picture.
    extents = shown(home)
    assert "picture" not in extents
    assert extents["box"].startswith("POLYGON((-180 -90,")
    assert (extents["start"][:10], extents["end"][:10]) == ("2024-01-01", "2024-03-31")
    (store,) = outcome.stores
    storage = icechunk.local_filesystem_storage(store)
    repository = icechunk.Repository.open(storage, authorize_virtual_chunk_access={f"file://{files}/": None})
    session = repository.readonly_session("main")
    paths = sorted(files.iterdir())
    with xr.open_zarr(session.store, consolidated=False, chunks=None) as stored:
        expected = xr.concat([xr.open_dataset(path, engine="h5netcdf").load() for path in paths], "time")
        xr.testing.assert_equal(stored.load(), expected)
    assert set(session.all_virtual_chunk_locations()) == {f"file://{path}" for path in paths}
    held = sum(file.stat().st_size for file in Path(store).rglob("*") if file.is_file())
    assert held < sum(path.stat().st_size for path in paths) / 4
    # A file that was changed is not what the reference means, and is not read.
    os.utime(paths[0])
    with xr.open_zarr(session.store, consolidated=False, chunks=None) as stored, pytest.raises(icechunk.IcechunkError):
        stored.sst.load()
