"""One platform and one server for all tests of this folder that only read."""

from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from leap_kg.web.revision import Revision
from leap_kg.web.site import Site
from tests.web.fixtures import server_of, site_of
from tests.web.platform import fill, followed
from tests.web.story import tell

server = server_of("home")
site = site_of("home")
# Few watchers may wait for it.
past_server = server_of("past_home", {"LEAP_KG_WATCHERS": "3"})


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the test platform."""
    return followed(fill(tmp_path_factory.mktemp("platform") / "home"))


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
