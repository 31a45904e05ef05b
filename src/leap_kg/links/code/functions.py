"""Calls of functions and classes that the repository itself defines: followed with the arguments that are known.

Hazard: such calls may recurse or fan out without end; a function is never followed within itself, calls are followed
`MAX_CALLS` deep, and all of it is paid from the steps of the file.
"""

import ast
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from leap_kg.links.code import statements
from leap_kg.links.code.bounds import MAX_CALLS, MAX_IDLE, MOST_ARMS, MOST_VALUES
from leap_kg.links.code.evidence import Site
from leap_kg.links.code.scope import Scope
from leap_kg.links.code.values import (
    FREE,
    NOTHING,
    UNKNOWN_VALUE,
    Alternative,
    Catalogue,
    Class,
    Entries,
    Function,
    Handle,
    Instance,
    Items,
    PathText,
    Value,
    Values,
    as_text,
    bounded,
    merged,
    one,
    only,
)
from leap_kg.links.signal import UNKNOWN

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder
    from leap_kg.links.code.neighbours import Arguments

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
    if site is not None and folder.site is None and function.passage.path != folder.path and function.owner is None:
        _noted(folder, function, arguments, named, site, telling=_is_telling([*arguments, *named.values()], texts))
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


def _freely(function: Function) -> dict[str, Values]:
    """The defaults of a function that nobody calls: whoever does may pass others, so they decide no branch."""
    return {
        name: tuple(Alternative(value, merged(when, ((FREE, 0),)) or when) for value, when in values)
        for name, values in function.defaults.items()
    }


def _noted(
    folder: "Folder",
    function: Function,
    arguments: list[Values],
    named: dict[str, Values],
    site: ast.Call,
    *,
    telling: bool,
) -> None:
    """Remember the call of another file's function, which may be the only one there is."""
    if isinstance(function.node, ast.Lambda):
        return
    passed = (tuple(map(_plain, arguments)), tuple((name, _plain(values)) for name, values in named.items()))
    at = (folder.passage.path, site.lineno + 10**6 * (folder.passage.cell or 0), site.col_offset)
    defined = (function.passage.path, function.node.lineno, function.node.name)
    folder.neighbours.calls.note(defined, at, passed if telling else None)


def _is_telling(values: list[Values], texts: frozenset[str]) -> bool:
    """Whether addresses or a catalogue are among what is passed."""
    return any("://" in text for text in texts) or any(
        isinstance(value, Catalogue) and "://" in value.address for each in values for value, _ in each
    )


def _told(folder: "Folder", function: Function) -> "Arguments | None":
    """What the only call of the function passes, which is in another file."""
    if function.followed or function.owner is not None or isinstance(function.node, ast.Lambda):
        return None
    return folder.neighbours.calls.told((function.passage.path, function.node.lineno, function.node.name))


def _plain(values: Values) -> Values:
    """The values without what belongs to the file that passes them."""
    return tuple(Alternative(_own(value)) for value, _ in values) or NOTHING


def _own(value: Value) -> Value:
    match value:
        case Handle(target=target):
            return target
        case Catalogue():
            return replace(value, origin=-1)
        case Items(each=each):
            return Items(tuple(map(_plain, each)))
        case str() | int() | float() | PathText() | None:
            return value
    return UNKNOWN_VALUE


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
        more: dict[str | int, Values] = {name: values for name, values in named.items() if name not in names}
        names[arguments.kwarg.arg] = one(Entries(more)) if more else NOTHING
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
    """Follow what no call in the file reached, with what its only call in the repository passes, or with its defaults;
    functions within them are reached in turn. A default that is an address counts whatever calls pass.
    """
    seen = 0
    while seen < len(folder.functions) and not folder.spent:
        function = folder.functions[seen]
        seen += 1
        if function.followed and not any("://" in text for text in given_texts(list(function.defaults.values()))):
            continue
        told = _told(folder, function)
        if told is not None:
            follow(folder, function, list(told[0]), dict(told[1]), None)
            continue
        own: list[Values] = []
        if function.owner is not None and "staticmethod" not in _decorators(function):
            if function.owner.plain is None:
                function.owner.plain = Instance(function.owner)
                start = only(function.owner.find("__init__"))
                if isinstance(start, Function) and start.passage.path == folder.path:
                    follow(folder, start, [one(function.owner.plain)], {}, None)
            own = [one(function.owner.plain)]
        follow(folder, function, own, {} if function.followed else _freely(function), None)
