"""Search: SQLite FTS5 beside the store, read by pages and the CLI (`leap_kg.graph.index.indexing` fills it).

Writers and readers go through WAL, so a reader never waits.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from leap_kg.graph.index.entry import Facet
from leap_kg.ontology.kinds import kinds
from leap_kg.settings import DEFAULT_BASE

_MAX_WORDS = 32

# People look for datasets first, for the catalogue's own records last: a kind's weight stands in for its importance.
_WEIGHTS = {"dataset": 1.6, "entry": 0.7, "run": 0.5, "source": 0.6, "concept": 0.6, "term": 0.6, "licence": 0.8}
_WEIGHT = f"CASE node.kind {' '.join(f'WHEN {kind!r} THEN {weight}' for kind, weight in _WEIGHTS.items())} ELSE 1.0 END"
_RANKS = " ".join(f"WHEN {kind.name!r} THEN {rank}" for rank, kind in enumerate(kinds(DEFAULT_BASE)))
_ORDER = f"CASE node.kind {_RANKS} END, node.label COLLATE NOCASE, node.iri"


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

    def below(self, prefix: str, limit: int) -> list[str]:
        """The first nodes whose IRIs begin with this, in order."""
        first = storable(prefix)
        query = "SELECT iri FROM node WHERE iri >= ? AND iri < ? ORDER BY iri LIMIT ?"
        rows = self._database.execute(query, (first, f"{first}\U0010ffff", limit))
        return [iri for (iri,) in rows]

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
    if table == "letters":
        words = [word for word in _words(text) if len(word) >= 3]
        expression = " ".join(f'"{word}"' for word in words)
    else:
        expression = words_expression(text)
    if not expression:
        return None, []
    return f"FROM {table} JOIN node ON node.id = {table}.rowid WHERE {table} MATCH ?", [expression]


def words_expression(text: str) -> str:
    """What to ask the table `words`, so that each word of a text is found as a prefix; `""` if it has no word."""
    return " ".join(f'"{word}"*' for word in _words(text))


def _words(text: str) -> list[str]:
    words = (word for word in storable(text).replace('"', " ").split() if any(c.isalnum() for c in word))
    return list(dict.fromkeys(words))[:_MAX_WORDS]


def _facet_conditions(facets: Mapping[str, Sequence[str]]) -> tuple[str, list[str]]:
    conditions, values = "", []
    for name, wanted in facets.items():
        if wanted:
            conditions += (
                " AND node.id IN (SELECT node FROM facet WHERE name = ? AND value IN (SELECT value FROM json_each(?)))"
            )
            values += [storable(name), json.dumps([storable(value) for value in wanted])]
    return conditions, values


def storable(text: str) -> str:
    """The text without what SQLite cannot hold."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
