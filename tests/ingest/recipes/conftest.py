"""The environments of recipes, made once for the checkout, and files for the recipes of ours to read."""

import hashlib
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from leap_kg.graph.home import Home
from leap_kg.ingest.recipes.environments import RUNNERS, Environment, NotReady, set_up
from tests.graph.engines.servers import free_port
from tests.ingest.hostile_server import Exchange, HostileServer, serving

ROOT = Path(__file__).parents[3]
RECIPES = ROOT / "ingest" / "recipes"

LAT = np.arange(-85.0, 90.0, 10.0)
LON = np.arange(5.0, 360.0, 10.0)


@dataclass(frozen=True)
class Sources:
    """Files behind a server; `faults` are gone through once for each file before it is given as it is."""

    server: HostileServer
    folder: Path
    faults: dict[str, list[Callable[[Exchange], None]]] = field(default_factory=dict)

    def url(self, name: str) -> str:
        return self.server.url(f"/{name}")

    def add(self, path: str, content: xr.Dataset, **packed: dict[str, Any]) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        encoding = {"time": {"units": "days since 2000-01-01"}}
        content.to_netcdf(file, engine="h5netcdf", encoding={**encoding, **packed})
        body = file.read_bytes()

        def answer(exchange: Exchange) -> None:
            left = self.faults.get(path)
            if left:
                left.pop(0)(exchange)
            else:
                exchange.answer(200, body)

        self.server.page(f"/{path}", answer)

    def whole(self, name: str) -> xr.Dataset:
        """All files of a recipe as one dataset."""
        parts: dict[str, list[xr.Dataset]] = {}
        for file in sorted((self.folder / name).glob("*.nc")):
            with xr.open_dataset(file, engine="h5netcdf") as opened:
                parts.setdefault(file.name.partition("-")[0], []).append(opened.load())
        joined = [
            xr.concat(each, "time", data_vars="minimal", coords="minimal", compat="override") for each in parts.values()
        ]
        whole = xr.merge(joined, combine_attrs="override", compat="override", join="exact")
        return whole.set_coords([name for name, each in whole.data_vars.items() if "time" not in each.dims])


@pytest.fixture(scope="session")
def environments() -> Home:
    """A home that has the environments; reused from one run of the tests to the next."""
    home = Home(ROOT / ".cache")
    try:
        for runner in RUNNERS:
            set_up(Environment.of(runner, home))
    except NotReady as error:
        pytest.skip(f"the environments of recipes cannot be made here: {error}")
    return home


@pytest.fixture
def home(environments: Home, tmp_path: Path) -> Home:
    """An empty home with these environments, but that of conventions, which takes a while each time."""
    made = Home(tmp_path / "home")
    for runner in RUNNERS:
        link(environments, made, Environment.of(runner, environments))
    return made


def link(home: Home, other: Home, environment: Environment) -> None:
    """Give another home an environment of this one."""
    place = other.path / environment.folder.relative_to(home.path.absolute())
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        place.symlink_to(environment.folder)


@pytest.fixture
def sources(tmp_path: Path) -> Iterator[Sources]:
    """What the two recipes of our own read."""
    with serving() as server:
        made = Sources(server, tmp_path / "sources")
        for month in range(1, 7):
            first = np.datetime64(f"2024-{month:02}")
            days = np.arange(first, first + 1, dtype="datetime64[D]")
            made.add(
                f"sea-surface/sst-{first}.nc",
                awkward(field_of("sst", days, month)),
                spread={"dtype": "int16", "scale_factor": 0.125 * month, "_FillValue": np.int16(-999)},
                sst={"chunksizes": (1, len(LAT), len(LON)), "zlib": True},
            )
        for year in (2022, 2023, 2024):
            months = np.arange(f"{year}-01", f"{year + 1}-01", dtype="datetime64[M]")
            for name in ("temperature", "salinity"):
                made.add(f"ocean-state/{name}-{year}.nc", field_of(name, months, year))
        yield made


def awkward(content: xr.Dataset) -> xr.Dataset:
    """With what engines stumble over: bounds, packing, a mask, a scalar, and a coordinate that varies in time."""
    days = content.time.values
    content.time.attrs["bounds"] = "time_bnds"
    return content.assign(
        time_bnds=(("time", "nv"), np.stack([days, days + np.timedelta64(1, "D")], 1)),
        spread=(("time", "lat"), np.rint(content.sst.values[:, :, 0])),
        mask=(("lat", "lon"), np.ones((len(LAT), len(LON)), "int8")),
    ).assign_coords(height=2.0, area=(("time", "lat"), content.sst.values[:, :, 1]))


def field_of(name: str, times: np.ndarray, seed: int) -> xr.Dataset:
    """A field with missing values on every time."""
    values = np.random.default_rng(seed).normal(15, 5, (len(times), len(LAT), len(LON))).astype("float32")
    values[:, :2] = np.nan
    return xr.Dataset(
        {name: (("time", "lat", "lon"), values, {"standard_name": f"sea_surface_{name}", "units": "1"})},
        {
            "time": ("time", times.astype("datetime64[ns]"), {"standard_name": "time"}),
            "lat": ("lat", LAT, {"standard_name": "latitude", "units": "degrees_north"}),
            "lon": ("lon", LON, {"standard_name": "longitude", "units": "degrees_east"}),
        },
        {"title": f"Fields of {name}", "Conventions": "CF-1.11"},
    )


@pytest.fixture(scope="session")
def clouds(environments: Home) -> Path:
    """Where the programs of the environment with object stores for tests are."""
    lock = Path(__file__).with_name("moto.lock")
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    environment = Environment("moto", lock, environments.path / "recipes" / "environments" / f"moto-{digest[:12]}")
    try:
        set_up(environment)
    except NotReady as error:
        pytest.skip(f"the object stores of the tests cannot be installed here: {error}")
    return environment.folder / "bin"


@pytest.fixture(scope="session")
def s3(clouds: Path) -> Iterator[str]:
    """The address of an S3 server that has an empty bucket `library`."""
    port = free_port()
    with answering([str(clouds / "moto_server"), "-H", "127.0.0.1", "-p", str(port)]):
        url = f"http://127.0.0.1:{port}"
        asked(urllib.request.Request(f"{url}/library", method="PUT"))
        yield url


@pytest.fixture(scope="session")
def gcs(clouds: Path) -> Iterator[str]:
    """The address of a server that speaks as Google Cloud Storage does, with an empty bucket `library`."""
    port = free_port()
    command = [str(clouds / "gcp-storage-emulator"), "start", "--host=127.0.0.1", f"--port={port}", "--in-memory"]
    with answering([*command, "--default-bucket=library"]):
        url = f"http://127.0.0.1:{port}"
        asked(urllib.request.Request(url))
        yield url


@contextmanager
def answering(command: list[str]) -> Iterator[None]:
    """A server for as long as it is needed."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def asked(request: urllib.request.Request) -> None:
    """Ask until there is an answer, a minute at most."""
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(request, timeout=5).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return
