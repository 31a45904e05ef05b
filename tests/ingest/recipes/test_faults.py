"""What happens to machines while recipes run: workers that are killed, and disks that fill up."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import xarray as xr

from leap_kg.graph.home import Home
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ingest.recipes.process import JobFailed
from tests.ingest.recipes.conftest import RECIPES, Sources
from tests.ingest.recipes.test_repeating import run_of, settings

pytestmark = [pytest.mark.all, pytest.mark.timeout(600)]

SEED = 3
KILLS = 20


def workers_of(home: Home) -> list[int]:
    """The processes that a recipe's process has started to write regions."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if (entry / "cwd").readlink().is_relative_to(home.path / "recipes" / "runs"):
                    parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    # Below the guard is the recipe's process, and below that are these.
    return [pid for pid, parent in parents.items() if parents.get(parent) in parents]


def test_workers_that_are_killed_are_replaced_or_the_run_says_so(home: Home, sources: Sources, tmp_path: Path) -> None:
    chosen, done, killed = random.Random(SEED), threading.Event(), list[int]()

    def kill() -> None:
        while not done.wait(chosen.uniform(0.05, 0.8)):
            if (found := workers_of(home)) and len(killed) < 3:
                killed.append(chosen.choice(found))
                with suppress(ProcessLookupError):
                    os.kill(killed[-1], signal.SIGKILL)

    killing = threading.Thread(target=kill)
    killing.start()
    store = tmp_path / "stores" / "sea-surface.zarr"
    failures: list[JobFailed] = []
    try:
        run_of(home, RECIPES / "sea-surface", store.parent, settings(sources, 6), workers=2)
    except JobFailed as error:
        failures.append(error)
    finally:
        done.set()
        killing.join()
    assert killed
    for failure in failures:
        assert failure.kind == "killed"
        assert "worker processes" in str(failure)
        assert Snapshots(home).current() is None
        assert not store.exists()
        run_of(home, RECIPES / "sea-surface", store.parent, settings(sources, 6))
    with xr.open_zarr(store, consolidated=True, chunks=None) as stored:
        xr.testing.assert_equal(stored.load(), sources.whole("sea-surface"))


@pytest.mark.timeout(1800)
def test_whatever_is_killed_at_whatever_moment_there_is_a_whole_store_or_none(
    home: Home, sources: Sources, tmp_path: Path
) -> None:
    chosen, store, left = random.Random(SEED), tmp_path / "stores" / "sea-surface.zarr", KILLS
    whole = sources.whole("sea-surface")
    until = time.monotonic() + 1500
    seconds = 0.0
    while left:
        assert time.monotonic() < until
        revision = revision_of(home)
        process = subprocess.Popen(
            [sys.executable, "-m", "leap_kg", "recipe", *arguments(sources, store.parent)],
            env={**os.environ, "LEAP_KG_HOME": str(home.path)},
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        began = time.monotonic()
        with suppress(subprocess.TimeoutExpired):
            # The first goes through: there is a store to spoil then, and it is known how long a run takes.
            process.wait(chosen.uniform(0, seconds) if seconds else None)
        if process.poll() is None:
            alive = [process.pid, *children_of(process.pid)]
            left -= 1
            with suppress(ProcessLookupError):
                os.kill(chosen.choice(alive), signal.SIGKILL)
        elif not process.returncode:
            seconds = min(seconds or 1e9, time.monotonic() - began)
        process.wait()
        with xr.open_zarr(store, consolidated=True, chunks=None) as stored:
            xr.testing.assert_equal(stored.load(), whole)
        assert revision_of(home) >= revision
    outcome = run_of(home, RECIPES / "sea-surface", store.parent, settings(sources, 6))
    assert outcome.stores == (str(store),)
    assert not [each for each in (home.path / "recipes" / "uploads").glob("*") if each.is_dir()]
    assert not list(store.parent.glob(".leap-staging/*/*/sea-surface.zarr"))


def arguments(sources: Sources, target: Path) -> list[str]:
    values = [f"--set={name}={value}" for name, value in settings(sources, 6).items()]
    return ["run", str(RECIPES / "sea-surface"), "--runner", "dask", "--anew", "--target", str(target), *values]


def revision_of(home: Home) -> int:
    snapshot = Snapshots(home).current()
    return snapshot.revision if snapshot else 0


def children_of(parent: int) -> list[int]:
    """The processes below one, all of them."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found = [parent]
    for each in found:
        found += [pid for pid, above in parents.items() if above == each]
    return found[1:]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_fills_up_is_named_and_leaves_what_was_published(home: Home, sources: Sources, small: Path) -> None:
    run_of(home, RECIPES / "sea-surface", small, settings(sources, 1))
    before = {path: path.read_bytes() for path in (small / "sea-surface.zarr").rglob("*") if path.is_file()}
    snapshot = Snapshots(home).current()
    with pytest.raises(JobFailed, match="the disk is full") as raised:
        run_of(home, RECIPES / "sea-surface", small, settings(sources, 6))
    assert raised.value.kind == "disk-full"
    assert {path: path.read_bytes() for path in before} == before
    now = Snapshots(home).current()
    assert snapshot is not None
    assert now is not None
    assert now.revision == snapshot.revision
    # What was half made is gone, so that there is room for what was there.
    assert run_of(home, RECIPES / "sea-surface", small, settings(sources, 1)).unchanged
