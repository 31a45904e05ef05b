"""In which order hits come, and how many there are.

Up to a bound all hits are weighed (BM25, and how often people look for a kind). Beyond it, and for words that very many
nodes have, that would take longer than anybody waits for a list of which the first page is read: then hits whose names
have the words come first, the kinds that people look for before the others.
"""

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice

from leap_kg.graph.index.spelling import plain
from leap_kg.ontology.kinds import kinds
from leap_kg.settings import DEFAULT_BASE

WEIGHED = 2_000
"""So many hits are weighed."""

_COMMON = 20_000
_WORD = re.compile(r"[^\W_]+")

# People look for datasets first, for the catalogue's own records last: a kind's weight stands in for its importance.
_WEIGHTS = {"dataset": 1.6, "entry": 0.7, "run": 0.5, "source": 0.6, "concept": 0.6, "term": 0.6, "licence": 0.8}
_WEIGHT = f"CASE node.kind {' '.join(f'WHEN {kind!r} THEN {weight}' for kind, weight in _WEIGHTS.items())} ELSE 1.0 END"
_KINDS = tuple(kind.name for kind in kinds(DEFAULT_BASE))
_BY_WEIGHT = sorted(_KINDS, key=lambda name: -_WEIGHTS.get(name, 1.0))
_PLACES = {name: place for place, name in enumerate(_BY_WEIGHT)}
_RANKS = " ".join(f"WHEN {name!r} THEN {rank}" for rank, name in enumerate(_KINDS))
_PLAIN = f"CASE node.kind {_RANKS} END, node.label COLLATE NOCASE, node.iri"
_COLUMNS = "node.iri, node.kind, node.label, node.summary"
_SPAN = "SELECT {}(node) FROM has WHERE facet = (SELECT id FROM facet WHERE name = 'kind' AND value = ?)"

Row = tuple[str, str, str, str]


