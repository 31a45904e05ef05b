"""Repositories that a webhook reported, until the sources that take them were harvested: one SQLite file in the home.

A web process only writes down that something changed; what changed is asked of GitHub by the next harvest, so that a
report that is lost, late, doubled or forged can do no more than cause a harvest that finds nothing.

A source may still name a repository as it was called before. Under which names GitHub's number was reported is kept for
longer than the reports, and the graph knows more of them, see `leap_kg.ingest.github.called`.

Hazard: reports come from outside and must not fill the disk. Of one repository only the newest waits, and all
tables are bounded.
"""

import random
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.remote.snapshot import served
from leap_kg.ingest.github.called import called
from leap_kg.ingest.source import Source
from leap_kg.ontology.identifiers import Refusal, Repository, github

_VERSION = 2
_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS delivery (
    delivery TEXT PRIMARY KEY, body TEXT NOT NULL UNIQUE, moment TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS delivery_moment ON delivery (moment);
CREATE TABLE IF NOT EXISTS report (
    number INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL UNIQUE, name TEXT NOT NULL,
    before TEXT NOT NULL, event TEXT NOT NULL, moment TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS called (
    number INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL, name TEXT NOT NULL,
    UNIQUE (repository, name));
CREATE TABLE IF NOT EXISTS settled (source TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA user_version = {_VERSION};
COMMIT;
"""
_WAIT_SECONDS = 10.0
_KEPT = timedelta(days=30)
_MOST_DELIVERIES = 200_000
_MOST_REPORTS = 20_000
_MOST_NAMES = 100_000


@dataclass(frozen=True, slots=True)
class Report:
    """A repository of which GitHub says that it changed.

    `repository` is its number on GitHub, `name` its `owner/name` and `before` the one it had if that changed; `number`
    orders reports, 0 before it is written down.
    """

    repository: int
    name: str
    event: str
    moment: datetime
    before: str = ""
    number: int = 0


@runtime_checkable
class Covering(Protocol):
    """A source that knows which repositories it takes something from."""

    def covers(self, repository: Repository) -> bool:
        """Whether the source takes something from the repository."""


class Reported:
    """The file of reports below a home; any process may write to it. Every method raises `HomeError` if it cannot."""

    def __init__(self, home: Home) -> None:
        self._path = home.path / "reported.sqlite"

    def note(self, report: Report, delivery: str, body: str) -> bool:
        """Write a report down, durably; false if this delivery, or one of the same `body` (a hash), is known."""
        moment = report.moment.isoformat()
        with self._open() as file:
            file.execute("BEGIN IMMEDIATE")
            file.execute("DELETE FROM delivery WHERE moment < ?", ((report.moment - _KEPT).isoformat(),))
            values = (delivery, body, moment)
            if file.execute("INSERT OR IGNORE INTO delivery VALUES (?, ?, ?)", values).rowcount == 0:
                file.execute("COMMIT")
                return False
            oldest = "SELECT delivery FROM delivery ORDER BY moment DESC LIMIT -1 OFFSET ?"
            file.execute(f"DELETE FROM delivery WHERE delivery IN ({oldest})", (_MOST_DELIVERIES,))
            file.execute("DELETE FROM report WHERE repository = ?", (report.repository,))
            file.execute(
                "INSERT INTO report (repository, name, before, event, moment) VALUES (?, ?, ?, ?, ?)",
                (report.repository, report.name, report.before, report.event, moment),
            )
            least = "SELECT number FROM report ORDER BY number DESC LIMIT 1 OFFSET ?"
            file.execute(f"DELETE FROM report WHERE number <= ({least})", (_MOST_REPORTS,))
            names = [(report.repository, name) for name in (report.name, report.before) if name]
            file.executemany("INSERT OR IGNORE INTO called (repository, name) VALUES (?, ?)", names)
            least = "SELECT number FROM called ORDER BY number DESC LIMIT 1 OFFSET ?"
            file.execute(f"DELETE FROM called WHERE number <= ({least})", (_MOST_NAMES,))
            file.execute("COMMIT")
        return True

    def waiting(self, source: str) -> list[Report]:
        """The reports since the source was settled last, oldest first."""
        if not self._path.is_file():
            return []
        with self._open() as file:
            rows = file.execute(
                "SELECT repository, name, event, moment, before, number FROM report"
                " WHERE number > ifnull((SELECT number FROM settled WHERE source = ?), 0) ORDER BY number",
                (source,),
            ).fetchall()
        return [
            Report(number, name, event, datetime.fromisoformat(moment), before, order)
            for number, name, event, moment, before, order in rows
        ]

    def names(self, repository: int) -> list[str]:
        """What the repository of that number was called in any report, in the order in which the names came up."""
        with self._open() as file:
            query = "SELECT name FROM called WHERE repository = ? ORDER BY number"
            return [name for (name,) in file.execute(query, (repository,))]

    def settle(self, source: str, number: int) -> None:
        """The source has been harvested since the report of that number came: it and those before are done with."""
        with self._open() as file:
            file.execute(
                "INSERT INTO settled VALUES (?, ?)"
                " ON CONFLICT (source) DO UPDATE SET number = max(number, excluded.number)",
                (source, number),
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=_WAIT_SECONDS, isolation_level=None)) as file:
                _prepare(file)
                yield file
        except sqlite3.Error as error:
            reason = f"cannot use {self._path} ({error}); make room, or remove the file: reports in it are lost then"
            raise HomeError(reason) from None


def _prepare(file: sqlite3.Connection) -> None:
    """Make the file ready; of several processes that make it at once, each would wait for the others until the end."""
    until = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            file.execute("PRAGMA busy_timeout = 20")
            file.execute("PRAGMA journal_mode = WAL")
            file.execute("PRAGMA synchronous = FULL")
            if file.execute("PRAGMA user_version").fetchone() != (_VERSION,):
                file.executescript(_SCHEMA)
            file.execute(f"PRAGMA busy_timeout = {_WAIT_SECONDS * 1000:.0f}")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(random.uniform(0, 0.05))  # noqa: S311 - so that they do not meet again
        else:
            return


def due(home: Home, sources: Iterable[Source]) -> dict[str, int]:
    """The sources that a webhook asks to harvest anew, by id, each with the number of the last report about it.

    A source takes a repository if it takes any of the names that this has had. Once such a source was harvested
    without failure, say so: `Reported(home).settle(id, number)`.
    """
    reported, found = Reported(home), dict[str, int]()
    repositories = dict[int, list[Repository]]()
    for source in sources:
        if not isinstance(source, Covering):
            continue
        for report in reported.waiting(source.id):
            if report.repository not in repositories:
                repositories[report.repository] = list(_called(report, reported, home))
            if any(source.covers(each) for each in repositories[report.repository]):
                found[source.id] = report.number
    return found


def _called(report: Report, reported: Reported, home: Home) -> Iterator[Repository]:
    """What the repository of a report is called, and was called as far as reports and the graph tell."""
    names = dict.fromkeys((report.name, report.before, *reported.names(report.repository)))
    known = (github.parse_repository(name) for name in names if name)
    yield from (each for each in known if not isinstance(each, Refusal))
    try:
        if (snapshot := served(home).current()) is not None:
            yield from called(snapshot.store, report.repository)
    except OSError as error:
        raise HomeError(f"cannot read the graph in {home.path} ({error}); mend that, and run it again") from None
