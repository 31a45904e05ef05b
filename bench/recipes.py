"""Recipes: 200 MB of NetCDF become Zarr, by regions and by Beam, and by a loop of xarray that writes regions by hand.

Each way is a process of its own that begins with the files and ends with the store, and all compress alike (LZ4 with
bytes sorted); all of ours also note the checksum of each file. Told beside the table: how much memory a worker takes
for 4 GB, and how long it takes from a store that is written to a page, STAC and SPARQL that show it.
`LEAP_BENCH_LARGE=0` leaves out the 4 GB.
"""

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from bench.measure import Comparison, compare
from leap_kg.graph.home import Home
from leap_kg.ingest.recipes.checkout import read_checkout
from leap_kg.ingest.recipes.environments import Environment, set_up
from leap_kg.ingest.recipes.place import Place
from leap_kg.ingest.recipes.process import Bounds, run_job
from leap_kg.ingest.recipes.running import PUBLISHING, Options, run_recipe
from leap_kg.settings import DEFAULT_BASE
from tests.web.server import running

_ROOT = Path(__file__).parents[1]
_FILES = 24
_STEPS = 32
_RECIPE = """
from leap_recipe import Files, Recipe

SOURCE = ""
KEYS = list(range({files}))
recipe = Recipe(Files(SOURCE + "/{{time}}.nc", concat={{"time": KEYS}}), store="field.zarr", chunks={{"time": {steps}}})
"""
_BY_HAND = """
import sys
import xarray as xr
from dask import array as lazy
from zarr.codecs import BloscCodec
folder, store, files, steps = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
first = xr.open_dataset(f"{folder}/0.nc", chunks=None)
shape = (files * steps, *first.field.shape[1:])
times = [xr.open_dataset(f"{folder}/{n}.nc", chunks=None).time for n in range(files)]
empty = first.field.dims, lazy.zeros(shape, dtype="float32", chunks=-1), first.field.attrs
whole = xr.Dataset({"field": empty}, {"time": xr.concat(times, "time"), "lat": first.lat, "lon": first.lon})
codec = BloscCodec(cname="lz4", clevel=5, shuffle="shuffle")
chunks = {"field": {"chunks": (steps, *shape[1:]), "compressors": (codec,)}, "time": {"chunks": (shape[0],)}}
whole.to_zarr(store, compute=False, zarr_format=3, consolidated=False, encoding=chunks)
for n in range(files):
    with xr.open_dataset(f"{folder}/{n}.nc", chunks=None) as found:
        part = found[["field"]].drop_vars(["time", "lat", "lon"]).load().drop_encoding()
        part.to_zarr(store, region={"time": slice(n * steps, (n + 1) * steps)}, consolidated=False)
import zarr
zarr.consolidate_metadata(store)
"""


def comparisons(folder: Path) -> Iterator[Comparison]:
    """Both ways of ours against Beam and against the loop, on the same files."""
    home = Home(_ROOT / ".cache")
    for runner in ("direct", "dask"):
        set_up(Environment.of(runner, home))
    files = _made(folder / "files", _FILES, _STEPS, (180, 360))
    feedstock = _feedstock(folder, _FILES, _STEPS)

    def ours(workers: int) -> None:
        _job(home, folder, feedstock, files, "dask", workers)

    def by_hand() -> None:
        shutil.rmtree(folder / "by-hand", ignore_errors=True)
        python = str(Environment.of("dask", home).python)
        arguments = [str(files), str(folder / "by-hand"), str(_FILES), str(_STEPS)]
        subprocess.run([python, "-c", _BY_HAND, *arguments], check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})

    yield compare(
        "200 MB of NetCDF to Zarr, two workers",
        lambda: ours(2),
        "Pangeo Forge on Beam's DirectRunner",
        lambda: _job(home, folder, feedstock, files, "direct", 2),
        runs=3,
    )
    yield compare("200 MB of NetCDF to Zarr, one worker", lambda: ours(1), "a loop of xarray", by_hand, runs=3)
    _check(folder / "staging" / "field.zarr", folder / "by-hand")
    print(f"recipes: {_shown_after(folder, home, feedstock, files):.1f} s from a store written to all that shows it")
    shutil.rmtree(files)
    if os.environ.get("LEAP_BENCH_LARGE") != "0":
        large = _made(folder / "large", 16, 1024, (256, 256))
        most = _memory(lambda: _job(home, folder, _feedstock(folder, 16, 1024, chunk=64), large, "dask", 2), folder)
        print(f"recipes: {most} MiB at most in a worker, for {_size(large) / 2**30:.1f} GiB of NetCDF and two workers")


