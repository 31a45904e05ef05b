"""Operators between values: sums, paths that are put together with `/`, `%`, numbers, dictionaries that are joined."""

import ast

from leap_kg.links.code import moments, texts
from leap_kg.links.code.bounds import MOST_ITEMS
from leap_kg.links.code.values import (
    NOTHING,
    UNKNOWN_VALUE,
    Alternative,
    Catalogue,
    Entries,
    Handle,
    Items,
    PathText,
    Value,
    Values,
    as_text,
    bounded,
    joined,
    merged,
    pairs,
)
from leap_kg.links.signal import UNKNOWN


def combined(left: Values, operator: ast.operator | None, right: Values) -> Values:
    """What the operator makes of the two; unknown for those that make no text, path or number."""
    if isinstance(operator, ast.Add):
        if any(isinstance(each.value, str) for each in (*left, *right)):
            return joined([left, right])
        return bounded(Alternative(_sum(a, b), when) for a, b, when in pairs(left, right))
    if isinstance(operator, ast.Div):
        return bounded(Alternative(_divided(a, b), when) for a, b, when in pairs(left, right))
    if isinstance(operator, ast.Mod) and isinstance(left[0].value, str):
        return bounded(
            Alternative(each.value, both)
            for text, when in left
            for each in (texts.percent(text, right) if isinstance(text, str) else NOTHING)
            if (both := merged(when, each.choices)) is not None
        )
    if isinstance(operator, ast.Sub | ast.Mult | ast.FloorDiv | ast.BitOr):
        return bounded(Alternative(_number(a, operator, b), when) for a, b, when in pairs(left, right))
    return NOTHING


def _sum(a: Value, b: Value) -> Value:
    if isinstance(a, Items) and isinstance(b, Items) and len(a.each) + len(b.each) <= MOST_ITEMS:
        return Items(a.each + b.each)
    if (later := moments.shifted(a, b, 1)) is not None:
        return later
    return a + b if isinstance(a, int | float) and isinstance(b, int | float) else UNKNOWN_VALUE


def _divided(a: Value, b: Value) -> Value:
    if isinstance(a, PathText | Handle | Catalogue | str) and isinstance(b, str | PathText | int):
        return PathText(f"{as_text(a).rstrip('/')}/{as_text(b).lstrip('/')}")
    if isinstance(b, PathText):
        return PathText(f"{as_text(a)}/{b.text}")
    if isinstance(a, PathText):
        return PathText(f"{a.text.rstrip('/')}/{UNKNOWN}")
    return UNKNOWN_VALUE


def _number(a: Value, operator: ast.operator, b: Value) -> Value:
    if isinstance(operator, ast.BitOr):
        return Entries({**a.each, **b.each}) if isinstance(a, Entries) and isinstance(b, Entries) else UNKNOWN_VALUE
    if isinstance(a, Items) and isinstance(b, int) and isinstance(operator, ast.Mult):
        return Items(a.each * b) if 0 < b * len(a.each) <= MOST_ITEMS else UNKNOWN_VALUE
    if isinstance(operator, ast.Sub) and (earlier := moments.shifted(a, b, -1)) is not None:
        return earlier
    if not isinstance(a, int) or not isinstance(b, int) or max(abs(a), abs(b)) > 10**9:
        return UNKNOWN_VALUE
    if isinstance(operator, ast.Sub):
        return a - b
    if isinstance(operator, ast.Mult):
        return a * b
    return a // b if b else UNKNOWN_VALUE
