"""Calls: what is called, with which arguments, and whom that concerns.

In order: functions and classes of the repository are followed; calls that are known to read or write data are noted;
functions of libraries that put texts and lists together are worked out; methods go to what they are called on.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
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
    replies,
    services,
    sessions,
    shell,
    statements,
    stores,
    testing,
    texts,
)
from leap_kg.links.code.bounds import MOST_ITEMS
from leap_kg.links.code.known import CALLS, METHODS, Known
from leap_kg.links.code.values import (
    NOTHING,
    Alternative,
    Bound,
    Catalogue,
    Choices,
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
    Reply,
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
_OWN_METHODS = (External, Instance, Class, Table)
"""What has methods of its own by the names that hand functions on."""
_TEXTS = (str, PathText, Handle)
_GROWING = {"append", "extend", "update", "add", "appendleft"}
_COMMANDS = {"run", "call", "check_call", "check_output", "Popen", "system", "popen", "getoutput", "sx"}
_QUERYING = {"sql", "query", "execute", "from_query", "view"}


def call(folder: "Folder", node: ast.Call) -> Values:
    """What the call returns; what it shows is noted."""
    if isinstance(node.func, ast.Attribute):
        receiver = folder.fold(node.func.value)
        given, named = _arguments(folder, node)
        if (grown := _grown(folder, node.func, receiver, given)) is not None:
            return grown
        replies.kept(folder, receiver, node.func.attr, given)
        return _each(receiver, given, named, lambda value, *told: _method(folder, value, node, *told))
    called = folder.fold(node.func)
    given, named = _arguments(folder, node)
    return _each(called, given, named, lambda value, *told: _plain(folder, value, node, *told))


def _each(
    values: Values,
    given: list[Values],
    named: dict[str, Values],
    result: Callable[[Value, list[Values], dict[str, Values]], Values],
) -> Values:
    """What each of the values returns that may be called, for the arguments that may come with it."""
    if len(values) == 1 and not values[0].choices:
        return result(values[0].value, given, named)
    return bounded(
        Alternative(inner, both)
        for value, when in values
        for inner, also in result(
            value, [_with_it(each, when) for each in given], {n: _with_it(each, when) for n, each in named.items()}
        )
        if (both := merged(when, also)) is not None
    )


def _with_it(values: Values, when: Choices) -> Values:
    """The values that may come with what is chosen by `when`."""
    if len(values) == 1 or not when:
        return values
    return tuple(each for each in values if merged(when, each.choices) is not None) or NOTHING


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
        case Bound(of=system, name=name):
            return filesystems.method(folder, system, name, node, given, named)
        case Function():
            result = functions.follow(folder, value, given, named, node)
            naming.followed(folder, value, node, given, named)
            return result
        case Class():
            made = functions.make(folder, value, given, named, node)
            naming.followed(folder, value, node, given, named)
            return one(made)
        case External(name=name):
            return _external(folder, name, node, given, named)
        case Catalogue() | Handle():
            return one(value)
        case Instance():
            return functions.method(folder, value, "__call__", given, named, node) or NOTHING
    return _wrapped(given, named) or NOTHING


def _wrapped(given: list[Values], named: dict[str, Values]) -> Values | None:
    """What a call that nobody knows makes of one function: the function, tried again or made faster."""
    return given[0] if len(given) == 1 and not named and isinstance(only(given[0]), Function) else None


def called(folder: "Folder", value: Value, node: ast.Call, given: list[Values], named: dict[str, Values]) -> Values:
    """What a value returns that is called with these arguments, wherever the call stands."""
    return _plain(folder, value, node, given, named)


def _external(folder: "Folder", full: str, node: ast.Call, given: list[Values], named: dict[str, Values]) -> Values:
    top, _, rest = full.partition(".")
    last = rest.rpartition(".")[2]
    if (default := options.declare(folder, last, given, named)) is not None:
        return default
    if top == "pytest" and (value := testing.made(last, given)) is not None:
        return value
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
    if (streamed := replies.handed(folder, top, last, given, named)) is not None:
        return streamed
    if (spec := CALLS.get((top, last))) is not None:
        return noting.note(folder, spec, f"{top}.{last}", node, given, named)
    if top in {"subprocess", "os", "IPython"} and last in _COMMANDS:
        shell.command(folder, node, given[0] if given else NOTHING)
        return NOTHING
    if (worked := library.work_out(folder, full, top, last, given, named)) is not None:
        return worked
    if last == "strftime" and given:
        return moments.unread(given[-1])
    if last in METHODS and rest:
        return noting.note(folder, _writing(last, given), last, node, given, named)
    naming.noted(folder, last, node, given, named)
    if top == "builtins" and "." in rest:
        # The object is one of an earlier session, or of a module all of whose names are taken.
        return filesystems.method(folder, FileSystem(""), last, node, given, named)
    return _wrapped(given, named) or NOTHING


def _method(folder: "Folder", value: Value, node: ast.Call, given: list[Values], named: dict[str, Values]) -> Values:
    assert isinstance(node.func, ast.Attribute)  # noqa: S101 - the caller looked
    name = node.func.attr
    if not isinstance(value, _OWN_METHODS):
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
        case Reply():
            return replies.method(value, name)
        case Function() if (said := handing.started(folder, value, name, node, given, named)) is not None:
            return said
        case Moment():
            return moments.method(value, name, given)
        case Instance() if (said := sessions.method(folder, value, name, node, given)) is not None:
            return said
        case Instance() | Class():
            found = functions.method(folder, value, name, given, named, node)
            if found is not None:
                naming.followed(folder, _member(folder, value, name), node, given, named)
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
    if name == "strftime" and given:
        return moments.unread(given[0])
    if isinstance(member := _member(folder, value, name), Function | Class):
        return _plain(folder, member, node, given, named)
    if name in METHODS:
        return noting.note(folder, _writing(name, given), name, node, given, named)
    if not isinstance(value, FileSystem):
        naming.noted(folder, name, node, given, named)
    return filesystems.method(folder, FileSystem(""), name, node, given, named)


def _writing(name: str, given: list[Values]) -> Known:
    """What is known of the method; of a function of that name, what is written comes before where it goes."""
    places = [any("://" in as_text(value) for value, _ in each if isinstance(value, _TEXTS)) for each in given[:2]]
    return replace(METHODS[name], at=1) if places == [False, True] else METHODS[name]


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
    if name in {"iterrows", "itertuples"}:
        return one(Items(tuple(_rows(entries, numbered=name == "iterrows"))))
    if name == "keys":
        return one(Items(tuple(map(one, entries.each))))
    if name == "copy":
        return one(entries)
    if name == "items":
        return one(Items(tuple(one(Items((one(key), values))) for key, values in entries.each.items())))
    return None


def _rows(table: Entries, *, numbered: bool) -> Iterator[Values]:
    """The rows of a table that is told column by column."""
    columns = {name: value.each for name, values in table.each.items() if isinstance(value := only(values), Items)}
    for number in range(min(map(len, columns.values()), default=0)):
        row = one(Entries({name: each[number] for name, each in columns.items()}))
        yield one(Items((one(number), row))) if numbered else row


def _grown(folder: "Folder", func: ast.Attribute, receiver: Values, given: list[Values]) -> Values | None:
    """`name.append(…)` and the like: the list that stands there has more in it."""
    if func.attr == "read" and receiver == one(External("configparser.ConfigParser")):
        read = folder.neighbours.settings(as_text(only(given[0])) if given else "", folder.passage.path)
        statements.assign(folder, func.value, read)
        return NOTHING
    if func.attr not in _GROWING or not given:
        return None
    place, before = func.value, only(receiver)
    if isinstance(place, ast.Call) and isinstance(place.func, ast.Attribute) and place.args:
        if place.func.attr != "setdefault":
            return None
        place = ast.copy_location(ast.Subscript(place.func.value, place.args[0], ast.Load()), place)
    if not isinstance(place, ast.Name | ast.Attribute | ast.Subscript):
        return None
    if receiver == NOTHING and isinstance(place, ast.Subscript):
        # What a dictionary makes when it is first asked for.
        before = Items(()) if isinstance(only(folder.fold(place.value)), Entries) else before
    grown = _with(before, func.attr, given[0])
    if grown is not None:
        statements.assign(folder, place, one(grown))
    return None if grown is None else NOTHING


def _with(before: Value, how: str, given: Values) -> Value | None:
    """What had `before` in it, with more; `None` for what does not grow."""
    if isinstance(before, Items | Entries) and len(before.each) >= MOST_ITEMS:
        return None
    if isinstance(before, Items) and how in {"append", "add", "appendleft"}:
        return Items(before.each + tuple((Alternative(value),) for value, _ in given))
    more = only(given)
    if isinstance(before, Items) and isinstance(more, Items):
        return Items((before.each + more.each)[:MOST_ITEMS])
    if isinstance(before, Entries) and isinstance(more, Entries):
        return Entries({**before.each, **more.each})
    return None
