"""Remembers what each record of a source said when it was last published, so that only what changed is looked at.

The ledger is a convenience and never the truth: for each source it names the revision, by number and id, whose graph
is the union of its records. If the graph has moved on without it, or the file is gone or damaged, the records are
compared with the whole graph once, and the ledger fits again.

Two records may say the same triple, which stays until neither does. Only triples that at least two records say are
counted; one that is in the graph and not counted is said by one.
"""

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path

from pyoxigraph import Quad, Store

from leap_kg.graph.database import Held, opened, take_back, transaction
from leap_kg.graph.publication.canonical import quads_of
from leap_kg.graph.publication.sorting import Batch

_LAYOUT = 2
_SCHEMA = (
    "CREATE TABLE source (name TEXT PRIMARY KEY, revision INTEGER NOT NULL, id TEXT NOT NULL) WITHOUT ROWID",
    # With row numbers: without them, whatever has more than a quarter of a page fills pages of its own.
    "CREATE TABLE record (source TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, said BLOB NOT NULL, "
    "UNIQUE (source, key))",
    "CREATE TABLE shared (source TEXT NOT NULL, line BLOB NOT NULL, times INTEGER NOT NULL, "
    "PRIMARY KEY (source, line)) WITHOUT ROWID",
)
_MOST = 300_000
"""Lines that differ, above which the whole graph is compared rather than line after line."""
_CHUNK = 5_000

Parts = list[tuple[Batch, Batch]]


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a source.

    `key` names it within the source, `digest` changes whenever what it says may have changed, and `quads` is asked
    only then; they are all in the graph of the source. `lines` are the same as lines of N-Quads without their ends,
    written as the engine writes quads, for who has them sooner than the quads.
    """

    key: str
    digest: str
    quads: Callable[[], Iterable[Quad]]
    lines: Callable[[], Batch] | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What a source's graph was last made by: the revision and its id, or 0 and `""` before the first."""

    revision: int
    id: str


class Ledger(Held):
    """The file with what records said; one process, held by the graph's writer. Raises `sqlite3.Error`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _open(self) -> sqlite3.Connection:
        return opened(self._path, _prepare)

    @contextmanager
    def rows(self, source: str, state: State) -> Iterator["Rows"]:
        """The rows of a source whose graph is in this state, to be changed; the changes are kept by `Rows.fit`."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield Rows(self._database, source, state)
        finally:
            take_back(self._database)


def _prepare(database: sqlite3.Connection) -> None:
    layout = database.execute("PRAGMA user_version").fetchone()[0]
    if layout not in (0, _LAYOUT):
        raise sqlite3.DatabaseError(f"layout {layout} is not {_LAYOUT}")
    if layout != _LAYOUT:
        with transaction(database):
            for statement in (*_SCHEMA, f"PRAGMA user_version = {_LAYOUT}"):
                database.execute(statement)


