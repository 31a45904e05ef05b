"""Code that no call reaches: functions, methods, and what classes inherit, followed with what is known without a call.

Whoever calls them may pass something else, so defaults decide no branch here, and what is taken from the class that a
parameter is annotated with makes a candidate only.
"""

import ast
from typing import TYPE_CHECKING

from leap_kg.links.code import testing
from leap_kg.links.code.evidence import Passage, Site
from leap_kg.links.code.functions import decorators, follow, given_texts
from leap_kg.links.code.values import (
    FREE,
    Alternative,
    Class,
    Function,
    Instance,
    Values,
    merged,
    one,
    only,
)

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder
    from leap_kg.links.code.neighbours import Arguments

_MOST_CLASSES = 200


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
        if function.owner is not None and "staticmethod" not in decorators(function):
            own = [one(_plain(folder, function.owner))]
        if function.followed:
            follow(folder, function, own, {}, None)
            continue
        follow(folder, function, own, {**_freely(function), **testing.arguments(folder, function)}, None)
        _annotated(folder, function, own)
    for of, node, passage in folder.derived[:_MOST_CLASSES]:
        _inherited(folder, of, node, passage)


def _plain(folder: "Folder", of: Class) -> Instance:
    """An object of the class that nobody makes."""
    if of.plain is None:
        of.plain = Instance(of)
        start = only(of.find("__init__"))
        if isinstance(start, Function) and start.passage.path == folder.path:
            follow(folder, start, [one(of.plain)], {}, None)
    return of.plain


def _freely(function: Function) -> dict[str, Values]:
    """The defaults of a function that nobody calls: whoever does may pass others, so they decide no branch."""
    return {
        name: tuple(Alternative(value, merged(when, ((FREE, 0),)) or when) for value, when in values)
        for name, values in function.defaults.items()
    }


def _told(folder: "Folder", function: Function) -> "Arguments | None":
    """What the only call of the function passes, which is in another file."""
    if function.followed or function.owner is not None or isinstance(function.node, ast.Lambda):
        return None
    return folder.neighbours.calls.told((function.passage.path, function.node.lineno, function.node.name))


def _annotated(folder: "Folder", function: Function, own: list[Values]) -> None:
    """Follow a function once more with objects of the classes that its parameters are said to be of, where these tell
    addresses: as they are made without arguments, which makes a candidate.
    """
    if isinstance(function.node, ast.Lambda) or folder.spent:
        return
    arguments = function.node.args
    named: dict[str, Values] = {}
    for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if isinstance(each.annotation, ast.Name | ast.Attribute) and each.arg not in function.defaults:
            of = only(folder.fold(each.annotation))
            if isinstance(of, Class) and any("://" in text for text in given_texts(list(of.attributes.values()))):
                named[each.arg] = one(_plain(folder, of))
    if named:
        folder.untaken += 1
        follow(folder, function, own, named, None)
        folder.untaken -= 1


def _inherited(folder: "Folder", of: Class, node: ast.ClassDef, passage: Passage) -> None:
    """Follow the methods that a class inherits, where it says otherwise than its bases what they use."""
    if folder.spent or not any(base.find(name) is not None for base in of.bases for name in of.attributes):
        return
    methods = {
        name: value
        for base in reversed(of.bases)
        for name in _names(base)
        if name not in of.attributes and isinstance(value := only(base.find(name)), Function)
    }
    methods.pop("__init__", None)
    texts = given_texts(list(of.attributes.values()))
    for method in list(methods.values()):
        if "staticmethod" in decorators(method):
            continue
        if method.passage.path != folder.path:
            if not any("://" in text for text in texts):
                continue
            head = ast.copy_location(ast.Constant(None), node)
            head.end_lineno = node.lineno
            folder.site = Site(passage, head, texts, len(folder.active))
        follow(folder, method, [one(_plain(folder, of))], {}, None)
        folder.site = None


def _names(of: Class, depth: int = 0) -> list[str]:
    above = [name for base in of.bases for name in _names(base, depth + 1)] if depth < 8 else []
    return list(dict.fromkeys([*above, *of.attributes]))
