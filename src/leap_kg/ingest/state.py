"""What harvesting remembers between runs: runs, the last good version of each record, dead letters.

One SQLite file. It follows the graph: if it is lost, the next harvest fills it again and publishes nothing new;
until then nothing can be taken out of the graph unasked, because nobody knows what was good.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from types import TracebackType

from pyoxigraph import NamedNode, RdfFormat, Triple, parse, serialize

from leap_kg.graph.home import HomeError

_VERSION = 1
# One transaction: a process killed in the middle leaves an empty file, not a half-made one.
_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS run (
    run TEXT PRIMARY KEY, source TEXT NOT NULL, title TEXT NOT NULL, started TEXT NOT NULL, ended TEXT NOT NULL,
    outcome TEXT NOT NULL, seen INTEGER NOT NULL, published INTEGER NOT NULL, unchanged INTEGER NOT NULL,
    dead INTEGER NOT NULL, tombstoned INTEGER NOT NULL, revision INTEGER NOT NULL, message TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS run_source ON run (source, started);
CREATE TABLE IF NOT EXISTS record (
    source TEXT NOT NULL, key TEXT NOT NULL, subject TEXT NOT NULL, said BLOB NOT NULL, parts TEXT NOT NULL,
    digest TEXT NOT NULL, absences INTEGER NOT NULL, PRIMARY KEY (source, key));
CREATE TABLE IF NOT EXISTS dead (
    source TEXT NOT NULL, key TEXT NOT NULL, url TEXT NOT NULL, stage TEXT NOT NULL, reason TEXT NOT NULL,
    attempts INTEGER NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL, PRIMARY KEY (source, key));
PRAGMA user_version = {_VERSION};
COMMIT;
"""


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run over one source. `seen` is the sum of the four counts after it; times are ISO 8601."""

    run: str
    source: str
    title: str
    started: str
    ended: str
    outcome: str
    seen: int
    published: int
    unchanged: int
    dead: int
    tombstoned: int
    revision: int
    message: str = ""

    @property
    def balanced(self) -> bool:
        """Whether every record that was seen is accounted for."""
        return self.seen == self.published + self.unchanged + self.dead + self.tombstoned


@dataclass(frozen=True, slots=True)
class KeptPart:
    """Where a body of a record lies: its role, address and hash in the raw store."""

    role: str
    url: str
    sha256: str


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """The last good version of a record: its subject and its triples as mapped, findings included.

    `digest` is that of what was published of it; `absences` counts complete runs in a row that did not list it.
    """

    key: str
    subject: NamedNode
    said: tuple[Triple, ...]
    parts: tuple[KeptPart, ...]
    digest: str
    absences: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that could not be taken: at which stage, why, and how often it was tried."""

    source: str
    key: str
    url: str
    stage: str
    reason: str
    attempts: int = 1
    first: str = ""
    last: str = ""


