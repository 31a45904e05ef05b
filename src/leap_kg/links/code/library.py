"""Functions of libraries that put texts, paths and lists together, worked out without running them."""

from posixpath import join
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from leap_kg.links.code.bounds import MOST_ITEMS, MOST_VALUES
from leap_kg.links.code.values import (
    NOTHING,
    UNKNOWN_VALUE,
    Alternative,
    Entries,
    External,
    FileSystem,
    Handle,
    Items,
    LocalFile,
    PathText,
    Value,
    Values,
    as_text,
    bounded,
    one,
    only,
    pairs,
)

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_PATHS = {
    "Path",
    "PurePath",
    "PurePosixPath",
    "PosixPath",
    "UPath",
    "AnyPath",
    "GSPath",
    "S3Path",
    "CloudPath",
    "EPath",
}
_SAME = {
    "list", "tuple", "sorted", "set", "reversed", "iter", "unique", "array", "deepcopy", "copy", "asarray",
    "natsorted", "cast", "MappingProxyType", "progress", "tqdm", "trange", "track", "Create", "delayed",
    "fspath", "to_absolute_path", "quote", "cache", "frozenset",
}  # fmt: skip
_LOADERS = {"safe_load", "load", "full_load", "unsafe_load", "loads", "from_file", "fromYAMLFile"}


def work_out(
    folder: "Folder", full: str, top: str, last: str, given: list[Values], named: dict[str, Values]
) -> Values | None:
    """What the call returns; `None` if it is not among those that are known."""
    first = given[0] if given else NOTHING
    if last == "join" and top in {"os", "posixpath", "ntpath"}:
        return _joined_paths(given)
    if last in _PATHS:
        return (
            bounded(Alternative(PathText(as_text(v)), when) for v, when in _joined_paths(given)) if given else NOTHING
        )
    if last == "getenv" or full.endswith("environ.get") or full.endswith("environ.setdefault"):
        default = named.get("default", given[1] if len(given) > 1 else NOTHING)
        return NOTHING if only(default) is None else default
    if last in _LOADERS and top in {"yaml", "json", "omegaconf", "ruamel", "toml", "tomllib", "builtins"}:
        return _loaded(folder, first)
    if last == "get_catalog_store_urls":
        return _stores_listed(folder, first)
    if last == "urljoin":
        second = given[1] if len(given) > 1 else NOTHING
        return bounded(Alternative(_resolved(a, b), when) for a, b, when in pairs(first, second))
    if last in _SAME or (last == "Request" and top == "urllib"):
        return first
    if last in {"Session", "Client", "ClientSession"} and top in {"requests", "httpx", "aiohttp", "requests_cache"}:
        # What a session gets, its library gets.
        return one(External("requests"))
    if last == "url_to_fs":
        return one(Items((one(FileSystem("")), first)))
    if last == "Namespace" or (top == "builtins" and last == "dict"):
        before = only(first)
        entries: dict[str | int, Values] = dict(before.each) if isinstance(before, Entries) else {}
        entries.update(named)
        return one(Entries(entries))
    if last in {"DotMap", "Munch", "create"}:
        return first
    if last in {"Option", "Argument", "field", "Field"}:
        default = named.get("default", first)
        return NOTHING if only(default) in (None, UNKNOWN_VALUE) else default
    return _builtin(folder, last, given, named) if top in {"builtins", "numpy", "itertools"} else None


def _builtin(folder: "Folder", last: str, given: list[Values], named: dict[str, Values]) -> Values | None:
    first = given[0] if given else NOTHING
    if last == "str":
        return tuple(Alternative(as_text(value), when) for value, when in first)
    if last in {"range", "arange"}:
        return _range([only(each) for each in given])
    if last == "zip":
        lists = [only(each) for each in given]
        if not lists or not all(isinstance(each, Items) for each in lists):
            return NOTHING
        rows = zip(*(each.each for each in lists if isinstance(each, Items)), strict=False)
        return one(Items(tuple(one(Items(row)) for row in rows)))
    if last == "enumerate":
        value = only(first)
        if isinstance(value, Items):
            return one(Items(tuple(one(Items((one(n), each))) for n, each in enumerate(value.each))))
        return NOTHING
    if last == "len":
        value = only(first)
        return one(len(value.each)) if isinstance(value, Items) else NOTHING
    if last == "int":
        value = only(first)
        return first if isinstance(value, int) else NOTHING
    return None


def _range(bounds: list[Value]) -> Values:
    numbers = [each for each in bounds if isinstance(each, int)]
    if not numbers or len(numbers) != len(bounds) or len(numbers) > 3 or (len(numbers) == 3 and numbers[2] == 0):
        return NOTHING
    turns = range(*numbers)
    return one(Items(tuple(one(number) for number in turns))) if len(turns) <= min(MOST_VALUES, MOST_ITEMS) else NOTHING


def _joined_paths(given: list[Values]) -> Values:
    """`os.path.join`: an absolute path begins anew."""
    whole: Values = given[0] if given else NOTHING
    whole = tuple(Alternative(as_text(value), when) for value, when in whole)
    for piece in given[1:]:
        whole = bounded(Alternative(join(as_text(a), as_text(b)), when) for a, b, when in pairs(whole, piece))
    return whole


def _resolved(base: Value, path: Value) -> Value:
    try:
        return urljoin(as_text(base), as_text(path))
    except ValueError:
        return UNKNOWN_VALUE


def _loaded(folder: "Folder", source: Values) -> Values:
    value = only(source)
    if isinstance(value, LocalFile):
        return folder.neighbours.settings(value.path, folder.passage.path)
    if isinstance(value, str | PathText) and as_text(value).endswith((".yaml", ".yml", ".json")):
        return folder.neighbours.settings(as_text(value), folder.passage.path)
    return one(value) if isinstance(value, Handle) else NOTHING


def _stores_listed(folder: "Folder", source: Values) -> Values:
    """The stores of a feedstock's `catalog.yaml` by their ids, as leap-data-management-utils hands them out."""
    listed = only(_loaded(folder, source))
    stores = only(listed.each.get("stores", NOTHING)) if isinstance(listed, Entries) else None
    found: dict[str | int, Values] = {}
    for each in stores.each if isinstance(stores, Items) else ():
        store = only(each)
        name = only(store.each.get("id", NOTHING)) if isinstance(store, Entries) else None
        if isinstance(store, Entries) and isinstance(name, str):
            found[name] = store.each.get("url", NOTHING)
    return one(Entries(found)) if found else NOTHING
