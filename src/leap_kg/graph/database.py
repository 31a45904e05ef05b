"""SQLite files that only repeat what the graph or the log says: one that is damaged is made again."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

Prepare = Callable[[sqlite3.Connection], object]
"""Makes the tables that are not there. Raises `sqlite3.DatabaseError`, and no subclass of it, for another layout."""


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
