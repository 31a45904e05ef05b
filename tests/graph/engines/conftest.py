"""One home per test on each engine; the servers are started once a session and emptied before each test."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import Quad

from leap_kg.graph.activity import Activity
from leap_kg.graph.engine import Engine
from leap_kg.graph.home import Home
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.publication.change import Publication
from leap_kg.graph.publish import Writer
from leap_kg.graph.remote.follower import RemoteFollower
from leap_kg.graph.remote.snapshot import RemoteSnapshots
from leap_kg.graph.snapshot import Snapshot, Snapshots
from tests.graph.engines.servers import Absent, Server, fuseki, virtuoso
from tests.graph.samples import activity
from tests.ontology.terms import BASE

EMBEDDED, SERVERS = "embedded", ("fuseki", "virtuoso")
ENGINES = (EMBEDDED, *(pytest.param(name, marks=pytest.mark.all) for name in SERVERS))


@dataclass(frozen=True, slots=True)
class Bench:
    """A home and the engine that answers for it; `server` is `None` for the embedded store."""

    home: Home
    server: Server | None

    def publish(self, source: str, quads: Iterable[Quad], run: Activity | None = None) -> Publication:
        """Publish as a writer of this home does."""
        with Writer(self.home, BASE) as writer:
            done = writer.publish(source, quads, run or activity(source))
            self.follow(writer)
            return done

    def follow(self, writer: Writer) -> None:
        """Have the server take what it lacks."""
        if self.server is not None:
            follower = RemoteFollower(self.home, BASE, self.server.remote)
            follower.follow(PatchLog(self.home.log), writer.store)
            follower.close()

    def snapshots(self) -> Snapshots | RemoteSnapshots:
        """The revisions as readers get them."""
        return Snapshots(self.home) if self.server is None else RemoteSnapshots(self.home, self.server.remote)

    def snapshot(self) -> Snapshot:
        """The newest revision, opened anew."""
        found = self.snapshots().current()
        assert found is not None
        return found

    @property
    def engine(self) -> Engine:
        """The newest revision's store."""
        return self.snapshot().store


def _started(
    make: Callable[[Path], AbstractContextManager[Server]], factory: pytest.TempPathFactory
) -> Iterator[Server]:
    try:
        opened = make(factory.mktemp("server"))
        server = opened.__enter__()
    except Absent as missing:
        pytest.skip(str(missing))
    try:
        yield server
    finally:
        opened.__exit__(None, None, None)


@pytest.fixture(scope="session")
def fuseki_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Apache Jena Fuseki."""
    yield from _started(fuseki, tmp_path_factory)


@pytest.fixture(scope="session")
def virtuoso_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Virtuoso."""
    yield from _started(virtuoso, tmp_path_factory)


def _bench(name: str, home: Home, request: pytest.FixtureRequest) -> Bench:
    if name == EMBEDDED:
        return Bench(home, None)
    server: Server = request.getfixturevalue(f"{name}_server")
    server.clear()
    return Bench(home, server)


@pytest.fixture(params=ENGINES)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    """A new home on each engine."""
    return _bench(request.param, Home(tmp_path / "home"), request)


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.all) for name in SERVERS])
def remote_bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    """A new home on each server."""
    return _bench(request.param, Home(tmp_path / "home"), request)
