"""Addresses in what people read: comments, docstrings and text cells. Only mentions, never a use."""

import ast
from bisect import bisect_right

from leap_kg.links.code import addresses, trees
from leap_kg.links.code.evidence import Passage
from leap_kg.links.code.ledger import Ledger

_LONGEST_LINE = 10_000


def comments(tree: ast.Module | None, passage: Passage, ledger: Ledger) -> None:
    """Comments and bare texts of Python. What is in neither is code, and read as such; without a tree all is text."""
    hits = [
        (number, column, address)
        for number, line in enumerate(passage.lines, start=1)
        if "://" in line
        for column, address in addresses.within(line[:_LONGEST_LINE])
    ]
    if not hits:
        return
    spans, bare = _literals(tree) if tree is not None else ([], set())
    starts = [start for start, _ in spans]
    for number, column, address in hits:
        before = passage.lines[number - 1][:column]
        at = (number, len(before.encode(errors="replace")))
        place = bisect_right(starts, at) - 1
        if place < 0 or at >= spans[place][1]:
            if number not in passage.shell or "#" in before:
                via = "comment" if tree is not None else "unparsed code"
                ledger.prose(address, passage.place(number, number, column), via)
        elif spans[place] in bare:
            ledger.prose(address, passage.place(number, number, column), "docstring")


_Span = tuple[tuple[int, int], tuple[int, int]]


def _literals(tree: ast.Module) -> tuple[list[_Span], set[_Span]]:
    spans: list[_Span] = []
    bare: set[_Span] = set()
    inside: set[int] = set()
    for node in trees.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            bare.add(_span(node.value))
        if isinstance(node, ast.JoinedStr):
            # The positions of pieces within an f-string are not those of the file.
            inside.update(id(inner) for value in node.values for inner in trees.walk(value))
        if id(node) not in inside and (
            isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))
        ):
            spans.append(_span(node))
    return sorted(spans), bare


def _span(node: ast.expr) -> _Span:
    return (node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or 0)


def text(passage: Passage, ledger: Ledger) -> None:
    """A cell of Markdown or plain text."""
    for number, line in enumerate(passage.lines, start=1):
        if "://" not in line:
            continue
        for column, address in addresses.within(line[:_LONGEST_LINE]):
            ledger.prose(address, passage.place(number, number, column), "text cell")
