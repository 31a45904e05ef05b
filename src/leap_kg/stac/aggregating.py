"""Counts over the items that a search finds: how many, when, of which collections, where, and with which properties.

All that is asked for at once is worked out in one pass over what matches, within the time of one search.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from leap_kg.graph.index.extent import NOT
from leap_kg.stac.asked import Search
from leap_kg.stac.filters import ITEM, path_of
from leap_kg.stac.geohash import FINEST
from leap_kg.stac.moments import rfc3339
from leap_kg.stac.naming import LOOSE
from leap_kg.stac.refusal import BadSearch
from leap_kg.stac.searching import Index

MOST_BUCKETS = 1_000
_MOST_ASKED = 20
_FREQUENCY = "_frequency"
_GRID = "centroid_geohash_grid_frequency"
_PERIODS = {"year": "%Y-01-01T00:00:00Z", "month": "%Y-%m-01T00:00:00Z", "day": "%Y-%m-%dT00:00:00Z"}
# Spans in seconds from which years and months suit better than what is finer.
_YEARS, _MONTHS = 5 * 366 * 86_400, 100 * 86_400
_KINDS = {"true": "boolean", "false": "boolean", "integer": "numeric", "real": "numeric", "text": "string"}
_FIXED = {
    "total_count": "integer",
    "datetime_min": "datetime",
    "datetime_max": "datetime",
    "datetime_frequency": "datetime",
    "collection_frequency": "string",
    _GRID: "string",
}


@dataclass(frozen=True, slots=True)
class Grain:
    """How fine: `interval` is a year, month, day, or `""` for what suits the items; `digits` those of a geohash."""

    interval: str = ""
    digits: int = 1

    def __post_init__(self) -> None:
        if self.interval and self.interval not in _PERIODS:
            raise BadSearch(f"datetime_frequency_interval is one of {', '.join(_PERIODS)}")
        if not 1 <= self.digits <= FINEST:
            raise BadSearch(f"{_GRID}_precision is a number from 1 to {FINEST}")


class Bucket(NamedTuple):
    """One value and the number of items that have it."""

    key: str
    frequency: int


class Aggregation(NamedTuple):
    """One answer: a `value`, `None` where no item has one; or `buckets`, the `overflow` being the items in none."""

    name: str
    kind: str
    value: int | str | None = None
    buckets: Sequence[Bucket] | None = None
    overflow: int = 0


def available(index: Index, collection: str | None) -> dict[str, str]:
    """What can be asked for, by name, with the type of its value or of its keys; of one collection or of all."""
    found = dict(_FIXED)
    for name, kind in index.properties(collection):
        if kind in _KINDS:
            found.setdefault(name + _FREQUENCY, _KINDS[kind])
    return found


def is_frequency(name: str) -> bool:
    """Whether it has buckets."""
    return name.endswith(_FREQUENCY)


def aggregated(index: Index, search: Search, names: Sequence[str], grain: Grain) -> list[Aggregation]:
    """The answers, in the order of their names; raises `BadSearch` and `TooLong`."""
    names = list(dict.fromkeys(names))
    if not names:
        return []
    if len(names) > _MOST_ASKED:
        raise BadSearch(f"more than {_MOST_ASKED} aggregations: ask in several requests")
    columns, values = ["s.at AS at", "s.series AS series"], []
    for place, name in enumerate(names):
        column = _column(name, grain)
        if column is not None:
            columns.append(f"{column[0]} AS v{place}")
            values.append(column[1])
    parts = [
        "SELECT -1, NULL, count(*) FROM m",
        *(f"SELECT {place}, * FROM ({_part(name, place, grain)})" for place, name in enumerate(names)),
    ]
    rows = index.over(search, ", ".join(columns), values, " UNION ALL ".join(parts))
    total = next(number for place, _, number in rows if place < 0)
    found: list[list[tuple[Any, Any]]] = [[] for _ in names]
    for place, key, number in rows:
        if place >= 0:
            found[place].append((key, number))
    return [_answer(index, name, found[place], total) for place, name in enumerate(names)]


def _column(name: str, grain: Grain) -> tuple[str, str | int] | None:
    """SQL of what the items are told apart by, beside their moment and their collection, with its value."""
    if name == _GRID:
        return f"geohash(json_extract({ITEM}, '$.bbox'), ?)", grain.digits
    if name in _FIXED:
        return None
    if not is_frequency(name):
        raise BadSearch(f"there is no aggregation {name[:100]!r}: /aggregations has those there are")
    # As JSON, so that true is not 1.
    return f"{ITEM} -> ?", path_of(name.removesuffix(_FREQUENCY))


def _part(name: str, place: int, grain: Grain) -> str:
    """SQL of keys and numbers over the table `m` of what matches."""
    known = f"at > {-NOT}"
    if name == "total_count":
        return "SELECT NULL, count(*) FROM m"
    if name in ("datetime_min", "datetime_max"):
        return f"SELECT NULL, {name.removeprefix('datetime_')}(at) FROM m WHERE {known}"
    if name == "datetime_frequency":
        span = f"(SELECT max(at) - min(at) FROM m WHERE {known})"
        suited = (
            f"CASE WHEN {span} > {_YEARS} THEN '{_PERIODS['year']}' WHEN {span} > {_MONTHS} "
            f"THEN '{_PERIODS['month']}' ELSE '{_PERIODS['day']}' END"
        )
        form = f"'{_PERIODS[grain.interval]}'" if grain.interval else suited
        return _counted(f"strftime({form}, at, 'unixepoch')", f"WHERE {known}")
    if name == "collection_frequency":
        return _counted("series")
    plain = f"WHERE substr(v{place}, 1, 1) NOT IN ('[', '{{') AND v{place} <> 'null'" if name != _GRID else ""
    return _counted(f"v{place}", plain)


def _counted(key: str, condition: str = "") -> str:
    return (
        f"SELECT {key} AS k, count(*) AS n FROM m {condition} GROUP BY k HAVING k IS NOT NULL "
        f"ORDER BY n DESC, k LIMIT {MOST_BUCKETS}"
    )


def _answer(index: Index, name: str, rows: list[tuple[Any, Any]], total: int) -> Aggregation:
    kind = _FIXED.get(name, "string")
    if not is_frequency(name):
        value = rows[0][1]
        return Aggregation(name, kind, value=rfc3339(value) if kind == "datetime" and value is not None else value)
    if name == "collection_frequency":
        titles = index.by_iri([key for key, _ in rows])
        counts: dict[str, int] = {}
        for key, number in rows:
            whole = titles[key].name if key in titles and titles[key].form != "item" else LOOSE
            counts[whole] = counts.get(whole, 0) + number
        rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    elif name not in _FIXED:
        read = [json.loads(key) for key, _ in rows]
        if read and all(isinstance(key, bool) for key in read):
            kind = "boolean"
        elif read and all(isinstance(key, int | float) for key in read):
            kind = "numeric"
        rows = [(key if isinstance(key, str) else text, n) for key, (text, n) in zip(read, rows, strict=True)]
    elif kind == "datetime":
        rows = sorted(rows)
    buckets = [Bucket(key, number) for key, number in rows]
    return Aggregation(name, kind, buckets=buckets, overflow=total - sum(bucket.frequency for bucket in buckets))
