"""One platform and one server for all tests of this folder that only read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from leap_kg.settings import Settings
from leap_kg.web.revision import Revision
from leap_kg.web.site import Site
from tests.web.platform import fill
from tests.web.server import Server, running


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the test platform."""
    return fill(tmp_path_factory.mktemp("platform") / "home")


@pytest.fixture(scope="session")
def server(home: Home) -> Iterator[Server]:
    """The server of that home."""
    with running(home.path) as started:
        yield started


@pytest.fixture(scope="session")
def site(home: Home) -> Site:
    """The state that a web process holds, in this process."""
    return Site(Settings(home=home.path))


@pytest.fixture(scope="session")
def revision(site: Site) -> Revision:
    """The newest revision of the platform."""
    return site.revision()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for a home."""
    return tmp_path / "home"
