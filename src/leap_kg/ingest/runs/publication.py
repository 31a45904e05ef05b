"""Where a run publishes: into the home's graph, or nowhere (a dry run, which tells what would change)."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from pyoxigraph import NamedNode, Quad

from leap_kg.graph.activity import Activity
from leap_kg.graph.engine import Engine
from leap_kg.graph.followers import followed_writer
from leap_kg.graph.home import Home
from leap_kg.graph.publication.change import Difference, Publication
from leap_kg.graph.publication.records import Record
from leap_kg.graph.publish import Writer, difference


@dataclass(frozen=True, slots=True)
class Sent:
    """What the server at `address` was sent of a source: triples added and removed; `revision` is the one it has now.

    That is not what changed here if the graph there was another than the one here.
    """

    address: str
    added: int
    removed: int
    revision: int


class Target(Protocol):
    """A graph that sources are published into."""

    writes: bool
    """Whether anything is kept of a run."""

    def opened(self) -> AbstractContextManager["Opened"]:
        """Hold the graph for publishing; raises `HomeError`."""
        ...


class Quads(Protocol):
    """Published quads that can be looked up."""

    def quads_for_pattern(
        self,
        subject: NamedNode | None,
        predicate: NamedNode | None,
        target: NamedNode | None,
        graph: NamedNode | None,
        /,
    ) -> Iterator[Quad]:
        """The quads with these terms; `None` stands for any."""
        ...


class Opened(Protocol):
    """A graph while it is held.

    Ask for `store`, `graph` and `everything` anew for each use: they close with the last reference.
    """

    def store(self) -> Quads:
        """What all sources say that are published."""
        ...

    def graph(self) -> Engine:
        """The graph that is published into."""
        ...

    def everything(self) -> Engine:
        """What all sources say, to be queried."""
        ...

    @property
    def revision(self) -> int:
        """The revision of the graph."""
        ...

    def publish(self, source: str, records: Iterable[Record], activity: Activity) -> Publication:
        """Make these records what the source's graph says; raises as `Writer.publish_records`."""
        ...

    def sent(self, source: str) -> Sent | None:
        """What a server was sent of the source when it was published, `None` if there is no server."""
        ...


class HomeTarget:
    """The graph of a home; waits up to `wait` seconds for another writer, and publishes `first` what comes before."""

    writes = True

    def __init__(self, home: Home, base: str, wait: float, first: Callable[[Writer, str], object]) -> None:
        self._home = home
        self._base = base
        self._wait = wait
        self._first = first

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """The home's writer, opened."""
        with followed_writer(self._home, self._base, self._wait) as writer:
            self._first(writer, self._base)
            yield _Writing(writer)


class _Writing:
    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def store(self) -> Quads:
        return self._writer.store

    def graph(self) -> Engine:
        return self._writer.store

    everything = graph

    @property
    def revision(self) -> int:
        return self._writer.revision

    def publish(self, source: str, records: Iterable[Record], activity: Activity) -> Publication:
        return self._writer.publish_records(source, records, activity)

    def sent(self, source: str) -> Sent | None:
        return None


class DryTarget:
    """A graph that stays as it is; publications tell what they would change."""

    writes = False

    def __init__(self, store: Callable[[], Engine], base: str) -> None:
        self._store = store
        self._base = base

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """The graph for reading."""
        yield _Reading(self._store, self._base)


class _Reading:
    revision = 0

    def __init__(self, store: Callable[[], Engine], base: str) -> None:
        self.store = self.graph = self.everything = store
        self._base = base

    def publish(self, source: str, records: Iterable[Record], activity: Activity) -> Publication:
        quads = (quad for record in records for quad in record.quads())
        return Publication(0, difference(self.graph(), source, quads, self._base))

    def sent(self, source: str) -> Sent | None:
        return None


NOTHING = Difference((), ())
