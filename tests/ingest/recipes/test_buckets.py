"""From the files of a recipe into a bucket, and out of it by the client, which asks the graph where the store is."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import xarray as xr

from leap_kg.graph.home import Home
from leap_kg.ingest.recipes.checkout import read_checkout
from leap_kg.ingest.recipes.environments import Environment
from leap_kg.ingest.recipes.place import Place
from leap_kg.ingest.recipes.running import Options, run_recipe
from leap_kg.settings import DEFAULT_BASE
from tests.ingest.recipes.conftest import RECIPES, ROOT, Sources
from tests.web.server import running

DATASET = "leap-kg/sea-surface-feedstock"
OPEN = """
import json, sys
from leap_kg.client import Client
found = Client(sys.argv[1]).dataset(sys.argv[2]).to_xarray(storage_options=json.loads(sys.argv[4]))
found.load().to_netcdf(sys.argv[3], engine="h5netcdf")
"""


@pytest.mark.all
@pytest.mark.timeout(600)
@pytest.mark.parametrize("scheme", ["gs", "s3"])
def test_a_store_in_a_bucket_is_found_and_opened_by_the_client(
    scheme: str,
    home: Home,
    sources: Sources,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    options: dict[str, object] = {}
    if scheme == "gs":
        server = request.getfixturevalue("gcs")
        monkeypatch.setenv("FSSPEC_GS", json.dumps({"endpoint_url": server, "token": "anon"}))
        monkeypatch.setenv("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")  # the server has no gRPC
    else:
        options["anon"] = False  # what the client says to write for a bucket that is not public
        monkeypatch.setenv("AWS_ENDPOINT_URL", request.getfixturevalue("s3"))
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key-of-the-test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-the-test")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    checkout = read_checkout(RECIPES / "sea-surface", DATASET)
    (entry,) = checkout.feedstock.recipes
    url = f"{scheme}://library/opened"
    how = Options("dask", 0, {"SOURCE": sources.url("sea-surface")}, 1, pause=0.1)
    place = Place.of(url, home.path, home)
    outcome = run_recipe(home, DEFAULT_BASE, checkout, entry, place, how, lambda line: None)
    assert outcome.stores == (f"{url}/versions/{outcome.run}/sea-surface.zarr",)
    with running(home.path) as kg:
        # The client runs where the packages for buckets are, as in a notebook of a hub.
        python, arguments = str(Environment.of("dask", home).python), [str(tmp_path / "a.nc"), json.dumps(options)]
        command = [python, "-c", OPEN, kg.origin, DATASET, *arguments]
        done = subprocess.run(
            command, env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    with xr.open_dataset(tmp_path / "a.nc", engine="h5netcdf") as found:
        xr.testing.assert_equal(found.load(), sources.whole("sea-surface"))
