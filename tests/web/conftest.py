"""One platform and one server for all tests of this folder that only read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from leap_kg.settings import Settings
from leap_kg.web.revision import Revision
from leap_kg.web.site import Site
from tests.web.platform import fill, followed
from tests.web.server import Server, running
from tests.web.story import tell


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the test platform."""
    return followed(fill(tmp_path_factory.mktemp("platform") / "home"))


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


@pytest.fixture(scope="session")
def past_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a past; see `tests.web.story`."""
    return tell(tmp_path_factory.mktemp("story") / "home")


@pytest.fixture(scope="session")
def past_server(past_home: Home) -> Iterator[Server]:
    """The server of that home; few watchers may wait for it."""
    with running(past_home.path, {"LEAP_KG_WATCHERS": "3"}) as started:
        yield started
