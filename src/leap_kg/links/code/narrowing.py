"""Branches on what a loop takes: in `if kind == "coarse":` only the turns count whose kind is that.

All turns of a loop are taken side by side, so a name has a value for each, and each value knows its turn. Within a
branch every name that knows the turn keeps those values alone that can be there; after it they are as they were. What
an arm binds knows, after the branch, the turns that lead to the arm: two branches on one loop do not mix.
"""

import ast
from typing import TYPE_CHECKING

from leap_kg.links.code import truths
from leap_kg.links.code.values import FREE, UNKNOWN_VALUE, Alternative, Choices, Values, Ways
from leap_kg.links.signal import UNKNOWN

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

Kept = dict[str, tuple[Values, Values]]
"""By name, what it stood for before, and what it stands for within the branch."""


def narrow(folder: "Folder", test: ast.expr, *, arm: bool) -> Kept:
    """Let names stand for what they can be where the test comes to `arm`; for `restore`, what they stood for."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return narrow(folder, operand, arm=not arm)
        case ast.Compare(
            left=ast.Name(id=name), ops=[_], comparators=[ast.Constant() | ast.Tuple() | ast.List() | ast.Set()]
        ):
            turns = _turns(folder, test, name, arm=arm)
            kept = _said(folder, test, name, arm=arm)
        case _:
            return {}
    for each, values in folder.scope.names.items() if turns else ():
        left = tuple(value for value in values if _fits(value, turns))
        if left and len(left) < len(values):
            kept[each] = (values, left)
    folder.scope.names |= {each: left for each, (_, left) in kept.items()}
    return kept


def forget(folder: "Folder", test: ast.expr) -> Kept:
    """Let the names that the test asks about stand for nothing that is known; for `restore`, what they stood for."""
    asked = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)} & folder.scope.names.keys()
    kept: Kept = {name: (folder.scope.names[name], (Alternative(UNKNOWN_VALUE),)) for name in asked}
    folder.scope.names |= {name: within for name, (_, within) in kept.items()}
    return kept


def ways(folder: "Folder", test: ast.expr) -> tuple[Ways, Ways] | None:
    """The choices by which the test comes to true, and to false; `None` where a value does not tell, or has none."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            found = ways(folder, operand)
            return found and (found[1], found[0])
        case ast.Compare(
            left=ast.Name(id=name), ops=[op], comparators=[ast.Constant() | ast.Tuple() | ast.List() | ast.Set()]
        ):
            values = folder.scope.get(name) or ()
            wanted = folder.fold(test.comparators[0])
        case _:
            return None
    if len(values) < 2 or len(wanted) != 1:
        return None
    leading: dict[bool, list[Choices]] = {True: [], False: []}
    for value, choices in values:
        told = truths.compared(value, op, wanted[0].value)
        if told is None or not choices:
            return None
        leading[told].append(choices)
    return tuple(leading[True]), tuple(leading[False])


def restore(folder: "Folder", kept: Kept) -> None:
    """After the branch names stand for what they stood for before it, unless it bound them."""
    for name, (before, within) in kept.items():
        if folder.scope.names.get(name) is within:
            folder.scope.names[name] = before


def _turns(folder: "Folder", test: ast.Compare, name: str, *, arm: bool) -> dict[str, set[int]]:
    """Of each loop that all values of the name know, the turns in which the test may come to `arm`."""
    values = folder.scope.names.get(name, ())
    if len(values) < 2 or not all(value.choices for value in values):
        return {}
    wanted = folder.fold(test.comparators[0])
    if len(wanted) != 1:
        return {}
    fitting = [value for value in values if truths.compared(value.value, test.ops[0], wanted[0].value) in (arm, None)]
    loops = {loop for loop, _ in values[0].choices if all(loop in dict(value.choices) for value in values)}
    return {loop: {dict(value.choices)[loop] for value in fitting} for loop in loops} if fitting else {}


def _said(folder: "Folder", test: ast.Compare, name: str, *, arm: bool) -> Kept:
    """Where `name == "a text"` holds, the name is that text, if nothing else decides what it is."""
    before = folder.scope.names.get(name)
    if not arm or before is None or not isinstance(test.ops[0], ast.Eq):
        return {}
    wanted = folder.fold(test.comparators[0])
    if len(wanted) != 1 or not isinstance(wanted[0].value, str) or not all(map(_is_open, before)):
        return {}
    return {name: (before, wanted)}


def _is_open(value: Alternative) -> bool:
    """Whether the value is not told, or may be replaced by whoever calls."""
    free = any(name == FREE for name, _ in value.choices)
    return free or value.value is UNKNOWN_VALUE or (isinstance(value.value, str) and UNKNOWN in value.value)


def _fits(value: Alternative, turns: dict[str, set[int]]) -> bool:
    return all(turn in turns[loop] for loop, turn in value.choices if loop in turns)
