"""Makes the fixtures that every platform of these tests has: its server, and its state in this process."""

from collections.abc import Callable, Iterator, Mapping

import pytest

from leap_kg.settings import Settings
from leap_kg.web.site import Site
from tests.web.server import Server, running


def server_of(home: str, environment: Mapping[str, str] | None = None) -> Callable[..., Iterator[Server]]:
    """A fixture: the server of the home that the fixture `home` gives, for all tests that only read."""

    @pytest.fixture(scope="session")
    def server(request: pytest.FixtureRequest) -> Iterator[Server]:
        with running(request.getfixturevalue(home).path, environment) as started:
            yield started

    return server


def site_of(home: str) -> Callable[..., Site]:
    """A fixture: what a web process of the home that the fixture `home` gives holds, in this process."""

    @pytest.fixture(scope="session")
    def site(request: pytest.FixtureRequest) -> Site:
        return Site(Settings(home=request.getfixturevalue(home).path))

    return site
