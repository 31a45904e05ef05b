"""Calls of functions and classes that the repository itself defines: followed with the arguments that are known.

Hazard: such calls may recurse or fan out without end; a function is never followed within itself, calls are followed
`MAX_CALLS` deep, and all of it is paid from the steps of the file.
"""

import ast
from itertools import islice
from typing import TYPE_CHECKING

from leap_kg.links.code import statements
from leap_kg.links.code.bounds import MAX_CALLS, MAX_IDLE, MOST_ARMS, MOST_VALUES
from leap_kg.links.code.evidence import Site
from leap_kg.links.code.scope import Scope
from leap_kg.links.code.values import (
    NOTHING,
    Alternative,
    Class,
    Entries,
    Function,
    Handle,
    Instance,
    Items,
    PathText,
    Values,
    as_text,
    bounded,
    one,
    only,
)
from leap_kg.links.signal import UNKNOWN

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_TELLING = 3
_LOOKED_AT = 100
_UNBOUND = {"staticmethod"}


def given_texts(values: list[Values]) -> frozenset[str]:
    """The texts in the arguments of a call that tell an address from others; of large arguments the first."""
    found: set[str] = set()
    waiting = list(values)
    for alternatives in waiting:
        for value, _ in alternatives[:MOST_ARMS]:
            if isinstance(value, str | PathText | Handle):
                found.update(piece for piece in as_text(value).split(UNKNOWN) if len(piece) >= _TELLING)
            elif len(waiting) >= _LOOKED_AT:
                continue
            elif isinstance(value, Items):
                waiting += value.each[:MOST_VALUES]
            elif isinstance(value, Entries):
                waiting += islice(value.each.values(), MOST_VALUES)
            elif isinstance(value, Instance):
                waiting += islice(value.attributes.values(), MOST_VALUES)
    return frozenset(found)


def is_property(function: Function) -> bool:
    """Whether the method is read like an attribute."""
    return bool(_decorators(function) & {"property", "cached_property"})


def _decorators(function: Function) -> set[str]:
    if isinstance(function.node, ast.Lambda):
        return set()
    names = set()
    for each in function.node.decorator_list:
        plain = each.func if isinstance(each, ast.Call) else each
        names.add(plain.attr if isinstance(plain, ast.Attribute) else plain.id if isinstance(plain, ast.Name) else "")
    return names


def follow(
    folder: "Folder", function: Function, arguments: list[Values], named: dict[str, Values], site: ast.Call | None
) -> Values:
    """What the function returns for these arguments; what it reads and writes is noted on the way."""
    if len(folder.active) >= MAX_CALLS or function in folder.active or folder.spent:
        return NOTHING
    texts = given_texts([*arguments, *named.values()])
    idle = site is not None and not any("://" in text for text in texts)
    if idle and folder.idle > MAX_IDLE:
        return NOTHING
    function.followed = True
    key = _occasion(function, arguments, named, site if texts and function.passage.path != folder.path else None)
    if key is not None and key in folder.returned:
        return folder.returned[key]
    before, counted = folder.steps, folder.idle
    result = _followed(folder, function, arguments, named, site)
    if idle:
        # Calls within this one are counted with it.
        folder.idle = counted + folder.steps - before
    if key is not None:
        folder.returned[key] = result
    return result


def _occasion(
    function: Function, arguments: list[Values], named: dict[str, Values], site: ast.Call | None
) -> object | None:
    """What a call depends on: the function, its arguments, and whether names of its module were bound since.

    `site` is given where signals would show there; `None` where the arguments cannot be compared.
    """
    try:
        key = (function, tuple(arguments), tuple(named.items()), function.scope.changes)
        hash(key)
    except TypeError:
        return None
    return (key, site)


def _followed(
    folder: "Folder", function: Function, arguments: list[Values], named: dict[str, Values], site: ast.Call | None
) -> Values:
    outer, passage, at = folder.scope, folder.passage, folder.site
    if function.passage.path != folder.path:
        if folder.site is None:
            if site is None:
                return NOTHING
            folder.site = Site(folder.passage, site, given_texts([*arguments, *named.values()]), len(folder.active))
    else:
        folder.site = None
    folder.active.append(function)
    folder.scope, folder.passage = Scope(function.scope, _bound(function, arguments, named)), function.passage
    try:
        if isinstance(function.node, ast.Lambda):
            return folder.fold(function.node.body)
        returned: list[Alternative] = []
        statements.body(folder, function.node.body, returned)
        return bounded(returned)
    finally:
        folder.active.pop()
        folder.scope, folder.passage, folder.site = outer, passage, at


def _bound(function: Function, given: list[Values], named: dict[str, Values]) -> dict[str, Values]:
    arguments = function.node.args
    places = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    names = {name: function.defaults.get(name, NOTHING) for name in (*places, *(a.arg for a in arguments.kwonlyargs))}
    names.update(zip(places, given, strict=False))
    names.update({name: values for name, values in named.items() if name in names})
    if arguments.vararg:
        names[arguments.vararg.arg] = one(Items(tuple(given[len(places) :])))
    if arguments.kwarg:
        names[arguments.kwarg.arg] = NOTHING
    return names


def method(
    folder: "Folder",
    receiver: Instance | Class,
    name: str,
    given: list[Values],
    named: dict[str, Values],
    site: ast.Call,
) -> Values | None:
    """`receiver.name(…)`; `None` if it has no such method."""
    found = receiver.attributes.get(name)
    if found is None:
        found = receiver.of.find(name) if isinstance(receiver, Instance) else receiver.find(name)
    function = only(found)
    if not isinstance(function, Function):
        return None
    decorators = _decorators(function)
    if function.owner is None or decorators & _UNBOUND:
        return follow(folder, function, given, named, site)
    if "classmethod" in decorators:
        return follow(folder, function, [one(function.owner), *given], named, site)
    own = [one(receiver)] if isinstance(receiver, Instance) else []
    return follow(folder, function, [*own, *given], named, site)


def make(folder: "Folder", of: Class, given: list[Values], named: dict[str, Values], site: ast.Call | None) -> Instance:
    """An object of the class."""
    made = Instance(of)
    start = only(of.find("__init__"))
    if isinstance(start, Function):
        follow(folder, start, [one(made), *given], named, site)
    else:
        fields = [name for name, values in of.attributes.items() if not isinstance(only(values), Function)]
        made.attributes.update(zip(fields, given, strict=False))
        made.attributes.update(named)
    return made


def remaining(folder: "Folder") -> None:
    """Follow what no call in the file reached, with its defaults; functions within them are reached in turn."""
    seen = 0
    while seen < len(folder.functions) and not folder.spent:
        function = folder.functions[seen]
        seen += 1
        if function.followed:
            continue
        own: list[Values] = []
        if function.owner is not None and "staticmethod" not in _decorators(function):
            if function.owner.plain is None:
                function.owner.plain = Instance(function.owner)
                start = only(function.owner.find("__init__"))
                if isinstance(start, Function) and start.passage.path == folder.path:
                    follow(folder, start, [one(function.owner.plain)], {}, None)
            own = [one(function.owner.plain)]
        follow(folder, function, own, {}, None)
