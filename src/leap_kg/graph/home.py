"""The home directory: where each part of the graph lies on disk, and the lock that keeps writers to one."""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TextIO


class HomeError(RuntimeError):
    """The home directory cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folders and files below one `LEAP_KG_HOME`."""

    path: Path

    @property
    def store(self) -> Path:
        """The live Oxigraph store; one writer process."""
        return self.path / "store"

    @property
    def snapshots(self) -> Path:
        """Read-only checkpoints, one folder a revision."""
        return self.path / "snapshots"

    @property
    def log(self) -> Path:
        """The append-only patch log."""
        return self.path / "log"

    @property
    def index(self) -> Path:
        """The search index."""
        return self.path / "index.sqlite"

    @property
    def raw(self) -> Path:
        """Bodies as fetched, by their hash."""
        return self.path / "raw"

    @property
    def state(self) -> Path:
        """What harvesting remembers between runs."""
        return self.path / "state.sqlite"

    def create(self) -> None:
        """Make the folders; raises `HomeError` if the place cannot be written."""
        try:
            for folder in (self.path, self.snapshots, self.log, self.raw):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self.path, error) from None

    def exists(self) -> bool:
        """Whether something was ever made here."""
        return self.log.is_dir()


def unwritable(path: Path, error: OSError) -> HomeError:
    """The error for a home that the operating system does not let us write."""
    return HomeError(f"cannot write {path}: {error.strerror or error}; set LEAP_KG_HOME to another folder")


class WriterLock:
    """Held by the one process that writes; freed by the operating system when that process dies."""

    def __init__(self, home: Home) -> None:
        self._path = home.path / "writer.lock"
        self._file: TextIO | None = None

    def __enter__(self) -> "WriterLock":
        try:
            file = self._path.open("a+")
        except OSError as error:
            raise unwritable(self._path.parent, error) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            if not isinstance(error, BlockingIOError):
                raise unwritable(self._path.parent, error) from None
            raise HomeError(
                f"another process (pid {holder}) is writing to {self._path.parent}; wait for it, or use another home"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
