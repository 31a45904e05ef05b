"""Puts expressions together from what is known when they are reached: literals, names, operators, subscripts.

Nothing is run: each kind of expression has its rule here, each call in `calls`, and all else is unknown. Every
expression is visited, because a call that reads data may stand anywhere.
"""

import ast
import itertools
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from leap_kg.links.code import (
    addresses,
    arithmetic,
    attributes,
    calls,
    handing,
    known,
    narrowing,
    reaching,
    shell,
    statements,
    texts,
    truths,
)
from leap_kg.links.code.bounds import LONGEST_TEXT, MAX_DEPTH, MAX_STEPS, MOST_ITEMS
from leap_kg.links.code.evidence import Passage, Site
from leap_kg.links.code.ledger import Ledger
from leap_kg.links.code.neighbours import Neighbours
from leap_kg.links.code.scope import Scope
from leap_kg.links.code.values import (
    NOTHING,
    UNKNOWN_VALUE,
    Alternative,
    Choices,
    Class,
    Entries,
    External,
    Function,
    Items,
    PathText,
    Value,
    Values,
    as_text,
    bounded,
    elements,
    joined,
    led,
    merged,
    one,
)
from leap_kg.links.signal import Place

_NUMBERS = (bool, int, float)
_BRANCHES = ("if", "try", "match", "at")
"""How choices are called that are no turns of loops: what branches joined, what nobody knows of a list."""
_DEEPEST = 8
"""Levels of lists and dictionaries that a comprehension of dictionaries takes turn by turn."""


@lru_cache(maxsize=4096)
def _builtin(name: str) -> External:
    return External(f"builtins.{name}")


