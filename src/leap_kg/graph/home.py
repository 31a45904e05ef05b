"""The home directory: where each part of the graph lies on disk, and the lock that keeps writers to one."""

import errno
import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TextIO

from leap_kg.remote import Remote
from leap_kg.settings import Settings

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_POLL = 0.05
"""Seconds between two looks at a lock that another process holds."""


class HomeError(RuntimeError):
    """The home directory cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folders and files below one `LEAP_KG_HOME`, and the server that answers for it, if there is one."""

    path: Path
    remote: Remote | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Home":
        """The home of the settings."""
        return cls(settings.home, settings.store)

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
    def records(self) -> Path:
        """What each record of a source said when it was last published."""
        return self.path / "records.sqlite"

    @property
    def staging(self) -> Path:
        """Where publications too large for memory are put together; whatever is left there is of no use."""
        return self.path / "staging"

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
    remedy = "make room there, or set" if error.errno in _FULL else "set"
    return HomeError(f"cannot write {path}: {error.strerror or error}; {remedy} LEAP_KG_HOME to another folder")


REPLICA = "replica.json"
"""The file that makes a home a replica's, which only follows: it says how far it is."""


class WriterLock:
    """Held by the one process that writes; freed by the operating system when that process dies.

    Waits up to `wait` seconds for another writer to finish; raises `HomeError` if it has not by then.
    """

    def __init__(self, home: Home, wait: float = 0) -> None:
        self._path = home.path / "writer.lock"
        self._wait = wait
        self._file: TextIO | None = None

    def __enter__(self) -> "WriterLock":
        try:
            file = self._path.open("a+")
        except OSError as error:
            raise unwritable(self._path.parent, error) from None
        try:
            self._lock(file)
        except BaseException:
            file.close()
            raise
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

    def _lock(self, file: TextIO) -> None:
        until = time.monotonic() + self._wait
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                left = until - time.monotonic()
                if left <= 0:
                    raise HomeError(self._refusal(file)) from None
                time.sleep(min(_POLL, left))
            except OSError as error:
                raise unwritable(self._path.parent, error) from None
            else:
                return

    def _refusal(self, file: TextIO) -> str:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        waited = f" and has been for {self._wait:g} s" if self._wait else ""
        return (
            f"another process (pid {holder}) is writing to {self._path.parent}{waited}; "
            "wait for it, or use another home"
        )
