"""Requests as searches: what the models of stac-fastapi let through is read again, strictly, into `leap_kg.stac`."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from leap_kg.stac.area import Area, box_area, geometry_area, geometry_text
from leap_kg.stac.asked import LARGEST_PAGE, PAGE, Order, Search
from leap_kg.stac.collection import FIRST
from leap_kg.stac.filters import from_text
from leap_kg.stac.interval import interval
from leap_kg.stac.refusal import BadSearch

_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_MOST_NAMES = 1_000
_MOST_ORDERS = 5
_MOST_DIGITS = 9
_QUERIES = {
    "eq": "=",
    "neq": "<>",
    "lt": "<",
    "lte": "<=",
    "gt": ">",
    "gte": ">=",
}


def search_of(asked: Mapping[str, Any], *, root: str = "properties") -> Search:
    """The search of these parameters, by the names that stac-fastapi gives them; raises `BadSearch`."""
    if asked.get("filter_crs") not in (None, _CRS84):
        raise BadSearch(f"filter-crs is {_CRS84} here: give degrees, longitude first")
    return Search(
        collections=_names(asked.get("collections")),
        ids=_names(asked.get("ids")),
        area=_area(asked.get("bbox"), asked.get("intersects")),
        times=interval(asked["datetime"]) if asked.get("datetime") else None,
        filter=_filter(asked.get("filter_expr"), asked.get("filter_lang"), asked.get("query"), root),
        words=_words(asked.get("q")),
        order=_order(asked.get("sortby")),
        limit=_limit(asked.get("limit")),
        token=asked.get("token") or "",
    )


def names_in(text: str | None) -> list[str]:
    """The names of a parameter of an address, with commas between them."""
    return [name for name in (text or "").split(",") if name]


def store_asked(text: str | None) -> int:
    """The first store to show of a collection, counted from 1; raises `BadSearch`."""
    text = "1" if text is None else text
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else 0
    if not number:
        raise BadSearch(f"{FIRST} is the number of a store, 1 for the first one")
    return number


def _limit(value: object) -> int:
    if value is None:
        return PAGE
    if not isinstance(value, int) or value < 1:
        raise BadSearch(f"limit is a number from 1 to {LARGEST_PAGE:,}")
    return min(value, LARGEST_PAGE)


def _names(value: Sequence[str] | None) -> Sequence[str] | None:
    if value is not None and len(value) > _MOST_NAMES:
        raise BadSearch(f"more than {_MOST_NAMES:,} names: ask in several searches")
    # An empty list is what some clients send for "any".
    return tuple(value) if value else None


def _area(bbox: Sequence[float] | None, geometry: object) -> Area | None:
    if bbox is not None and geometry is not None:
        raise BadSearch("give bbox or intersects, not both")
    if bbox is not None:
        return box_area(bbox)
    if geometry is None:
        return None
    if isinstance(geometry, str):
        return geometry_area(geometry_text(geometry))
    return geometry_area(geometry.model_dump() if hasattr(geometry, "model_dump") else geometry)


def _filter(value: object, language: object, query: object, root: str) -> dict[str, Any] | None:
    """The filter in JSON, together with what the older `query` asks."""
    if language == "cql2-text" and isinstance(value, dict):
        raise BadSearch("the filter is JSON: leave out filter-lang, or write cql2-json")
    conditions = _queries(query, root)
    if isinstance(value, str):
        stripped = value.strip()
        conditions.append(
            _json(stripped) if language == "cql2-json" or stripped.startswith("{") else from_text(stripped)
        )
    elif isinstance(value, dict):
        conditions.append(value)
    if len(conditions) > 1:
        return {"op": "and", "args": conditions}
    return conditions[0] if conditions else None


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise BadSearch('the filter is no JSON of CQL2: write {"op": …, "args": […]}, or filter-lang=cql2-text')
    return value


def _queries(query: object, root: str) -> list[dict[str, Any]]:
    if isinstance(query, str):
        query = _json(query)
    if query is None:
        return []
    if not isinstance(query, dict):
        raise BadSearch('query is an object: {"property": {"operator": value}}')
    found = []
    for name, tests in query.items():
        if not isinstance(tests, dict):
            raise BadSearch(f"query needs an operator for {str(name)[:100]!r}")
        where = {"property": str(name).removeprefix("properties.") if root else str(name)}
        for operator, value in tests.items():
            found.append(_query(where, operator, value))
    return found


def _query(where: dict[str, Any], operator: str, value: object) -> dict[str, Any]:
    if operator in _QUERIES:
        return {"op": _QUERIES[operator], "args": [where, value]}
    if operator == "in":
        return {"op": "in", "args": [where, value]}
    words = {"startsWith": "{}%", "endsWith": "%{}", "contains": "%{}%"}.get(operator)
    if words is None or not isinstance(value, str):
        raise BadSearch(f"query has the operator {str(operator)[:50]!r} which is not supported, or needs a text for it")
    escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {"op": "like", "args": [where, words.format(escaped)]}


def _words(value: object) -> str:
    if value is None:
        return ""
    return " ".join(map(str, value))[:2000] if isinstance(value, list | tuple) else str(value)[:2000]


def _order(value: Sequence[Any] | None) -> tuple[Order, ...]:
    if not value:
        return ()
    if len(value) > _MOST_ORDERS:
        raise BadSearch(f"sortby has more than {_MOST_ORDERS} properties")
    orders = []
    for by in value:
        if isinstance(by, str):
            name, falling = by.lstrip("+- "), by.startswith("-")
        else:
            name = str(getattr(by, "field", ""))
            falling = str(getattr(getattr(by, "direction", ""), "value", getattr(by, "direction", ""))) == "desc"
        if not name:
            raise BadSearch("sortby needs the name of a property: +datetime, -properties.gsd")
        orders.append(Order(name, falling))
    return tuple(orders)
