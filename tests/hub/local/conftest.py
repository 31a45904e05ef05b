"""The example platform, and a real hub that offers what is in it."""

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.platform.build import build
from leap_kg.graph.home import Home
from leap_kg.ingest.fetch import CachedFetcher, Limits
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.runs.rounds import harvest_round
from leap_kg.ingest.sources import read_sources
from leap_kg.links.mining import mine
from leap_kg.links.readers import READERS
from leap_kg.resources import declarations
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.hub.local.hub import Hub, running_hub, stop
from tests.web.platform import followed

PROXY = declarations() / "hub" / "local" / "node_modules" / ".bin" / "configurable-http-proxy"


def need_hub() -> None:
    """Skip where a hub cannot run."""
    for package in ("jupyterhub", "jupyterlab", "ipykernel"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is absent: `make hub` installs the extra hub-local")
    if not PROXY.is_file() or shutil.which("node") is None:
        pytest.skip("the proxy is absent: run `npm ci --ignore-scripts` in hub/local/")


@pytest.fixture(scope="session")
def lab_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The example platform, harvested and mined."""
    platform = build(tmp_path_factory.mktemp("platform") / "example")
    home = Home(tmp_path_factory.mktemp("home") / "kg")
    fetcher = CachedFetcher(MirrorFetcher(read_mirror(platform / "mirror.yaml"), Limits()))
    sources = read_sources(platform / "sources.yaml", BASE)
    for _ in harvest_round(home, BASE, sources, fetcher, progress=lambda source: lambda done, total, key: None):
        pass
    mine(home, BASE, READERS)
    return followed(home)


@pytest.fixture(scope="session")
def hub(lab_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub that runs until the tests are over, and leaves nothing behind."""
    need_hub()
    folder: Path = tmp_path_factory.mktemp("hub") / "run"
    with running_hub(lab_home.path, folder) as started:
        yield started
        assert stop(started.process) == set()
        assert started.process.returncode == 0
