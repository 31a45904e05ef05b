"""The state file. It follows the graph: if it is lost, the next harvest fills it again and publishes nothing new;
until then nothing can be taken out of the graph unasked, because nobody knows what was good.

What a run finds is staged beside the file (see `Staged`) and kept in one transaction when it has been published.
"""

import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.graph.database import Held, transaction
from leap_kg.graph.home import HomeError
from leap_kg.ingest.state.keeping import keep
from leap_kg.ingest.state.rows import (
    DeadLetter,
    KeptRecord,
    RunReport,
    logins_of,
    parts_of,
    parts_text,
    said_text,
    triples_of,
    unpacked,
)
from leap_kg.ingest.state.schema import LASTING, STAGED, VERSION
from leap_kg.ingest.state.staged import Staged

READ = ("complete", "held", "partial")
"""Outcomes of runs that read a source."""
_DAMAGE = (sqlite3.Error, zlib.error, ValueError, SyntaxError, TypeError)
_PATIENCE = 60.0
"""Seconds to wait for another process that keeps the result of a run."""


class State(Held):
    """The state file, or one in memory for `None`; a context manager. With `readonly` it must exist.

    Raises `HomeError` if the file is damaged or of another version.
    """

    def __init__(self, path: Path | None, readonly: bool = False) -> None:
        self._path = path
        self._readonly = readonly

    def _open(self) -> sqlite3.Connection:
        try:
            mode = "ro" if self._readonly else "rwc"
            name = f"{self._path.resolve().as_uri()}?mode={mode}" if self._path else ":memory:"
            database = sqlite3.connect(
                name, uri=self._path is not None, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise self._unusable(f"cannot be used ({error})") from None
        try:
            self._prepare(database)
        except BaseException:
            database.close()
            raise
        self._staged: Staged | None = None
        return database

    def _prepare(self, database: sqlite3.Connection) -> None:
        try:
            (version,) = database.execute("PRAGMA user_version").fetchone()
            (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if tables and version != VERSION:
                raise self._unusable(f"is of version {version}, not {VERSION}")
            if not self._readonly and not tables:
                database.executescript(LASTING)
        except sqlite3.Error as error:
            raise self._unusable(f"cannot be used ({error})") from None

    @property
    def staged(self) -> Staged:
        """What this process has found and not kept yet, together with what is kept."""
        if self._staged is None:
            self._database.executescript(STAGED)
            self._staged = Staged(self._database, self.damage)
        return self._staged

    @contextmanager
    def damage(self) -> Iterator[None]:
        """Turn what a damaged file raises into a `HomeError` that says what to do."""
        try:
            yield
        except _DAMAGE as error:
            raise self._unusable(f"is damaged ({error})") from None

    # --- records ------------------------------------------------------------------------------------------

    def records(self, source: str) -> dict[str, KeptRecord]:
        """The last good version of every record of the source, by key; for sources that fit into memory."""
        query = "SELECT key, subject, said, parts, digest, absences, version, logins FROM record WHERE source = ?"
        with self.damage():
            return {row[0]: _record(*row) for row in self._database.execute(query, (source,))}

    def finish(
        self,
        report: RunReport,
        records: Iterable[KeptRecord],
        forgotten: Iterable[str],
        dead: Iterable[DeadLetter],
        retried: Iterable[str] | None = None,
    ) -> None:
        """Keep a run in one transaction: its report, these records and those staged, without those forgotten.

        The dead letters are all that the source has then; with `retried`, those of other keys stay as they were.
        """
        staged, source = self.staged, report.source
        kept = list(records)
        known = staged.known(source) if kept else {}
        for record in kept:
            staged.put(source, record, known.get(record.key), said_text(record.said))
        letters = [replace(letter, source=source, first=report.ended, last=report.ended) for letter in dead]
        staged.flush()
        with transaction(self._database):
            self._insert_run(report)
            keep(self._database, source, forgotten)
            self._keep_letters(source, letters, retried)
        staged.clear(source)

    def _keep_letters(self, source: str, letters: list[DeadLetter], retried: Iterable[str] | None) -> None:
        still = {letter.key for letter in letters}
        known = {key for (key,) in self._database.execute("SELECT key FROM dead WHERE source = ?", (source,))}
        over = known - still if retried is None else known.intersection(retried) - still
        self._database.executemany("DELETE FROM dead WHERE source = ? AND key = ?", [(source, key) for key in over])
        self._database.executemany(
            "INSERT INTO dead VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?) ON CONFLICT (source, key) DO UPDATE SET "
            "url = excluded.url, stage = excluded.stage, reason = excluded.reason, attempts = attempts + 1, "
            "last = excluded.last, version = excluded.version, parts = excluded.parts",
            [
                (source, d.key, d.url, d.stage, d.reason, d.first, d.last, d.version, parts_text(d.parts))
                for d in letters
            ],
        )

    def fail(self, report: RunReport) -> None:
        """Keep a run that got nowhere; records and dead letters stay as they were."""
        with transaction(self._database):
            self._insert_run(report)
        if self._staged is not None:
            self._staged.clear(report.source)

    def approve(self, source: str, least: int) -> list[str]:
        """Let the records go that `least` complete runs in a row did not list; the keys of those that wait."""
        held = "source = ? AND absences >= ?"
        with transaction(self._database):
            # Rounded up: a run that began in the same second began before.
            values = (ceil(time.time()), source, least)
            self._database.execute(f"UPDATE record SET approved = ? WHERE {held}", values)  # noqa: S608
        found = self._database.execute(f"SELECT key FROM record WHERE {held} ORDER BY key", (source, least))  # noqa: S608
        return [key for (key,) in found]

    def approved(self, source: str) -> int:
        """When the last removal that is still to come was approved, in seconds since 1970; 0 for none."""
        row = self._database.execute("SELECT max(approved) FROM record WHERE source = ?", (source,)).fetchone()
        return int(row[0] or 0)

    # --- dead letters, runs, settings ---------------------------------------------------------------------

    def dead_letters(self, source: str | None = None) -> list[DeadLetter]:
        """All dead letters, or those of one source."""
        rows = self._database.execute(
            "SELECT source, key, url, stage, reason, attempts, first, last, version, parts FROM dead "
            "WHERE ? IS NULL OR source = ? ORDER BY source, key", (source, source),
        )  # fmt: skip
        with self.damage():
            return [DeadLetter(*_with_parts(row)) for row in rows]

    def runs(self, source: str | None = None, limit: int = 50) -> list[RunReport]:
        """The newest runs first."""
        rows = self._database.execute(
            "SELECT * FROM run WHERE ? IS NULL OR source = ? ORDER BY started DESC, rowid DESC LIMIT ?",
            (source, source, limit),
        )
        return [RunReport(*row) for row in rows]

    def kept_revision(self, source: str) -> int:
        """The revision of the graph when records of the source were last kept, 0 for never."""
        row = self._database.execute(
            "SELECT revision FROM run WHERE source = ? AND outcome NOT IN ('failed', 'parked', 'unrecorded') "
            "ORDER BY started DESC, rowid DESC LIMIT 1", (source,),
        ).fetchone()  # fmt: skip
        return int(row[0]) if row else 0

    def last_checks(self) -> dict[str, datetime]:
        """When each source was last read in full."""
        names = ", ".join(f"'{outcome}'" for outcome in READ)
        rows = self._database.execute(
            f"SELECT source, max(ended) FROM run WHERE outcome IN ({names}) AND scope <> 'some' GROUP BY source"  # noqa: S608
        )
        return {source: datetime.fromisoformat(ended) for source, ended in rows}

    def counts(self) -> dict[tuple[str, str], int]:
        """How many runs there were, by source and outcome."""
        rows = self._database.execute("SELECT source, outcome, count(*) FROM run GROUP BY source, outcome")
        return {(source, outcome): number for source, outcome, number in rows}

    def dead_counts(self) -> dict[str, int]:
        """How many dead letters each source has."""
        return dict(self._database.execute("SELECT source, count(*) FROM dead GROUP BY source").fetchall())

    def mapping_settings(self, source: str) -> str:
        """What the kept records of the source were mapped with, `""` if that is not known."""
        row = self._database.execute("SELECT settings FROM mapping WHERE source = ?", (source,)).fetchone()
        return str(row[0]) if row else ""

    def mapped_with(self, source: str, settings: str) -> None:
        """Note what all kept records of the source were mapped with."""
        self._database.execute("REPLACE INTO mapping VALUES (?, ?)", (source, settings))

    def _insert_run(self, report: RunReport) -> None:
        values = [getattr(report, field.name) for field in fields(report)]
        marks = ", ".join("?" * len(values))
        self._database.execute(f"INSERT INTO run VALUES ({marks})", values)  # noqa: S608 - marks are of this line

    def _unusable(self, fault: str) -> HomeError:
        return HomeError(f"{self._path} {fault}; delete it, and the next harvest fills it again")


def _with_parts(row: tuple[Any, ...]) -> list[Any]:
    """The columns of a dead letter, the last of which are its parts."""
    return [*row[:-1], parts_of(row[-1])]


def _record(
    key: str, subject: str, said: bytes, parts: str, digest: str, absences: int, version: str, logins: str
) -> KeptRecord:
    triples, kept = tuple(triples_of(unpacked(said))), parts_of(parts)
    return KeptRecord(key, NamedNode(subject), triples, kept, digest, absences, version, logins_of(logins))
