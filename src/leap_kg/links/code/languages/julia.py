"""Julia as statements of Python's `ast`; https://docs.julialang.org/en/v1/manual/.

Calls keep Julia's names (`Downloads.download`, `@load`). Texts are put together by `*`, which is a call, because it
multiplies, too. A `do` block is the argument `do` of its call.
"""

import ast

from tree_sitter import Node

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

_COMMENTS = {"line_comment", "block_comment"}
_NO_CODE = {
    *_COMMENTS, "using_statement", "import_statement", "export_statement", "abstract_definition",
    "primitive_definition", "quote_statement",
}  # fmt: skip
_COMPARED: dict[str, type[ast.cmpop]] = {"==": ast.Eq, "===": ast.Eq, "!=": ast.NotEq, "in": ast.In, "∈": ast.In}
_ASSIGNMENTS = {"assignment", "let_binding", "named_argument", "named_field"}
_HEADS = {
    *_COMMENTS, "for_binding", "signature", "argument_list", "catch_clause", "finally_clause", "elseif_clause",
    "else_clause", "type_head",
}  # fmt: skip
"""What of a statement is not among the statements within it."""
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
            "prefixed_string_literal": _prefixed,
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
            "typed_expression": lambda node: self.expression(_first(node)),
            "splat_expression": lambda node: placed(ast.Starred(self.expression(_first(node)), ast.Load()), node),
        }

    def statement(self, node: Node) -> list[ast.stmt]:
        """One statement of Julia."""
        if node.type in _NO_CODE:
            return []
        inner = _plain(node)
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
                return self.statements(_body(node))
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
                return [placed(ast.While(test, self.statements(_body(node)), []), node)]
            case "try_statement":
                return [self._attempt(node)]
            case "return_statement":
                value = self.expression(inner[0]) if inner else constant(None, node)
                return [placed(ast.Return(value), node)]
            case "macrocall_expression" if not _known_macro(node):
                return self.statements(_macro_arguments(node))
        return super().statement(node)

    def _assigned(self, node: Node) -> list[ast.stmt]:
        sides = _sides(node)
        if len(sides) != 2:
            return []
        left, right = sides
        signature = _signature(left)
        if signature is not None:
            return self._named_function(node, signature, [right])
        if right.type == "assignment":
            return [*self.statement(right), *self._bound(left, self.expression(_sides(right)[0]), node)]
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
        signature = next((_signature(_first(each)) for each in _plain(node) if each.type == "signature"), None)
        if signature is None:
            return self.statements(_body(node))
        return self._named_function(node, signature, _body(node))

    def _named_function(self, node: Node, signature: Node, body: list[Node]) -> list[ast.stmt]:
        called = text_of(_first(signature)).rpartition(".")[2]
        return [self.function(node, called, self._parameters(_list(signature)), body)]

    def _function(self, node: Node) -> ast.expr:
        told = next((each for each in _plain(node) if each.type == "signature"), None)
        inner = _first(told) if told is not None else None
        return self.closure(node, self._parameters(inner), _body(node))

    def _arrow(self, node: Node) -> ast.expr:
        left, right = _plain(node)[0], _plain(node)[-1]
        return self.closure(node, self._parameters(left), [right])

    def _parameters(self, inner: Node | None) -> ast.arguments:
        names: list[str] = []
        defaults: list[ast.expr] = []
        each = _plain(inner) if inner is not None else []
        for parameter in [inner] if inner is not None and inner.type == "identifier" else each:
            default: Node | None = None
            plain: Node | None = parameter
            if parameter.type in _ASSIGNMENTS:
                sides = _sides(parameter)
                plain, default = sides[0], sides[-1]
            while plain is not None and plain.type in {"typed_expression", "splat_expression"}:
                plain = _first(plain)
            if plain is not None and plain.type == "identifier":
                names.append(text_of(plain))
                defaults.append(self.expression(default) if default is not None else unknown(parameter))
        return arguments(names, defaults)

    def _branch(self, node: Node) -> ast.If:
        test = self.expression(node.child_by_field_name("condition"))
        clauses = node.children_by_field_name("alternative")
        return self._arms(node, test, _body(node), clauses)

    def _arms(self, node: Node, test: ast.expr, body: list[Node], clauses: list[Node]) -> ast.If:
        other: list[ast.stmt] = []
        for clause in reversed(clauses[:200]):
            if clause.type == "else_clause":
                other = self.statement(clause)
            else:
                asked = self.expression(clause.child_by_field_name("condition"))
                other = [placed(ast.If(asked, self.statements(_body(clause)), other), clause)]
        return placed(ast.If(test, self.statements(body), other), node)

    def _loop(self, node: Node) -> list[ast.stmt]:
        body = self.statements(_body(node))
        for each in reversed([each for each in _plain(node) if each.type == "for_binding"]):
            target, source = self._binding(each)
            body = [placed(ast.For(target, source, body, []), each)]
        return body

    def _binding(self, node: Node) -> tuple[ast.expr, ast.expr]:
        sides = _sides(node)
        return self.expression(sides[0]), self.expression(sides[-1])

    def _attempt(self, node: Node) -> ast.Try:
        handlers = [
            placed_handler(clause, self.statements(_body(clause)))
            for clause in _plain(node)
            if clause.type == "catch_clause"
        ]
        last = [each for clause in _plain(node) if clause.type == "finally_clause" for each in self.statement(clause)]
        return placed(ast.Try(self.statements(_body(node)), handlers, [], last), node)

    def _call(self, node: Node) -> ast.expr:
        called = _first(node)
        listed = _list(node)
        given: list[ast.expr] = []
        named: list[ast.keyword] = []
        plain = _plain(listed) if listed is not None else []
        if called is not None and text_of(called) in {"Dict", "OrderedDict"} and plain and all(map(_is_pair, plain)):
            return self._dictionary(node, plain)
        if listed is not None and any(each.type == "for_clause" for each in plain):
            given.append(self._comprehension(listed))
            listed = None
        after = False
        for each in listed.children if listed is not None else ():
            after = after or each.type == ";"
            if not each.is_named or each.type in _COMMENTS:
                continue
            if each.type in _ASSIGNMENTS:
                sides = _sides(each)
                named.append(placed(ast.keyword(text_of(sides[0]), self.expression(sides[-1])), each))
            elif after and each.type == "identifier":
                named.append(placed(ast.keyword(text_of(each), self.expression(each)), each))
            else:
                given.append(self.expression(each))
        clause = next((each for each in _plain(node) if each.type == "do_clause"), None)
        if clause is not None:
            body = self._do(clause)
            if text_of(called) in _FIRST_TAKES:
                given.insert(0, body)
            else:
                named.append(placed(ast.keyword("do", body), clause))
        return placed(ast.Call(self.expression(called), given, named), node)

    def _do(self, node: Node) -> ast.expr:
        listed = _list(node)
        names = [text_of(each) for each in _plain(listed)] if listed is not None else []
        parameters = arguments(names, [unknown(node) for _ in names])
        return self.closure(node, parameters, _body(node))

    def _broadcast(self, node: Node) -> ast.expr:
        found = self._call(node)
        if not isinstance(found, ast.Call):
            return found
        found.args = [found.func, *found.args]
        found.func = name("broadcast", node)
        return found

    def _macro(self, node: Node) -> ast.expr:
        given = _macro_arguments(node)
        if not _known_macro(node):
            return self.block(node, given)
        return call(_macro_name(node), [self.expression(each) for each in given], node)

    def _field(self, node: Node) -> ast.expr:
        inner = _plain(node)
        return placed(ast.Attribute(self.expression(inner[0]), text_of(inner[-1]), ast.Load()), node)

    def _index(self, node: Node) -> ast.expr:
        inner = _plain(node)
        keys = _plain(inner[-1]) if len(inner) > 1 else []
        key = self.expression(keys[0]) if len(keys) == 1 else unknown(node)
        return placed(ast.Subscript(self.expression(inner[0]), key, ast.Load()), node)

    def _tuple(self, node: Node) -> ast.expr:
        inner = _plain(node)
        if inner and all(each.type in _ASSIGNMENTS for each in inner):
            return self._dictionary(node, inner)
        return placed(ast.Tuple(self._each(node), ast.Load()), node)

    def _dictionary(self, node: Node, inner: list[Node]) -> ast.expr:
        keys: list[ast.expr | None] = []
        values: list[ast.expr] = []
        for each in inner:
            sides = _sides(each)
            key = self.expression(sides[0])
            keys.append(constant(key.id, sides[0]) if isinstance(key, ast.Name) and not _is_pair(each) else key)
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
        inner = _sides(node)
        kind: ast.unaryop = ast.USub() if text_of(node).startswith("-") else ast.Not()
        return placed(ast.UnaryOp(kind, self.expression(inner[-1] if inner else None)), node)

    def _ternary(self, node: Node) -> ast.expr:
        inner = _plain(node)
        if len(inner) != 3:
            return self.parts(node)
        test, body, other = map(self.expression, inner)
        return placed(ast.IfExp(test, body, other), node)

    def _conditional(self, node: Node) -> ast.expr:
        test = self.expression(node.child_by_field_name("condition"))
        other: ast.expr = constant(None, node)
        for clause in reversed(node.children_by_field_name("alternative")[:200]):
            value = self.block(clause, _body(clause))
            if clause.type == "else_clause":
                other = value
            else:
                asked = self.expression(clause.child_by_field_name("condition"))
                other = placed(ast.IfExp(asked, value, other), clause)
        body = self.block(node, _body(node))
        return placed(ast.IfExp(test, body, other), node)

    def _comprehension(self, node: Node) -> ast.expr:
        inner = _plain(node)
        generators: list[ast.comprehension] = []
        for clause in inner[1:]:
            if clause.type == "for_clause":
                for each in _plain(clause):
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
                value = self.expression(_first(child))
                pieces.append(placed(ast.FormattedValue(value, -1, None), child))
        texts = [each.value for each in pieces if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if len(texts) < len(pieces):
            return placed(ast.JoinedStr(pieces), node)
        return constant("".join(texts).removeprefix("\n") if text_of(node).startswith('"""') else "".join(texts), node)

    def _each(self, node: Node) -> list[ast.expr]:
        return [self.expression(each) for each in _plain(node)]


def placed_handler(node: Node, body: list[ast.stmt]) -> ast.ExceptHandler:
    """What catches a fault."""
    return ast.ExceptHandler(None, None, body, lineno=node.start_point[0] + 1, col_offset=node.start_point[1])


def _plain(node: Node) -> list[Node]:
    return [each for each in node.named_children if each.type not in _COMMENTS]


def _first(node: Node) -> Node | None:
    return next((each for each in node.named_children if each.type not in _COMMENTS), None)


def _list(node: Node) -> Node | None:
    return next((each for each in node.named_children if each.type in {"argument_list", "tuple_expression"}), None)


def _sides(node: Node) -> list[Node]:
    """What an operator stands between."""
    return [each for each in _plain(node) if each.type != "operator"]


def _body(node: Node) -> list[Node]:
    """The statements within a statement."""
    condition = node.child_by_field_name("condition")
    asked = condition.id if condition is not None else None
    return [each for each in node.named_children if each.type not in _HEADS and each.id != asked]


def _is_pair(node: Node) -> bool:
    inner = node.named_children
    return node.type == "binary_expression" and len(inner) == 3 and text_of(inner[1]) == "=>"


def _signature(node: Node | None) -> Node | None:
    """The call that says a function's name and parameters."""
    for _ in range(8):
        if node is None or node.type == "call_expression":
            break
        node = _first(node) if node.type in {"where_expression", "typed_expression", "where_clause"} else None
    return node


def _macro_name(node: Node) -> str:
    """Such as `@load`; a module before it is left out."""
    return text_of(next((each for each in _plain(node) if each.type == "macro_identifier"), None))


def _macro_arguments(node: Node) -> list[Node]:
    return [each for listed in _plain(node) if listed.type.endswith("_list") for each in _plain(listed)]


_MACROS = {"@load", "@save", "@sprintf", "@clima_artifact", "@artifact_str", "@datadep_str"}


def _known_macro(node: Node) -> bool:
    return _macro_name(node) in _MACROS


def _prefixed(node: Node) -> ast.expr:
    prefix = text_of(node.child_by_field_name("prefix"))
    text = constant("".join(text_of(each) for each in node.named_children if each.type == "content"), node)
    return call(f"@{prefix}_str", [text], node) if prefix in {"artifact", "datadep"} else text
