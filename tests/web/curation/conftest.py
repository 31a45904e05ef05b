"""One platform with links, and its server, for all tests of curation; each leaves it as it was."""

from collections.abc import Iterator

import pytest

from leap_kg.graph.home import Home
from tests.web.curation.world import Curator, curator, fill
from tests.web.server import Server, running


@pytest.fixture(scope="module")
def linked_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with links to decide."""
    return fill(tmp_path_factory.mktemp("curation"))


@pytest.fixture(scope="module")
def linked(linked_home: Home) -> Iterator[Server]:
    """Its server."""
    with running(linked_home.path) as started:
        yield started


@pytest.fixture
def kim(linked: Server, linked_home: Home) -> Curator:
    """A curator who is signed in."""
    made = curator(linked, linked_home)
    assert made.sign_in().status_code == 303
    return made
