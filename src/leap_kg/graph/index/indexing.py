"""Keeps the search index in step with the graph: node by node after a small change, or all of it in one pass.

The index follows the graph and can always be made again from it; it records the revision it stands for. A reader never
waits: whatever is written, however long that takes, is one transaction beside the write-ahead log.
"""

import marshal
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import lru_cache
from itertools import count, islice
from pathlib import Path

from pyoxigraph import NamedNode, Quad, Store

from leap_kg.graph.database import Held, opened, stored, transaction
from leap_kg.graph.index import facets
from leap_kg.graph.index.entry import CREDITS, NAMES, STORE, Entry, Stored, entry, is_part, label_of, said_by
from leap_kg.graph.index.said import Said
from leap_kg.graph.log.fields import fields
from leap_kg.graph.publication.canonical import lines_of
from leap_kg.graph.publication.sorting import Batch, Sorter
from leap_kg.ontology.iri import readable
from leap_kg.ontology.kinds import LABELS

_LAYOUT = 8
"""Changes with the tables and with what they hold: an index of another layout is made again."""

_TABLES = ("meta", "node", "facet", "has", "owner", "words", "letters", "place", "extent", "stac", "document")
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS meta (revision INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS node (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, "
    "label TEXT NOT NULL, summary TEXT NOT NULL)",
    *facets.SCHEMA,
    # By which datasets a store is found.
    "CREATE TABLE IF NOT EXISTS owner (part INTEGER NOT NULL, whole INTEGER NOT NULL, PRIMARY KEY (part, whole)) "
    "WITHOUT ROWID",
    "CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (label, keywords, body, "
    "tokenize = \"unicode61 remove_diacritics 2\", prefix = '2 3')",
    "CREATE VIRTUAL TABLE IF NOT EXISTS letters USING fts5 (label, tokenize = 'trigram')",
    # An R*Tree holds short numbers, rounded outwards, of one scale; `place` has the exact ones under the same id.
    "CREATE TABLE IF NOT EXISTS place (id INTEGER PRIMARY KEY, node INTEGER NOT NULL, west REAL NOT NULL, "
    "east REAL NOT NULL, south REAL NOT NULL, north REAL NOT NULL, start REAL NOT NULL, stop REAL NOT NULL)",
    "CREATE VIRTUAL TABLE IF NOT EXISTS extent USING rtree (id, west, east, south, north, start, stop)",
    "CREATE TABLE IF NOT EXISTS stac (node INTEGER PRIMARY KEY, form TEXT NOT NULL, name TEXT NOT NULL, "
    "series TEXT NOT NULL, at REAL NOT NULL, plain INTEGER NOT NULL, made INTEGER NOT NULL)",
    # Apart, so that what is searched lies close together.
    "CREATE TABLE IF NOT EXISTS document (node INTEGER PRIMARY KEY, text TEXT NOT NULL, links TEXT NOT NULL)",
)
_INDEXES = (
    *facets.INDEXES,
    "CREATE INDEX IF NOT EXISTS owner_whole ON owner (whole)",
    "CREATE INDEX IF NOT EXISTS place_node ON place (node)",
    "CREATE INDEX IF NOT EXISTS stac_name ON stac (name)",
    "CREATE INDEX IF NOT EXISTS stac_series ON stac (series, at DESC, node) WHERE form = 'item'",
    "CREATE INDEX IF NOT EXISTS stac_whole ON stac (name) WHERE form <> 'item'",
    "CREATE INDEX IF NOT EXISTS stac_at ON stac (at DESC, node) WHERE form = 'item'",
)
_ROWS = (
    "INSERT INTO node VALUES (?, ?, ?, ?, ?)",
    "INSERT INTO words (rowid, label, keywords, body) VALUES (?, ?, ?, ?)",
    "INSERT INTO letters (rowid, label) VALUES (?, ?)",
    "INSERT INTO stac VALUES (?, ?, ?, ?, ?, ?, ?)",
    "INSERT INTO document VALUES (?, ?, ?)",
)
_PLACE = "INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_OWNERS = (
    "INSERT OR IGNORE INTO owner SELECT part.id, has.node FROM facet CROSS JOIN node AS part ON part.iri = facet.value "
    f"CROSS JOIN has ON has.facet = facet.id WHERE facet.name = {STORE!r}"
)
_NEW_OWNERS = (
    "INSERT OR IGNORE INTO owner SELECT part.id, has.node FROM has CROSS JOIN facet ON facet.id = has.facet "
    f"AND facet.name = {STORE!r} CROSS JOIN node AS part ON part.iri = facet.value WHERE has.node >= ?",
    "INSERT OR IGNORE INTO owner SELECT part.id, has.node FROM node AS part CROSS JOIN facet "
    f"ON facet.name = {STORE!r} AND facet.value = part.iri CROSS JOIN has ON has.facet = facet.id WHERE part.id >= ?",
)
_EXTENT = "INSERT INTO extent VALUES (?, ?, ?, ?, ?, ?, ?)"

