"""SQLite files, opened, written and closed alike. One that only repeats what the graph or the log says is made again
if it is damaged.

Hazard: connections begin no transaction by themselves: without `transaction` each statement is kept at once.
"""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

Prepare = Callable[[sqlite3.Connection], object]
"""Makes the tables that are not there. Raises `sqlite3.DatabaseError`, and no subclass of it, for another layout."""


class Held(ABC):
    """Something with a connection that is open from `with` to its end; `_open` says how it is opened."""

    _database: sqlite3.Connection

    @abstractmethod
    def _open(self) -> sqlite3.Connection:
        """A new connection."""

    def __enter__(self) -> Self:
        self._database = self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """All that is written in the block is kept together at its end, or nothing of it if it raises."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        take_back(database)
        raise


def take_back(database: sqlite3.Connection) -> None:
    """End a transaction that must not be kept."""
    # After some errors, a full disk among them, SQLite has already taken everything back.
    if database.in_transaction:
        database.execute("ROLLBACK")


def opened(path: Path, prepare: Prepare, *, any_thread: bool = False) -> sqlite3.Connection:
    """A connection without implicit transactions to a file with a write-ahead log, made again if it was damaged.

    Raises `sqlite3.OperationalError`, which is about the machine and not the file: a full disk, a lock.
    """
    try:
        return _opened(path, prepare, any_thread)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        remove(path)
        return _opened(path, prepare, any_thread)


def remove(path: Path) -> None:
    """Remove a file and what SQLite keeps beside it; nobody may have it open."""
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _opened(path: Path, prepare: Prepare, any_thread: bool) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=not any_thread)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        prepare(database)
    except BaseException:
        database.close()
        raise
    return database


def stored(text: str) -> str:
    """The text without what SQLite cannot hold; an RDF text has no half characters."""
    return text.replace("\0", " ")
