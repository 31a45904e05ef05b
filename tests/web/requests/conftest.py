"""One platform with requests, and its server, for the tests of this folder."""

from collections.abc import Iterator

import pytest

from leap_kg.graph.home import Home
from tests.web.requests.world import asked_of
from tests.web.server import Server, running

FORM = "https://github.com/lab/data/issues/new?template=data-request.yaml"


@pytest.fixture(scope="module")
def asked_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with requests."""
    return asked_of(tmp_path_factory.mktemp("requests") / "home")


@pytest.fixture(scope="module")
def asked(asked_home: Home) -> Iterator[Server]:
    """Its server."""
    with running(asked_home.path, {"LEAP_KG_REQUEST_FORM": FORM}) as started:
        yield started
