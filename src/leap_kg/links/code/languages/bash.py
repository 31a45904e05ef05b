"""Shell scripts as statements of Python's `ast`: a command is a call of its program, with its words.

Variables are names that begin with `$`, so that a program and a variable of one name are two.
"""

import ast
import re

from tree_sitter import Node

from leap_kg.links.code.languages.translation import (
    Translator,
    arguments,
    call,
    constant,
    name,
    placed,
    sound,
    text_of,
    unknown,
)

_ALTERNATIVE = {":-", "-", ":=", "="}
_QUOTED = re.compile(r"\\(.)", re.DOTALL)
_PLACES = [str(number) for number in range(1, 10)]


class Bash(Translator):
    """The translation of shell scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.rules = {
            "word": lambda node: constant(_QUOTED.sub(r"\1", text_of(node)), node),
            "number": lambda node: constant(text_of(node), node),
            "raw_string": lambda node: constant(text_of(node)[1:-1], node),
            "ansi_c_string": lambda node: constant(text_of(node)[2:-1], node),
            "string": self._joined,
            "concatenation": self._joined,
            "string_content": lambda node: constant(_content(node), node),
            "simple_expansion": lambda node: name(f"${text_of(node).lstrip('$')}", node),
            "expansion": self._expansion,
            "array": self._words,
            "brace_expression": lambda node: call(":", [self.expression(each) for each in node.named_children], node),
            "command": self._command,
            "command_substitution": self._substituted,
        }

    def statement(self, node: Node) -> list[ast.stmt]:
        """One statement of a script."""
        match node.type:
            case "comment" | "heredoc_redirect" | "file_redirect" | "herestring_redirect":
                return []
            case "variable_assignment":
                target, value = node.child_by_field_name("name"), node.child_by_field_name("value")
                bound = name(f"${text_of(target)}", node)
                right = self.expression(value) if value is not None else constant("", node)
                return [placed(ast.Assign([bound], right), node)]
            case "for_statement":
                turn = name(f"${text_of(node.child_by_field_name('variable'))}", node)
                source = call("words", [self.expression(each) for each in node.children_by_field_name("value")], node)
                return [placed(ast.For(turn, source, self.statements(_field(node, "body")), []), node)]
            case "c_style_for_statement":
                # What is counted is another number in each turn.
                counted = [each for each in _field(node, "initializer") if each.type == "variable_assignment"]
                told = [name(f"${text_of(each.child_by_field_name('name'))}", node) for each in counted]
                begun: list[ast.stmt] = [placed(ast.Assign([each], unknown(node)), node) for each in told]
                return [*begun, *self.statements(_field(node, "body"))]
            case "redirected_statement":
                return self._redirected(node)
            case "if_statement" | "elif_clause":
                return self._branch(node)
            case "case_item":
                return [placed(ast.If(unknown(node), self.statements(node.named_children[1:]), []), node)]
            case "function_definition":
                names = [f"${place}" for place in _PLACES]
                parameters = arguments(names, [unknown(node) for _ in names])
                called = text_of(node.child_by_field_name("name"))
                return [self.function(node, called, parameters, _field(node, "body"))]
            case "command" | "unset_command" | "test_command":
                return super().statement(node)
        return self.statements(sound(node))

    def _branch(self, node: Node) -> list[ast.stmt]:
        asked = self.statements(_field(node, "condition"))
        conditions = {each.id for each in _field(node, "condition")}
        body, other = list[ast.stmt](), list[ast.stmt]()
        for child in node.named_children:
            if child.id in conditions:
                continue
            if child.type in {"elif_clause", "else_clause"}:
                other += self.statement(child)
            else:
                body += self.statements([child])
        return [*asked, placed(ast.If(unknown(node), body, other), node)]

    def _redirected(self, node: Node) -> list[ast.stmt]:
        """A command whose output goes to a file has that file among its words."""
        body = _field(node, "body")
        found = self.statements(body)
        files = [each for each in _field(node, "redirect") if each.type == "file_redirect"]
        if len(body) == 1 and body[0].type == "command" and len(files) == 1 and isinstance(last := found[-1], ast.Expr):
            place = files[0].child_by_field_name("destination")
            if isinstance(last.value, ast.Call) and place is not None and text_of(files[0]).startswith(">"):
                last.value.args += [constant(">", node), self.expression(place)]
        return found

    def _command(self, node: Node) -> ast.expr:
        called = node.child_by_field_name("name")
        given = [self.expression(each) for each in node.children_by_field_name("argument")]
        program = self.expression(called.named_children[0]) if called is not None and called.named_children else None
        if isinstance(program, ast.Constant) and isinstance(program.value, str):
            return call(program.value, given, node)
        return call("", given, node)

    def _substituted(self, node: Node) -> ast.expr:
        """`$(seq 1980 2020)` counts; what else a command prints nobody can tell."""
        inner = node.named_children[0] if len(node.named_children) == 1 else None
        if inner is not None and inner.type == "command" and text_of(inner.child_by_field_name("name")) == "seq":
            given = [self.expression(each) for each in inner.children_by_field_name("argument")]
            if len(given) == 2:
                return call(":", given, node)
        return placed(ast.Tuple([self.parts(node)], ast.Load()), node)

    def _words(self, node: Node) -> ast.expr:
        return call("words", [self.expression(each) for each in node.named_children], node)

    def _joined(self, node: Node) -> ast.expr:
        pieces = [self.expression(each) for each in node.named_children]
        if len(pieces) == 1 and not isinstance(pieces[0], ast.Constant):
            return pieces[0]
        if not pieces:
            return constant("", node) if text_of(node) == '""' else call("", [constant("", node)], node)
        return call("joined", pieces, node)

    def _expansion(self, node: Node) -> ast.expr:
        inner = node.named_children
        if not inner:
            return unknown(node)
        if inner[0].type == "subscript":
            bound = name(f"${text_of(inner[0].child_by_field_name('name'))}", node)
            index = text_of(inner[0].child_by_field_name("index"))
            return bound if index in {"@", "*"} and len(inner) == 1 else unknown(node)
        bound = name(f"${text_of(inner[0])}", node)
        operator = text_of(node.child_by_field_name("operator"))
        if not operator and len(inner) == 1 and text_of(node) == f"${{{text_of(inner[0])}}}":
            return bound
        if operator in _ALTERNATIVE and len(inner) > 1:
            return call("otherwise", [bound, self.expression(inner[-1])], node)
        return unknown(node)


def _field(node: Node, field: str) -> list[Node]:
    return [each for each in node.children_by_field_name(field) if each.is_named]


def _content(node: Node) -> str:
    return text_of(node).replace("\\\n", "").replace('\\"', '"').replace("\\$", "$")
