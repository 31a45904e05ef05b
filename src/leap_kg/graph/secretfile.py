"""SQLite files of secrets' hashes that only their owner can read (mode 0600), from the moment they are made."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leap_kg.graph.home import HomeError, unwritable

_PATIENCE = 5.0  # seconds


@contextmanager
def secret_file(path: Path, table: str, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    """The file, open for one transaction; with `create` it is made, with this table, if there is none.

    Raises `HomeError` for a file that cannot be used or made.
    """
    if create:
        _make_private(path)
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=_PATIENCE)) as database, database:
            if create:
                database.execute(table)
            yield database
    except sqlite3.Error as error:
        raise HomeError(f"cannot use {path}: {error}; check the disk and who may read the file") from None


def _make_private(path: Path) -> None:
    """Make the file, if there is none, so that nobody else can ever read it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise unwritable(path.parent, error) from None
