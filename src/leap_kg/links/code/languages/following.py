"""Follows code of R, Julia or shell as Python is followed; what its library does differs, and is asked of a `Library`.

Names that nobody bound are functions or modules of the language. Vectors count from 1.
"""

import ast
from typing import Protocol

from leap_kg.links.code import attributes, functions, noting, statements
from leap_kg.links.code.bounds import MOST_ITEMS
from leap_kg.links.code.evidence import Passage
from leap_kg.links.code.folding import Folder
from leap_kg.links.code.languages import vectors
from leap_kg.links.code.languages.nodes import Block, Closure
from leap_kg.links.code.ledger import Ledger
from leap_kg.links.code.neighbours import Neighbours
from leap_kg.links.code.values import (
    NOTHING,
    UNKNOWN_VALUE,
    Alternative,
    Entries,
    External,
    Function,
    Handle,
    Items,
    Value,
    Values,
    bounded,
    elements,
    joined,
    merged,
    one,
    only,
)
from leap_kg.links.signal import Role


class Library(Protocol):
    """What the functions of a language do."""

    building: frozenset[str]
    """Functions that put texts together: their arguments are pieces, not addresses."""

    def call(
        self, folder: "Follower", full: str, node: ast.Call, given: list[Values], named: dict[str, Values]
    ) -> Values:
        """What the function of that full name returns; what it reads and writes is noted."""
        ...

    def turned(self, value: Value) -> Value:
        """What a loop over `value` takes its turns from."""
        ...

    def told(self, name: str) -> Values:
        """What a name stands for that nobody bound."""
        ...


class Follower(Folder):
    """Folds the code of one file that is not Python."""

    def __init__(self, passage: Passage, ledger: Ledger, neighbours: Neighbours, library: Library) -> None:
        super().__init__(passage, ledger, neighbours)
        self.library = library
        self._pieces = 0
        self._rules |= {Block: self._block, Closure: self._closure}

    def mention(self, values: Values, node: ast.expr) -> None:
        """As for Python; pieces of a text that is being put together are not told."""
        if not self._pieces:
            super().mention(values, node)

    def turns(self, target: ast.expr, source: ast.expr, name: str) -> None:
        """Bind what a loop takes from `source`, all turns side by side."""
        folded = self.fold(source)
        taken = tuple(Alternative(self.library.turned(value), when) for value, when in folded)
        statements.assign(self, target, elements(taken, name))

    def applied(self, function: Value, given: list[Values], named: dict[str, Values], node: ast.Call) -> Values:
        """What `function` returns for these arguments."""
        match function:
            case Function():
                return functions.follow(self, function, *_matched(function, given, named), node)
            case External(name=full):
                return self.library.call(self, full, node, given, named)
            case Handle():
                return self._inside(function, given, node)
        return NOTHING

    def _inside(self, handle: Handle, given: list[Values], node: ast.Call) -> Values:
        """`bucket$path("file")`; any other method gives the same."""
        key = node.func.slice if isinstance(node.func, ast.Subscript) else None
        if not isinstance(key, ast.Constant) or key.value != "path":
            return one(handle)
        self.ledger.consume(handle.origin)
        inside = joined([one(handle.target.rstrip("/")), *(piece for each in given for piece in (one("/"), each))])
        return noting.noted(self, Role.READS, inside, node, None, "path", yields=True)

    # --- rules ------------------------------------------------------------------------------------------

    def _name(self, node: ast.Name) -> Values:
        return self.scope.get(node.id) or self.library.told(node.id)

    def _call(self, node: ast.Call) -> Values:
        called = self.fold(node.func)
        building = (
            isinstance(value := only(called), External) and value.name.rpartition("::")[2] in self.library.building
        )
        self._pieces += building
        try:
            given, named = self._arguments(node)
        finally:
            self._pieces -= building
        if len(called) == 1 and not called[0].choices:
            result = self.applied(called[0].value, given, named, node)
        else:
            result = bounded(
                Alternative(inner, both)
                for value, when in called
                for inner, also in self.applied(value, given, named, node)
                if (both := merged(when, also)) is not None
            )
        if isinstance(only(closure := named.get("do", NOTHING)), Function):
            self.applied(only(closure), [result], {}, node)
        if building:
            for each in vectors.listed(result) or (result,):
                self.mention(each, node)
        if building and result == NOTHING:
            for values, argument in zip(given, node.args, strict=False):
                self.mention(values, argument)
        return result

    def _arguments(self, node: ast.Call) -> tuple[list[Values], dict[str, Values]]:
        given: list[Values] = []
        for argument in node.args[:MOST_ITEMS]:
            values = self.fold(argument)
            inner = vectors.listed(values) if isinstance(argument, ast.Starred) else None
            given += [values] if inner is None else inner
        named = {each.arg: self.fold(each.value) for each in node.keywords[:MOST_ITEMS] if each.arg is not None}
        return given, named

    def _subscript(self, node: ast.Subscript) -> Values:
        values, keys = self.fold(node.value), self.fold(node.slice)
        if isinstance(picked := only(keys), Items):
            each = vectors.listed(values)
            places = [only(key) for key in picked.each]
            if each is None or not all(isinstance(place, int) for place in places):
                return NOTHING
            return one(Items(tuple(each[p - 1] for p in places if isinstance(p, int) and 0 < p <= len(each))))
        return bounded(
            Alternative(inner, both)
            for value, when in values
            for key, also in keys
            if (at := merged(when, also)) is not None
            for inner, more in self._taken(value, key, node)
            if (both := merged(at, more)) is not None
        )

    def _taken(self, value: Value, key: Value, node: ast.Subscript) -> Values:
        if isinstance(value, External):
            return attributes.of(one(value), key, self) if isinstance(key, str) else NOTHING
        if isinstance(value, str):
            return one(value) if key in (1, UNKNOWN_VALUE) else NOTHING
        if isinstance(value, Entries) and isinstance(key, int) and key not in value.each:
            value = Items(tuple(value.each.values()))
        if isinstance(value, Items) and isinstance(key, int):
            key = key - 1 if key > 0 else UNKNOWN_VALUE
        return attributes.item(one(value), one(key), node, self)

    def _block(self, node: Block) -> Values:
        statements.body(self, node.body)
        return self.fold(node.value)

    def _closure(self, node: Closure) -> Values:
        places = node.definition.args.args
        defaults = {
            place.arg: self.fold(default) for place, default in zip(places, node.definition.args.defaults, strict=True)
        }
        made = Function(node.definition, self.scope, self.passage, defaults)
        if self.site is None:
            self.functions.append(made)
        return one(made)


def _matched(
    function: Function, given: list[Values], named: dict[str, Values]
) -> tuple[list[Values], dict[str, Values]]:
    """Arguments by name first; the others fill the places that are left."""
    places = [each.arg for each in function.node.args.args if each.arg not in named]
    return [], {**dict(zip(places, given, strict=False)), **named}
