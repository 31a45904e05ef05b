"""What functions of Julia do: those that put texts, vectors and dictionaries together, and those that read and write
data. An artifact stands for the addresses that `Artifacts.toml` gives for it.
"""

import ast
from dataclasses import replace

from leap_kg.links.code import noting
from leap_kg.links.code.languages import foreign, vectors
from leap_kg.links.code.languages.artifacts import downloads
from leap_kg.links.code.languages.following import Follower
from leap_kg.links.code.languages.known import JULIA_CALLS
from leap_kg.links.code.values import (
    NOTHING,
    Alternative,
    Entries,
    External,
    Items,
    Value,
    Values,
    as_text,
    bounded,
    joined,
    one,
    only,
    pairs,
)
from leap_kg.links.signal import Role

_SAME = {
    "collect", "String", "sort", "unique", "reverse", "identity", "IOBuffer", "Vector", "SubString", "strip",
    "abspath", "expanduser", "normpath", "Symbol", "tuple", "Tuple", "vec", "register", "Ref", "esc", "URI", "URIs.URI",
    "convert", "escapeuri", "pipeline", "lstrip", "rstrip", "@datadep_str", "Val", "skipmissing", "S3Path",
}  # fmt: skip
_MAPS = {"map", "foreach", "pmap", "asyncmap", "broadcast", "tmap", "mapreduce"}
_ARTIFACTS = {"@artifact_str", "@clima_artifact", "artifact_hash", "ensure_artifact_installed"}
_BUCKETS = {"S3Store": "s3", "GCStore": "gs"}
_DICTIONARIES = {"Dict", "OrderedDict", "NamedTuple"}
_GENERIC = {"read", "write", "open", "get", "download", "request", "parse", "load"}
"""Names that say nothing without their module, as which they are looked up too."""


class JuliaLibrary:
    """The functions of Julia and of its packages, by their names with or without their modules."""

    building = frozenset({"*", "string", "joinpath", "@sprintf", "replace", "join", "URIs.joinpath"})

    def told(self, name: str) -> Values:
        """A name that nobody bound is a function or a module."""
        return one({"nothing": None, "missing": None}[name] if name in {"nothing", "missing"} else External(name))

    def turned(self, value: Value) -> Value:
        """A dictionary gives its pairs."""
        if isinstance(value, Entries):
            return Items(tuple(one(Items((one(key), each))) for key, each in value.each.items()))
        return value

    def call(
        self, folder: Follower, full: str, node: ast.Call, given: list[Values], named: dict[str, Values]
    ) -> Values:
        """What the function returns; what it reads and writes is noted."""
        if (found := foreign.in_python(folder, full, node, given, named)) is not None:
            return found
        name = full.rpartition(".")[2]
        first = given[0] if given else NOTHING
        for known in (_texts, _collections):
            if (built := known(name, given, named)) is not None:
                return built
        if name in _MAPS and len(given) > 1:
            return vectors.mapped(
                folder, only(first), given[1:], f"map{node.lineno}:{node.col_offset}",
                lambda called, turns: folder.applied(called, turns, {}, node),
            )  # fmt: skip
        if name == "include":
            foreign.include(folder, given[-1] if given else NOTHING)
            return NOTHING
        if name in {"pyimport", "pyimport_conda", "@pyimport"}:
            return foreign.imported(first)
        if name == "run":
            foreign.run(folder, node, given)
            return NOTHING
        if name in {"parsefile", "load_file"} and (table := foreign.settings(folder, given, named)) is not None:
            return table
        if name in _ARTIFACTS:
            return _artifact(folder, name, node, first)
        if name in _BUCKETS:
            scheme = f"{_BUCKETS[name]}://"
            address = tuple(
                Alternative(text if "://" in text else f"{scheme}{text}", when)
                for text, when in ((as_text(value), when) for value, when in joined([*given[:1]]))
            )
            return noting.noted(folder, Role.READS, address, node, None, full, yields=True)
        return _known(folder, full, name, node, given, named)


def _known(
    folder: Follower, full: str, name: str, node: ast.Call, given: list[Values], named: dict[str, Values]
) -> Values:
    module = full.rpartition(".")[0].rpartition(".")[2]
    spec = JULIA_CALLS.get(f"{module}.{name}") if module else None
    spec = spec or (JULIA_CALLS.get(name) if not module or name not in _GENERIC else None)
    if spec is None:
        return given[0] if name in _SAME and given else NOTHING
    mode = only(given[1]) if spec.mode == 1 and len(given) > 1 else only(named.get("mode"))
    if isinstance(mode, str) and mode.startswith(("c", "w", "a", "r+")):
        spec = replace(spec, role=Role.WRITES, mode=None)
    elif spec.mode is not None:
        spec = replace(spec, mode=None)
    return foreign.note(folder, spec, full, node, given, named)


