"""R as statements of Python's `ast`; https://cran.r-project.org/doc/manuals/r-release/R-lang.html.

Calls keep R's names (`terra::rast`, `read.csv`); an element (`x$y`, `x[["y"]]`, `x[i]`) is a subscript. A pipe is a
call with the piped value before its arguments.
"""

import ast
import re
from collections.abc import Iterator

from tree_sitter import Node

from leap_kg.links.code.languages.nodes import Block
from leap_kg.links.code.languages.translation import (
    Translator,
    arguments,
    call,
    constant,
    name,
    number,
    placed,
    sound,
    text_of,
    unescaped,
    unknown,
)

_TO_LEFT = {"<-", "=", "<<-", ":="}
_TO_RIGHT = {"->", "->>"}
_COMPARED: dict[str, type[ast.cmpop]] = {"==": ast.Eq, "!=": ast.NotEq, "%in%": ast.In}
_PIPES = {"|>", "%>%", "%T>%", "%!>%", "%<>%"}
_RAW = re.compile(r"[rR]([\"'])(-*)[(\[{](.*)[)\]}]\2\1\Z", re.DOTALL)


class R(Translator):
    """The translation of R."""

    def __init__(self) -> None:
        super().__init__()
        self.rules = {
            "identifier": lambda node: name(text_of(node).strip("`"), node),
            "namespace_operator": lambda node: name(text_of(node).replace(":::", "::"), node),
            "string": _string,
            "integer": lambda node: number(text_of(node), node),
            "float": lambda node: number(text_of(node), node),
            "true": lambda node: constant(True, node),
            "false": lambda node: constant(False, node),
            "null": lambda node: constant(None, node),
            "dots": unknown,
            "call": self._call,
            "subset": self._subset,
            "subset2": self._subset,
            "extract_operator": self._extracted,
            "function_definition": self._function,
            "binary_operator": self._operator,
            "unary_operator": self._unary,
            "if_statement": self._conditional,
            "braced_expression": lambda node: self.block(node, _all(node, "body")),
            "parenthesized_expression": lambda node: self.block(node, _all(node, "body")),
            "for_statement": lambda node: self.block(node, [node]),
            "while_statement": lambda node: self.block(node, [node]),
            "repeat_statement": lambda node: self.block(node, [node]),
        }

    def statement(self, node: Node) -> list[ast.stmt]:
        """One statement of R."""
        match node.type:
            case "comment":
                return []
            case "program" | "ERROR":
                return self.statements(sound(node))
            case "braced_expression":
                return self.statements(_all(node, "body"))
            case "binary_operator" if _operator(node) in _TO_LEFT | _TO_RIGHT:
                return self._assigned(node)
            case "binary_operator" if _operator(node) == "%<>%":
                return self._bound(node.child_by_field_name("lhs"), self.expression(node), node)
            case "if_statement":
                test = self.expression(node.child_by_field_name("condition"))
                arms = [self.statements(_all(node, field)) for field in ("consequence", "alternative")]
                return [placed(ast.If(test, *arms), node)]
            case "for_statement":
                variable, source = node.child_by_field_name("variable"), node.child_by_field_name("sequence")
                target = self.expression(variable)
                body = self.statements(_all(node, "body"))
                return [placed(ast.For(target, self.expression(source), body, []), node)]
            case "while_statement" | "repeat_statement":
                test = self.expression(node.child_by_field_name("condition"))
                return [placed(ast.While(test, self.statements(_all(node, "body")), []), node)]
            case "call" if (called := node.child_by_field_name("function")) and called.type == "return":
                given = list(_given(node))
                value = self.expression(given[0][1]) if given else constant(None, node)
                return [placed(ast.Return(value), node)]
        return super().statement(node)

    def _assigned(self, node: Node) -> list[ast.stmt]:
        operator = _operator(node)
        target, value = node.child_by_field_name("lhs"), node.child_by_field_name("rhs")
        if operator in _TO_RIGHT:
            target, value = value, target
        if target is None or value is None:
            return []
        before: list[ast.stmt] = []
        if operator in {"<<-", "->>"} and target.type == "identifier":
            before = [placed(ast.Global([text_of(target).strip("`")]), node)]
        if value.type == "function_definition" and target.type in {"identifier", "string"}:
            return [*before, self._defined(value, text_of(target).strip("`'\""))]
        if value.type == "binary_operator" and _operator(value) in _TO_LEFT:
            inner = value.child_by_field_name("lhs")
            return [*before, *self.statements([value]), *self._bound(target, self.expression(inner), node)]
        return [*before, *self._bound(target, self.expression(value), node)]

    def _bound(self, target: Node | None, value: ast.expr, node: Node) -> list[ast.stmt]:
        left: ast.expr | None = None
        if target is not None and target.type in {"identifier", "subset", "subset2", "extract_operator"}:
            left = self.expression(target)
        elif target is not None and target.type == "string":
            left = name(text_of(target).strip("'\""), target)
        if left is None or not isinstance(left, ast.Name | ast.Subscript):
            return [placed(ast.Expr(value), node)]
        return [placed(ast.Assign([left], value), node)]

    def _defined(self, node: Node, called: str) -> ast.FunctionDef:
        return self.function(node, called, self._parameters(node), _all(node, "body"))

    def _function(self, node: Node) -> ast.expr:
        return self.closure(node, self._parameters(node), _all(node, "body"))

    def _parameters(self, node: Node) -> ast.arguments:
        inner = node.child_by_field_name("parameters")
        each = [child for child in inner.named_children if child.type == "parameter"] if inner is not None else []
        told = [(child.child_by_field_name("name"), child.child_by_field_name("default")) for child in each]
        plain = [(parameter, default) for parameter, default in told if parameter is not None]
        names = [text_of(parameter).strip("`") for parameter, _ in plain]
        return arguments(names, [self.expression(default) for _, default in plain])

    def _call(self, node: Node) -> ast.expr:
        called = node.child_by_field_name("function")
        if called is None or called.type == "return":
            return self.block(node, [value for _, value in _given(node)])
        given: list[ast.expr] = []
        named: list[ast.keyword] = []
        for key, value in _given(node):
            if key:
                named.append(placed(ast.keyword(key, self.expression(value)), value))
            else:
                given.append(self.expression(value))
        function = name(text_of(called)[1:-1], called) if called.type == "string" else self.expression(called)
        return placed(ast.Call(function, given, named), node)

    def _subset(self, node: Node) -> ast.expr:
        given = list(_given(node))
        key = self.expression(given[0][1]) if len(given) == 1 else unknown(node)
        value = self.expression(node.child_by_field_name("function"))
        return placed(ast.Subscript(value, key, ast.Load()), node)

    def _extracted(self, node: Node) -> ast.expr:
        value, key = node.child_by_field_name("lhs"), node.child_by_field_name("rhs")
        return placed(
            ast.Subscript(self.expression(value), constant(text_of(key).strip("`'\""), node), ast.Load()), node
        )

    def _operator(self, node: Node) -> ast.expr:
        # A chain of sums or pipes leans to the left: it is taken apart here, not level by level.
        chain: list[Node] = []
        first: Node | None = node
        while first is not None and first.type == "binary_operator" and len(chain) < 500:
            if _operator(first) in _TO_LEFT | _TO_RIGHT:
                break
            chain.append(first)
            first = first.child_by_field_name("lhs")
        if not chain:
            return self.block(node, [node])
        left = self.expression(first)
        for each in reversed(chain):
            left = self._combined(left, each)
        return left

    def _combined(self, left: ast.expr, node: Node) -> ast.expr:
        operator, right = _operator(node), node.child_by_field_name("rhs")
        if operator in _PIPES:
            return self._piped(left, right, node)
        if operator == "+":
            return placed(ast.BinOp(left, ast.Add(), self.expression(right)), node)
        if operator == "-":
            return placed(ast.BinOp(left, ast.Sub(), self.expression(right)), node)
        if operator in _COMPARED:
            return placed(ast.Compare(left, [_COMPARED[operator]()], [self.expression(right)]), node)
        if operator in {":", "*", "%+%", "%||%", "%s+%", "%/%", "%//%"}:
            return call(operator, [left, self.expression(right)], node)
        return placed(ast.Tuple([left, self.expression(right)], ast.Load()), node)

    def _piped(self, left: ast.expr, right: Node | None, node: Node) -> ast.expr:
        if right is None or right.type in {"braced_expression", "function_definition", "parenthesized_expression"}:
            held: ast.stmt = placed(ast.Assign([name(".", node)], left), node)
            return placed(Block(body=[held], value=self.expression(right)), node)
        if right.type != "call":
            return placed(ast.Call(self.expression(right), [left], []), node)
        found = self.expression(right)
        if not isinstance(found, ast.Call):
            return found
        # Evidence runs from the piped value to the name of what takes it.
        told: ast.expr = placed(Block(body=[], value=left), node, right.child_by_field_name("function"))
        standing = [each for each in found.args if _is_dot(each)]
        if standing:
            found.args = [told if _is_dot(each) else each for each in found.args]
        elif any(_is_dot(each.value) for each in found.keywords):
            for each in found.keywords:
                each.value = told if _is_dot(each.value) else each.value
        else:
            found.args = [told, *found.args]
        return placed(found, node)

    def _unary(self, node: Node) -> ast.expr:
        operator, operand = _operator(node), node.child_by_field_name("rhs")
        if operator == "~":
            names = [".x", ".y", "."]
            return self.closure(
                node, arguments(names, [unknown(node) for _ in names]), [operand] if operand is not None else []
            )
        kinds: dict[str, type[ast.unaryop]] = {"-": ast.USub, "!": ast.Not}
        kind = kinds.get(operator, ast.UAdd)
        return placed(ast.UnaryOp(kind(), self.expression(operand)), node)

    def _conditional(self, node: Node) -> ast.expr:
        test, body, other = (node.child_by_field_name(field) for field in ("condition", "consequence", "alternative"))
        otherwise = self.expression(other) if other is not None else constant(None, node)
        return placed(ast.IfExp(self.expression(test), self.expression(body), otherwise), node)


def _operator(node: Node) -> str:
    return text_of(node.child_by_field_name("operator"))


def _all(node: Node, field: str) -> list[Node]:
    return node.children_by_field_name(field)


def _is_dot(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in {".", "_"}


def _given(node: Node) -> Iterator[tuple[str, Node]]:
    """The arguments of a call, each with its name or `""`."""
    inner = node.child_by_field_name("arguments")
    for child in inner.named_children if inner is not None else ():
        value = child.child_by_field_name("value") if child.type == "argument" else None
        if value is not None and value.type != "dots":
            yield text_of(child.child_by_field_name("name")).strip("`'\""), value


def _string(node: Node) -> ast.expr:
    text = text_of(node)
    raw = _RAW.match(text)
    return constant(raw[3] if raw else unescaped(text[1:-1]), node)
