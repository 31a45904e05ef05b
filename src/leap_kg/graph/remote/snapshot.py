"""The revisions that a server has, as the home knows them: one folder each, written when the server has it all.

A folder holds the names of the graphs, so that readers need not ask for them. Unlike a checkpoint it holds no data:
what is read is what the server has at that moment, in the middle of the next publication too.
"""

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from leap_kg.graph.home import Home
from leap_kg.graph.opening import MARK
from leap_kg.graph.remote.store import RemoteStore
from leap_kg.graph.snapshot import Snapshot, Snapshots
from leap_kg.ontology.iri import digest
from leap_kg.remote import Remote

_KEEP = 8
_MOST_BYTES = 2**28  # a worker has to hold the answer several times over


class RemoteSnapshots:
    """The revisions on one server; gives out the newest, as `Snapshots` does."""

    def __init__(self, home: Home, remote: Remote) -> None:
        self._remote = remote
        self._folder = home.path / "remote" / digest(remote.query)
        self._opened: Snapshot | None = None

    def newest(self) -> int:
        """The newest revision that the server has, 0 for none."""
        return max(self._revisions(), default=0)

    def current(self) -> Snapshot | None:
        """The newest revision, opened once and kept until a newer one appears; `None` before the first."""
        revision = self.newest()
        if revision == 0:
            return None
        if self._opened is None or self._opened.revision != revision:
            directory = self._directory(revision)
            store = RemoteStore(self._remote, _graphs(directory), remember=True)
            self._opened = Snapshot(revision, directory, store)
        return self._opened

    def record(self, revision: int, graphs: Iterable[str]) -> None:
        """The server has this revision, in these graphs; appears under its name only when complete."""
        directory = self._directory(revision)
        partial = directory.with_suffix(".partial")
        for leftover in self._folder.glob("*.partial"):
            shutil.rmtree(leftover)
        partial.mkdir(parents=True)
        mark = {"query": self._remote.query, "graphs": sorted(graphs)}
        (partial / MARK).write_text(json.dumps(mark), encoding="utf-8")
        if directory.exists():
            self._remove(revision)
        partial.rename(directory)
        for old in sorted(self._revisions())[:-_KEEP]:
            self._remove(old)

    def forget(self, after: int) -> None:
        """Remove what stands for revisions after this one, which the server does not have."""
        for revision in self._revisions():
            if revision > after:
                self._remove(revision)

    def _remove(self, revision: int) -> None:
        gone = self._directory(revision).with_suffix(".gone")
        shutil.rmtree(gone, ignore_errors=True)
        self._directory(revision).rename(gone)
        shutil.rmtree(gone)

    def _revisions(self) -> list[int]:
        if not self._folder.is_dir():
            return []
        return [int(path.name) for path in self._folder.iterdir() if path.name.isdecimal()]

    def _directory(self, revision: int) -> Path:
        return self._folder / f"{revision:08d}"


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
