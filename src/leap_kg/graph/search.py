"""The search index: SQLite FTS5 beside the store, updated from each patch, read by pages and the CLI.

The index follows the graph and can always be rebuilt from it; it records the revision it stands for.
Writers and readers go through WAL, so a reader never waits.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from pyoxigraph import NamedNode, Quad, Store

from leap_kg.graph.entry import Entry, Facet, entry, is_part
from leap_kg.graph.patch import Patch
from leap_kg.ontology.kinds import LABELS, kinds
from leap_kg.settings import DEFAULT_BASE

_MAX_WORDS = 32

# People look for datasets first, for the catalogue's own records last: a kind's weight stands in for its importance.
_WEIGHTS = {"dataset": 1.6, "entry": 0.7, "run": 0.5, "source": 0.6, "concept": 0.6, "term": 0.6, "licence": 0.8}
_WEIGHT = f"CASE node.kind {' '.join(f'WHEN {kind!r} THEN {weight}' for kind, weight in _WEIGHTS.items())} ELSE 1.0 END"
_RANKS = " ".join(f"WHEN {kind.name!r} THEN {rank}" for rank, kind in enumerate(kinds(DEFAULT_BASE)))
_ORDER = f"CASE node.kind {_RANKS} END, node.label COLLATE NOCASE, node.iri"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (revision INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS node (
    id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, label TEXT NOT NULL, summary TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS facet (node INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, label TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS facet_value ON facet (name, value, node);
CREATE INDEX IF NOT EXISTS facet_node ON facet (node);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
    label, keywords, body, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3');
CREATE VIRTUAL TABLE IF NOT EXISTS letters USING fts5 (label, tokenize = 'trigram');
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """One node that was found."""

    iri: str
    kind: str
    label: str
    summary: str


@dataclass(frozen=True, slots=True)
class Count:
    """One value of a facet with the number of hits that have it."""

    facet: Facet
    hits: int


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits: `total` counts all of them, `facets` those of the whole result by facet name."""

    total: int
    hits: list[Hit]
    facets: dict[str, list[Count]]


class SearchWriter:
    """Keeps the index in step with the store; one process, held by the graph's writer."""

    def __init__(self, path: Path, base: str) -> None:
        self._path = path
        self._base = base

    def __enter__(self) -> "SearchWriter":
        try:
            self._open()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            # Not a database, or a damaged one: what it held is in the store.
            self._database.close()
            for ending in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
            self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def _open(self) -> None:
        self._database = sqlite3.connect(self._path)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.executescript(_SCHEMA)

    @property
    def revision(self) -> int:
        """The revision the index stands for, 0 if it was never filled."""
        row = self._database.execute("SELECT revision FROM meta").fetchone()
        return int(row[0]) if row else 0

    def update(self, store: Store, patch: Patch) -> None:
        """Bring every node that the patch touched, and every node that shows the name of one, up to date."""
        changed = (*patch.removed, *patch.added)
        touched = set(_subjects(changed))
        shown = _pointing(store, _subjects(quad for quad in changed if quad.predicate in LABELS))
        parts = {node for node in touched | shown if is_part(node, self._base)}
        with self._database:
            self._replace(store, touched | shown | _pointing(store, parts))
            self._record(patch.revision)

    def rebuild(self, store: Store, revision: int) -> None:
        """Make the whole index anew from the store."""
        with self._database:
            for table in ("node", "facet", "words", "letters"):
                self._database.execute(f"DELETE FROM {table}")
            self._replace(store, set(_subjects(store)))
            self._record(revision)

    def _replace(self, store: Store, nodes: Iterable[NamedNode]) -> None:
        for node in sorted(nodes, key=lambda n: n.value):
            self._remove(node.value)
            made = entry(store, node, self._base)
            if made is not None:
                self._insert(made)

    def _remove(self, iri: str) -> None:
        row = self._database.execute("SELECT id FROM node WHERE iri = ?", (iri,)).fetchone()
        if row is not None:
            for statement in (
                "DELETE FROM node WHERE id = ?",
                "DELETE FROM facet WHERE node = ?",
                "DELETE FROM words WHERE rowid = ?",
                "DELETE FROM letters WHERE rowid = ?",
            ):
                self._database.execute(statement, row)

    def _insert(self, made: Entry) -> None:
        cursor = self._database.execute(
            "INSERT INTO node (iri, kind, label, summary) VALUES (?, ?, ?, ?)",
            (made.iri, made.kind, _clean(made.label), _clean(made.summary)),
        )
        number = cursor.lastrowid
        self._database.executemany(
            "INSERT INTO facet VALUES (?, ?, ?, ?)",
            [(number, f.name, _clean(f.value), _clean(f.label)) for f in made.facets],
        )
        self._database.execute(
            "INSERT INTO words (rowid, label, keywords, body) VALUES (?, ?, ?, ?)",
            (number, _clean(made.label), _clean(made.keywords), _clean(made.body)),
        )
        self._database.execute("INSERT INTO letters (rowid, label) VALUES (?, ?)", (number, _clean(made.label)))

    def _record(self, revision: int) -> None:
        self._database.execute("DELETE FROM meta")
        self._database.execute("INSERT INTO meta VALUES (?)", (revision,))


