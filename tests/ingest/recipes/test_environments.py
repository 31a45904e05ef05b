"""The environments of recipes: what their locks say, and what is told where they cannot be made."""

import re
from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from leap_kg.ingest.recipes.environments import Environment, NotReady, set_up


@pytest.mark.parametrize("runner", ["direct", "dask"])
def test_a_lock_pins_every_package_by_its_hashes_and_names_no_place(runner: str, tmp_path: Path) -> None:
    environment = Environment.of(runner, Home(tmp_path))
    text = environment.lock.read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert all("==" in entry.splitlines()[0] and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    packages = environment.packages()
    zarr = packages["zarr"].split(".")[0]
    assert zarr == ("2" if runner == "direct" else "3")
    assert ("apache-beam" in packages) == (runner == "direct")


def test_an_environment_that_is_not_there_says_how_to_make_it(tmp_path: Path) -> None:
    environment = Environment.of("dask", Home(tmp_path))
    with pytest.raises(NotReady, match=r"--runner dask is not there: run `leap-kg recipe setup`"):
        environment.require()


@pytest.mark.all
def test_without_a_network_nothing_half_made_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "UV_OFFLINE": "1",
        "UV_CACHE_DIR": str(tmp_path / "cache"),
        "PIP_NO_INDEX": "1",
    }.items():
        monkeypatch.setenv(name, value)
    environment = Environment.of("dask", Home(tmp_path))
    with pytest.raises(NotReady, match="cannot be reached: connect this machine"):
        set_up(environment)
    assert not environment.ready
    assert not environment.folder.exists()


def test_a_home_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "recipes").touch()
    with pytest.raises(NotReady, match="set LEAP_KG_HOME"):
        set_up(Environment.of("dask", Home(tmp_path)))
