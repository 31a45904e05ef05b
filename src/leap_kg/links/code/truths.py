"""Conditions that what is known decides: comparisons, `in`, `startswith`, `isinstance`, and what joins them."""

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

from leap_kg.links.code.values import Entries, Items, PathText, Value, as_text, is_free
from leap_kg.links.signal import UNKNOWN

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_PLAIN = (str, int, float, bool, type(None))
_KINDS: dict[str, type[str] | type[Items] | type[Entries]] = {
    "str": str,
    "list": Items,
    "tuple": Items,
    "dict": Entries,
}


def known(folder: "Folder", test: ast.expr) -> bool | None:
    """What the condition comes to, if it is told; its parts are visited either way."""
    match test:
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            a, b = folder.fold(left), folder.fold(right)
            if min(len(a), len(b)) > 1 or is_free(a) or is_free(b):
                return None
            return _agreed(compared(first, op, second) for first, _ in a for second, _ in b)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            told = known(folder, operand)
            return None if told is None else not told
        case ast.Call(func=ast.Name(id="isinstance"), args=[asked, ast.Name(id=kind)]) if kind in _KINDS:
            values = folder.fold(asked)
            return None if is_free(values) else _agreed(_is_of(value, kind) for value, _ in values)
        case ast.BoolOp(op=joining, values=tests):
            every = [known(folder, each) for each in tests]
            deciding = isinstance(joining, ast.Or)
            return deciding if deciding in every else _agreed(every)
    values = folder.fold(test)
    return None if is_free(values) else _agreed(_truth(value) for value, _ in values)


def compared(a: Value, op: ast.cmpop, b: Value) -> bool | None:
    """What the comparison comes to, if it is told."""
    if isinstance(op, ast.In | ast.NotIn) and isinstance(a, str) and UNKNOWN not in a and isinstance(b, str | PathText):
        within = a in as_text(b)
        return None if not within and UNKNOWN in as_text(b) else within == isinstance(op, ast.In)
    if isinstance(op, ast.In | ast.NotIn) and isinstance(b, Items) and isinstance(a, str | int):
        told = [each[0].value for each in b.each]
        if not all(isinstance(each, _PLAIN) for each in told):
            return None
        return (a in told) == isinstance(op, ast.In)
    if not isinstance(a, _PLAIN) or not isinstance(b, _PLAIN) or UNKNOWN in (a, b):
        return None
    if isinstance(op, ast.Eq | ast.Is):
        return a == b
    return a != b if isinstance(op, ast.NotEq | ast.IsNot) else None


def _is_of(value: Value, kind: str) -> bool | None:
    """Whether the value is of a kind of Python's own, where its kind is told; a list and a tuple are one here."""
    told = isinstance(value, str | int | float | bool | Items | Entries | PathText)
    return None if not told or (isinstance(value, Items) and kind != "str") else isinstance(value, _KINDS[kind])


def _truth(value: Value) -> bool | None:
    return bool(value) if value is None or isinstance(value, bool) else None


def _agreed(answers: Iterable[bool | None]) -> bool | None:
    """The answer that all give; `None` where they differ, or one is not told."""
    found = set(answers)
    return found.pop() if len(found) == 1 else None
