"""Calls: what is called, with which arguments, and whom that concerns.

In order: functions and classes of the repository are followed; calls that are known to read or write data are noted;
functions of libraries that put texts and lists together are worked out; methods go to what they are called on.
"""

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from leap_kg.links.code import (
    catalogues,
    filesystems,
    functions,
    handing,
    library,
    moments,
    naming,
    noting,
    options,
    paths,
    queries,
    registries,
    services,
    sessions,
    shell,
    statements,
    stores,
    texts,
)
from leap_kg.links.code.bounds import MOST_ITEMS
from leap_kg.links.code.known import CALLS, METHODS
from leap_kg.links.code.values import (
    NOTHING,
    Alternative,
    Catalogue,
    Class,
    Entries,
    External,
    FileSystem,
    Function,
    Handle,
    Instance,
    Items,
    LocalFile,
    Moment,
    Partial,
    PathText,
    Registry,
    Table,
    Value,
    Values,
    as_text,
    bounded,
    merged,
    one,
    only,
)

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder


_MAKING: dict[str, Callable[[str, str, list[Values], dict[str, Values]], Values | None]] = {
    "pooch": registries.made,
    **dict.fromkeys(("ftplib", "erddapy"), sessions.made),
    **dict.fromkeys(("datetime", "pandas", "numpy", "xarray"), moments.made),
}
"""By library, what makes a thing of its own that is followed."""
_COMMANDS = {"run", "call", "check_call", "check_output", "Popen", "system", "popen", "getoutput", "sx"}
_QUERYING = {"sql", "query", "execute", "from_query", "view"}


def call(folder: "Folder", node: ast.Call) -> Values:
    """What the call returns; what it shows is noted."""
    if isinstance(node.func, ast.Attribute):
        receiver = folder.fold(node.func.value)
        given, named = _arguments(folder, node)
        if (grown := _grown(folder, node.func, receiver, given)) is not None:
            return grown
        return _each(receiver, lambda value: _method(folder, value, node, given, named))
    called = folder.fold(node.func)
    given, named = _arguments(folder, node)
    return _each(called, lambda value: _plain(folder, value, node, given, named))


def _each(values: Values, result: Callable[[Value], Values]) -> Values:
    if len(values) == 1 and not values[0].choices:
        return result(values[0].value)
    return bounded(
        Alternative(inner, both)
        for value, when in values
        for inner, also in result(value)
        if (both := merged(when, also)) is not None
    )


def _arguments(folder: "Folder", node: ast.Call) -> tuple[list[Values], dict[str, Values]]:
    given: list[Values] = []
    for argument in node.args[:MOST_ITEMS]:
        values = folder.fold(argument)
        if isinstance(argument, ast.Starred):
            inner = only(values)
            given += inner.each if isinstance(inner, Items) else [NOTHING]
        else:
            given.append(values)
    named: dict[str, Values] = {}
    for keyword in node.keywords[:MOST_ITEMS]:
        values = folder.fold(keyword.value)
        if keyword.arg is not None:
            named[keyword.arg] = values
        elif isinstance(more := only(values), Entries):
            named.update({name: value for name, value in more.each.items() if isinstance(name, str)})
    return given, named


def _plain(folder: "Folder", value: Value, node: ast.Call, given: list[Values], named: dict[str, Values]) -> Values:
    match value:
        case Partial():
            return handing.call(folder, value, node, given, named)
        case Function():
            return functions.follow(folder, value, given, named, node)
        case Class():
            return one(functions.make(folder, value, given, named, node))
        case External(name=name):
            return _external(folder, name, node, given, named)
        case Catalogue() | Handle():
            return one(value)
        case Instance():
            return functions.method(folder, value, "__call__", given, named, node) or NOTHING
    return NOTHING


def called(folder: "Folder", value: Value, node: ast.Call, given: list[Values], named: dict[str, Values]) -> Values:
    """What a value returns that is called with these arguments, wherever the call stands."""
    return _plain(folder, value, node, given, named)


def _external(folder: "Folder", full: str, node: ast.Call, given: list[Values], named: dict[str, Values]) -> Values:
    top, _, rest = full.partition(".")
    last = rest.rpartition(".")[2]
    if (default := options.declare(folder, last, given, named)) is not None:
        return default
    if last == "partial" and top in {"functools", "toolz", "builtins"}:
        return handing.partial(given, named)
    if full != f"builtins.{last}" or last == "map":
        result = handing.handed(folder, last, node, given, named)
        if result is not None:
            return result
    if last in catalogues.OPENERS and top in {"intake", "intake_esm", "builtins", "intake_stac"}:
        return noting.open_catalogue(folder, node, given, named, last)
    if (made := filesystems.made(folder, top, last, node, given, named)) is not None:
        return made
    if top in _MAKING and (thing := _MAKING[top](top, last, given, named)) is not None:
        return thing
    if top == "duckdb" and last in _QUERYING:
        return queries.noted(folder, given[0] if given else NOTHING, node, f"duckdb.{last}")
    if top in services.LIBRARIES and (served := services.noted(folder, full, last, node, given, named)) is not None:
        return served
    if (kept := stores.handed(folder, top, last, given, named)) is not None:
        return kept
    if (noted := noting.special(folder, full, last, node, given, named)) is not None:
        return noted
    if (spec := CALLS.get((top, last))) is not None:
        return noting.note(folder, spec, f"{top}.{last}", node, given, named)
    if top in {"subprocess", "os", "IPython"} and last in _COMMANDS:
        shell.command(folder, node, given[0] if given else NOTHING)
        return NOTHING
    if (worked := library.work_out(folder, full, top, last, given, named)) is not None:
        return worked
    if last in METHODS and rest:
        return noting.note(folder, METHODS[last], last, node, given, named)
    naming.noted(folder, last, node, given, named)
    return NOTHING


