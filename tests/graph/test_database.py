"""Transactions and files that are held: kept whole or not at all, and closed whatever happens."""

import sqlite3
from pathlib import Path

import pytest

from leap_kg.graph.database import Held, opened, transaction


class Shelf(Held):
    def __init__(self, path: Path) -> None:
        self.path = path

    def _open(self) -> sqlite3.Connection:
        return opened(self.path, lambda database: database.execute("CREATE TABLE IF NOT EXISTS t (x INTEGER UNIQUE)"))

    @property
    def database(self) -> sqlite3.Connection:
        return self._database

    def all(self) -> list[int]:
        return [x for (x,) in self._database.execute("SELECT x FROM t ORDER BY x")]

    def put(self, *numbers: int) -> None:
        with transaction(self._database):
            self._database.executemany("INSERT INTO t VALUES (?)", [(number,) for number in numbers])


def test_a_transaction_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "shelf.sqlite"
    with Shelf(path) as shelf:
        shelf.put(1)
        with pytest.raises(sqlite3.IntegrityError):
            shelf.put(2, 1)
        assert shelf.all() == [1]
        shelf.put(3)
    with Shelf(path) as shelf:
        assert shelf.all() == [1, 3]


def test_what_sqlite_took_back_itself_hides_no_error(tmp_path: Path) -> None:
    """A full disk ends the transaction: a second ROLLBACK would raise, and that error would hide the first."""
    with Shelf(tmp_path / "shelf.sqlite") as shelf:
        shelf.database.execute("PRAGMA max_page_count = 8")
        with pytest.raises(sqlite3.OperationalError, match="full"):
            shelf.put(*range(100_000))
        assert not shelf.database.in_transaction
        assert shelf.all() == []


def test_a_file_is_closed_when_its_holder_fails(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf.sqlite")
    with pytest.raises(ZeroDivisionError), shelf:
        _ = 1 / 0
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        shelf.all()
