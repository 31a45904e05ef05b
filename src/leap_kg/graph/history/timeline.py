"""The timeline: every revision, and every entity it touched, in one SQLite file that follows the patch log.

It answers what happened when, and to what, without reading patches. All of it comes from the log alone, one
transaction a revision, so it may be lost, or be killed at any moment, and is made good by following the log again.
Readers go through WAL and never wait.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from leap_kg.ontology.iri import readable

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NUMBERS = "revision, source, run, at, removed, added, id"
_TOUCHED = "iri, touched.revision, at, how, touched.removed, touched.added, label, name"
# Nodes that have a page of their own and are there: those of a kind, but neither parts of others nor tombstones.
_PAGES = (
    "statements > 0 AND instr(iri, '#') = 0 AND EXISTS (SELECT 1 FROM typed WHERE typed.node = node.id) AND NOT EXISTS "
    "(SELECT 1 FROM typed JOIN kind ON kind.rank = typed.kind WHERE typed.node = node.id AND kind.name = 'tombstone')"
)
_JOINED = (
    "touched JOIN node ON node.id = touched.node JOIN revision ON revision.revision = touched.revision "
    "LEFT JOIN kind ON kind.rank = touched.kind"
)


@dataclass(frozen=True, slots=True)
class Revised:
    """One revision. `removed` and `added` count the statements of the change feed; `id` is that of its patch."""

    revision: int
    source: str
    run: str
    at: datetime
    removed: int
    added: int
    id: str


@dataclass(frozen=True, slots=True)
class Touched:
    """An entity that a revision touched.

    `how` is `new`, `changed` or `removed` (a tombstone or a pointer to its heir may be left). `label` and `kind` (a
    name such as `dataset`, `""` if it has none) are those after the revision, for a removed one those before it.
    """

    iri: str
    revision: int
    at: datetime
    how: str
    removed: int
    added: int
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Group:
    """The entities of one `kind` that became `how` in one revision: `count` of them, from `place` among all on."""

    how: str
    kind: str
    place: int
    count: int
    removed: int
    added: int


class Timeline:
    """Reads the timeline in `path`, from any thread; one that was never written is an empty one.

    Raises `sqlite3.Error` for a file that is no timeline.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._database: sqlite3.Connection | None = None
        self._inode = 0

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            if self._database is not None:
                self._database.close()
            self._database = None

    def last(self) -> int:
        """The newest revision it has, 0 for none."""
        return self._number("SELECT max(revision) FROM revision")

    def revision(self, number: int) -> Revised | None:
        """One revision, `None` if the timeline does not have it."""
        rows = self._rows(f"SELECT {_NUMBERS} FROM revision WHERE revision = ?", (number,))
        return next((_revised(row) for row in rows), None)

    def revisions(
        self,
        source: str | None = None,
        kind: str | None = None,
        entity: str | None = None,
        since: int = 0,
        before: int | None = None,
        limit: int = 20,
    ) -> list[Revised]:
        """The newest `limit` revisions after `since` and before `before`, newest first.

        Given a `source`, only its own; given a `kind` (its name) or an `entity` (its IRI), only those that touched one.
        """
        where, values = _conditions(source, kind, entity, since, before)
        rows = self._rows(f"SELECT {_NUMBERS} FROM revision {where} ORDER BY revision DESC LIMIT ?", (*values, limit))
        return [_revised(row) for row in rows]

    def count(
        self,
        source: str | None = None,
        kind: str | None = None,
        entity: str | None = None,
        since: int = 0,
        before: int | None = None,
    ) -> int:
        """How many revisions `revisions` would give without a limit."""
        where, values = _conditions(source, kind, entity, since, before)
        return self._number(f"SELECT count(*) FROM revision {where}", values)

    def touched(self, revision: int, limit: int, offset: int = 0) -> list[Touched]:
        """The entities that a revision touched: new ones, then changed, then removed; each by kind and label."""
        rows = self._rows(
            f"SELECT {_TOUCHED} FROM {_JOINED} WHERE touched.revision = ? AND place >= ? AND place < ? ORDER BY place",
            (revision, offset, offset + limit),
        )
        return [_touched(row) for row in rows]

    def groups(self, revision: int) -> list[Group]:
        """The entities that a revision touched by what became of them and by kind, in the order of `touched`."""
        rows = self._rows(
            "SELECT how, kind.name, min(place), count(*), sum(removed), sum(added) FROM touched "
            "LEFT JOIN kind ON kind.rank = touched.kind WHERE revision = ? GROUP BY how, kind.name ORDER BY min(place)",
            (revision,),
        )
        return [Group(how, kind or "", *numbers) for how, kind, *numbers in rows]

    def pages(self, after: int, limit: int) -> list[tuple[int, str, datetime]]:
        """Nodes of a kind that are there and are no parts of others, by a number that grows, `limit` after `after`.

        Each with its number, its IRI and when it was last touched. Removed records are left out.
        """
        rows = self._rows(
            "SELECT id, iri, (SELECT at FROM revision WHERE revision = "
            f"(SELECT max(revision) FROM touched WHERE touched.node = node.id)) FROM node WHERE {_PAGES} AND id > ? "
            "ORDER BY id LIMIT ?",
            (after, limit),
        )
        return [(number, iri, _moment(at)) for number, iri, at in rows]

    def page_starts(self, size: int) -> list[int]:
        """Where each `size` of the nodes that `pages` gives begin: numbers to give it as `after`."""
        rows = self._rows(
            f"SELECT id - 1 FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM node WHERE {_PAGES}) "
            "WHERE place % ? = 0 ORDER BY id",
            (size,),
        )
        return [start for (start,) in rows]

    def touched_count(self, revision: int) -> int:
        """How many entities a revision touched."""
        return self._number("SELECT ifnull(max(place) + 1, 0) FROM touched WHERE revision = ?", (revision,))

    def of_entity(self, iri: str, limit: int, offset: int = 0) -> list[Touched]:
        """What each revision did to one entity, newest first."""
        rows = self._rows(
            f"SELECT {_TOUCHED} FROM {_JOINED} WHERE touched.node = (SELECT id FROM node WHERE iri = ?) "
            "ORDER BY touched.revision DESC LIMIT ? OFFSET ?",
            (iri, limit, offset),
        )
        return [_touched(row) for row in rows]

    def at(self, moment: datetime) -> int:
        """The revision that was in force at a moment (with a time zone), 0 before the first."""
        return self._number(
            "SELECT revision FROM revision WHERE at <= ? ORDER BY at DESC, revision DESC LIMIT 1", (micros(moment),)
        )

    def reach(self, revision: int) -> int:
        """How many statements all patches up to this revision removed and added: how far it is from the beginning."""
        return self._number(
            "SELECT reach FROM revision WHERE revision <= ? ORDER BY revision DESC LIMIT 1", (revision,)
        )

    def size(self, revision: int) -> int:
        """How many statements the whole graph had at this revision."""
        return self._number("SELECT size FROM revision WHERE revision = ?", (revision,))

    def _number(self, query: str, values: tuple[object, ...] = ()) -> int:
        rows = self._rows(query, values)
        return int(rows[0][0] or 0) if rows else 0

    def _rows(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        with self._lock, self._connected() as database:
            return database.execute(query, values).fetchall() if database else []

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection | None]:
        """The open file; opened again if another one has taken its place, `None` while there is none."""
        try:
            inode = self._path.stat().st_ino
        except FileNotFoundError:
            yield None
            return
        if self._database is None or inode != self._inode:
            if self._database is not None:
                self._database.close()
            uri = f"{self._path.absolute().as_uri()}?mode=ro"
            self._database = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
            self._inode = inode
        if self._database.execute("SELECT 1 FROM sqlite_master WHERE name = 'touched'").fetchone():
            yield self._database
        else:
            yield None  # the writer has only just made the file


