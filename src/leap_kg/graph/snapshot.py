"""The one door out: an immutable, read-only checkpoint of one revision.

Checkpoints are RocksDB hard links (milliseconds). Readers never open the live store: a reader of the
live directory would see whatever the write-ahead log held when it opened.
"""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Store

from leap_kg.graph.engine import Engine
from leap_kg.graph.home import Home

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
        self._home = home
        self._folder = home.snapshots
        self._opened: Snapshot | None = None

    def newest(self) -> int:
        """The newest revision that has a checkpoint, 0 for none."""
        return max(self._revisions(), default=0)

    def newest_directory(self) -> tuple[int, Path] | None:
        """The newest revision and where its checkpoint lies; `None` before the first."""
        revision = self.newest()
        return (revision, self._directory(revision)) if revision else None

    def current(self) -> Snapshot | None:
        """The newest checkpoint, opened once and kept until a newer one appears; `None` before the first."""
        revision = self.newest()
        if revision == 0:
            return None
        if self._opened is None or self._opened.revision != revision:
            directory = self._directory(revision)
            self._opened = Snapshot(revision, directory, Store.read_only(str(directory)))
        return self._opened

    def create(self, store: Store, revision: int) -> Path:
        """Check the store out as `revision`; appears under its name only when complete."""
        directory = self._directory(revision)
        partial = directory.with_suffix(".partial")
        for leftover in self._folder.glob("*.partial"):
            shutil.rmtree(leftover)
        if directory.exists():
            self._remove(revision)
        store.backup(str(partial))
        partial.rename(directory)
        self._retire()
        return directory

    def forget(self, after: int) -> None:
        """Remove the checkpoints of revisions after this one, which the log does not have."""
        for revision in self._revisions():
            if revision > after:
                self._remove(revision)

    def _retire(self) -> None:
        oldest_first = sorted(self._revisions())
        for revision in oldest_first[:-_MOST]:
            self._remove(revision)
        for revision in oldest_first[-_MOST:-_KEEP]:
            if time.time() - self._directory(revision).stat().st_mtime > _KEEP_SECONDS:
                self._remove(revision)

    def _remove(self, revision: int) -> None:
        """Take the name away first: a checkpoint half removed must not look like one."""
        partial = self._directory(revision).with_suffix(".partial")
        self._directory(revision).rename(partial)
        shutil.rmtree(partial)

    def _revisions(self) -> list[int]:
        if not self._folder.is_dir():
            return []
        return [int(path.name) for path in self._folder.iterdir() if path.name.isdecimal()]

    def _directory(self, revision: int) -> Path:
        return self._folder / f"{revision:08d}"
