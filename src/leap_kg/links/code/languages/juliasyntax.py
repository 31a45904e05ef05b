"""The parts of Julia's tree: what of a node is what, by the shapes that its grammar gives them."""

import ast

from tree_sitter import Node

from leap_kg.links.code.languages.translation import call, constant, text_of

COMMENTS = {"line_comment", "block_comment"}
ASSIGNMENTS = {"assignment", "let_binding", "named_argument", "named_field"}
_HEADS = {
    *COMMENTS, "for_binding", "signature", "argument_list", "catch_clause", "finally_clause", "elseif_clause",
    "else_clause", "type_head",
}  # fmt: skip
"""What of a statement is not among the statements within it."""
_MACROS = {"@load", "@save", "@sprintf", "@clima_artifact", "@artifact_str", "@datadep_str"}


def handler(node: Node, body: list[ast.stmt]) -> ast.ExceptHandler:
    """What catches a fault."""
    return ast.ExceptHandler(None, None, body, lineno=node.start_point[0] + 1, col_offset=node.start_point[1])


def inner_of(node: Node) -> list[Node]:
    """The named nodes in a node, without comments."""
    return [each for each in node.named_children if each.type not in COMMENTS]


def first_of(node: Node) -> Node | None:
    """The first of them."""
    return next((each for each in node.named_children if each.type not in COMMENTS), None)


def list_of(node: Node) -> Node | None:
    """The arguments of a call, or the parameters of a function."""
    return next((each for each in node.named_children if each.type in {"argument_list", "tuple_expression"}), None)


def sides_of(node: Node) -> list[Node]:
    """What an operator stands between."""
    return [each for each in inner_of(node) if each.type != "operator"]


def body_of(node: Node) -> list[Node]:
    """The statements within a statement."""
    condition = node.child_by_field_name("condition")
    asked = condition.id if condition is not None else None
    return [each for each in node.named_children if each.type not in _HEADS and each.id != asked]


def is_pair(node: Node) -> bool:
    """Whether it is `key => value`."""
    inner = node.named_children
    return node.type == "binary_expression" and len(inner) == 3 and text_of(inner[1]) == "=>"


def signature_of(node: Node | None) -> Node | None:
    """The call that says a function's name and parameters."""
    for _ in range(8):
        if node is None or node.type == "call_expression":
            break
        node = first_of(node) if node.type in {"where_expression", "typed_expression", "where_clause"} else None
    return node


def macro_name(node: Node) -> str:
    """Such as `@load`; a module before it is left out."""
    return text_of(next((each for each in inner_of(node) if each.type == "macro_identifier"), None))


def macro_arguments(node: Node) -> list[Node]:
    """What a macro is given, with or without brackets."""
    return [each for listed in inner_of(node) if listed.type.endswith("_list") for each in inner_of(listed)]


def is_known_macro(node: Node) -> bool:
    """Whether the macro does more than to pass its arguments on."""
    return macro_name(node) in _MACROS


def prefixed(node: Node) -> ast.expr:
    """A text with a prefix: `artifact"rain"` is a call, all others are their text."""
    prefix = text_of(node.child_by_field_name("prefix"))
    text = constant("".join(text_of(each) for each in node.named_children if each.type == "content"), node)
    return call(f"@{prefix}_str", [text], node) if prefix in {"artifact", "datadep"} else text