def _made(folder: Path, files: int, steps: int, shape: tuple[int, int]) -> Path:
    """Files of one field each, four bytes a value."""
    folder.mkdir()
    random = np.random.default_rng(1)
    lat, lon = np.linspace(-89, 89, shape[0]), np.linspace(0, 359, shape[1])
    for number in range(files):
        times = np.datetime64("2000-01-01", "ns") + np.arange(number * steps, (number + 1) * steps) * np.timedelta64(
            1, "D"
        )
        values = random.normal(15, 5, (steps, *shape)).astype("float32")
        content = xr.Dataset({"field": (("time", "lat", "lon"), values)}, {"time": times, "lat": lat, "lon": lon})
        content.to_netcdf(
            folder / f"{number}.nc", engine="h5netcdf", encoding={"time": {"units": "days since 2000-01-01"}}
        )
    return folder


def _feedstock(folder: Path, files: int, steps: int, chunk: int = 0) -> Path:
    place = folder / f"bench-feedstock-{files}"
    shutil.copytree(_ROOT / "ingest" / "recipes" / "sea-surface", place)
    (place / "feedstock" / "recipe.py").write_text(_RECIPE.format(files=files, steps=chunk or steps))
    return place


def _job(home: Home, folder: Path, feedstock: Path, files: Path, runner: str, workers: int) -> None:
    """What a recipe's process does; the store is in `staging` then."""
    run, staging, environment = folder / "run", folder / "staging", Environment.of(runner, home)
    for each in (run, staging):
        shutil.rmtree(each, ignore_errors=True)
        each.mkdir()
    job: dict[str, Any] = {
        "task": "run", "folder": str(feedstock / "feedstock"), "module": "recipe", "object": "recipe", "former": None,
        "dictionary": False, "runner": runner, "workers": workers, "prune": 0, "settings": {"SOURCE": str(files)},
        "pause": 1.0, "attributes": {}, "staging": str(staging), "inputs": str(run / "inputs"), "lock": "",
        "stores": "", "account": str(run / "account"), "outcome": str(run / "outcome"),
    }  # fmt: skip
    run_job(environment.python, run, job, Bounds())


def _check(ours: Path, theirs: Path) -> None:
    with xr.open_zarr(ours, chunks=None) as one, xr.open_zarr(theirs, chunks=None) as other:
        xr.testing.assert_equal(one.load(), other.load())


def _shown_after(folder: Path, environments: Home, feedstock: Path, files: Path) -> float:
    """Seconds from the end of the checks to a page, a collection and an answer that show the store."""
    home = Home(folder / "home")
    (home.path / "recipes").mkdir(parents=True)
    (home.path / "recipes" / "environments").symlink_to(environments.path / "recipes" / "environments")
    checkout = read_checkout(feedstock, "example-lab/sea-surface-feedstock")
    (entry,) = checkout.feedstock.recipes
    began = [0.0]

    def tell(line: str) -> None:
        if line == PUBLISHING:
            began[0] = time.perf_counter()

    def run(prune: int) -> str:
        options = Options("dask", prune, {"SOURCE": str(files)}, 1)
        return run_recipe(home, DEFAULT_BASE, checkout, entry, Place(folder / "stores"), options, tell).iri

    run(1)  # there is something to serve
    with running(home.path) as server:
        made = run(2)
        query = f"ASK {{ ?store <http://www.w3.org/ns/prov#wasGeneratedBy> <{made}> }}"
        while True:
            answer = server.get("/sparql", "application/sparql-results+json", params={"query": query})
            collections = json.dumps(server.get("/stac/collections", "application/json").json())
            page = server.get("/dataset/example-lab/sea-surface-feedstock").text
            if answer.json()["boolean"] and "2000-03-04" in collections and "2000-03-04" in page:
                return time.perf_counter() - began[0]
            time.sleep(0.05)


def _memory(run: Callable[[], None], folder: Path) -> int:
    """The most memory that a process of a run has held, in MiB."""
    most, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            for status in Path("/proc").glob("[0-9]*/status"):
                with suppress(OSError, ValueError, IndexError):
                    if (status.parent / "cwd").readlink().is_relative_to(folder / "run"):
                        text = status.read_text()
                        most[0] = max(most[0], int(text.split("VmHWM:")[1].split()[0]) // 1024)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        run()
    finally:
        done.set()
        watching.join()
    return most[0]


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())
