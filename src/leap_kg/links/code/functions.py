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
    one,
    only,
)
from leap_kg.links.signal import UNKNOWN

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_TELLING = 3
_LOOKED_AT = 100
_TEXTS = (str, PathText, Handle)
_UNBOUND = {"staticmethod"}
_WITH = {"contextmanager", "asynccontextmanager", "fixture"}
"""What makes of a generator something that gives one value."""


def given_texts(values: list[Values]) -> frozenset[str]:
    """The texts in the arguments of a call that tell an address from others; of large arguments the first."""
    found: set[str] = set()
    waiting = list(values)
    for alternatives in waiting:
        for value, _ in alternatives[:MOST_ARMS]:
            if isinstance(value, _TEXTS):
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
    return bool(decorators(function) & {"property", "cached_property"})


def decorators(function: Function) -> set[str]:
    """The names of what stands before the function."""
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
    before, folder.yielded = folder.yielded, []
    folder.scope, folder.passage = Scope(function.scope, _bound(function, arguments, named)), function.passage
    try:
        if isinstance(function.node, ast.Lambda):
            return folder.fold(function.node.body)
        returned: list[Alternative] = []
        statements.body(folder, function.node.body, returned)
        if folder.yielded:
            return _generated(function, folder.yielded)
        return bounded(returned)
    finally:
        folder.active.pop()
        folder.yielded = before
        folder.scope, folder.passage, folder.site = outer, passage, at


def _generated(function: Function, each: list[Alternative]) -> Values:
    """What a generator gives: a list; or the one thing that a `with` takes from it."""
    if decorators(function) & _WITH:
        return bounded(each)
    return one(Items(tuple((Alternative(value),) for value, _ in each[:MOST_VALUES])))


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
    before = decorators(function)
    if function.owner is None or before & _UNBOUND:
        return follow(folder, function, given, named, site)
    if "classmethod" in before:
        return follow(folder, function, [one(function.owner), *given], named, site)
    own = [one(receiver.actual or receiver)] if isinstance(receiver, Instance) else []
    return follow(folder, function, [*own, *given], named, site)


def above(folder: "Folder") -> Values:
    """What `super()` stands for in the method that is being followed: its object, as the classes above see it."""
    function = folder.active[-1] if folder.active else None
    if function is None or function.owner is None or not function.owner.bases:
        return NOTHING
    places = [*function.node.args.posonlyargs, *function.node.args.args]
    own = only(folder.scope.get(places[0].arg)) if places else None
    seen_above = Class(function.owner.name, {}, function.owner.bases)
    if isinstance(own, Instance):
        return one(Instance(seen_above, own.attributes, own.actual or own))
    return one(seen_above) if isinstance(own, Class) else NOTHING


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
