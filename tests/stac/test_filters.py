"""Filters, against another evaluator of CQL2."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import cql2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.stac.asked import Search
from leap_kg.stac.filters import condition, from_text
from leap_kg.stac.refusal import BadSearch
from leap_kg.stac.searching import Index
from tests.stac import made

ITEMS = made.items()


def found(index: Index, value: dict[str, Any]) -> set[str]:
    return {row.name for row in index.items(Search(filter=value, limit=1000)).rows}


def comparisons() -> st.SearchStrategy[dict[str, Any]]:
    numbers = st.sampled_from([{"property": "gsd"}, {"property": "properties.gsd"}])
    operators = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
    number = st.integers(-1, 9)
    return st.one_of(
        st.builds(lambda o, p, v: {"op": o, "args": [p, v]}, operators, numbers, number),
        st.builds(lambda a, b: {"op": "between", "args": [{"property": "gsd"}, a, b]}, number, number),
        st.builds(lambda v: {"op": "in", "args": [{"property": "gsd"}, v]}, st.lists(number, min_size=1, max_size=3)),
        st.builds(lambda v: {"op": "=", "args": [{"property": "word"}, v]}, st.sampled_from(made.WORDS)),
        st.builds(lambda n, v: {"op": "<", "args": [{"op": "+", "args": [{"property": "gsd"}, n]}, v]}, number, number),
    )


def conditions() -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        comparisons(),
        lambda inner: st.one_of(
            st.builds(
                lambda o, a: {"op": o, "args": a},
                st.sampled_from(["and", "or"]),
                st.lists(inner, min_size=2, max_size=3),
            ),
            st.builds(lambda a: {"op": "not", "args": [a]}, inner),
        ),
        max_leaves=6,
    )


def holds(value: object, item: dict[str, Any]) -> Any:
    """The value of an expression for an item."""
    if not isinstance(value, dict):
        return value
    if "property" in value:
        return item["properties"][value["property"].removeprefix("properties.")]
    arguments = [
        [holds(each, item) for each in argument] if isinstance(argument, list) else holds(argument, item)
        for argument in value["args"]
    ]
    operators: dict[str, Callable[..., Any]] = {
        "and": lambda *a: all(a),
        "or": lambda *a: any(a),
        "not": lambda a: not a,
        "=": lambda a, b: a == b,
        "<>": lambda a, b: a != b,
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
        "between": lambda a, b, c: b <= a <= c,
        "in": lambda a, b: a in b,
        "+": lambda a, b: a + b,
    }
    return operators[value["op"]](*arguments)


@given(conditions())
def test_conditions_hold_for_the_items_they_hold_for(index: Index, value: dict[str, Any]) -> None:
    assert found(index, value) == {item["id"] for item in ITEMS if holds(value, item)}


@given(conditions())
def test_a_condition_written_as_text_is_the_same_condition(index: Index, value: dict[str, Any]) -> None:
    text = cql2.parse_json(json.dumps(value)).to_text()
    assert found(index, from_text(text)) == found(index, value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("height IS NULL", lambda p: "height" not in p),
        ("height IS NOT NULL AND height > 1.5", lambda p: p.get("height", 0) > 1.5),
        ("word LIKE 'calm\\_%'", lambda p: p["word"] == "calm_sea"),
        ("word LIKE 'S%'", lambda p: False),
        ("CASEI(word) LIKE CASEI('S%')", lambda p: p["word"] in ("storm", "swell")),
        ("ACCENTI(word) = ACCENTI('Etale')", lambda p: p["word"] == "Étale"),
        ("open", lambda p: p.get("open") is True),
        ("open = false", lambda p: p.get("open") is False),
        ("datetime > TIMESTAMP('2010-01-01T00:00:00Z')", lambda p: (p["datetime"] or p["start_datetime"]) > "2010"),
        ("T_AFTER(datetime, DATE('2010-01-01'))", lambda p: (p["datetime"] or p["start_datetime"]) > "2010-01-02"),
        (
            "T_INTERSECTS(datetime, INTERVAL('2000-01-01', '2004-12-31'))",
            lambda p: "2000" < (p["datetime"] or p["start_datetime"]) < "2005",
        ),
        ("end_datetime < TIMESTAMP('2010-01-01T00:00:00Z')", lambda p: p.get("end_datetime", "9") < "2010"),
        ("gsd * 2 = 8", lambda p: p["gsd"] == 4),
        ("nothing.here = 1", lambda p: False),
    ],
    ids=range(14),
)
def test_forms_of_conditions(index: Index, text: str, expected: Any) -> None:
    assert found(index, from_text(text)) == {item["id"] for item in ITEMS if expected(item["properties"])}


def test_places_ids_and_collections(index: Index) -> None:
    where = "S_INTERSECTS(geometry, POLYGON((-60 -60, 60 -60, 60 60, -60 60, -60 -60)))"
    here = {item["id"] for item in ITEMS if made.meets(item, [-60, -60, 60, 60])}
    assert found(index, from_text(where)) == here
    assert found(index, from_text(f"NOT {where}")) == {item["id"] for item in ITEMS} - here
    assert found(index, from_text("S_INTERSECTS(geometry, BBOX(-60, -60, 60, 60))")) == here
    assert found(index, from_text("collection = 'rough' AND id < 'wave-004'")) == {"wave-001", "wave-003"}


@pytest.mark.parametrize(
    "value",
    [
        {"op": "no such", "args": [1, 2]},
        {"op": "="},
        {"op": "=", "args": [1]},
        {"op": "and", "args": [{"op": "=", "args": [1, 1]}]},
        {"op": "in", "args": [{"property": "gsd"}, []]},
        {"op": "in", "args": [{"property": "gsd"}, 5]},
        {"op": "=", "args": [{"property": 'a"b'}, 1]},
        {"op": "=", "args": [{"property": ""}, 1]},
        {"op": "=", "args": [{"property": 7}, 1]},
        {"op": "=", "args": [{"function": "system"}, 1]},
        {"op": "=", "args": [{"op": "eval", "args": ["1"]}, 1]},
        {"op": "s_intersects", "args": [{"property": "geometry"}, {"property": "geometry"}]},
        {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": ["x"]}]},
        {"op": "t_after", "args": [{"property": "datetime"}, "yesterday"]},
        {"op": "=", "args": [{"property": "datetime"}, {"timestamp": "now"}]},
        {"args": []},
        5,
        None,
        [],
    ],
    ids=range(19),
)
def test_what_is_no_condition_is_refused(value: object) -> None:
    with pytest.raises(BadSearch):
        condition(value)


def test_bombs_are_refused_before_they_are_parsed() -> None:
    deep: dict[str, Any] = {"op": "=", "args": [1, 1]}
    for _ in range(100):
        deep = {"op": "not", "args": [deep]}
    wide = {"op": "or", "args": [{"op": "=", "args": [1, 1]}] * 3000}
    for value in (deep, wide):
        with pytest.raises(BadSearch, match="terms"):
            condition(value)
    for text in ("(" * 5000 + "a = 1" + ")" * 5000, "a = 1 OR " * 20_000 + "a = 1", "NOT " * 10_000 + "a = 1"):
        with pytest.raises(BadSearch):
            from_text(text)


@pytest.mark.parametrize(
    "piece",
    [
        "NOT ",
        "-",
        "+",
        "a*",
        "a^",
        "a / ",
        "a % ",
        "a OR ",
        "a = 1 AND NOT ",
        "casei ",
        "'",
        '"',
        "[",
        "{",
        "(",
        "a IN (",
        "f(",
        "\\",
    ],
)
@pytest.mark.parametrize("end", ["a = 1", "1"])
def test_no_repetition_ends_the_process(piece: str, end: str) -> None:
    """In a thread, as a server reads it: its stack is smaller."""

    def read() -> None:
        for times in (250, 50_000 // len(piece) - 2):
            with suppress(BadSearch):
                condition(from_text(piece * times + end))

    with ThreadPoolExecutor(1) as thread:
        thread.submit(read).result()


def test_names_and_values_never_become_sql(index: Index) -> None:
    for name in ("x') OR 1=1 --", "a'; DROP TABLE stac; --", "$", "*", "[0]"):
        value = {"op": "=", "args": [{"property": name}, "') OR 1=1 --"]}
        assert found(index, value) == set()
    assert index.items(Search()).matched == made.NUMBER


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(BadSearch):
        condition(from_text(text))