def micros(moment: datetime) -> int:
    """Microseconds since 1970, exactly; raises `TypeError` for a time without a zone."""
    return (moment - _EPOCH) // _MICROSECOND


def _conditions(
    source: str | None, kind: str | None, entity: str | None, since: int, before: int | None
) -> tuple[str, tuple[object, ...]]:
    found: list[tuple[str, object]] = [("revision > ?", since)]
    if before is not None:
        found.append(("revision < ?", before))
    if source is not None:
        found.append(("source = ?", source))
    if kind is not None:
        found.append(
            (
                "revision IN (SELECT revision FROM revised_kind WHERE kind = (SELECT rank FROM kind WHERE name = ?))",
                kind,
            )
        )
    if entity is not None:
        found.append(
            ("revision IN (SELECT revision FROM touched WHERE node = (SELECT id FROM node WHERE iri = ?))", entity)
        )
    return "WHERE " + " AND ".join(text for text, _ in found), tuple(value for _, value in found)


def _revised(row: tuple[Any, ...]) -> Revised:
    revision, source, run, at, removed, added, patch = row
    return Revised(revision, source, run, _moment(at), removed, added, patch)


def _touched(row: tuple[Any, ...]) -> Touched:
    iri, revision, at, how, removed, added, label, kind = row
    return Touched(iri, revision, _moment(at), how, removed, added, label or readable(iri), kind or "")


def _moment(microseconds: int) -> datetime:
    return _EPOCH + microseconds * _MICROSECOND
