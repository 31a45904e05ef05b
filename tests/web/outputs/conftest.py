"""A home with a few outputs, published twice, so that it has a past; and its server."""

import pytest

from leap_kg.graph.home import Home
from tests.web.fixtures import server_of, site_of
from tests.web.outputs.published import published
from tests.web.platform import followed

outputs_server = server_of("outputs_home")
outputs_site = site_of("outputs_home")


@pytest.fixture(scope="session")
def outputs_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose first revision has less than its second."""
    return followed(published(tmp_path_factory.mktemp("outputs") / "home"))