class Order:
    """The hits of one search in the table `words` or `letters`, or, where `table` is empty, of all nodes.

    `condition` narrows them: SQL on `node` that begins with AND, with its values. Of a search of `words`, the nodes
    with the IRIs `ahead` are hits too, and come first, in their order; the others then stand by kind and name.
    """

    def __init__(
        self,
        database: sqlite3.Connection,
        table: str,
        expression: str,
        condition: str,
        values: Sequence[object],
        ahead: Sequence[str] = (),
    ) -> None:
        self._database = database
        self._table, self._expression = table, expression
        self._condition, self._values = condition, list(values)
        self._first: list[int] = []
        self._ahead = json.dumps(list(ahead)) if ahead else ""
        if self._ahead:
            either, given = "node.iri IN (SELECT value FROM json_each(?))", [self._ahead]
            if table:
                either = f"({either} OR node.id IN (SELECT rowid FROM words WHERE words MATCH ?))"
                given.append(expression)
            self._table, self._condition, self._values = "", f" AND {either}{condition}", [*given, *values]

    @property
    def source(self) -> tuple[str, list[object]]:
        """The FROM and WHERE of a query over all hits, with its values."""
        if not self._table:
            return f"FROM node WHERE 1{self._condition}", self._values
        joined = f"FROM {self._table} JOIN node ON node.id = {self._table}.rowid WHERE {self._table} MATCH ?"
        return f"{joined}{self._condition}", [self._expression, *self._values]

    @property
    def is_everything(self) -> bool:
        """Whether all nodes are hits."""
        return not self._table and not self._condition

    @property
    def numbers(self) -> tuple[str, list[object]]:
        """A query for the numbers of all hits, with its values."""
        source, values = self.source
        if self._table and not self._condition:
            return f"SELECT rowid FROM {self._table} WHERE {self._table} MATCH ?", values
        return f"SELECT node.id {source}", values

    def total(self, most: int | None = None) -> int:
        """How many hits there are, counted no farther than one above `most`."""
        source, values = self.source
        if self._table and not self._condition:
            source = f"FROM {self._table} WHERE {self._table} MATCH ?"
        if self._table == "words":
            # To look for beginnings of words takes its time before the first hit comes: it is done as seldom as can be.
            enough = max(WEIGHED, most or 0) + 1
            query = f"SELECT words.rowid {source} LIMIT {enough}"
            self._first = [number for (number,) in self._database.execute(query, values)]
            if len(self._first) < enough or most is not None:
                return len(self._first)
        query = f"SELECT count(*) {source}"
        if most is not None:
            query = f"SELECT count(*) FROM (SELECT 1 {source} LIMIT {most + 1})"
        return int(self._database.execute(query, values).fetchone()[0])

    def rows(self, total: int, limit: int, offset: int) -> list[Row]:
        """IRI, kind, name and summary of a page of the `total` hits."""
        if self._table == "words" and total > WEIGHED:
            return self._beyond(total, limit, offset)
        if self._table == "words" and self._is_common():
            return self._by_name()[offset : offset + limit]
        source, values = self.source
        best = f"bm25(words, 10.0, 5.0, 1.0) * {_WEIGHT}, " if self._table == "words" else ""
        if self._ahead:
            best = "coalesce((SELECT key FROM json_each(?) WHERE value = node.iri), 1e9), "
            values = [*values, self._ahead]
        query = f"SELECT {_COLUMNS} {source} ORDER BY {best}{_PLAIN} LIMIT ? OFFSET ?"
        return self._database.execute(query, [*values, limit, offset]).fetchall()

    def _is_common(self) -> bool:
        """Whether one of the words is so frequent that to weigh it, which takes a look at all that have it, is slow."""
        query = f"SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT {_COMMON + 1})"
        words = (word.removesuffix("*") for word in self._expression.split())
        return any(self._database.execute(query, (word,)).fetchone()[0] > _COMMON for word in words)

    def _by_name(self) -> list[Row]:
        """The hits, of which there are few: those that have the words in their names first."""
        query = f"SELECT {_COLUMNS} FROM node WHERE id IN (SELECT value FROM json_each(?)) ORDER BY {_PLAIN}"
        rows: list[Row] = self._database.execute(query, (json.dumps(self._first),)).fetchall()
        wanted = _WORD.findall(plain(self._expression))

        def place(row: Row) -> tuple[bool, float]:
            words = _WORD.findall(plain(row[2]))
            named = all(any(word.startswith(part) for word in words) for part in wanted)
            return not named, -_WEIGHTS.get(row[1], 1.0)

        return sorted(rows, key=place)

    @property
    def _named(self) -> str:
        """What finds the hits that have the words in their names."""
        return f"{{label}} : ({self._expression})"

    def _beyond(self, total: int, limit: int, offset: int) -> list[Row]:
        if offset >= total or not limit:
            return []
        numbers = list(islice(self._in_turn(offset + limit), offset, offset + limit))
        query = f"SELECT {_COLUMNS} FROM node WHERE id = ?"
        return [self._database.execute(query, (number,)).fetchone() for number in numbers]

    def _in_turn(self, most: int) -> Iterator[int]:
        """The numbers of hits in their order, at most so many of a kind with the words in their names or without."""
        first, *others = _BY_WEIGHT
        yield from self._by_kind(self._named, (first,), most)
        source, values = self.source
        query = f"SELECT node.id, node.kind {source} AND node.kind <> ? LIMIT {WEIGHED + 1}"
        named = self._database.execute(query, [self._named, *values[1:], first]).fetchall()
        if len(named) <= WEIGHED:
            yield from (number for number, _ in sorted(named, key=lambda row: _PLACES[row[1]]))
        else:
            yield from self._by_kind(self._named, others, most)
        yield from self._by_kind(f"({self._expression}) NOT ({self._named})", _BY_WEIGHT, most)

    def _by_kind(self, expression: str, names: Sequence[str], most: int) -> Iterator[int]:
        """The numbers of hits, kind by kind: those of a kind lie together, but for what was changed since."""
        source, values = self.source
        for kind in names:
            span = [self._database.execute(_SPAN.format(end), (kind,)).fetchone()[0] for end in ("min", "max")]
            if span[0] is not None:
                query = f"SELECT node.id {source} AND words.rowid BETWEEN ? AND ? AND node.kind = ? LIMIT ?"
                given = [expression, *values[1:], *span, kind, most]
                yield from (number for (number,) in self._database.execute(query, given))
