"""Julia as statements of Python's `ast`; https://docs.julialang.org/en/v1/manual/.

Calls keep Julia's names (`Downloads.download`, `@load`). Texts are put together by `*`, which is a call, because it
multiplies, too. A `do` block is the argument `do` of its call.
"""

import ast

from tree_sitter import Node

from leap_kg.links.code.languages.juliasyntax import (
    ASSIGNMENTS,
    COMMENTS,
    body_of,
    first_of,
    handler,
    inner_of,
    is_known_macro,
    is_pair,
    list_of,
    macro_arguments,
    macro_name,
    prefixed,
    sides_of,
    signature_of,
)
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

_NO_CODE = {
    *COMMENTS, "using_statement", "import_statement", "export_statement", "abstract_definition",
    "primitive_definition", "quote_statement",
}  # fmt: skip
_COMPARED: dict[str, type[ast.cmpop]] = {"==": ast.Eq, "===": ast.Eq, "!=": ast.NotEq, "in": ast.In, "∈": ast.In}
_BOUND = {"identifier", "field_expression", "index_expression", "tuple_expression", "open_tuple", "typed_expression"}
_FIRST_TAKES = {"map", "foreach", "pmap", "asyncmap", "filter", "tmap", "Threads.foreach", "broadcast"}
"""Functions whose first argument is what a `do` block stands for."""


