"""Registries of files that are downloaded when they are asked for by name: pooch.

The address of a file is the registry's, then its name, unless the registry gives it another.
"""

import ast
from typing import TYPE_CHECKING

from leap_kg.links.code import noting, texts
from leap_kg.links.code.values import (
    NOTHING,
    Alternative,
    Entries,
    Items,
    LocalFile,
    Registry,
    Value,
    Values,
    as_text,
    bounded,
    joined,
    one,
    only,
)
from leap_kg.links.signal import Role

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_PLACES = ("path", "base_url", "version", "version_dev", "env", "registry", "urls")
_OF_CLASS = ("path", "base_url", "registry", "urls")


def made(top: str, last: str, given: list[Values], named: dict[str, Values]) -> Values | None:
    """The registry that `pooch.create(…)` makes; `None` for any other call."""
    if top != "pooch" or last not in {"create", "Pooch"}:
        return None
    told = dict(zip(_PLACES if last == "create" else _OF_CLASS, given, strict=False)) | named
    base = told.get("base_url", NOTHING)
    version = told.get("version", NOTHING)
    filled = bounded(
        Alternative(value, when)
        for text, when in base
        for value, _ in (texts.formatted(text, [], {"version": version}) if isinstance(text, str) else NOTHING)
    )
    return one(Registry(filled, told.get("registry", NOTHING), told.get("urls", NOTHING)))


def method(
    folder: "Folder", registry: Registry, name: str, node: ast.Call, given: list[Values], named: dict[str, Values]
) -> Values:
    """`registry.fetch(name)` reads the file of that name; `get_url` tells where it lies."""
    if name not in {"fetch", "get_url"}:
        return NOTHING
    told = named.get("fname", given[0] if given else NOTHING)
    places = bounded(each for value, when in told for each in _place(registry, value, when))
    if name == "get_url":
        return places
    noting.noted(folder, Role.READS, places, node, node.args[0] if node.args else None, "pooch.fetch")
    return one(LocalFile(""))


def attribute(registry: Registry, name: str) -> Values:
    """`registry.registry` and the like: what files there are."""
    if name in {"registry", "registry_files"}:
        files = only(registry.files)
        if name == "registry_files" and isinstance(files, Entries):
            return one(Items(tuple(map(one, files.each))))
        return registry.files
    return registry.urls if name == "urls" else registry.base if name == "base_url" else NOTHING


def _place(registry: Registry, file: Value, when: tuple[tuple[str, int], ...]) -> Values:
    elsewhere = only(registry.urls)
    if isinstance(elsewhere, Entries) and isinstance(file, str) and file in elsewhere.each:
        return tuple(Alternative(value, when) for value, _ in elsewhere.each[file])
    base = tuple(Alternative(as_text(value).rstrip("/"), also) for value, also in registry.base)
    return tuple(Alternative(value, when) for value, _ in joined([base, one("/"), one(as_text(file))]))