_ENTRIES = 2_000
_PLACES = 1 << 23
"""Bytes of a table that tells of most nodes that nothing was noted of them, faster than a database can."""

_Row = tuple[object, ...]
_CACHE = "PRAGMA cache_size = -131072"  # 128 MiB


class SearchWriter(Held):
    """Keeps the index in step with the store; one process, held by the graph's writer."""

    def __init__(self, path: Path, base: str) -> None:
        self._path = path
        self._base = base

    def _open(self) -> sqlite3.Connection:
        return opened(self._path, self._prepare, any_thread=True)

    def _prepare(self, database: sqlite3.Connection) -> None:
        self._database = database
        with transaction(database):
            if database.execute("PRAGMA user_version").fetchone()[0] != _LAYOUT:
                self._drop()
                database.execute(f"PRAGMA user_version = {_LAYOUT}")
            self._create(*_SCHEMA, *_INDEXES)

    def _drop(self) -> None:
        for table in _TABLES:
            self._database.execute(f"DROP TABLE IF EXISTS {table}")

    def _create(self, *statements: str) -> None:
        for statement in statements:
            self._database.execute(statement)

    @property
    def size(self) -> int:
        """The number of nodes in the index."""
        return int(self._database.execute("SELECT count(*) FROM node").fetchone()[0])

    @property
    def revision(self) -> int:
        """The revision the index stands for, 0 if it was never filled."""
        row = self._database.execute("SELECT revision FROM meta").fetchone()
        return int(row[0]) if row else 0

    def update(self, store: Store, revision: int, changed: Iterable[Quad]) -> None:
        """Bring the index to a revision of the store which differs from the index's in these quads.

        That concerns every node they are about, and every node that shows the name of one of these, or
        what one of these stands for.
        """
        touched: set[str] = set()
        named: set[str] = set()
        for quad in changed:
            if isinstance(quad.subject, NamedNode):
                touched.add(quad.subject.value)
                if quad.predicate in LABELS or quad.predicate.value in CREDITS:
                    named.add(quad.subject.value)
        shown = _pointing(store, named)
        parts = {iri for iri in touched | shown if is_part(iri, self._base)}
        wholes = {iri.partition("#")[0] for iri in parts}  # some parts are known to their node by their name alone
        others = Stored(store)
        with transaction(self._database):
            first = self._greatest() + 1
            nodes = sorted(touched | shown | wholes | _pointing(store, parts))
            lost = {number for iri in nodes for number in self._removed(iri)}
            self._insert(_entries(((iri, others.said(iri)) for iri in nodes), others, self._base), count(first))
            for statement in _NEW_OWNERS:
                self._database.execute(statement, (first,))
            facets.drop_unused(self._database, lost)
            self._record(revision)

    def rebuild(self, store: Store, revision: int) -> None:
        """Make the whole index anew from the store."""
        with Sorter(self._path.parent / "staging") as sorter:
            for batch in lines_of(store):
                sorter.add(batch)
            self.fill(sorter.batches, revision)

    def fill(
        self, batches: Callable[[], Iterator[Batch]], revision: int, permission: Callable[[], None] | None = None
    ) -> None:
        """Make the whole index anew from all lines of the graph, in order; they are asked for twice.

        `permission` is waited for before readers can see it; what it raises takes everything back.
        """
        with closing(_Noted(batches(), self._base)) as others, transaction(self._database):
            self._database.execute(_CACHE)
            self._drop()
            self._create(*_SCHEMA)
            self._insert(_entries(said_by(map(fields, batches())), others, self._base), count(1))
            self._create(*_INDEXES)
            self._database.execute(_OWNERS)
            self._record(revision)
            if permission is not None:
                permission()
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _greatest(self) -> int:
        return int(self._database.execute("SELECT ifnull(max(id), 0) FROM node").fetchone()[0])

    def _removed(self, iri: str) -> set[int]:
        """Take the node out of the index; returns the numbers of the values that it had."""
        row = self._database.execute("SELECT id FROM node WHERE iri = ?", (iri,)).fetchone()
        if row is None:
            return set()
        for statement in (
            "DELETE FROM node WHERE id = ?",
            "DELETE FROM owner WHERE part = ?",
            "DELETE FROM owner WHERE whole = ?",
            "DELETE FROM words WHERE rowid = ?",
            "DELETE FROM letters WHERE rowid = ?",
            "DELETE FROM extent WHERE id IN (SELECT id FROM place WHERE node = ?)",
            "DELETE FROM place WHERE node = ?",
            "DELETE FROM stac WHERE node = ?",
            "DELETE FROM document WHERE node = ?",
        ):
            self._database.execute(statement, row)
        return facets.taken(self._database, row[0])

    def _insert(self, entries: Iterator[Entry], numbers: "count[int]") -> None:
        values = facets.Numbers(self._database)
        while some := list(zip(numbers, islice(entries, _ENTRIES), strict=False)):
            for statement, rows in zip(_ROWS, _rows(some), strict=True):
                self._database.executemany(statement, rows)
            had = ((number, value) for number, made in some for value in values.of(made.facets))
            self._database.executemany(facets.HAS, had)
            if places := [(number, extent) for number, made in some for extent in made.extents]:
                (known,) = self._database.execute("SELECT ifnull(max(id), 0) FROM place").fetchone()
                named = list(enumerate(places, known + 1))
                self._database.executemany(_PLACE, [(name, number, *extent) for name, (number, extent) in named])
                self._database.executemany(_EXTENT, [(name, *extent.in_tree) for name, (_, extent) in named])

    def _record(self, revision: int) -> None:
        self._database.execute("DELETE FROM meta")
        self._database.execute("INSERT INTO meta VALUES (?)", (revision,))