def _artifact(folder: Follower, name: str, node: ast.Call, first: Values) -> Values:
    wanted = only(first)
    listed = folder.neighbours.settings("Artifacts.toml", folder.passage.path)
    table = only(listed)
    entry = table.each.get(wanted) if isinstance(table, Entries) and isinstance(wanted, str) else None
    for address in downloads(entry):
        noting.noted(folder, Role.READS, one(address), node, None, name)
    return NOTHING


def _texts(name: str, given: list[Values], named: dict[str, Values]) -> Values | None:
    """Functions whose result is a text."""
    match name:
        case "*" if len(given) == 2:
            return vectors.multiplied(*given)
        case "string":
            base = only(named.get("pad"))
            if isinstance(base, int) and 0 < base < 20:
                return vectors.formatted(one(f"%0{base}d"), given[:1])
            return joined([vectors.shown(each) for each in given])
        case "lpad" if len(given) > 1:
            width, filled = only(given[1]), only(given[2]) if len(given) > 2 else " "
            if isinstance(width, int) and 0 < width < 20 and filled in ("0", 0):
                return vectors.formatted(one(f"%0{width}d"), given[:1])
            return NOTHING
        case "joinpath":
            return vectors.rows(given, _joined_paths)
        case "@sprintf" if given:
            return vectors.formatted(given[0], given[1:])
        case "join" if given:
            return vectors.pasted([given[0]], collapse=given[1] if len(given) > 1 else one(""))
        case "replace" if len(given) > 1:
            result = given[0]
            for each in given[1:]:
                pair = only(each)
                if not isinstance(pair, Items) or len(pair.each) != 2:
                    return NOTHING
                result = vectors.replaced(result, only(pair.each[0]), pair.each[1])
            return result
        case "lowercase" | "uppercase" if given:
            change = str.lower if name == "lowercase" else str.upper
            return tuple(Alternative(change(v) if isinstance(v, str) else v, when) for v, when in given[0])
    return None


def _joined_paths(row: list[Values]) -> Values:
    whole = vectors.shown(row[0]) if row else NOTHING
    for piece in row[1:]:
        whole = bounded(
            Alternative(f"{as_text(a).rstrip('/')}/{as_text(b).lstrip('/')}", when)
            for a, b, when in pairs(whole, piece)
        )
    return whole


def _collections(name: str, given: list[Values], named: dict[str, Values]) -> Values | None:
    """Functions whose result is a vector or a dictionary."""
    first = given[0] if given else NOTHING
    match name:
        case ":" | "range" | "UnitRange":
            bounds = [*given, *(named[key] for key in ("stop", "step") if key in named)]
            return vectors.counted(bounds, last_is_step=name == "range") if "length" not in named else NOTHING
        case "enumerate":
            each = vectors.listed(first)
            return one(Items(tuple(one(Items((one(n), v))) for n, v in enumerate(each, 1)))) if each else NOTHING
        case "zip" if given:
            lists = [vectors.listed(each) for each in given]
            if any(each is None for each in lists):
                return NOTHING
            return one(Items(tuple(one(Items(row)) for row in zip(*(e for e in lists if e is not None), strict=False))))
        case "eachindex" | "axes":
            return vectors.numbered(first)
        case "length":
            each = vectors.listed(first)
            return one(len(each)) if each is not None else NOTHING
        case "keys" | "values" | "pairs":
            return _part(only(first), name)
        case "vcat" | "append!":
            return one(vectors.flattened(given))
        case "get" if len(given) == 3:
            value, key = only(first), only(given[1])
            if isinstance(value, Entries):
                return value.each.get(key, given[2]) if isinstance(key, str | int) else NOTHING
            return given[2]
        case "something" | "coalesce":
            return bounded(each for arm in given for each in arm if each.value is not None)
        case "ifelse" if len(given) == 3:
            return bounded((*given[1], *given[2]))
        case _ if name in _DICTIONARIES and named and not given:
            return foreign.entries(named)
    return None


def _part(value: Value, name: str) -> Values:
    if not isinstance(value, Entries):
        return NOTHING
    match name:
        case "keys":
            return one(Items(tuple(map(one, value.each))))
        case "values":
            return one(Items(tuple(value.each.values())))
    return one(value)
