"""Filters in CQL2, as text or JSON, turned into one condition of SQL whose values are all bound.

What is kept: and, or, not; comparisons, between, in, like, isNull; casei and accenti; arithmetic; s_intersects; and
t_after, t_before, t_intersects on moments. Hazard: filters come from outside. Size and depth are bounded before the
parser sees them, names of properties never become part of the SQL.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from leap_kg.graph.index.extent import tree_time
from leap_kg.ontology.identifiers.standard_name import SCHEME
from leap_kg.stac.area import Area, box_area, geometry_area
from leap_kg.stac.interval import Interval, interval, moment
from leap_kg.stac.naming import LOOSE, called
from leap_kg.stac.refusal import BadSearch

MOST_TEXT = 50_000
_MOST_DEPTH = 40
_MOST_TERMS = 2_000
_MOST_NESTING = 300
_NESTING = re.compile(r"[-+*/%^]|\bnot\b", re.IGNORECASE)
_COMPARED = {"=": "=", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_COMPUTED = {"+": "+", "-": "-", "*": "*", "/": "/", "%": "%"}
_WORDS = {"casei": "casefold", "accenti": "unaccented"}
_TIMES = frozenset(("datetime", "start_datetime", "end_datetime", "created", "updated", "published", "expires"))
ITEM = "(SELECT d.text FROM document AS d WHERE d.node = s.node)"
COLLECTION = (
    f"ifnull({ITEM}, (SELECT json_object('id', s.name, 'title', w.label, 'description', w.summary) "
    "FROM node AS w WHERE w.id = s.node))"
)
"""The document of a row of either kind: of a collection that the API makes, its title and description."""

STANDARD_NAME = "standard_name"
"""The property of a collection that has the standard names of all variables, its own and those of its stores."""
_MEANINGS = (
    f"(SELECT replace(rtrim(f.value, '/'), '{SCHEME}', '') AS value FROM has AS h JOIN facet AS f ON f.id = h.facet "
    "WHERE f.name = 'meaning' AND (h.node = s.node OR h.node IN (SELECT part FROM owner WHERE whole = s.node)))"
)
_SERIES = (
    f"ifnull((SELECT {called('c', 'w.iri')} FROM node AS w JOIN stac AS c ON c.node = w.id WHERE w.iri = s.series "
    f"AND c.form <> 'item'), '{LOOSE}')"
)
_NAME = f"(SELECT {called('s', 'w.iri')} FROM node AS w WHERE w.id = s.node)"


@dataclass(slots=True)
class Condition:
    """SQL on the row `s` of `stac`, its values in order, and the areas that its `meets(number, …)` speak of."""

    sql: str = ""
    values: list[object] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)


def from_text(text: str) -> dict[str, Any]:
    """The JSON form of a filter written as text; raises `BadSearch` where it cannot be read."""
    # Imported on first use: it is needed by few requests.
    import cql2

    if len(text) > MOST_TEXT:
        raise BadSearch(f"the filter is longer than {MOST_TEXT:,} characters")
    if _depth(text) > _MOST_DEPTH:
        raise BadSearch(f"the filter is nested more than {_MOST_DEPTH} deep")
    # The parser calls itself for each of these, and a few thousand make it end the process.
    if len(_NESTING.findall(text)) > _MOST_NESTING:
        raise BadSearch(
            f"the filter has more than {_MOST_NESTING} signs of arithmetic or NOT: write it as CQL2 in JSON"
        )
    try:
        value = cql2.parse_text(text).to_json()
    except Exception as error:  # noqa: BLE001 - the parser has several kinds of errors, none of them documented
        raise BadSearch(f"the filter cannot be read: {str(error)[:300]}") from None
    if not isinstance(value, dict):
        raise BadSearch("the filter is no condition: compare something, as in gsd < 10")
    return value


def condition(value: object, root: str = "properties") -> Condition:
    """The condition of a filter in JSON; raises `BadSearch`. Properties are under `root`, `""` is the top."""
    found = _Compiler(root)
    found.made.sql = found.truth(value, 0)
    return found.made


def path_of(name: str, root: str = "properties") -> str:
    """Where a property is in a document; raises `BadSearch` for a name that SQLite's paths cannot say."""
    plain = name.removeprefix("properties.") if root else name
    if not plain or '"' in plain or "\0" in plain or len(plain) > 200:
        raise BadSearch(f"there is no property {name[:100]!r}")
    return f'$.{root}."{plain}"' if root else f'$."{plain}"'