def _method(folder: "Folder", value: Value, node: ast.Call, given: list[Values], named: dict[str, Values]) -> Values:
    assert isinstance(node.func, ast.Attribute)  # noqa: S101 - the caller looked
    name = node.func.attr
    if not isinstance(value, External | Instance | Class | Table):
        result = handing.handed(folder, name, node, given, named, value)
        if result is not None:
            return result
    match value:
        case External(name=library_name):
            return _external(folder, f"{library_name}.{name}", node, given, named)
        case str():
            return texts.method(value, name, given, named)
        case Catalogue():
            return catalogues.method(value, name, node, named, folder)
        case FileSystem():
            return filesystems.method(folder, value, name, node, given, named)
        case Registry():
            return registries.method(folder, value, name, node, given, named)
        case PathText():
            return paths.method(folder, value, name, node, given, named)
        case Moment():
            return moments.method(value, name, given)
        case Instance() if (said := sessions.method(folder, value, name, node, given)) is not None:
            return said
        case Instance() | Class():
            found = functions.method(folder, value, name, given, named, node)
            if found is not None:
                return found
        case Handle() if name not in METHODS:
            return one(value)
        case Table() if (found := services.method(folder, value, name, node, given, named)) is not None:
            return found
        case Table() if name not in METHODS:
            return one(value)
        case Entries():
            found = _lookup(value, name, given)
            if found is not None:
                return found
        case Items() if name in {"copy", "tolist", "to_list", "unique", "sort_values", "head"}:
            return one(value)
        case LocalFile() if name in {"read", "read_text", "readlines"}:
            return one(value)
    if (default := options.declare(folder, name, given, named)) is not None:
        return default
    if name in METHODS:
        return noting.note(folder, METHODS[name], name, node, given, named)
    if isinstance(member := _member(folder, value, name), Function | Class):
        return _plain(folder, member, node, given, named)
    if not isinstance(value, FileSystem):
        naming.noted(folder, name, node, given, named)
    return filesystems.method(folder, FileSystem(""), name, node, given, named)


def _member(folder: "Folder", value: Value, name: str) -> Value:
    from leap_kg.links.code import attributes

    return only(attributes.of(one(value), name, folder))


def _lookup(entries: Entries, name: str, given: list[Values]) -> Values | None:
    if name == "get" and given:
        key = only(given[0])
        if isinstance(key, str | int) and key in entries.each:
            section, within = only(entries.each[key]), only(given[1]) if len(given) > 1 else None
            # `parser.get("section", "option")`
            if isinstance(section, Entries) and isinstance(within, str) and within in section.each:
                return section.each[within]
            return entries.each[key]
        return given[1] if len(given) > 1 else NOTHING
    if name == "values":
        return one(Items(tuple(entries.each.values())))
    if name in {"keys", "copy"}:
        return one(entries)
    if name == "items":
        return one(Items(tuple(one(Items((one(key), values))) for key, values in entries.each.items())))
    return None


def _grown(folder: "Folder", func: ast.Attribute, receiver: Values, given: list[Values]) -> Values | None:
    """`name.append(…)` and the like: the list that `name` stands for has more in it."""
    if func.attr == "read" and receiver == one(External("configparser.ConfigParser")):
        read = folder.neighbours.settings(as_text(only(given[0])) if given else "", folder.passage.path)
        statements.assign(folder, func.value, read)
        return NOTHING
    if func.attr not in {"append", "extend", "update"} or not isinstance(func.value, ast.Name) or not given:
        return None
    before = only(receiver)
    if isinstance(before, Items) and func.attr == "append" and len(before.each) < MOST_ITEMS:
        more: tuple[Values, ...] = tuple((Alternative(value),) for value, _ in given[0])
        folder.scope.bind(func.value.id, one(Items(before.each + more)))
        return NOTHING
    more_of = only(given[0])
    if isinstance(before, Items) and isinstance(more_of, Items) and len(before.each) < MOST_ITEMS:
        folder.scope.bind(func.value.id, one(Items((before.each + more_of.each)[:MOST_ITEMS])))
        return NOTHING
    if isinstance(before, Entries) and isinstance(more_of, Entries) and len(before.each) < MOST_ITEMS:
        folder.scope.bind(func.value.id, one(Entries({**before.each, **more_of.each})))
        return NOTHING
    return None
