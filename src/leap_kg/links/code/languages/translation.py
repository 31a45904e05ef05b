"""What the translations of R, Julia and shell into Python's `ast` share: places, names, calls, functions.

The tree of `ast` is what constants are put together from, whatever the language; it is never compiled. Hazard: trees
are as deep as their author likes; what lies deeper than `_DEEPEST` is passed over.
"""

import ast
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from tree_sitter import Node

from leap_kg.links.code.languages.nodes import Block, Closure, Deferred

_DEEPEST = 80
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|[uU]\{?([0-9A-Fa-f]{1,8})\}?|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}

_FRAGMENTS = {"comment", "line_comment", "block_comment", "identifier", "string", "string_literal", "word", "argument"}
"""What is no statement where it was torn out of one."""

Positioned = TypeVar("Positioned", bound=ast.expr | ast.stmt | ast.keyword)
_Rule = Callable[[Node], ast.expr]


class Translator:
    """Turns the nodes of one tree into statements and expressions; what it has no rule for becomes an unknown."""

    def __init__(self) -> None:
        self.depth = 0
        self.rules: dict[str, _Rule] = {}

    def statements(self, nodes: Iterable[Node]) -> list[ast.stmt]:
        """The statements of a program or a block, in order."""
        found: list[ast.stmt] = []
        for node in nodes:
            if self.depth < _DEEPEST:
                self.depth += 1
                found += self.statement(node)
                self.depth -= 1
        return found

    def statement(self, node: Node) -> list[ast.stmt]:
        """One statement; what is none is an expression that stands alone."""
        return [placed(ast.Expr(self.expression(node)), node)]

    def expression(self, node: Node | None) -> ast.expr:
        """One expression; nothing is an unknown."""
        if node is None:
            return ast.Constant(..., lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)
        if self.depth >= _DEEPEST:
            return unknown(node)
        self.depth += 1
        found = self.rules.get(node.type, self.parts)(node)
        self.depth -= 1
        return found

    def parts(self, node: Node) -> ast.expr:
        """A node that means nothing here: what is in it may."""
        return self.block(node, sound(node))

    def block(self, node: Node, nodes: Sequence[Node]) -> ast.expr:
        """Statements whose last is what the whole comes to."""
        body = self.statements(nodes)
        value: ast.expr = unknown(node)
        if body and isinstance(last := body[-1], ast.Expr):
            value = last.value
            body.pop()
        elif body and isinstance(last := body[-1], ast.Assign) and isinstance(name := last.targets[0], ast.Name):
            value = name
        return placed(Block(body=body, value=value), node) if body else value

    def function(self, node: Node, called: str, parameters: ast.arguments, body: Sequence[Node]) -> ast.FunctionDef:
        """A function, which returns what its last statement comes to."""

        def translated() -> list[ast.stmt]:
            found = type(self)().statements(body)
            returning(found)
            return found

        return placed(Deferred(called, parameters, translated), node)

    def closure(self, node: Node, parameters: ast.arguments, body: Sequence[Node]) -> ast.expr:
        """A function without a name."""
        return placed(Closure(definition=self.function(node, "", parameters, body)), node)


def sound(node: Node) -> list[Node]:
    """What is in the node; of what is not of the language, only what is well formed by itself."""
    if node.type != "ERROR":
        return node.named_children
    return [child for child in node.named_children if stands_alone(child)]


def stands_alone(node: Node) -> bool:
    """Whether a node is well formed, and means something by itself."""
    return node.is_named and not node.has_error and node.type not in _FRAGMENTS


def placed(new: Positioned, node: Node, end: Node | None = None) -> Positioned:
    """`new`, where `node` stands; up to the end of `end`."""
    row, column = node.start_point
    last, end_column = (end or node).end_point
    new.lineno, new.col_offset, new.end_lineno, new.end_col_offset = row + 1, column, last + 1, end_column
    return new


def unknown(node: Node) -> ast.expr:
    """An expression of which nothing is known."""
    return placed(ast.Constant(...), node)


def constant(value: str | int | float | bool | None, node: Node) -> ast.expr:
    """A literal."""
    return placed(ast.Constant(value), node)


def name(text: str, node: Node) -> ast.Name:
    """A name."""
    return placed(ast.Name(text, ast.Load()), node)


def call(function: str, arguments: list[ast.expr], node: Node) -> ast.Call:
    """A call of something that the language has, by the name that its library knows it by."""
    return placed(ast.Call(name(function, node), arguments, []), node)


def number(text: str, node: Node) -> ast.expr:
    """A number as it is written; one that is shown in another way than it is written is unknown."""
    plain = text.rstrip("Li").replace("_", "")
    if plain.isascii() and plain.isdigit() and len(plain) < 12:
        return constant(int(plain), node)
    whole, _, rest = plain.partition(".")
    if whole.isascii() and whole.isdigit() and len(plain) < 12 and (not rest or (rest.isascii() and rest.isdigit())):
        value = float(plain)
        return constant(int(value) if value.is_integer() and text.endswith("L") else value, node)
    return unknown(node)


def unescaped(text: str) -> str:
    """The text that an escaped one stands for."""
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(match: "re.Match[str]") -> str:
    code = match[1] or match[2]
    if code:
        point = int(code, 16)
        return chr(point) if point < 0x110000 and not 0xD800 <= point < 0xE000 else "?"
    return _ESCAPED.get(match[3], match[3])


def text_of(node: Node | None) -> str:
    """What the node says in the file."""
    return node.text.decode("utf-8", "replace") if node is not None and node.text is not None else ""


def arguments(names: Sequence[str], defaults: Sequence[ast.expr]) -> ast.arguments:
    """Parameters of a function, each with its default."""
    return ast.arguments([], [ast.arg(each) for each in names], None, [], [], None, list(defaults))


def returning(body: list[ast.stmt]) -> None:
    """Let the last of the statements be what is returned."""
    if not body:
        return
    match body[-1]:
        case ast.Expr(value=value) as last:
            body[-1] = ast.copy_location(ast.Return(value), last)
        case ast.If() as last:
            returning(last.body)
            returning(last.orelse)
        case ast.Try() as last:
            returning(last.body)
        case ast.Assign(targets=[ast.Name() as bound]) as last:
            body.append(ast.copy_location(ast.Return(bound), last))