class _Compiler:
    def __init__(self, root: str) -> None:
        self.made = Condition()
        self._root = root
        self._terms = 0
        self._of_meaning = False

    def truth(self, value: object, depth: int) -> str:
        """SQL of what is true or false."""
        self._count(depth)
        if isinstance(value, bool):
            return "1" if value else "0"
        if isinstance(value, dict) and "property" in value:
            return f"({self._property(value)} = 1)"
        operator, arguments = _operation(value)
        if operator in ("and", "or"):
            if len(arguments) < 2:
                raise BadSearch(f"{operator!r} needs at least two conditions")
            joint = f" {operator.upper()} "
            return f"({joint.join(self.truth(each, depth + 1) for each in arguments)})"
        made = self._TRUTHS.get(operator)
        if made is None:
            raise BadSearch(f"the filter has the operator {operator[:50]!r}, which is not supported here")
        sql = made(self, operator, arguments, depth + 1)
        if not self._of_meaning:
            return sql
        # There are several of them, and a condition holds that holds for one.
        self._of_meaning = False
        if operator == "isNull":
            return f"NOT EXISTS {_MEANINGS}"
        return f"EXISTS (SELECT 1 FROM {_MEANINGS} AS m WHERE {sql})"

    def _not(self, _: str, arguments: list[object], depth: int) -> str:
        (inner,) = _many(arguments, 1, "not")
        return f"(NOT {self.truth(inner, depth)})"

    def _compare(self, operator: str, arguments: list[object], depth: int) -> str:
        left, right = _many(arguments, 2, operator)
        timed = _is_time(left) or _is_time(right)
        one, other = (self._value(each, depth, timed=timed) for each in (left, right))
        return f"({one} {_COMPARED[operator]} {other})"

    def _is_null(self, _: str, arguments: list[object], depth: int) -> str:
        (inner,) = _many(arguments, 1, "isNull")
        return f"({self._value(inner, depth)} IS NULL)"

    def _between(self, _: str, arguments: list[object], depth: int) -> str:
        if len(arguments) == 2 and isinstance(arguments[1], list):
            arguments = [arguments[0], *arguments[1]]  # as drafts of CQL2 had it
        timed = any(map(_is_time, arguments))
        value, low, high = (self._value(each, depth, timed=timed) for each in _many(arguments, 3, "between"))
        return f"({value} BETWEEN {low} AND {high})"

    def _in(self, _: str, arguments: list[object], depth: int) -> str:
        value, listed = _many(arguments, 2, "in")
        if not isinstance(listed, list) or not listed:
            raise BadSearch("'in' needs a list of values")
        timed = any(map(_is_time, listed))
        first = self._value(value, depth, timed=timed)
        return f"({first} IN ({', '.join(self._value(each, depth, timed=timed) for each in listed)}))"

    def _like(self, _: str, arguments: list[object], depth: int) -> str:
        value, pattern = (self._value(each, depth) for each in _many(arguments, 2, "like"))
        return f"({value} LIKE {pattern} ESCAPE '\\')"

    def _intersects(self, _: str, arguments: list[object], __: int) -> str:
        left, right = _many(arguments, 2, "s_intersects")
        shapes = [each for each in (left, right) if not _is_property(each)]
        if len(shapes) != 1 or {"property": "geometry"} not in (left, right):
            raise BadSearch("s_intersects compares the property geometry with a geometry")
        box = shapes[0].get("bbox") if isinstance(shapes[0], dict) else None
        return where(box_area(_numbers(box)) if box is not None else geometry_area(shapes[0]), None, self.made)

    def _times(self, operator: str, arguments: list[object], _: int) -> str:
        left, right = _many(arguments, 2, operator)
        if not _is_property(left):
            raise BadSearch(f"{operator} needs a property first")
        start, stop = _period(right)
        value = self._moment(left)
        if operator == "t_after":
            self.made.values.append(stop)
            return f"({value} > ?)"
        if operator == "t_before":
            self.made.values.append(start)
            return f"({value} < ?)"
        self.made.values += [start, stop]
        return f"({value} BETWEEN ? AND ?)"

    def _value(self, value: object, depth: int, *, timed: bool = False) -> str:
        """SQL of a value."""
        self._count(depth)
        if value is None or isinstance(value, str | int | float):
            if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63:
                value = float(value)
            self.made.values.append(moment(value) if timed and isinstance(value, str) else value)
            return "?"
        if isinstance(value, dict):
            if "property" in value:
                return self._moment(value) if timed else self._property(value)
            for key in ("timestamp", "date"):
                if isinstance(value.get(key), str):
                    self.made.values.append(moment(value[key]))
                    return "?"
        operator, arguments = _operation(value)
        if operator in _COMPUTED:
            left, right = (self._value(each, depth + 1) for each in _many(arguments, 2, operator))
            return f"({left} {_COMPUTED[operator]} {right})"
        if operator in _WORDS:
            (inner,) = (self._value(each, depth + 1) for each in _many(arguments, 1, operator))
            return f"{_WORDS[operator]}({inner})"
        raise BadSearch(f"the filter has the function {operator[:50]!r}, which is not supported here")

    def _property(self, value: Mapping[str, object]) -> str:
        name = value["property"]
        if not isinstance(name, str):
            raise BadSearch("a property needs a name")
        if name == "id":
            return "s.name" if self._root else _NAME
        if name == "collection" and self._root:
            return _SERIES
        if name == STANDARD_NAME and not self._root:
            self._of_meaning = True
            return "m.value"
        self.made.values.append(path_of(name, self._root))
        return f"json_extract({ITEM if self._root else COLLECTION}, ?)"

    def _moment(self, value: object) -> str:
        if not isinstance(value, dict):
            raise BadSearch("a moment is compared with a property")
        return "s.at" if value.get("property") == "datetime" else f"moment({self._property(value)})"

    def _count(self, depth: int) -> None:
        self._terms += 1
        if depth > _MOST_DEPTH or self._terms > _MOST_TERMS:
            raise BadSearch(f"the filter has more than {_MOST_TERMS} terms, or is nested more than {_MOST_DEPTH} deep")

    _TRUTHS: Mapping[str, Callable[["_Compiler", str, list[object], int], str]] = {
        **dict.fromkeys(_COMPARED, _compare),
        **dict.fromkeys(("t_after", "t_before", "t_intersects"), _times),
        "not": _not,
        "isNull": _is_null,
        "between": _between,
        "in": _in,
        "like": _like,
        "s_intersects": _intersects,
    }