class Rows:
    """The rows of one source while its records are gone through."""

    def __init__(self, database: sqlite3.Connection, source: str, state: State) -> None:
        self._database = database
        self._source = source
        found = database.execute("SELECT revision, id FROM source WHERE name = ?", (source,)).fetchone()
        self._fits = State(*found) == state if found else False
        known = database.execute("SELECT key, digest FROM record WHERE source = ?", (source,))
        self._known: dict[str, str] = dict(known)
        self._seen: set[str] = set()
        self._delta: dict[bytes, int] = {}

    def lacks(self, key: str, digest: str) -> bool:
        """Whether it is not known what this record says; raises `ValueError` for a key that came before."""
        if key in self._seen:
            raise ValueError(f"two records have the key {key!r}; give each a key of its own")
        self._seen.add(key)
        return self._known.get(key) != digest

    def put(self, key: str, digest: str, lines: set[bytes]) -> None:
        """Remember what a record says now."""
        self._count(self._said(key), lines)
        text = zlib.compress(b"\n".join(sorted(lines)), 1)
        self._database.execute("REPLACE INTO record VALUES (?, ?, ?, ?)", (self._source, key, digest, text))

    def drop(self, keys: Iterable[str]) -> None:
        """Forget records; those that were given in this publication stay."""
        for key in set(keys) & self._known.keys() - self._seen:
            self._count(self._said(key), set())
            self._database.execute("DELETE FROM record WHERE source = ? AND key = ?", (self._source, key))

    def drop_unseen(self) -> None:
        """Forget every record that was not given."""
        self.drop(self._known.keys() - self._seen)

    def changes(self, store: Store) -> Parts | None:
        """What to change in the graph of the source; `None` if only a comparison with all of it can tell."""
        if not self._fits:
            return None
        gone: Batch = []
        come: Batch = []
        moved = iter(sorted(line for line, times in self._delta.items() if times))
        while chunk := list(islice(moved, _CHUNK)):
            for line, before in zip(chunk, self._times(chunk, store), strict=True):
                after = before + self._delta[line]
                if after < 0:
                    return None
                if not before:
                    come.append(line)
                elif not after:
                    gone.append(line)
                self._share(line, before, after)
        return [(gone, come)]

    def all_lines(self) -> Iterator[Batch]:
        """What each record says, record by record."""
        for (said,) in self._database.execute("SELECT said FROM record WHERE source = ?", (self._source,)):
            yield _lines(said)

    def recount(self, batches: Iterable[Batch]) -> None:
        """Count anew which lines several records say; the lines come in order, as often as they are said."""
        self._database.execute("DELETE FROM shared WHERE source = ?", (self._source,))
        for batch in batches:
            if len(set(batch)) < len(batch):
                self._database.executemany("INSERT INTO shared VALUES (?, ?, ?)", self._repeated(batch))

    def fit(self, state: State) -> None:
        """Keep all changes, and note that these records are what the graph says in this state."""
        self._database.execute("REPLACE INTO source VALUES (?, ?, ?)", (self._source, state.revision, state.id))
        self._database.execute("COMMIT")

    def _repeated(self, batch: Batch) -> Iterator[tuple[str, bytes, int]]:
        times: dict[bytes, int] = {}
        for line in batch:
            times[line] = times.get(line, 0) + 1
        return ((self._source, _name(line), number) for line, number in times.items() if number > 1)

    def _said(self, key: str) -> set[bytes]:
        if key not in self._known:
            return set()
        row = self._database.execute(
            "SELECT said FROM record WHERE source = ? AND key = ?", (self._source, key)
        ).fetchone()
        return set(_lines(row[0])) if row else set()

    def _count(self, before: set[bytes], after: set[bytes]) -> None:
        """Note which lines are said once more, and which once less."""
        for lines, step in ((before - after, -1), (after - before, 1)):
            for line in lines if self._fits else ():
                self._delta[line] = self._delta.get(line, 0) + step
        if len(self._delta) > _MOST:
            self._fits = False
            self._delta = {}

    def _times(self, lines: Batch, store: Store) -> list[int]:
        """How many records said each of these lines before."""
        found = []
        for line, quad in zip(lines, quads_of(lines), strict=True):
            row = self._database.execute(
                "SELECT times FROM shared WHERE source = ? AND line = ?", (self._source, _name(line))
            ).fetchone()
            found.append(row[0] if row else int(quad in store))
        return found

    def _share(self, line: bytes, before: int, after: int) -> None:
        if after > 1:
            self._database.execute("REPLACE INTO shared VALUES (?, ?, ?)", (self._source, _name(line), after))
        elif before > 1:
            self._database.execute("DELETE FROM shared WHERE source = ? AND line = ?", (self._source, _name(line)))


def _lines(said: bytes) -> Batch:
    text = zlib.decompress(said)
    return text.split(b"\n") if text else []


def _name(line: bytes) -> bytes:
    return sha256(line).digest()[:16]
