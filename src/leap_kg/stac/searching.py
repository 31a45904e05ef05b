"""Answers searches from the index: rows of one page, how many there are in all, and where the next page begins.

A page is found again by the values of its last row, so what is published between two pages neither repeats rows nor
leaves any out. Every question has a time limit.
"""

import base64
import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from rapidfuzz import process

from leap_kg.graph.index.extent import NOT
from leap_kg.graph.index.search import words_expression
from leap_kg.stac.asked import LARGEST_PAGE, Order, Search
from leap_kg.stac.filters import COLLECTION, ITEM, Condition, condition, path_of, where
from leap_kg.stac.functions import FUNCTIONS
from leap_kg.stac.naming import LOOSE, MARK, called, is_called, is_collection, published, spellings
from leap_kg.stac.refusal import BadSearch

ITEM_ORDERS = ("id", "collection", "datetime")
COLLECTION_ORDERS = ("id", "title", "description", "license")
"""What items and collections can always be sorted by, whatever properties they have."""
_LIKE, _NAMED = 75, 30
_STEPS = 50_000
_SAMPLE = 1_000
_ROW = (
    f"s.node, w.iri, s.form, {called('s', 'w.iri')}, s.series, s.made, ifnull(d.text, "
    "json_object('id', s.name, 'title', w.label, 'description', ifnull(nullif(w.summary, ''), w.label))), "
    "ifnull(d.links, '')"
)
_JOINED = "LEFT JOIN node AS w ON w.id = s.node LEFT JOIN document AS d ON d.node = s.node"
_COLLECTIONS = f"s.form <> 'item' AND {is_collection('s')}"
_HERE = "SELECT 1 FROM node AS c JOIN stac AS k ON k.node = c.id WHERE c.iri = s.series AND k.form <> 'item'"
# From each collection that items name to the next one, as there are far fewer of these than of items.
_LOOSE_SERIES = (
    "WITH RECURSIVE s(series) AS (SELECT min(series) FROM stac WHERE form = 'item' UNION ALL SELECT "
    "(SELECT min(series) FROM stac WHERE form = 'item' AND series > s.series) FROM s WHERE s.series IS NOT NULL) "
    f"SELECT s.series FROM s WHERE s.series IS NOT NULL AND NOT EXISTS ({_HERE})"
)
_CALLED = f"{_COLLECTIONS} AND {is_called('s', 'w.iri')}"


class TooLong(Exception):
    """The index needed longer than it may; ask for less."""


class Row(NamedTuple):
    """One object: its node's number and IRI, and what `leap_kg.graph.index.stac.Object` says of it."""

    node: int
    iri: str
    form: str
    name: str
    series: str
    made: bool
    document: str
    links: str


class Page(NamedTuple):
    """Rows in order, how many match in all, and the token of the next page, `""` after the last."""

    rows: list[Row]
    matched: int
    token: str


