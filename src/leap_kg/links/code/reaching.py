"""What an argument may come from that could not be put together: addresses that reach it by names, in whatever order.

A call that is known to read or write data, given what nobody can tell, is still given something that was made of what
stands in the file. Names are followed back through assignments, loops, returns and arguments, without order and
without branches; so what is found is a candidate, of low confidence.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from posixpath import commonprefix
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeGuard

from leap_kg.links.code import addresses
from leap_kg.links.code import trees as trees_of
from leap_kg.links.code.bounds import LONGEST_TEXT
from leap_kg.links.signal import UNKNOWN, Place, Role

if TYPE_CHECKING:
    from leap_kg.links.code.ledger import Ledger

_LEAVES = (ast.Name, ast.Constant, ast.Pass, ast.Import, ast.ImportFrom, ast.alias, ast.arg)
MOST_OPEN = 500
"""Calls of one file whose argument is not told."""
_MOST_NAMES = 60
_MOST_NODES = 20_000
_BUILDING = {
    "join",
    "joinpath",
    "format",
    "str",
    "Path",
    "UPath",
    "get_mapper",
    "S3Map",
    "GCSMap",
    "FSMap",
    "replace",
    "rstrip",
    "strip",
}
_PLACE = re.compile(r"url|uri|path|file|store|root|bucket|prefix|name|dir|src|source", re.IGNORECASE)
"""What keywords are called that may say where data lie."""
_SERVICE = re.compile(
    r"(?:^|[./-])(?:api|apis|search|login|token|oauth|cmr|harmony|git|stac|catalog|esg-search|graphql|auth)(?:[./-]|$)",
    re.IGNORECASE,
)
_MOST_FOUND = 6
"""Addresses that are named one by one; of more, what they begin with."""


Telling: TypeAlias = Callable[[ast.expr], Iterable[str]]


class Open(NamedTuple):
    """A known call whose argument `told` could not be put together."""

    role: Role
    told: ast.expr
    place: Place
    via: str


def note(ledger: "Ledger", calls: Iterable[Open], trees: Iterable[ast.Module], told: Telling) -> None:
    """Note what reaches the arguments of `calls`, unless the call was seen with an address after all. `told` gives the
    texts that a name stands for which other files bind.
    """
    waiting = {(each.role, each.place): each for each in calls if not ledger.used(each.role, each.place)}
    if not waiting:
        return
    origins = _Origins(trees, told)
    for each in waiting.values():
        for address in origins.reaching(each.told, each.role):
            ledger.reached(each.role, address, each.place, each.via)


class _Origins:
    """What each name of the file may have been made of."""

    def __init__(self, trees: Iterable[ast.Module], told: Telling) -> None:
        self._told = told
        self._made: dict[str, list[ast.expr]] = {}
        self._parameters: dict[str, list[str]] = {}
        calls: list[ast.Call] = []
        waiting: list[tuple[ast.AST, str]] = [(tree, "") for tree in trees]
        while waiting:
            node, function = waiting.pop()
            if isinstance(node, ast.Call):
                calls.append(node)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self._function(node)
                function = node.name
            elif isinstance(node, ast.Return | ast.Yield):
                if node.value is not None:
                    self._made.setdefault(function, []).append(node.value)
            else:
                self._statement(node)
            waiting += [(child, function) for child in trees_of.children(node) if child.__class__ not in _LEAVES]
        for call in calls:
            self._passed(call)

    def reaching(self, told: ast.expr, role: Role) -> list[str]:
        """The addresses that the expression may come from. What is written lies where names say, not where data that
        were handed to a call came from.
        """
        found: dict[str, None] = {}
        waiting, seen, nodes = [told], set[str](), 0
        for expression in waiting:
            for node in _within(expression, through=role is Role.READS):
                nodes += 1
                if nodes > _MOST_NODES:
                    return []
                if (address := _address(node)) is not None and _may_be(role, address):
                    found[address] = None
                name = _name(node)
                if name and name not in seen and len(seen) < _MOST_NAMES:
                    seen.add(name)
                    waiting += self._made.get(name, ())
                    if name not in self._made and _is_plain(node):
                        every = (_of_text(text) for text in sorted(self._told(node)))
                        found.update(dict.fromkeys(each for each in every if each and _may_be(role, each)))
        if len(found) <= _MOST_FOUND:
            return list(found)
        shared = commonprefix([text.replace(UNKNOWN, "") for text in found])
        return [f"{shared.rpartition('/')[0]}/{UNKNOWN}"] if shared.count("/") > 3 else []

    def _statement(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._bind(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.AugAssign(target=target, value=value):
                self._bind(target, value)
            case ast.NamedExpr(target=target, value=value):
                self._bind(target, value)
            case ast.For() | ast.AsyncFor() | ast.comprehension():
                self._bind(node.target, node.iter)
            case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
                self._bind(target, value)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        places = [*node.args.posonlyargs, *node.args.args]
        self._parameters.setdefault(node.name, [each.arg for each in places])
        for argument, default in zip(reversed(places), reversed(node.args.defaults), strict=False):
            self._made.setdefault(argument.arg, []).append(default)
        for argument, given in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
            if given is not None:
                self._made.setdefault(argument.arg, []).append(given)

    def _passed(self, call: ast.Call) -> None:
        name = _name(call.func)
        places = self._parameters.get(name)
        if name and isinstance(call.func, ast.Attribute) and call.func.attr in {"append", "extend", "update", "add"}:
            self._bind(call.func.value, call.args[0] if call.args else None)
        if places is None:
            return
        shift = bool(places) and places[0] in {"self", "cls"} and isinstance(call.func, ast.Attribute)
        for place, argument in zip(places[shift:], call.args, strict=False):
            self._made.setdefault(place, []).append(argument)
        for keyword in call.keywords:
            if keyword.arg in places:
                self._made.setdefault(keyword.arg, []).append(keyword.value)

    def _bind(self, target: ast.expr, value: ast.expr | None) -> None:
        if value is None:
            return
        if isinstance(target, ast.Tuple | ast.List):
            for each in target.elts:
                self._bind(each, value)
        elif isinstance(target, ast.Subscript | ast.Starred):
            self._bind(target.value, value)
        elif name := _name(target):
            self._made.setdefault(name, []).append(value)


def _within(expression: ast.expr, *, through: bool) -> Iterator[ast.AST]:
    """The expression and its parts, without the pieces of texts that are put together; `through` calls, too, that do
    more than put texts together.
    """
    waiting: list[ast.AST] = [expression]
    while waiting:
        node = waiting.pop()
        yield node
        match node:
            case ast.JoinedStr(values=values):
                waiting += [each for each in values if not isinstance(each, ast.Constant)]
            case ast.Call(func=func, args=args, keywords=keywords):
                waiting.append(func)
                if through or _name(func) in _BUILDING:
                    waiting += args
                    waiting += [each.value for each in keywords if each.arg is None or _PLACE.search(each.arg)]
            case ast.Lambda():
                continue
            case _:
                waiting += trees_of.children(node)


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _is_plain(node: ast.AST) -> TypeGuard[ast.expr]:
    """Whether the node is a name, or an attribute of one."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _may_be(role: Role, address: str) -> bool:
    """Whether data may be read or written there: nobody writes to the web."""
    return role is Role.READS or not address.startswith("http")


def _address(node: ast.AST) -> str | None:
    text = ""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    elif isinstance(node, ast.JoinedStr):
        parts = [each.value if isinstance(each, ast.Constant) else UNKNOWN for each in node.values]
        text = "".join(map(str, parts))
    return _of_text(text)


def _of_text(text: str) -> str | None:
    if "://" not in text or len(text) > LONGEST_TEXT:
        return None
    address = addresses.given(text)
    if address is None or (address.startswith("http") and _SERVICE.search(address.partition("://")[2])):
        return None
    if UNKNOWN in address or addresses.suffixed(address):
        return address
    # What does not end as data do is what the address begins with.
    return f"{address}{UNKNOWN}" if address.endswith("/") else f"{address}/{UNKNOWN}"
