"""One platform and one server for all tests of this folder that only read."""

from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.web.revision import Revision
from leap_kg.web.site import Site
from tests.stac import made
from tests.web.fixtures import server_of, site_of
from tests.web.platform import fill, followed, publish, triples
from tests.web.stac.sea import SEA
from tests.web.story import tell

server = server_of("home")
site = site_of("home")
stac_server = server_of("stac_home")
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


@pytest.fixture(scope="session")
def stac_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The platform with one more dataset and the items of `tests.stac.made`."""

    def more(writer: Writer) -> None:
        publish(writer, "sea", "Sea", triples(SEA), 5)
        publish(writer, "stac", "STAC", [quad.triple for quad in made.store()], 6)

    return fill(tmp_path_factory.mktemp("stac") / "home", more)
