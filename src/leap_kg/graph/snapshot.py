"""The one door out: an immutable, read-only checkpoint of one revision.

Checkpoints are RocksDB hard links (milliseconds). Readers never open the live store: a reader of the
live directory would see whatever the write-ahead log held when it opened.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Store

from leap_kg.graph.engine import Engine
from leap_kg.graph.home import Home
from leap_kg.graph.revisions import Revisions

_KEEP = 8
_KEEP_SECONDS = 600
_MOST = 64
"""However fast revisions follow each other: a query that began on the oldest of these is over long since."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One revision, open for reading."""

    revision: int
    directory: Path
    store: Engine


class Snapshots:
    """The checkpoints of a home; gives out the newest and removes the oldest."""

    def __init__(self, home: Home) -> None:
        self._revisions = Revisions(home.snapshots)
        self._opened: Snapshot | None = None

    def newest(self) -> int:
        """The newest revision that has a checkpoint, 0 for none."""
        return self._revisions.newest()

    def newest_directory(self) -> tuple[int, Path] | None:
        """The newest revision and where its checkpoint lies; `None` before the first."""
        revision = self.newest()
        return (revision, self._revisions.directory(revision)) if revision else None

    def current(self) -> Snapshot | None:
        """The newest checkpoint, opened once and kept until a newer one appears; `None` before the first."""
        revision = self.newest()
        if revision == 0:
            return None
        if self._opened is None or self._opened.revision != revision:
            directory = self._revisions.directory(revision)
            self._opened = Snapshot(revision, directory, Store.read_only(str(directory)))
        return self._opened

    def create(self, store: Store, revision: int) -> Path:
        """Check the store out as `revision`; appears under its name only when complete."""
        with self._revisions.making(revision) as partial:
            store.backup(str(partial))
        self._retire()
        return self._revisions.directory(revision)

    def forget(self, after: int) -> None:
        """Remove the checkpoints of revisions after this one, which the log does not have."""
        self._revisions.forget(after)

    def _retire(self) -> None:
        oldest_first = self._revisions.all()
        for revision in oldest_first[:-_MOST]:
            self._revisions.remove(revision)
        for revision in oldest_first[-_MOST:-_KEEP]:
            if time.time() - self._revisions.directory(revision).stat().st_mtime > _KEEP_SECONDS:
                self._revisions.remove(revision)
