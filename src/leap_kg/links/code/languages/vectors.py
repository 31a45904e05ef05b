"""Texts put together element by element, as R and Julia do it: `paste0`, `sprintf`, ranges, `map`.

A vector is `Items`; one of names and values is `Entries`. What is shorter is taken again from its start.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from leap_kg.links.code import texts
from leap_kg.links.code.bounds import MOST_ITEMS, MOST_VALUES
from leap_kg.links.code.values import (
    NOTHING,
    UNKNOWN_VALUE,
    Alternative,
    Entries,
    Handle,
    Items,
    PathText,
    Value,
    Values,
    as_text,
    bounded,
    elements,
    joined,
    one,
    only,
    pairs,
)

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_EMPTY = one("")

Applied = Callable[[Value, list[Values]], Values]
"""Calls a function value with arguments."""


def rows(arguments: Sequence[Values], combined: Callable[[list[Values]], Values]) -> Values:
    """`combined` of the arguments, or of their elements where any of them is a vector."""
    vectors = [listed(each) for each in arguments]
    longest = max((len(each) for each in vectors if each is not None), default=0)
    if not longest:
        return combined(list(arguments))
    if longest > MOST_ITEMS:
        return NOTHING
    return one(
        Items(
            tuple(
                combined(
                    [
                        given if row is None else row[turn % len(row)] if row else NOTHING
                        for given, row in zip(arguments, vectors, strict=True)
                    ]
                )
                for turn in range(longest)
            )
        )
    )


def listed(values: Values) -> tuple[Values, ...] | None:
    """The elements of a vector; `None` for what is none, or not surely one."""
    value = only(values)
    if isinstance(value, Entries):
        return tuple(value.each.values())
    return value.each if isinstance(value, Items) else None


def pasted(arguments: Sequence[Values], separator: Values = _EMPTY, collapse: Values | None = None) -> Values:
    """R's `paste`: element by element, then all in one if `collapse` is given."""

    def combined(row: list[Values]) -> Values:
        pieces = [piece for each in row for piece in (separator, shown(each))][1:]
        return joined(pieces)

    result = rows(arguments, combined)
    if collapse is None or only(collapse) is None or (each := listed(result)) is None:
        return result
    return joined([piece for item in each for piece in (collapse, item)][1:])


def shown(values: Values) -> Values:
    """As a piece of a text; a function of a library that nobody knows is an unknown piece."""
    return tuple(Alternative(as_text(value), when) for value, when in values)


def formatted(template: Values, arguments: Sequence[Values]) -> Values:
    """`sprintf`."""

    def combined(row: list[Values]) -> Values:
        pattern = only(row[0])
        return texts.percent(pattern, one(Items(tuple(row[1:])))) if isinstance(pattern, str) else NOTHING

    return rows([template, *arguments], combined)


def counted(bounds: Sequence[Values], *, last_is_step: bool = False) -> Values:
    """The whole numbers from the first to the last bound, both included; unknown where there are many."""
    told = [only(each) for each in bounds]
    numbers = [each for each in told if isinstance(each, int) and not isinstance(each, bool)]
    if len(numbers) != len(told) or not 2 <= len(numbers) <= 3:
        return NOTHING
    first, last, step = numbers[0], numbers[-1], 1
    if len(numbers) == 3:
        last, step = (numbers[1], numbers[2]) if last_is_step else (numbers[2], numbers[1])
    if step == 0:
        return NOTHING
    if last < first and step == 1:
        step = -1
    turns = range(first, last + (1 if step > 0 else -1), step)
    return one(Items(tuple(map(one, turns)))) if len(turns) <= MOST_VALUES else NOTHING


def flattened(given: Sequence[Values]) -> Items:
    """R's `c`: vectors within the vector are taken apart."""
    found: list[Values] = []
    for each in given:
        inner = listed(each)
        found += [each] if inner is None else inner
    return Items(tuple(found[:MOST_ITEMS]))


def mapped(folder: "Folder", function: Value, sources: Sequence[Values], name: str, applied: Applied) -> Values:
    """The function applied to the elements, all turns side by side; the results are a vector."""
    turns = [elements(one(Items(inner)) if (inner := listed(each)) is not None else each, name) for each in sources]
    results = applied(function, turns)
    return one(Items(tuple((Alternative(value),) for value, _ in results)))


def numbered(values: Values) -> Values:
    """The places of a vector's elements, from 1."""
    each = listed(values)
    return one(Items(tuple(one(place) for place in range(1, len(each) + 1)))) if each is not None else NOTHING


def multiplied(a: Values, b: Values) -> Values:
    """Julia's `*`: texts one after another, or a product."""

    def combined(row: list[Values]) -> Values:
        if any(isinstance(value, str | PathText | Handle) for each in row for value, _ in each):
            return joined(row)
        return bounded(Alternative(_product(x, y), when) for x, y, when in pairs(*row))

    return rows([a, b], combined)


def _product(a: Value, b: Value) -> Value:
    plain = isinstance(a, int) and isinstance(b, int) and max(abs(a), abs(b)) < 10**6
    return a * b if plain and isinstance(a, int) and isinstance(b, int) else UNKNOWN_VALUE


def replaced(values: Values, old: Value, new: Values) -> Values:
    """Each text with `old`, a plain text, replaced."""
    if not isinstance(old, str) or not old:
        return NOTHING

    def combined(row: list[Values]) -> Values:
        return bounded(
            Alternative(text.replace(old, as_text(by)) if isinstance(text, str) else UNKNOWN_VALUE, when)
            for text, by, when in pairs(*row)
        )

    return rows([values, new], combined)
