"""A folder with one folder a revision, which appears under its name only when complete and loses it before it goes."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Revisions:
    """The revisions that have a folder in `folder`, which need not exist."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> list[int]:
        """The revisions there are, in order."""
        if not self._folder.is_dir():
            return []
        return sorted(int(path.name) for path in self._folder.iterdir() if path.name.isdecimal())

    def newest(self) -> int:
        """The newest revision there is, 0 for none."""
        return max(self.all(), default=0)

    def directory(self, revision: int) -> Path:
        """Where a revision lies, or would."""
        return self._folder / f"{revision:08d}"

    @contextmanager
    def making(self, revision: int) -> Iterator[Path]:
        """Gives a path to make the folder at; at the end it takes the place of the one before it, if there was one."""
        directory = self.directory(revision)
        partial = directory.with_suffix(".partial")
        for leftover in self._folder.glob("*.partial"):
            shutil.rmtree(leftover)
        yield partial
        if directory.exists():
            self.remove(revision)
        partial.rename(directory)

    def remove(self, revision: int) -> None:
        """Take the name away first: a folder half removed must not look like a whole one."""
        gone = self.directory(revision).with_suffix(".gone")
        shutil.rmtree(gone, ignore_errors=True)
        self.directory(revision).rename(gone)
        shutil.rmtree(gone)

    def forget(self, after: int) -> None:
        """Remove all revisions after this one."""
        for revision in self.all():
            if revision > after:
                self.remove(revision)
