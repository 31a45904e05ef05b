"""A home with a few outputs, published twice, so that it has a past; and its server."""

from collections.abc import Iterator

import pytest

from leap_kg.graph.home import Home
from leap_kg.settings import Settings
from leap_kg.web.site import Site
from tests.web.outputs.published import published
from tests.web.platform import followed
from tests.web.server import Server, running


@pytest.fixture(scope="session")
def outputs_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose first revision has less than its second."""
    return followed(published(tmp_path_factory.mktemp("outputs") / "home"))


@pytest.fixture(scope="session")
def outputs_server(outputs_home: Home) -> Iterator[Server]:
    """The server of that home."""
    with running(outputs_home.path) as started:
        yield started


@pytest.fixture(scope="session")
def outputs_site(outputs_home: Home) -> Site:
    """The state that a web process of that home holds, in this process."""
    return Site(Settings(home=outputs_home.path))