class Julia(Translator):
    """The translation of Julia."""

    def __init__(self) -> None:
        super().__init__()
        self.rules = {
            "identifier": lambda node: name(text_of(node), node),
            "string_literal": self._string,
            "command_literal": self._string,
            "prefixed_string_literal": prefixed,
            "integer_literal": lambda node: number(text_of(node), node),
            "float_literal": lambda node: number(text_of(node), node),
            "boolean_literal": lambda node: constant(text_of(node) == "true", node),
            "quote_expression": lambda node: constant(text_of(node).lstrip(":"), node),
            "call_expression": self._call,
            "broadcast_call_expression": self._broadcast,
            "macrocall_expression": self._macro,
            "field_expression": self._field,
            "index_expression": self._index,
            "vector_expression": lambda node: placed(ast.List(self._each(node), ast.Load()), node),
            "tuple_expression": self._tuple,
            "open_tuple": self._tuple,
            "binary_expression": self._operator,
            "range_expression": lambda node: call(":", self._each(node), node),
            "unary_expression": self._unary,
            "ternary_expression": self._ternary,
            "if_statement": self._conditional,
            "arrow_function_expression": self._arrow,
            "function_definition": self._function,
            "comprehension_expression": self._comprehension,
            "typed_expression": lambda node: self.expression(first_of(node)),
            "splat_expression": lambda node: placed(ast.Starred(self.expression(first_of(node)), ast.Load()), node),
        }

    def statement(self, node: Node) -> list[ast.stmt]:
        """One statement of Julia."""
        if node.type in _NO_CODE:
            return []
        inner = inner_of(node)
        match node.type:
            case "source_file" | "ERROR":
                return self.statements(sound(node))
            case "assignment" | "let_binding":
                return self._assigned(node)
            case "compound_assignment_expression":
                return self._grown(node, inner)
            case "const_statement" | "global_statement" | "local_statement" | "let_statement" | "begin_statement":
                return self.statements(inner)
            case "compound_statement" | "else_clause" | "finally_clause" | "struct_definition":
                return self.statements(body_of(node))
            case "module_definition":
                return self.statements(inner[1:])
            case "function_definition":
                return self._defined(node)
            case "if_statement" | "elseif_clause":
                return [self._branch(node)]
            case "for_statement":
                return self._loop(node)
            case "while_statement":
                test = self.expression(node.child_by_field_name("condition"))
                return [placed(ast.While(test, self.statements(body_of(node)), []), node)]
            case "try_statement":
                return [self._attempt(node)]
            case "return_statement":
                value = self.expression(inner[0]) if inner else constant(None, node)
                return [placed(ast.Return(value), node)]
            case "macrocall_expression" if not is_known_macro(node):
                return self.statements(macro_arguments(node))
        return super().statement(node)

    def _assigned(self, node: Node) -> list[ast.stmt]:
        sides = sides_of(node)
        if len(sides) != 2:
            return []
        left, right = sides
        signature = signature_of(left)
        if signature is not None:
            return self._named_function(node, signature, [right])
        if right.type == "assignment":
            return [*self.statement(right), *self._bound(left, self.expression(sides_of(right)[0]), node)]
        return self._bound(left, self.expression(right), node)

    def _bound(self, left: Node, value: ast.expr, node: Node) -> list[ast.stmt]:
        if left.type not in _BOUND:
            return [placed(ast.Expr(value), node)]
        return [placed(ast.Assign([self.expression(left)], value), node)]

    def _grown(self, node: Node, inner: list[Node]) -> list[ast.stmt]:
        sides = [each for each in inner if each.type != "operator"]
        operator = next((text_of(each) for each in node.children if text_of(each).endswith("=")), "")
        if len(sides) != 2:
            return []
        left, right = self.expression(sides[0]), self.expression(sides[1])
        value: ast.expr = call("*", [left, right], node)
        if operator == "+=":
            value = placed(ast.BinOp(left, ast.Add(), right), node)
        elif operator != "*=":
            value = placed(ast.Tuple([left, right], ast.Load()), node)
        return self._bound(sides[0], value, node)

    def _defined(self, node: Node) -> list[ast.stmt]:
        signature = next((signature_of(first_of(each)) for each in inner_of(node) if each.type == "signature"), None)
        if signature is None:
            return self.statements(body_of(node))
        return self._named_function(node, signature, body_of(node))

    def _named_function(self, node: Node, signature: Node, body: list[Node]) -> list[ast.stmt]:
        called = text_of(first_of(signature)).rpartition(".")[2]
        return [self.function(node, called, self._parameters(list_of(signature)), body)]

    def _function(self, node: Node) -> ast.expr:
        told = next((each for each in inner_of(node) if each.type == "signature"), None)
        inner = first_of(told) if told is not None else None
        return self.closure(node, self._parameters(inner), body_of(node))

    def _arrow(self, node: Node) -> ast.expr:
        left, right = inner_of(node)[0], inner_of(node)[-1]
        return self.closure(node, self._parameters(left), [right])

    def _parameters(self, inner: Node | None) -> ast.arguments:
        names: list[str] = []
        defaults: list[ast.expr] = []
        each = inner_of(inner) if inner is not None else []
        for parameter in [inner] if inner is not None and inner.type == "identifier" else each:
            default: Node | None = None
            plain: Node | None = parameter
            if parameter.type in ASSIGNMENTS:
                sides = sides_of(parameter)
                plain, default = sides[0], sides[-1]
            while plain is not None and plain.type in {"typed_expression", "splat_expression"}:
                plain = first_of(plain)
            if plain is not None and plain.type == "identifier":
                names.append(text_of(plain))
                defaults.append(self.expression(default) if default is not None else unknown(parameter))
        return arguments(names, defaults)

    def _branch(self, node: Node) -> ast.If:
        test = self.expression(node.child_by_field_name("condition"))
        clauses = node.children_by_field_name("alternative")
        return self._arms(node, test, body_of(node), clauses)

    def _arms(self, node: Node, test: ast.expr, body: list[Node], clauses: list[Node]) -> ast.If:
        other: list[ast.stmt] = []
        for clause in reversed(clauses[:200]):
            if clause.type == "else_clause":
                other = self.statement(clause)
            else:
                asked = self.expression(clause.child_by_field_name("condition"))
                other = [placed(ast.If(asked, self.statements(body_of(clause)), other), clause)]
        return placed(ast.If(test, self.statements(body), other), node)

    def _loop(self, node: Node) -> list[ast.stmt]:
        body = self.statements(body_of(node))
        for each in reversed([each for each in inner_of(node) if each.type == "for_binding"]):
            target, source = self._binding(each)
            body = [placed(ast.For(target, source, body, []), each)]
        return body

    def _binding(self, node: Node) -> tuple[ast.expr, ast.expr]:
        sides = sides_of(node)
        return self.expression(sides[0]), self.expression(sides[-1])

    def _attempt(self, node: Node) -> ast.Try:
        handlers = [
            handler(clause, self.statements(body_of(clause)))
            for clause in inner_of(node)
            if clause.type == "catch_clause"
        ]
        last = [each for clause in inner_of(node) if clause.type == "finally_clause" for each in self.statement(clause)]
        return placed(ast.Try(self.statements(body_of(node)), handlers, [], last), node)

    def _call(self, node: Node) -> ast.expr:
        called = first_of(node)
        listed = list_of(node)
        given: list[ast.expr] = []
        named: list[ast.keyword] = []
        plain = inner_of(listed) if listed is not None else []
        if called is not None and text_of(called) in {"Dict", "OrderedDict"} and plain and all(map(is_pair, plain)):
            return self._dictionary(node, plain)
        if listed is not None and any(each.type == "for_clause" for each in plain):
            given.append(self._comprehension(listed))
            listed = None
        after = False
        for each in listed.children if listed is not None else ():
            after = after or each.type == ";"
            if not each.is_named or each.type in COMMENTS:
                continue
            if each.type in ASSIGNMENTS:
                sides = sides_of(each)
                named.append(placed(ast.keyword(text_of(sides[0]), self.expression(sides[-1])), each))
            elif after and each.type == "identifier":
                named.append(placed(ast.keyword(text_of(each), self.expression(each)), each))
            else:
                given.append(self.expression(each))
        clause = next((each for each in inner_of(node) if each.type == "do_clause"), None)
        if clause is not None:
            body = self._do(clause)
            if text_of(called) in _FIRST_TAKES:
                given.insert(0, body)
            else:
                named.append(placed(ast.keyword("do", body), clause))
        return placed(ast.Call(self.expression(called), given, named), node)

    def _do(self, node: Node) -> ast.expr:
        listed = list_of(node)
        names = [text_of(each) for each in inner_of(listed)] if listed is not None else []
        parameters = arguments(names, [unknown(node) for _ in names])
        return self.closure(node, parameters, body_of(node))

    def _broadcast(self, node: Node) -> ast.expr:
        found = self._call(node)
        if not isinstance(found, ast.Call):
            return found
        found.args = [found.func, *found.args]
        found.func = name("broadcast", node)
        return found

    def _macro(self, node: Node) -> ast.expr:
        given = macro_arguments(node)
        if not is_known_macro(node):
            return self.block(node, given)
        return call(macro_name(node), [self.expression(each) for each in given], node)

    def _field(self, node: Node) -> ast.expr:
        inner = inner_of(node)
        return placed(ast.Attribute(self.expression(inner[0]), text_of(inner[-1]), ast.Load()), node)

    def _index(self, node: Node) -> ast.expr:
        inner = inner_of(node)
        keys = inner_of(inner[-1]) if len(inner) > 1 else []
        key = self.expression(keys[0]) if len(keys) == 1 else unknown(node)
        return placed(ast.Subscript(self.expression(inner[0]), key, ast.Load()), node)

    def _tuple(self, node: Node) -> ast.expr:
        inner = inner_of(node)
        if inner and all(each.type in ASSIGNMENTS for each in inner):
            return self._dictionary(node, inner)
        return placed(ast.Tuple(self._each(node), ast.Load()), node)

    def _dictionary(self, node: Node, inner: list[Node]) -> ast.expr:
        keys: list[ast.expr | None] = []
        values: list[ast.expr] = []
        for each in inner:
            sides = sides_of(each)
            key = self.expression(sides[0])
            keys.append(constant(key.id, sides[0]) if isinstance(key, ast.Name) and not is_pair(each) else key)
            values.append(self.expression(sides[-1]))
        return placed(ast.Dict(keys, values), node)

    def _operator(self, node: Node) -> ast.expr:
        # A product of many texts leans to the left: it is taken apart here, not level by level.
        chain: list[list[Node]] = []
        first = node
        while first.type == "binary_expression" and len(first.named_children) == 3 and len(chain) < 500:
            chain.append(first.named_children)
            first = first.named_children[0]
        if not chain:
            return self.parts(node)
        left = self.expression(first)
        for _, operator, right in reversed(chain):
            left = self._combined(left, text_of(operator), self.expression(right), node)
        return left

    def _combined(self, left: ast.expr, operator: str, right: ast.expr, node: Node) -> ast.expr:
        plain = operator.lstrip(".")
        if plain == "+":
            return placed(ast.BinOp(left, ast.Add(), right), node)
        if plain == "-":
            return placed(ast.BinOp(left, ast.Sub(), right), node)
        if plain == "*":
            return call("*", [left, right], node)
        if operator == "|>":
            return placed(ast.Call(right, [left], []), node)
        if operator in _COMPARED:
            return placed(ast.Compare(left, [_COMPARED[operator]()], [right]), node)
        return placed(ast.Tuple([left, right], ast.Load()), node)

    def _unary(self, node: Node) -> ast.expr:
        inner = sides_of(node)
        kind: ast.unaryop = ast.USub() if text_of(node).startswith("-") else ast.Not()
        return placed(ast.UnaryOp(kind, self.expression(inner[-1] if inner else None)), node)

    def _ternary(self, node: Node) -> ast.expr:
        inner = inner_of(node)
        if len(inner) != 3:
            return self.parts(node)
        test, body, other = map(self.expression, inner)
        return placed(ast.IfExp(test, body, other), node)

    def _conditional(self, node: Node) -> ast.expr:
        test = self.expression(node.child_by_field_name("condition"))
        other: ast.expr = constant(None, node)
        for clause in reversed(node.children_by_field_name("alternative")[:200]):
            value = self.block(clause, body_of(clause))
            if clause.type == "else_clause":
                other = value
            else:
                asked = self.expression(clause.child_by_field_name("condition"))
                other = placed(ast.IfExp(asked, value, other), clause)
        body = self.block(node, body_of(node))
        return placed(ast.IfExp(test, body, other), node)

    def _comprehension(self, node: Node) -> ast.expr:
        inner = inner_of(node)
        generators: list[ast.comprehension] = []
        for clause in inner[1:]:
            if clause.type == "for_clause":
                for each in inner_of(clause):
                    if each.type == "for_binding":
                        target, source = self._binding(each)
                        generators.append(ast.comprehension(target, source, [], 0))
        if not generators:
            return self.parts(node)
        return placed(ast.ListComp(self.expression(inner[0]), generators), node)

    def _string(self, node: Node) -> ast.expr:
        pieces: list[ast.expr] = []
        for child in node.named_children:
            if child.type == "content":
                pieces.append(constant(text_of(child), child))
            elif child.type == "escape_sequence":
                pieces.append(constant(unescaped(text_of(child)), child))
            elif child.type == "string_interpolation":
                value = self.expression(first_of(child))
                pieces.append(placed(ast.FormattedValue(value, -1, None), child))
        texts = [each.value for each in pieces if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if len(texts) < len(pieces):
            return placed(ast.JoinedStr(pieces), node)
        return constant("".join(texts).removeprefix("\n") if text_of(node).startswith('"""') else "".join(texts), node)

    def _each(self, node: Node) -> list[ast.expr]:
        return [self.expression(each) for each in inner_of(node)]