class SearchIndex:
    """Read-only access; one object a thread. Raises `sqlite3.Error` for a file that is no index."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)

    def close(self) -> None:
        """Let the file go."""
        self._database.close()

    @contextmanager
    def _one_state(self) -> Iterator[None]:
        """All that is read within is of one revision, though a writer may be at work."""
        self._database.execute("BEGIN")
        try:
            yield
        finally:
            self._database.execute("ROLLBACK")

    def kinds(self) -> dict[str, int]:
        """How many nodes there are of each kind."""
        return dict(self._database.execute("SELECT kind, count(*) FROM node GROUP BY kind ORDER BY kind"))

    def find(
        self,
        text: str = "",
        facets: Mapping[str, Sequence[str]] | None = None,
        limit: int = 20,
        offset: int = 0,
        counted: Sequence[str] = (),
    ) -> Found:
        """Nodes that have all words of `text` (as prefixes) and, of each facet given, one of its values.

        Best match first; without text by kind and label. Where no word matches, parts of words are tried.
        Of a long text the first words count. `counted` names the facets to count over the whole result.
        """
        conditions, values = _facet_conditions(facets or {})
        with self._one_state():
            for table in ("words", "letters") if text.strip() else ("",):
                query, arguments = _source(table, text)
                if query is None:
                    continue
                source = f"{query}{conditions}"
                parameters = [*arguments, *values]
                total = self._database.execute(f"SELECT count(*) {source}", parameters).fetchone()[0]
                if total:
                    hits = self._hits(source, parameters, table, limit, offset)
                    return Found(total, hits, self._counts(source, parameters, counted))
        return Found(0, [], {name: [] for name in counted})

    def _hits(self, source: str, parameters: list[str], table: str, limit: int, offset: int) -> list[Hit]:
        best = f"bm25(words, 10.0, 5.0, 1.0) * {_WEIGHT}, " if table == "words" else ""
        order = f"{best}{_ORDER}"
        rows = self._database.execute(
            f"SELECT node.iri, node.kind, node.label, node.summary {source} ORDER BY {order} LIMIT ? OFFSET ?",
            [*parameters, limit, offset],
        )
        return [Hit(*row) for row in rows]

    def _counts(self, source: str, parameters: list[str], counted: Sequence[str]) -> dict[str, list[Count]]:
        found = {}
        for name in counted:
            rows = self._database.execute(
                "SELECT name, value, min(label), count(*) FROM facet "
                f"WHERE name = ? AND node IN (SELECT node.id {source}) "
                "GROUP BY value ORDER BY count(*) DESC, min(label) COLLATE NOCASE, value",
                [name, *parameters],
            )
            found[name] = [Count(Facet(*row[:3]), row[3]) for row in rows]
        return found


def _source(table: str, text: str) -> tuple[str | None, list[str]]:
    """The FROM and WHERE of a search in one table; `None` if the text cannot be asked of it."""
    if not table:
        return "FROM node WHERE 1", []
    words = [word for word in _clean(text).replace('"', " ").split() if any(c.isalnum() for c in word)]
    words = list(dict.fromkeys(words))[:_MAX_WORDS]
    if table == "letters":
        words = [word for word in words if len(word) >= 3]
        expression = " ".join(f'"{word}"' for word in words)
    else:
        expression = " ".join(f'"{word}"*' for word in words)
    if not expression:
        return None, []
    return f"FROM {table} JOIN node ON node.id = {table}.rowid WHERE {table} MATCH ?", [expression]


def _facet_conditions(facets: Mapping[str, Sequence[str]]) -> tuple[str, list[str]]:
    conditions, values = "", []
    for name, wanted in facets.items():
        if wanted:
            conditions += (
                " AND node.id IN (SELECT node FROM facet WHERE name = ? AND value IN (SELECT value FROM json_each(?)))"
            )
            values += [_clean(name), json.dumps([_clean(value) for value in wanted])]
    return conditions, values


def _subjects(quads: Iterable[Quad]) -> Iterator[NamedNode]:
    return (quad.subject for quad in quads if isinstance(quad.subject, NamedNode))


def _pointing(store: Store, nodes: Iterable[NamedNode]) -> set[NamedNode]:
    """The nodes with a link to one of these."""
    return {subject for node in nodes for subject in _subjects(store.quads_for_pattern(None, None, node, None))}


def _clean(text: str) -> str:
    """Without what SQLite's text cannot hold."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
