"""Search: SQLite FTS5 beside the store, read by pages and the CLI (`leap_kg.graph.index.indexing` fills it).

Writers and readers go through WAL, so a reader never waits.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from leap_kg.graph.index.counting import Count, counts, remembered
from leap_kg.graph.index.narrowing import Narrowing, named, storable, synonyms
from leap_kg.graph.index.ranking import Order
from leap_kg.graph.index.spelling import Spelling

__all__ = ["Count", "Found", "Hit", "SearchIndex", "storable", "words_expression"]

_MAX_WORDS = 32
_FEW = 3
_MAPPED = 1 << 32
"""Bytes of the file that are read where the system keeps them: a search looks into very many pages."""
_NOTHING = Narrowing()


@dataclass(frozen=True, slots=True)
class Hit:
    """One node that was found."""

    iri: str
    kind: str
    label: str
    summary: str


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits: `total` counts all of them, `facets` those of the whole result by facet name.

    Where `more`, there are more hits than `total`, which was as far as they were counted.
    Where `least`, there are at least as many of each value as its count says: of very many hits some are counted.
    `shown_for` are the words that were searched in place of those that nothing has, `meant` words that may have been
    meant where few nodes have those that were given; `""` for none.
    """

    total: int
    hits: list[Hit]
    facets: dict[str, list[Count]]
    shown_for: str = ""
    meant: str = ""
    more: bool = False
    least: bool = False


class SearchIndex:
    """Read-only access; one object a thread. Raises `sqlite3.Error` for a file that is no index."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        self._database.execute("PRAGMA temp_store = MEMORY")
        self._database.execute(f"PRAGMA mmap_size = {_MAPPED}")

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
        *,
        narrowing: Narrowing = _NOTHING,
        tolerant: bool = False,
        most: int | None = None,
        ahead: Sequence[str] = (),
    ) -> Found:
        """Nodes that have all words of `text` (as prefixes) and, of each facet given, one of its values.

        Best match first; without text by kind and label. Where no word matches, parts of words are tried, and then,
        if `tolerant`, the nearest words that the index has. Of a long text the first words count. `counted` names the
        facets to count over the whole result; `narrowing` is what else a node must have. With `most`, hits are counted
        no farther than that, which takes a part of the time where very many nodes have a word. Nodes with the IRIs
        `ahead` come first, in their order, whatever their words.
        """
        narrowed = replace(narrowing, facets={**narrowing.facets, **(facets or {})})
        with self._one_state():
            if known := self._known(ahead):
                return self._found(text, narrowed, limit, offset, counted, most, known)
            found = self._found(text, narrowed, limit, offset, counted, most)
            if not tolerant or found.total >= _FEW or not text.strip():
                return found
            spelling, given = Spelling(self._database), storable(text)
            if found.total:
                near = spelling.corrected(given, rare=True)
                return replace(found, meant=near) if near is not None else found
            # Where all words are known and nothing has them together, those of a node or two may be faults too.
            for rare in (False, True):
                near = spelling.corrected(given, rare=rare)
                instead = self._found(near, narrowed, limit, offset, counted, most) if near is not None else None
                if instead is not None and instead.total:
                    return replace(instead, shown_for=near or "")
            return found

    def meanings(self, names: Sequence[str]) -> list[str]:
        """The IRIs of the concepts with one of these names, and of those that share a name with one of them."""
        return [iri for (iri,) in self._database.execute(synonyms(), named(names))]

    def values(self, name: str) -> list[str]:
        """The labels of all values of a facet."""
        rows = self._database.execute("SELECT DISTINCT label FROM facet WHERE name = ? ORDER BY label", (name,))
        return [label for (label,) in rows]

    def has(self, name: str, value: str) -> bool:
        """Whether a node has this value of a facet."""
        query = "SELECT 1 FROM facet WHERE name = ? AND value = ?"
        return self._database.execute(query, (name, storable(value))).fetchone() is not None

    def kind(self, iri: str) -> str:
        """The kind of a node, `""` if there is no such node."""
        row = self._database.execute("SELECT kind FROM node WHERE iri = ?", (storable(iri),)).fetchone()
        return str(row[0]) if row else ""

    def meant(self, name: str, text: str) -> list[str]:
        """The values of a facet that a text stands for: itself, or by their labels or the ends of their IRIs.

        The text alone if there is none.
        """
        if self.has(name, text):
            return [text]
        wanted = storable(text).casefold()
        rows = self._database.execute("SELECT value, label FROM facet WHERE name = ? ORDER BY value", (name,))
        alike = [value for value, label in rows if wanted in (label.casefold(), re.split("[/#]", value)[-1].casefold())]
        return alike or [text]

    def below(self, prefix: str, limit: int) -> list[str]:
        """The first nodes whose IRIs begin with this, in order."""
        first = storable(prefix)
        query = "SELECT iri FROM node WHERE iri >= ? AND iri < ? ORDER BY iri LIMIT ?"
        rows = self._database.execute(query, (first, f"{first}\U0010ffff", limit))
        return [iri for (iri,) in rows]

    def _found(
        self,
        text: str,
        narrowing: Narrowing,
        limit: int,
        offset: int,
        counted: Sequence[str],
        most: int | None,
        ahead: Sequence[str] = (),
    ) -> Found:
        condition, values = narrowing.condition()
        tables = ("words",) if ahead else ("words", "letters")
        for table in tables if text.strip() else ("",):
            expression = _expression(table, text)
            if expression is None:
                continue
            order = Order(self._database, table, expression, condition, values, ahead)
            if total := order.total(None if counted else most):
                hits = [Hit(*row) for row in order.rows(total, limit, offset)]
                facets, whole = self._counts(order, total, counted)
                if most is not None and not counted and total > most:
                    return Found(most, hits, facets, more=True)
                return Found(total, hits, facets, least=not whole)
        return Found(0, [], {name: [] for name in counted})

    def _known(self, iris: Sequence[str]) -> list[str]:
        """Those that are nodes here, in their order."""
        query = "SELECT 1 FROM node WHERE iri = ?"
        return [iri for iri in iris if self._database.execute(query, (storable(iri),)).fetchone()]

    def _counts(self, order: Order, total: int, counted: Sequence[str]) -> tuple[dict[str, list[Count]], bool]:
        """The values of each facet, and whether all hits were counted."""
        if not counted:
            return {}, True
        everything = order.is_everything
        with remembered(self._database, *order.numbers, None if everything else total) as whole:
            return counts(self._database, total, counted, everything=everything), whole


def _expression(table: str, text: str) -> str | None:
    """What to ask of a table; `None` if the text cannot be asked of it."""
    if not table:
        return ""
    if table == "letters":
        return " ".join(f'"{word}"' for word in _words(text) if len(word) >= 3) or None
    return words_expression(text) or None


def words_expression(text: str) -> str:
    """What to ask the table `words`, so that each word of a text is found as a prefix; `""` if it has no word."""
    return " ".join(f'"{word}"*' for word in _words(text))


def _words(text: str) -> list[str]:
    words = (word for word in storable(text).replace('"', " ").split() if any(c.isalnum() for c in word))
    return list(dict.fromkeys(words))[:_MAX_WORDS]