class Index:
    """Read-only access, in any thread but in one at a time. Raises `sqlite3.Error` for a file that is no index."""

    def __init__(self, path: Path, allowed: float = 5.0) -> None:
        self._allowed = allowed
        self._until = 0.0
        self._areas = Condition()
        # Requests that share a connection take turns, and their threads change.
        self._database = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
        )
        self._database.execute("PRAGMA case_sensitive_like = ON")
        self._database.create_function("meets", 2, self._meets)
        for name, (number, function) in FUNCTIONS.items():
            self._database.create_function(name, number, function, deterministic=True)

    def close(self) -> None:
        """Let the file go."""
        self._database.close()

    def items(self, search: Search) -> Page:
        """Items, the newest first unless an order is asked for. Raises `BadSearch` and `TooLong`."""
        series = self._series(search.collections) if search.collections is not None else None
        order = search.order or (Order("datetime", descending=True),)
        return self._page(search, "s.form = 'item'", series, order, "properties")

    def collections(self, search: Search) -> Page:
        """Collections, by id unless an order is asked for. Raises as `items` does."""
        return self._page(search, _COLLECTIONS, None, search.order or (Order("id"),), "")

    def listed(self, search: Search) -> Page:
        """The same, and at the end, unless something is looked for, the collection of items that have none."""
        looks = search.words or any(each is not None for each in (search.ids, search.area, search.times, search.filter))
        rest = None if looks else self._rest()
        if rest is None:
            return self.collections(search)
        found = self.collections(replace(search, token="") if search.token == LOOSE else search)
        if search.token == LOOSE:
            return Page([rest], found.matched + 1, "")
        if found.token or len(found.rows) >= search.limit:
            return found._replace(matched=found.matched + 1, token=found.token or LOOSE)
        return Page([*found.rows, rest], found.matched + 1, "")

    def collection(self, name: str) -> Row | None:
        """One collection by what it is called here, see `leap_kg.stac.naming`."""
        for each in spellings(name):
            if row := self._one(_CALLED, published([each]), json.dumps([each])):
                return row
        return self._rest() if name == LOOSE else None

    def item(self, collection: str, name: str) -> Row | None:
        """One item of a collection, by its id, or by that and its sign."""
        series = self._series((collection,))
        for each in spellings(name):
            published_as, _, signed = each.rpartition(MARK)
            row = self._one(
                "s.form = 'item' AND (s.name = ? OR (s.name = ? AND apart(w.iri) = ?)) "
                "AND s.series IN (SELECT value FROM json_each(?))",
                each, published_as, signed, series,
            )  # fmt: skip
            if row is not None:
                return row
        return None

    def alike(self, rows: Sequence[Row]) -> set[int]:
        """The nodes of those of these items beside which their collection has another with the same id."""
        with self._bounded():
            found = self._database.execute(
                "SELECT s.node FROM json_each(?) AS j JOIN stac AS s ON s.node = j.value WHERE EXISTS (SELECT 1 FROM "
                "stac AS z WHERE z.name = s.name AND z.series = s.series AND z.form = 'item' AND z.node <> s.node)",
                (json.dumps([row.node for row in rows]),),
            )
            return {node for (node,) in found}

    @contextmanager
    def one_state(self) -> Iterator[None]:
        """All that is read within is of one revision, though a writer may be at work."""
        self._database.execute("BEGIN")
        try:
            yield
        finally:
            self._database.execute("ROLLBACK")

    def loose(self, after: int = 0) -> list[Row]:
        """Items of no collection that is here, in order from a node's number on, at most `LARGEST_PAGE`."""
        with self._bounded():
            rows = self._database.execute(
                f"SELECT {_ROW} FROM stac AS s {_JOINED} WHERE s.form = 'item' AND s.node > ? "
                f"AND NOT EXISTS ({_HERE}) ORDER BY s.node LIMIT ?",
                (after, LARGEST_PAGE),
            )
            return [Row(*row) for row in rows]

    def by_iri(self, iris: Sequence[str]) -> dict[str, Row]:
        """The objects that these nodes are."""
        with self._bounded():
            rows = self._database.execute(
                f"SELECT {_ROW} FROM node AS w JOIN stac AS s ON s.node = w.id "
                "LEFT JOIN document AS d ON d.node = s.node WHERE w.iri IN (SELECT value FROM json_each(?))",
                (json.dumps(list(iris)),),
            )
            return {row[1]: Row(*row) for row in rows}

    def properties(self, collection: str | None) -> list[tuple[str, str]]:
        """The properties that the newest items have, of one collection or of all, with types as SQLite says them."""
        series = self._series((collection,)) if collection is not None else None
        within = "AND s.series IN (SELECT value FROM json_each(?))" if series is not None else ""
        with self._bounded():
            return self._database.execute(
                f"SELECT key, min(type) FROM (SELECT {ITEM} AS document FROM stac AS s "
                f"WHERE s.form = 'item' {within} ORDER BY s.at DESC LIMIT {_SAMPLE}), "
                "json_each(document, '$.properties') AS each WHERE each.type <> 'null' GROUP BY key ORDER BY key",
                () if series is None else (series,),
            ).fetchall()

    def over(self, search: Search, columns: str, values: Sequence[object], text: str) -> list[tuple[Any, ...]]:
        """The rows of a statement on the table `m`: these columns, with their values, of the items that match."""
        series = self._series(search.collections) if search.collections is not None else None
        wanted = _wanted(search, "s.form = 'item'", series, "properties")
        self._areas = wanted
        with self._bounded():
            return self._database.execute(
                f"WITH m AS MATERIALIZED (SELECT {columns} FROM stac AS s WHERE {wanted.sql}) {text}",
                (*values, *wanted.values),
            ).fetchall()

    def extent(self, node: int) -> tuple[tuple[float, float, float, float] | None, tuple[float, float] | None]:
        """West, south, east and north, and start and end, over all that the index has of a node; `None`: not known.

        What is not known of a dataset itself is that of its stores. A box over the antimeridian has its west greater
        than its east.
        """
        own, parts = (
            self._database.execute(
                f"SELECT west, east, south, north, start, stop FROM place WHERE node {which} ORDER BY west", (node,)
            ).fetchall()
            for which in ("= ?", "IN (SELECT part FROM owner WHERE whole = ?)")
        )
        boxes, spans = ([row[:4] for row in own if row[0] < NOT], [row[4:] for row in own if row[4] < NOT])
        return (
            _hull(boxes or [row[:4] for row in parts if row[0] < NOT]),
            _span(spans or [row[4:] for row in parts if row[4] < NOT]),
        )

    def _meets(self, place: int, document: str) -> bool:
        """Whether an item has a point in one of the areas; few steps of SQL, each of which may take long."""
        if time.monotonic() > self._until:
            self._database.interrupt()
        return self._areas.areas[place].meets(document)

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        until = self._until = time.monotonic() + self._allowed
        self._database.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
        try:
            yield
        except sqlite3.OperationalError as error:
            if str(error) == "interrupted":
                raise TooLong(f"the search took longer than {self._allowed:g} s: ask for a smaller part") from None
            raise
        finally:
            self._database.set_progress_handler(None, 0)

    def _series(self, names: Sequence[str]) -> str:
        """The IRIs of the collections that are called so, as JSON."""
        rows = self._database.execute(
            f"SELECT w.iri FROM stac AS s JOIN node AS w ON w.id = s.node WHERE {_CALLED}",
            (published(list(names)), json.dumps(list(names))),
        )
        return json.dumps([*(iri for (iri,) in rows), *(self._loose_series() if LOOSE in names else ())])

    def _loose_series(self) -> list[str]:
        """The IRIs that items name as their collection and that are none here, `""` if some name none."""
        return [series for (series,) in self._database.execute(_LOOSE_SERIES)]

    def _rest(self) -> Row | None:
        """The collection of the items that have none, if there are such."""
        with self._bounded():
            if not self._loose_series():
                return None
        document = {
            "type": "Collection",
            "id": LOOSE,
            "title": "Items of no collection",
            "description": "Items that were published without a collection, or whose collection is not here.",
            "license": "other",
        }
        return Row(-1, f"urn:leap-kg:{LOOSE}", "collection", LOOSE, "", False, json.dumps(document), "")

    def _one(self, condition: str, *values: object) -> Row | None:
        with self._bounded():
            row = self._database.execute(
                f"SELECT {_ROW} FROM stac AS s {_JOINED} WHERE {condition} ORDER BY w.iri LIMIT 1",
                values,
            ).fetchone()
        return Row(*row) if row else None

    def _has(self, by: Order, form: str, root: str) -> bool:
        """Whether anything has a property to sort by; also where the time does not suffice to look at all."""
        if by.name.removeprefix("properties.") in (ITEM_ORDERS if root else COLLECTION_ORDERS):
            return True
        text = (
            f"SELECT 1 FROM stac AS s WHERE {form} AND json_type({ITEM if root else COLLECTION}, ?) IS NOT NULL LIMIT 1"
        )
        try:
            with self._bounded():
                return bool(self._database.execute(text, (path_of(by.name, root),)).fetchall())
        except TooLong:
            return True

    def _no_order(self, by: Order, root: str) -> str:
        """That there is no such property to sort by, and which there are."""
        fixed = ITEM_ORDERS if root else COLLECTION_ORDERS
        known = sorted({*fixed, *(name for name, _ in (self.properties(None) if root else ()))})
        near = process.extractOne(by.name.removeprefix("properties."), known, score_cutoff=_LIKE)
        hint = f"did you mean {near[0]}? " if near else ""
        some = ", ".join(known[:_NAMED]) + (f" and {len(known) - _NAMED} more" if len(known) > _NAMED else "")
        return f"sortby: there is no property {by.name[:100]!r}; {hint}there are {some}"

    def _page(self, search: Search, form: str, series: str | None, order: Sequence[Order], root: str) -> Page:
        wanted = _wanted(search, form, series, root)
        keys, key_values = _keys(order, root)
        after, last = _after(search.token, order)
        limit = min(max(search.limit, 1), LARGEST_PAGE)
        columns = ", ".join(f"{key} AS k{place}" for place, key in enumerate(keys))
        names = ", ".join(f"m.k{place}" for place in range(len(keys)))
        sorting = ", ".join(f"m.k{place}{' DESC' if key.descending else ''}" for place, key in enumerate(order))
        # What is worked out is worked out once, to be counted and cut; what indexes have in order is counted apart.
        narrowing = (search.filter, search.area, search.times, search.ids)
        plain = not search.words and all(each is None for each in narrowing)
        text = (
            f"WITH m AS {'NOT ' if plain else ''}MATERIALIZED "
            f"(SELECT s.node AS node, {columns} FROM stac AS s WHERE {wanted.sql}), "
            f"page AS (SELECT m.* FROM m WHERE {after} ORDER BY {sorting}, m.node LIMIT ?) "
            f"SELECT (SELECT count(*) FROM m), {names}, {_ROW} FROM (SELECT 1) LEFT JOIN page AS m ON 1 "
            f"LEFT JOIN stac AS s ON s.node = m.node {_JOINED} ORDER BY {sorting}, m.node"
        )
        self._areas = wanted
        with self._bounded():
            found = self._database.execute(text, (*key_values, *wanted.values, *last, limit + 1)).fetchall()
        for by, values in zip(order, list(zip(*found, strict=True))[1:], strict=False):
            # What some row has is a property. Who misspells one must not take any order for the one that was asked for.
            if all(value is None for value in values) and not self._has(by, form, root):
                raise BadSearch(self._no_order(by, root))
        rows = [Row(*row[1 + len(keys) :]) for row in found if row[1 + len(keys)] is not None]
        token = _token(found[limit - 1][1 : 1 + len(keys)], rows[limit - 1].node) if len(rows) > limit else ""
        return Page(rows[:limit], found[0][0], token)


