"""The revisions that a server has, as the home knows them: one folder each, written when the server has it all.

A folder holds the names of the graphs, so that readers need not ask for them. Unlike a checkpoint it holds no data:
what is read is what the server has at that moment, in the middle of the next publication too.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from leap_kg.graph.home import Home
from leap_kg.graph.opening import MARK
from leap_kg.graph.remote.store import RemoteStore
from leap_kg.graph.revisions import Revisions
from leap_kg.graph.snapshot import Snapshot, Snapshots
from leap_kg.ontology.iri import digest
from leap_kg.remote import Remote

_KEEP = 8
_MOST_BYTES = 2**28  # a worker has to hold the answer several times over


class RemoteSnapshots:
    """The revisions on one server; gives out the newest, as `Snapshots` does."""

    def __init__(self, home: Home, remote: Remote) -> None:
        self._remote = remote
        self._revisions = Revisions(home.path / "remote" / digest(remote.query))
        self._opened: Snapshot | None = None

    def newest(self) -> int:
        """The newest revision that the server has, 0 for none."""
        return self._revisions.newest()

    def current(self) -> Snapshot | None:
        """The newest revision, opened once and kept until a newer one appears; `None` before the first."""
        revision = self.newest()
        if revision == 0:
            return None
        if self._opened is None or self._opened.revision != revision:
            directory = self._revisions.directory(revision)
            store = RemoteStore(self._remote, _graphs(directory), remember=True)
            self._opened = Snapshot(revision, directory, store)
        return self._opened

    def record(self, revision: int, graphs: Iterable[str]) -> None:
        """The server has this revision, in these graphs; appears under its name only when complete."""
        mark = {"query": self._remote.query, "graphs": sorted(graphs)}
        with self._revisions.making(revision) as partial:
            partial.mkdir(parents=True)
            (partial / MARK).write_text(json.dumps(mark), encoding="utf-8")
        for old in self._revisions.all()[:-_KEEP]:
            self._revisions.remove(old)

    def forget(self, after: int) -> None:
        """Remove what stands for revisions after this one, which the server does not have."""
        self._revisions.forget(after)


def served(home: Home) -> "Snapshots | RemoteSnapshots":
    """The revisions that pages and queries read: those of the home's server if it has one, else its checkpoints."""
    return Snapshots(home) if home.remote is None else RemoteSnapshots(home, home.remote)


def read_mark(directory: str, environment: Mapping[str, str]) -> RemoteStore:
    """The server behind a folder; credentials are used only for the address they are configured for.

    Raises `ValueError` or `OSError` for a folder that stands for none.
    """
    address = str(json.loads((Path(directory) / MARK).read_text(encoding="utf-8"))["query"])
    known = Remote.from_environment(environment)
    remote = known if known is not None and known.query == address else Remote(address, address)
    return RemoteStore(remote, _graphs(Path(directory)), most_bytes=_MOST_BYTES)


def _graphs(directory: Path) -> list[str]:
    mark = json.loads((directory / MARK).read_text(encoding="utf-8"))
    return [str(graph) for graph in mark["graphs"]]