def where(area: Area | None, times: Interval | None, into: Condition, *, parts: bool = False) -> str:
    """SQL for the rows that meet an area in an interval; its values and its exact test go `into` a condition.

    With `parts` a dataset is also where and when one of its stores is.
    """
    tests: list[str] = []
    values: list[object] = []
    for box in area.boxes if area else (None,):
        sides = []
        # Twice, for the index holds rounded numbers and the table the exact ones.
        for table, time in (("e", tree_time), ("p", float)):
            if box is not None:
                values += [box.east, box.west, box.north, box.south]
                sides.append(f"{table}.west <= ? AND {table}.east >= ? AND {table}.south <= ? AND {table}.north >= ?")
            if times is not None:
                values += [time(times.end), time(times.start)]
                sides.append(f"{table}.start <= ? AND {table}.stop >= ?")
        joined = "SELECT p.node FROM extent AS e JOIN place AS p ON p.id = e.id WHERE"
        tests.append(f"{joined} {' AND '.join(sides)}")
    there = " UNION ".join(tests)
    found = f"s.node IN ({there})"
    into.values += values
    if parts:
        found = f"({found} OR s.node IN (SELECT whole FROM owner WHERE part IN ({there})))"
        into.values += values
    if area is None:
        return found
    into.areas.append(area)
    exact = "s.plain OR " if area.plain else ""
    return f"({found} AND ({exact}meets({len(into.areas) - 1}, {ITEM})))"


def _operation(value: object) -> tuple[str, list[object]]:
    if not isinstance(value, dict) or not isinstance(value.get("op"), str):
        raise BadSearch(f"the filter has no condition or value at {json.dumps(value, default=str)[:100]}")
    arguments = value.get("args", [])
    if not isinstance(arguments, list):
        raise BadSearch(f"args of {value['op'][:50]!r} is no list")
    return value["op"], arguments


def _many(arguments: list[object], number: int, operator: str) -> list[object]:
    if len(arguments) != number:
        raise BadSearch(f"{operator!r} has {len(arguments)} arguments and needs {number}")
    return arguments


def _numbers(value: object) -> list[float]:
    if not isinstance(value, list) or not all(isinstance(each, int | float) for each in value):
        raise BadSearch("bbox is a list of four or six numbers")
    return [float(each) for each in value]


def _is_property(value: object) -> bool:
    return isinstance(value, dict) and "property" in value


def _is_time(value: object) -> bool:
    """Whether a value is a moment, so that what it is compared with has to be one."""
    if not isinstance(value, dict):
        return False
    return "timestamp" in value or "date" in value or value.get("property") in _TIMES


def _period(value: object) -> tuple[float, float]:
    if isinstance(value, dict):
        for key in ("timestamp", "date"):
            if isinstance(value.get(key), str):
                return interval(value[key])
        ends = value.get("interval")
        if isinstance(ends, list) and len(ends) == 2:
            return interval("/".join(_end(end) for end in ends))
    raise BadSearch("a time is compared with a timestamp, a date or an interval of two")


def _end(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("timestamp", value.get("date"))
    if not isinstance(value, str):
        raise BadSearch("an interval has two ends: a timestamp, a date or '..'")
    return value


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    return deepest
