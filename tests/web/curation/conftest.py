"""One platform with links, and its server, for all tests of a module; each leaves it as it was."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from tests.homes import only_read
from tests.web.curation.world import Curator, curator, fill
from tests.web.server import Server, running


@pytest.fixture(scope="session")
def mined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a home with links to decide, to be copied."""
    with only_read(fill(tmp_path_factory.mktemp("mined"))) as home:
        yield home.path


@pytest.fixture(scope="module")
def linked_home(mined: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home of that kind for the tests of one module."""
    return Home(shutil.copytree(mined, tmp_path_factory.mktemp("curation") / mined.name))


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