class _Noted:
    """What entries ask of the nodes that they point to, noted down in a first pass over the graph.

    It lies in a temporary database, which SQLite writes to disk when it grows and which goes with this process.
    """

    def __init__(self, batches: Iterator[Batch], base: str) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute(_CACHE)
        self._database.execute(
            "CREATE TABLE noted (iri TEXT PRIMARY KEY, label BLOB NOT NULL, said BLOB) WITHOUT ROWID"
        )
        self._base = base
        self._places = bytearray(_PLACES)
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO noted VALUES (?, ?, ?)", self._notes(batches))
        self.label = lru_cache(maxsize=10_000)(self._label)
        self.said = lru_cache(maxsize=64)(self._said)  # an entry asks for each of its parts more than once

    def close(self) -> None:
        """Let the temporary database go."""
        self._database.close()

    def _said(self, iri: str) -> Said:
        """What is said of the node as far as it was noted."""
        row = self._row(iri)
        return Said(*marshal.loads(row[1])) if row and row[1] else Said({}, {})  # noqa: S302 - from `_notes` alone

    def _label(self, iri: str) -> str:
        row = self._row(iri)
        return row[0].decode() if row else readable(iri)

    def _row(self, iri: str) -> tuple[bytes, bytes | None] | None:
        if not self._places[hash(iri) % _PLACES]:
            return None
        found: tuple[bytes, bytes | None] | None
        found = self._database.execute("SELECT label, said FROM noted WHERE iri = ?", (iri,)).fetchone()
        return found

    def _notes(self, batches: Iterator[Batch]) -> Iterator[tuple[str, bytes, bytes | None]]:
        looked_at = "|".join(re.escape(f"<{predicate}>") for predicate in (*NAMES, *CREDITS))
        noted = re.compile(rf"<[^<>#]*(?:#[^<>]*> |> (?:{looked_at}) )".encode()).match
        for iri, said in said_by(fields(list(filter(noted, batch))) for batch in batches):
            whole = is_part(iri, self._base) or any(predicate in said.links for predicate in CREDITS)
            self._places[hash(iri) % _PLACES] = 1
            yield iri, label_of(iri, said).encode(), marshal.dumps(tuple(said)) if whole else None


def _entries(nodes: Iterable[tuple[str, Said]], others: Stored | _Noted, base: str) -> Iterator[Entry]:
    return (made for iri, said in nodes if (made := entry(iri, said, others, base)) is not None)


def _rows(entries: list[tuple[int, Entry]]) -> tuple[list[_Row], ...]:
    """The rows of each table for these entries, in the order of `_ROWS`."""
    nodes: list[_Row] = []
    words: list[_Row] = []
    letters: list[_Row] = []
    objects: list[_Row] = []
    documents: list[_Row] = []
    for number, made in entries:
        label = stored(made.label)
        nodes.append((number, stored(made.iri), made.kind, label, stored(made.summary)))
        words.append((number, label, stored(made.keywords), stored(made.body)))
        letters.append((number, label))
        if made.stac is not None:
            form, name, series, at, plain, whole, document, links = made.stac
            objects.append((number, form, stored(name), stored(series), at, plain, whole))
            if document is not None:
                documents.append((number, stored(document), stored(links)))
    return nodes, words, letters, objects, documents


def _pointing(store: Store, iris: Iterable[str]) -> set[str]:
    """The nodes with a link to one of these."""
    links = (quad.subject for iri in iris for quad in store.quads_for_pattern(None, None, NamedNode(iri), None))
    return {subject.value for subject in links if isinstance(subject, NamedNode)}