def _wanted(search: Search, form: str, series: str | None, root: str) -> Condition:
    """The rows that match."""
    wanted = condition(search.filter, root) if search.filter is not None else Condition()
    tests = [form, wanted.sql] if wanted.sql else [form]
    if search.area is not None or search.times is not None:
        tests.append(where(search.area, search.times, wanted, parts=form == _COLLECTIONS))
    for values, test in (
        (series, "s.series IN (SELECT value FROM json_each(?))"),
        (
            json.dumps(list(search.ids)) if search.ids is not None else None,
            "s.name IN (SELECT value FROM json_each(?))",
        ),
        (words_expression(search.words) or None, "s.node IN (SELECT rowid FROM words WHERE words MATCH ?)"),
    ):
        if values is not None:
            wanted.values.append(values)
            tests.append(test)
    wanted.sql = " AND ".join(tests)
    return wanted


def _keys(order: Sequence[Order], root: str) -> tuple[list[str], list[object]]:
    """SQL of what is sorted by, with its values."""
    keys, values = [], []
    for by in order:
        if by.name == "id":
            keys.append("s.name")
        elif root and by.name in ("datetime", "properties.datetime"):
            keys.append("s.at")
        elif root and by.name == "collection":
            keys.append("s.series")
        else:
            values.append(path_of(by.name, root))
            keys.append(f"json_extract({ITEM if root else COLLECTION}, ?)")
    return keys, list(values)


