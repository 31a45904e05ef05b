"""Recipes on Flink: through Beam's job server, which Maven fetches, with the work done in the recipe's process."""

import json
from pathlib import Path

import pytest
import xarray as xr

from leap_kg.graph.home import Home
from leap_kg.ingest.recipes.environments import Environment, NotReady
from leap_kg.ingest.recipes.flink import JobServer
from leap_kg.ingest.recipes.process import Bounds, run_job
from tests.ingest.recipes.conftest import RECIPES, Sources
from tests.ingest.recipes.test_process import alive

SERVICE = """
import time
from apache_beam.runners.portability.local_job_service import LocalJobServicer
service = LocalJobServicer()
print(f"INFO JobService started on localhost:{service.start_grpc_server(0)}", flush=True)
open(PID, "w").write(str(os.getpid()))
time.sleep(600)
"""


def test_the_job_server_is_that_of_the_locked_beam(tmp_path: Path) -> None:
    server = JobServer.of(Home(tmp_path))
    beam = Environment.of("direct", Home(tmp_path)).packages()["apache-beam"]
    assert server.coordinates == f"org.apache.beam:beam-runners-flink-2.2-job-server:{beam}"
    with pytest.raises(NotReady, match=r"run `leap-kg recipe setup --runner flink`"):
        server.require()


def test_what_is_missing_for_flink_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = JobServer.of(Home(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotReady, match="install Java"):
        server.set_up()
    for name, code in (("java", "exit 0"), ("mvn", "echo '[ERROR] Could not find artifact'; exit 1")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{code}\n")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(NotReady, match=r"Maven could not fetch org\.apache\.beam.*Could not find artifact"):
        server.set_up()
    assert not list(server.jar.parent.glob("*.jar"))


@pytest.fixture(scope="module")
def flink(environments: Home) -> tuple[str, str]:
    """Java, and Beam's job server for Flink."""
    server = JobServer.of(environments)
    try:
        server.set_up()
        return server.require(), str(server.jar)
    except NotReady as error:
        pytest.skip(f"Flink cannot be had here: {str(error)[:200]}")


@pytest.mark.all
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["ocean-state", "sea-surface"])
@pytest.mark.parametrize("server", ["flink", "beam"])
def test_both_recipes_have_the_values_of_their_sources(
    server: str, name: str, environments: Home, sources: Sources, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if server == "flink":
        java, jar = request.getfixturevalue("flink")
    else:  # Beam's own job service in place of the one with Flink: the same protocol, and workers in the same place
        java, jar = service(Environment.of("flink", environments).python, tmp_path), "none.jar"
    folder = tmp_path / "run"
    for each in ("run", "staging"):
        (tmp_path / each).mkdir()
    job = {
        "task": "run", "folder": str(RECIPES / name / "feedstock"), "module": "recipe", "object": "recipe",
        "dictionary": False, "runner": "flink", "workers": 2, "prune": 0, "settings": {"SOURCE": sources.url(name)},
        "pause": 0.1, "attributes": {}, "staging": str(tmp_path / "staging"), "inputs": str(folder / "inputs"),
        "account": str(folder / "account"), "outcome": str(folder / "outcome"), "stores": "", "lock": "",
        "former": None, "java": java, "job_server": jar,
    }  # fmt: skip
    told: list[str] = []
    run_job(Environment.of("flink", environments).python, folder, job, Bounds(), told.append)
    assert "starting Flink" in told
    with xr.open_zarr(tmp_path / "staging" / f"{name}.zarr", consolidated=True, chunks=None) as stored:
        xr.testing.assert_equal(stored.load(), sources.whole(name))
    assert json.loads((folder / "outcome").read_text())["exact"]
    if (tmp_path / "pid").is_file():
        assert not alive(int((tmp_path / "pid").read_text()))


def service(python: Path, folder: Path) -> str:
    """What is started in place of Java."""
    (folder / "service.py").write_text(f"import os\nPID = {str(folder / 'pid')!r}\n{SERVICE}")
    (folder / "java").write_text(f'#!/bin/sh\nexec "{python}" "{folder / "service.py"}"\n')
    (folder / "java").chmod(0o755)
    return str(folder / "java")