class State:
    """The state file; a context manager. With `readonly` it must exist.

    Raises `HomeError` if the file is damaged or of another version.
    """

    def __init__(self, path: Path, readonly: bool = False) -> None:
        self._path = path
        self._readonly = readonly

    def __enter__(self) -> "State":
        try:
            mode = "ro" if self._readonly else "rwc"
            self._database = sqlite3.connect(f"{self._path.resolve().as_uri()}?mode={mode}", uri=True)
        except sqlite3.Error as error:
            raise self._unusable(f"cannot be used ({error})") from None
        try:
            self._prepare()
        except BaseException:
            self._database.close()
            raise
        return self

    def _prepare(self) -> None:
        try:
            (version,) = self._database.execute("PRAGMA user_version").fetchone()
            (tables,) = self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if tables and version != _VERSION:
                raise self._unusable(f"is of version {version}, not {_VERSION}")
            if not self._readonly:
                self._database.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise self._unusable(f"cannot be used ({error})") from None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def records(self, source: str) -> dict[str, KeptRecord]:
        """The last good version of every record of the source, by key."""
        query = "SELECT key, subject, said, parts, digest, absences FROM record WHERE source = ?"
        try:
            return {row[0]: _record(*row) for row in self._database.execute(query, (source,))}
        except (sqlite3.Error, zlib.error, ValueError, SyntaxError, TypeError) as error:
            raise self._unusable(f"is damaged ({error})") from None

    def finish(
        self,
        report: RunReport,
        records: Iterable[KeptRecord],
        forgotten: Iterable[str],
        dead: Iterable[DeadLetter],
    ) -> None:
        """Record a run in one transaction: its report, the records that are good, those gone, the dead letters."""
        source, moment = report.source, report.ended
        kept, letters = list(records), list(dead)
        with self._database:
            self._insert_run(report)
            self._database.executemany(
                "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?, ?, ?)", [_row(source, record) for record in kept]
            )
            self._database.executemany(
                "DELETE FROM record WHERE source = ? AND key = ?", [(source, key) for key in forgotten]
            )
            still = {letter.key for letter in letters}
            for (key,) in self._database.execute("SELECT key FROM dead WHERE source = ?", (source,)).fetchall():
                if key not in still:
                    self._database.execute("DELETE FROM dead WHERE source = ? AND key = ?", (source, key))
            self._database.executemany(
                "INSERT INTO dead VALUES (?, ?, ?, ?, ?, 1, ?, ?) ON CONFLICT (source, key) DO UPDATE SET "
                "url = excluded.url, stage = excluded.stage, reason = excluded.reason, "
                "attempts = attempts + 1, last = excluded.last",
                [(source, d.key, d.url, d.stage, d.reason, moment, moment) for d in letters],
            )

    def fail(self, report: RunReport) -> None:
        """Record a run that got nowhere; records and dead letters stay as they were."""
        with self._database:
            self._insert_run(report)

    def dead_letters(self, source: str | None = None) -> list[DeadLetter]:
        """All dead letters, or those of one source."""
        rows = self._database.execute(
            "SELECT * FROM dead WHERE ? IS NULL OR source = ? ORDER BY source, key", (source, source)
        )
        return [DeadLetter(*row) for row in rows]

    def runs(self, source: str | None = None, limit: int = 50) -> list[RunReport]:
        """The newest runs first."""
        rows = self._database.execute(
            "SELECT * FROM run WHERE ? IS NULL OR source = ? ORDER BY started DESC, rowid DESC LIMIT ?",
            (source, source, limit),
        )
        return [RunReport(*row) for row in rows]

    def last_checks(self) -> dict[str, datetime]:
        """When each source was last read in full."""
        rows = self._database.execute("SELECT source, max(ended) FROM run WHERE outcome != 'failed' GROUP BY source")
        return {source: datetime.fromisoformat(ended) for source, ended in rows}

    def _insert_run(self, report: RunReport) -> None:
        values = [getattr(report, field.name) for field in fields(report)]
        self._database.execute("INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)

    def _unusable(self, fault: str) -> HomeError:
        return HomeError(f"{self._path} {fault}; delete it, and the next harvest fills it again")


def _row(source: str, record: KeptRecord) -> tuple[str | bytes | int, ...]:
    said = zlib.compress(serialize(record.said, format=RdfFormat.N_TRIPLES) or b"")
    parts = json.dumps([(part.role, part.url, part.sha256) for part in record.parts])
    return (source, record.key, record.subject.value, said, parts, record.digest, record.absences)


def _record(key: str, subject: str, said: bytes, parts: str, digest: str, absences: int) -> KeptRecord:
    triples = (quad.triple for quad in parse(zlib.decompress(said), format=RdfFormat.N_TRIPLES))
    kept = tuple(KeptPart(*part) for part in json.loads(parts))
    return KeptRecord(key, NamedNode(subject), tuple(triples), kept, digest, absences)
