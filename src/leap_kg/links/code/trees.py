"""The nodes of a tree of Python, without those that have none below them and say nothing by themselves."""

import ast
from collections.abc import Iterator

_EMPTY = (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop)


def children(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes right below."""
    for name in node._fields:
        value = getattr(node, name, None)
        if value.__class__ is list:
            for each in value:
                if isinstance(each, ast.AST):
                    yield each
        elif isinstance(value, ast.AST) and not isinstance(value, _EMPTY):
            yield value


def walk(tree: ast.AST) -> Iterator[ast.AST]:
    """The tree and all below it, in no order that is worth knowing."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += children(node)
