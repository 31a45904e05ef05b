"""Runs that are repeated: nothing is done where nothing has changed, and what is added is added to what is there."""

import shutil
from pathlib import Path

import pytest
import xarray as xr

from leap_kg.graph.home import Home
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ingest.recipes.checkout import read_checkout
from leap_kg.ingest.recipes.place import Place
from leap_kg.ingest.recipes.process import JobFailed
from leap_kg.ingest.recipes.running import Options, Outcome, run_recipe
from leap_kg.settings import DEFAULT_BASE
from tests.ingest.recipes.conftest import RECIPES, Sources

pytestmark = [pytest.mark.all, pytest.mark.timeout(600)]


def run(home: Home, sources: Sources, target: Path, last: int, runner: str = "dask", workers: int = 1) -> Outcome:
    """Run sea-surface for so many months."""
    return run_of(home, RECIPES / "sea-surface", target, settings(sources, last), runner, workers)


def run_of(
    home: Home, feedstock: Path, target: Path, values: dict[str, object], runner: str = "dask", workers: int = 1
) -> Outcome:
    checkout = read_checkout(feedstock)
    (entry,) = checkout.feedstock.recipes
    options = Options(runner, 0, values, workers, pause=0.1)
    return run_recipe(home, DEFAULT_BASE, checkout, entry, Place(target), options, lambda line: None)


def settings(sources: Sources, last: int) -> dict[str, object]:
    return {"SOURCE": sources.url("sea-surface"), "LAST": last}


def files(store: Path) -> dict[str, tuple[int, int]]:
    return {
        file.relative_to(store).as_posix(): (file.stat().st_ino, file.stat().st_mtime_ns)
        for file in store.rglob("*")
        if file.is_file()
    }


@pytest.mark.parametrize("runner", ["direct", "dask"])
def test_what_has_not_changed_is_not_made_again(runner: str, home: Home, sources: Sources, tmp_path: Path) -> None:
    target = tmp_path / "stores"
    first = run(home, sources, target, 2, runner)
    before = files(target / "sea-surface.zarr")
    again = run(home, sources, target, 2, runner)
    assert again.unchanged
    assert (again.run, again.stores, again.revision) == (first.run, first.stores, first.revision)
    assert files(target / "sea-surface.zarr") == before
    if runner == "direct":
        return  # what follows is the same for both
    # A file that is another now is noticed, though nothing in the recipe is.
    content = sources.whole("sea-surface").isel(time=slice(31, 60)).drop_vars("mask")
    sources.add("sea-surface/sst-2024-02.nc", content.assign(sst=content.sst + 1))
    changed = run(home, sources, target, 2, runner)
    assert not changed.unchanged
    with xr.open_zarr(target / "sea-surface.zarr", consolidated=True, chunks=None) as stored:
        xr.testing.assert_equal(stored.sst[31:].load().drop_vars("mask"), content.sst + 1)


def test_a_month_that_is_added_is_added_to_the_store(home: Home, sources: Sources, tmp_path: Path) -> None:
    target, store = tmp_path / "stores", tmp_path / "stores" / "sea-surface.zarr"
    run(home, sources, target, 3)
    before, asked = files(store), dict(sources.server.asked)
    outcome = run(home, sources, target, 4, workers=2)
    assert (outcome.inputs, outcome.unchanged) == (4, False)
    after = files(store)
    # 91 days are 3 chunks of 30 days, which stay the same files, and one day of a chunk that is written again.
    kept = {name for name in before if name.startswith("sst/c/") and name.split("/")[2] in "012"}
    assert len(kept) == 3
    assert {name for name in kept if before[name][0] == after[name][0]} == kept
    assert before["sst/c/3/0/0"][0] != after["sst/c/3/0/0"][0]
    assert sources.server.asked["/sea-surface/sst-2024-02.nc"] > asked["/sea-surface/sst-2024-02.nc"]
    whole = tmp_path / "whole"
    run(home, sources, whole, 4)
    with (
        xr.open_zarr(store, consolidated=True, chunks=None) as grown,
        xr.open_zarr(whole / "sea-surface.zarr", consolidated=True, chunks=None) as once,
    ):
        xr.testing.assert_identical(_unmarked(grown), _unmarked(once))
        expected = sources.whole("sea-surface").isel(time=slice(0, 121))
        xr.testing.assert_equal(grown.load(), expected)
    assert {n: p.read_bytes() for n in after if "/c/" in n for p in [store / n]} == {
        n: p.read_bytes()
        for n in files(whole / "sea-surface.zarr")
        if "/c/" in n
        for p in [whole / "sea-surface.zarr" / n]
    }


def test_half_of_what_was_to_be_added_leaves_the_store_as_it_was(home: Home, sources: Sources, tmp_path: Path) -> None:
    target, store = tmp_path / "stores", tmp_path / "stores" / "sea-surface.zarr"
    run(home, sources, target, 3)
    snapshot = Snapshots(home).current()
    before, bodies = files(store), {name: (store / name).read_bytes() for name in files(store)}
    copy = tmp_path / "feedstock"
    shutil.copytree(RECIPES / "sea-surface", copy)
    text = (copy / "feedstock" / "recipe.py").read_text()
    # The process is killed while the second of the added months is written.
    killed = text + (
        "\nimport os, leap_recipe.regions as regions\n"
        "class Writing(regions.Writing):\n"
        "    def __call__(self, task):\n"
        "        super().__call__(task)\n"
        "        os.kill(os.getpid(), 9)\n"
        "regions.Writing = Writing\n"
    )
    (copy / "feedstock" / "recipe.py").write_text(killed)
    with pytest.raises(JobFailed, match="killed by signal 9"):
        run_of(home, copy, target, settings(sources, 6))
    assert files(store) == before
    assert {name: (store / name).read_bytes() for name in before} == bodies
    now = Snapshots(home).current()
    assert snapshot is not None
    assert now is not None
    assert now.revision == snapshot.revision
    outcome = run(home, sources, target, 6)
    with xr.open_zarr(store, consolidated=True, chunks=None) as stored:
        xr.testing.assert_equal(stored.load(), sources.whole("sea-surface"))
    assert outcome.inputs == 6


def _unmarked(content: xr.Dataset) -> xr.Dataset:
    found = content.load()
    found.attrs = {name: value for name, value in found.attrs.items() if not name.startswith("pangeo_forge_")}
    return found