class Folder:
    """Folds the expressions of one file in the order in which they would run, and notes what they show."""

    def __init__(self, passage: Passage, ledger: Ledger, neighbours: Neighbours) -> None:
        self.passage = passage
        self.ledger = ledger
        self.neighbours = neighbours
        self.path = passage.path
        self.scope = Scope()
        self.functions: list[Function] = []
        self.derived: list[tuple[Class, ast.ClassDef, Passage]] = []
        """Classes that are derived from others, where they stand."""
        self.options: dict[str, Values] = {}
        """What command-line options default to, by name."""
        self.active: list[Function] = []
        self.returned: dict[object, Values] = {}
        """What functions returned that were followed with these arguments before."""
        self.yielded: list[Alternative] = []
        """What the generator that is being followed gave so far."""
        self.unresolved: list[reaching.Open] = []
        """Known calls that are given what could not be put together."""
        self.site: Site | None = None
        """The call in this file by which code of another file is followed."""
        self.untaken = 0
        """How many of the branches around are never taken, as constants have it."""
        self.undecided = 0
        """How many of the branches around, in code of another file, go one way or the other."""
        self.elsewhere = 0
        """How many of the branches around are never taken by the call that is being followed."""
        self.steps = 0
        self.idle = 0
        self.depth = 0
        self._rules: dict[type[ast.expr], Callable[[Any], Values]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Call: self._call,
            ast.JoinedStr: self._formatted,
            ast.BinOp: self._operation,
            ast.Subscript: self._subscript,
            ast.List: self._items,
            ast.Tuple: self._items,
            ast.Set: self._items,
            ast.Dict: self._entries,
            ast.IfExp: self._conditional,
            ast.BoolOp: self._alternatives,
            ast.ListComp: self._comprehension,
            ast.SetComp: self._comprehension,
            ast.GeneratorExp: self._comprehension,
            ast.DictComp: self._mapping,
            ast.Lambda: self._lambda,
            ast.NamedExpr: self._named,
            ast.Starred: self._starred,
            ast.Await: self._starred,
            ast.UnaryOp: self._unary,
        }

    def leave(self) -> None:
        """The file is done. Its names and functions hold one another, and with them its tree, until somebody looks for
        such circles, unless they are taken apart.
        """
        self._rules.clear()
        self.scope.names.clear()
        self.functions.clear()
        self.returned.clear()

    @property
    def spent(self) -> bool:
        """Whether the file took all the work that is allowed to it."""
        return self.steps > MAX_STEPS

    def fold(self, node: ast.expr | None) -> Values:
        """What the expression may be."""
        if node is None:
            return NOTHING
        self.steps += 1
        if self.depth >= MAX_DEPTH or self.steps > MAX_STEPS:
            return NOTHING
        rule = self._rules.get(node.__class__)
        self.depth += 1
        try:
            if rule is not None:
                return rule(node)
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self.fold(child)
        finally:
            self.depth -= 1
        return NOTHING

    def place(self, node: ast.expr, told: ast.expr | None = None) -> Place:
        """Where a call shows: there, or at the call in this file that led to it."""
        return self.site.passage.of(self.site.call) if self.site else self.passage.of(node, told)

    @property
    def sure(self) -> bool:
        """Whether what is seen is at most one call away from this file, for further on branches mix what was not meant,
        and not under a condition that a constant of the file makes false.
        """
        return not self.untaken and (self.site is None or len(self.active) <= self.site.depth + 1)

    def sure_of(self, address: str, when: Choices = ()) -> bool:
        """The same, of one address under its choices: what the call in this file passes whole is what was meant,
        however far it goes, and so is what no branch on the way decided.
        """
        if self.sure or self.untaken or self.site is None:
            return self.sure
        return address in self.site.texts or not (self.undecided or any(map(_is_branch, when)))

    def concerned(self, address: str) -> bool:
        """Whether a signal of `address` belongs to this file."""
        return self.site is None or self.site.concerns(address)

    def mention(self, values: Values, node: ast.expr) -> None:
        """Texts that look like data by themselves are noted."""
        if self.site is not None:
            return
        for value, _ in values:
            if isinstance(value, str) and "://" in value:
                address = addresses.looking(value)
                if address is not None:
                    self.ledger.mention(address, self.passage, node)

    # --- rules ------------------------------------------------------------------------------------------

    def _constant(self, node: ast.Constant) -> Values:
        value = node.value
        if isinstance(value, str):
            if len(value) > LONGEST_TEXT:
                return NOTHING
            result = one(value)
            if "://" in value:
                self.mention(result, node)
            return result
        if value is Ellipsis and node.lineno in self.passage.shell:
            shell.run(self, node)
        if value is None or isinstance(value, _NUMBERS):
            return one(value if not isinstance(value, int) or abs(value) < 10**12 else UNKNOWN_VALUE)
        return NOTHING

    def _name(self, node: ast.Name) -> Values:
        found = self.scope.get(node.id)
        if found is not None:
            return found
        if node.id == "__file__":
            return one(PathText(self.passage.path))
        if node.id in known.CONVENTIONS:
            return one(External(known.CONVENTIONS[node.id]))
        return one(_builtin(node.id))

    def _attribute(self, node: ast.Attribute) -> Values:
        return attributes.of(self.fold(node.value), node.attr, self)

    def _call(self, node: ast.Call) -> Values:
        result = calls.call(self, node)
        self.mention(result, node)
        return result

    def _formatted(self, node: ast.JoinedStr) -> Values:
        pieces = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                given = self.fold(part.value)
                specification = self.fold(part.format_spec)[0].value if part.format_spec else ""
                conversion = "r" if part.conversion == ord("r") else ""
                pieces.append(texts.shown(given, as_text(specification), conversion))
            elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                pieces.append(one(part.value))
        result = joined(pieces)
        self.mention(result, node)
        return result

    def _operation(self, node: ast.BinOp) -> Values:
        # A sum of many texts leans to the left: it is taken apart here, not level by level.
        terms: list[tuple[ast.operator | None, ast.expr]] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and len(terms) < MOST_ITEMS:
            terms.append((left.op, left.right))
            left = left.left
        result = self.fold(left)
        for operator, term in reversed(terms):
            right = self.fold(term)
            piped = handing.piped(self, result, right, term) if isinstance(operator, ast.BitOr) else None
            if isinstance(operator, ast.RShift):
                # `"label" >> step` of a pipeline.
                result = right if isinstance(result[0].value, str) else NOTHING
            else:
                result = arithmetic.combined(result, operator, right) if piped is None else piped
        self.mention(result, node)
        return result

    def _subscript(self, node: ast.Subscript) -> Values:
        return attributes.item(self.fold(node.value), self.fold(node.slice), node, self)

    def _items(self, node: ast.List | ast.Tuple | ast.Set) -> Values:
        return one(Items(tuple(itertools.chain.from_iterable(map(self._element, node.elts[:MOST_ITEMS])))))

    def _element(self, node: ast.expr) -> Sequence[Values]:
        values = self.fold(node)
        if isinstance(node, ast.Starred):
            inner = values[0].value
            return inner.each if isinstance(inner, Items) else [NOTHING]
        return [values]

    def _entries(self, node: ast.Dict) -> Values:
        each: dict[str | int, Values] = {}
        for key, value in itertools.islice(zip(node.keys, node.values, strict=True), MOST_ITEMS):
            folded = self.fold(value)
            if key is None:
                for more in folded:
                    if isinstance(more.value, Entries):
                        each.update(more.value.each)
                continue
            for name, when in self.fold(key):
                if isinstance(name, str | int):
                    each[name] = under(folded, when)
        return one(Entries(each))

    def _conditional(self, node: ast.IfExp) -> Values:
        told = truths.known(self, node.test)
        body, other = self.fold(node.body), self.fold(node.orelse)
        if told is not None:
            return body if told else other
        ways = narrowing.ways(self, node.test)
        if ways is not None:
            body, other = led(body, ways[0]), led(other, ways[1])
        return bounded(each for each in (*body, *other) if each.value is not None)

    def _alternatives(self, node: ast.BoolOp) -> Values:
        each = [self.fold(value) for value in node.values]
        if isinstance(node.op, ast.And):
            return each[-1]
        told = [alternative for values in each for alternative in values if alternative.value not in (None, "")]
        return bounded(told)

    def turns(self, target: ast.expr, source: ast.expr, name: str) -> None:
        """Bind what a loop takes from `source`, all turns side by side."""
        statements.assign(self, target, elements(self.fold(source), name))

    def _within(self, generators: Iterable[ast.comprehension]) -> None:
        for each in generators:
            self.turns(each.target, each.iter, f"for{each.iter.lineno}:{each.iter.col_offset}")
            for condition in each.ifs:
                self.fold(condition)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Values:
        outer, self.scope = self.scope, Scope(self.scope)
        try:
            self._within(node.generators)
            values = self.fold(node.elt)
        finally:
            self.scope = outer
        name = f"for{node.generators[0].iter.lineno}:{node.generators[0].iter.col_offset}"
        return one(Items(tuple((Alternative(each.value, _without(each.choices, name)),) for each in values)))

    def _mapping(self, node: ast.DictComp) -> Values:
        outer, self.scope = self.scope, Scope(self.scope)
        try:
            self._within(node.generators)
            keys, values = self.fold(node.key), self.fold(node.value)
        finally:
            self.scope = outer
        each: dict[str | int, Values] = {}
        for key, when in keys:
            if isinstance(key, str | int):
                each[key] = tuple(Alternative(turn(v, when), ()) for v, _ in under(values, when))
        return one(Entries(each))

    def _lambda(self, node: ast.Lambda) -> Values:
        function = Function(node, self.scope, self.passage, {})
        if self.site is None:
            self.functions.append(function)
        return one(function)

    def _named(self, node: ast.NamedExpr) -> Values:
        values = self.fold(node.value)
        statements.assign(self, node.target, values)
        return values

    def _starred(self, node: ast.Starred | ast.Await) -> Values:
        return self.fold(node.value)

    def _unary(self, node: ast.UnaryOp) -> Values:
        values = self.fold(node.operand)
        value = values[0].value
        if isinstance(node.op, ast.USub) and len(values) == 1 and isinstance(value, int | float):
            return one(-value)
        return NOTHING


def under(values: Values, when: tuple[tuple[str, int], ...]) -> Values:
    """The values that may come under the choices `when`."""
    if not when:
        return values
    return tuple(Alternative(v, both) for v, also in values if (both := merged(when, also)) is not None) or NOTHING


def _is_branch(choice: tuple[str, int]) -> bool:
    return choice[0].startswith(_BRANCHES)


def turn(value: Value, when: Choices, depth: int = 0) -> Value:
    """The value as it is under the choices `when`, with lists and dictionaries within it."""
    if not when or depth > _DEEPEST:
        return value
    match value:
        case Entries(each=each):
            return Entries({key: _turned(inner, when, depth) for key, inner in each.items()})
        case Items(each=places):
            return Items(tuple(_turned(inner, when, depth) for inner in places))
    return value


def _turned(values: Values, when: Choices, depth: int) -> Values:
    return tuple(Alternative(turn(v, when, depth + 1), also) for v, also in values if merged(when, also) is not None)


def _without(choices: tuple[tuple[str, int], ...], name: str) -> tuple[tuple[str, int], ...]:
    return tuple(each for each in choices if each[0] != name)
