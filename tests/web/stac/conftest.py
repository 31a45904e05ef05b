"""A home with nothing but items of STAC, and a server of it."""

import pytest

from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.settings import DEFAULT_BASE
from tests.stac import made
from tests.web.fixtures import server_of
from tests.web.platform import publish

# Of collections that the graph makes, the validator wants the schemas of extensions, which are on the web only.
items_server = server_of("items_home")


@pytest.fixture(scope="session")
def items_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Nothing but the items of `tests.stac.made` and their collections."""
    home = Home(tmp_path_factory.mktemp("stac") / "items")
    with Writer(home, DEFAULT_BASE) as writer:
        publish(writer, "stac", "STAC", [quad.triple for quad in made.store()], 1)
    return home