def _after(token: str, order: Sequence[Order]) -> tuple[str, list[object]]:
    """The condition for what comes after the row that a token stands for; nothing comes last, whichever the order."""
    if not token:
        return "1", []
    values = _read(token, len(order))
    tests, bound = [], []
    for place, by in enumerate(order):
        same = "".join(f"m.k{before} IS ? AND " for before in range(place))
        tests.append(f"({same}m.k{place} {'<' if by.descending else '>'} ?)")
        bound += values[: place + 1]
        if (values[place] is None) != by.descending:
            # NULL is less than all else: a rising order has all else after it, a falling one has it after all else.
            tests.append(f"({same}m.k{place} IS {'NULL' if by.descending else 'NOT NULL'})")
            bound += values[:place]
    same = "".join(f"m.k{place} IS ? AND " for place in range(len(order)))
    return f"({' OR '.join([*tests, f'({same}m.node > ?)'])})", [*bound, *values]


def _token(keys: Sequence[object], node: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([*keys, node]).encode()).decode().rstrip("=")


def _read(token: str, keys: int) -> list[object]:
    try:
        values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, RecursionError):
        values = None
    plain = isinstance(values, list) and all(value is None or isinstance(value, str | int | float) for value in values)
    if not plain or len(values) != keys + 1 or not isinstance(values[-1], int) or abs(values[-1]) >= 2**63:
        raise BadSearch("the token is none that this server gave for a search with this order")
    return list(values)


def _hull(boxes: list[tuple[float, float, float, float]]) -> tuple[float, float, float, float] | None:
    """The smallest box around all of them, across the antimeridian if that is smaller."""
    if not boxes:
        return None
    south, north = min(box[2] for box in boxes), max(box[3] for box in boxes)
    spans = sorted((box[0], box[1]) for box in boxes)
    west, east = spans[0]
    gap = (0.0, 0.0)
    for start, end in spans[1:]:
        if start - east > gap[1] - gap[0]:
            gap = (east, start)
        east = max(east, end)
    around = west + 360 - east
    return (gap[1], gap[0], south, north) if gap[1] - gap[0] > around else (west, east, south, north)


def _span(periods: list[tuple[float, float]]) -> tuple[float, float] | None:
    return (min(start for start, _ in periods), max(stop for _, stop in periods)) if periods else None
