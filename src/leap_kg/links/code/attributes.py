"""Attributes and subscripts of what is known: modules, objects, dictionaries, catalogues, paths."""

import ast
from typing import TYPE_CHECKING

from leap_kg.links.code import catalogues, functions, moments, registries, replies
from leap_kg.links.code.bounds import MOST_ARMS
from leap_kg.links.code.placing import BELOW
from leap_kg.links.code.values import (
    NOTHING,
    UNKNOWN_VALUE,
    Alternative,
    Bound,
    Catalogue,
    Class,
    Entries,
    External,
    FileSystem,
    Function,
    Handle,
    Instance,
    Items,
    Module,
    Moment,
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
from leap_kg.links.signal import UNKNOWN

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder


def of(values: Values, name: str, folder: "Folder") -> Values:
    """`values.name`."""
    if len(values) == 1:
        value, when = values[0]
        found = _attribute(value, name, folder)
        return found if not when else _under(found, when)
    return bounded(inner for value, when in values for inner in _under(_attribute(value, name, folder), when))


def _under(values: Values, when: tuple[tuple[str, int], ...]) -> Values:
    return tuple(Alternative(v, both) for v, also in values if (both := merged(when, also)) is not None) or NOTHING


def _attribute(value: Value, name: str, folder: "Folder") -> Values:
    match value:
        case External(name=library):
            if library.endswith("flags.FLAGS"):
                return folder.options.get(name, NOTHING)
            return one(External(f"{library}.{name}")) if len(library) < 200 else NOTHING
        case Instance():
            found = value.attributes.get(name) or value.of.find(name)
            if found and isinstance(method := only(found), Function) and functions.is_property(method):
                return functions.follow(folder, method, [one(value)], {}, None)
            return found or NOTHING
        case Class():
            return value.find(name) or NOTHING
        case Module():
            return value.names.get(name, NOTHING)
        case Entries():
            return value.each.get(name, NOTHING)
        case Catalogue():
            return catalogues.below(value, name)
        case Handle(target=target) if name == "dirfs" and "://" in target:
            folder.ledger.consume(value.origin)
            return one(FileSystem(BELOW, root=target.rstrip("/")))
        case Table() | Handle():
            return one(value)
        case FileSystem():
            return one(Bound(value, name))
        case Reply():
            return replies.attribute(value, name)
        case Moment():
            return moments.attribute(value, name)
        case Items() if name in {"values", "iloc", "loc"}:
            return one(value)
        case Registry():
            return registries.attribute(value, name)
        case str() if name == "value":
            return one(value)
        case PathText(text=text):
            return _part(text, name)
    return NOTHING


def _part(text: str, name: str) -> Values:
    folder, _, last = text.rstrip("/").rpartition("/")
    if name == "parent":
        return one(PathText(folder))
    if name == "parents":
        pieces = text.rstrip("/").split("/")
        return one(Items(tuple(one(PathText("/".join(pieces[:-n]))) for n in range(1, min(len(pieces), 20) + 1))))
    if name in {"name", "stem"}:
        return one(last.rpartition(".")[0] or last if name == "stem" else last)
    return NOTHING


def item(values: Values, keys: Values, node: ast.Subscript, folder: "Folder") -> Values:
    """`values[keys]`."""
    found: list[Alternative] = []
    for value, when in values:
        if isinstance(node.slice, ast.Slice):
            found += _under(_slice(value, node.slice, folder), when)
            continue
        for key, also in keys:
            both = merged(when, also)
            if both is not None:
                found += _under(_item(value, key, node, folder), both)
    return bounded(found)


def _item(value: Value, key: Value, node: ast.Subscript, folder: "Folder") -> Values:
    match value:
        case Entries(each=entries):
            if isinstance(key, str | int) and key != UNKNOWN:
                return entries.get(key, NOTHING)
            return _any(list(entries.values()), node)
        case Items(each=each):
            if isinstance(key, int):
                return each[key] if -len(each) <= key < len(each) else NOTHING
            return _any(list(each), node)
        case Catalogue():
            return catalogues.entry(value, key, node, folder)
        case Table() | Handle():
            return one(value)
        case External(name="os.environ"):
            return folder.options.get(f"${as_text(key)}", NOTHING)
        case str() if isinstance(key, int) and -len(value) <= key < len(value) and UNKNOWN not in value:
            return one(value[key])
    return NOTHING


def _any(each: list[Values], node: ast.Subscript) -> Values:
    """One of them, nobody knows which; the same one wherever the same subscript is met again."""
    if len(each) > MOST_ARMS and not any("://" in as_text(only(values)) for values in each):
        return NOTHING
    choice = f"at{node.lineno}:{node.col_offset}"
    return bounded(
        Alternative(value, both)
        for turn, values in enumerate(each)
        for value, when in values
        if (both := merged(when, ((choice, turn),))) is not None
    )


def _slice(value: Value, node: ast.Slice, folder: "Folder") -> Values:
    bounds = [None if part is None else only(folder.fold(part)) for part in (node.lower, node.upper)]
    if isinstance(value, Handle | Table):
        return one(value)
    if node.step is not None or not all(each is None or isinstance(each, int) for each in bounds):
        return one(value) if isinstance(value, Items) else NOTHING
    start, end = (each if isinstance(each, int) else None for each in bounds)
    if isinstance(value, Items):
        return one(Items(value.each[start:end]))
    if isinstance(value, str):
        return one(value[start:end]) if UNKNOWN not in value else NOTHING
    return one(UNKNOWN_VALUE)
