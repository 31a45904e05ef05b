"""Functions of libraries that put texts, paths and lists together, worked out without running them."""

import re
from itertools import product
from math import prod
from posixpath import join
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from leap_kg.links.code import attributes, functions
from leap_kg.links.code.bounds import MOST_ITEMS, MOST_VALUES
from leap_kg.links.code.magics import RUN
from leap_kg.links.code.values import (
    NOTHING,
    UNKNOWN_VALUE,
    Alternative,
    Class,
    Entries,
    External,
    FileSystem,
    Function,
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
from leap_kg.links.signal import UNKNOWN

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_DOLLAR = re.compile(r"\$(?:(\w+)|\{(\w+)\})")

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
    "fspath", "to_absolute_path", "quote", "cache", "frozenset", "from_sequence", "EasyDict", "Box", "AttrDict",
    "OrderedDict", "as_tuple", "flatten", "vars", "DataFrame", "Series", "abspath", "realpath", "normpath",
    "expanduser", "expandvars", "fsencode", "signed_url", "sign", "sign_url", "ensure_list", "unquote",
    "BytesIO", "StringIO", "TextIOWrapper", "BufferedReader",
}  # fmt: skip
_URLS = {"urlpath", "yarl", "furl", "httpx", "hyperlink"}
"""Whose `URL` is an address with the parts and operators of a path."""
_SESSIONS = {"Session", "session", "Client", "AsyncClient", "ClientSession", "CachedSession"}
_PRODUCTS = 64
"""Combinations of lists that are written out."""
_HERE = {
    "os": {"getcwd", "getcwdb"},
    "pathlib": {"cwd", "home"},
    "tempfile": {"mkdtemp", "gettempdir", "TemporaryDirectory", "mkstemp", "NamedTemporaryFile", "mktemp"},
}
"""What names a folder or a file of the machine that the code runs on."""
_LOADERS = {"safe_load", "load", "full_load", "unsafe_load", "loads", "from_file", "fromYAMLFile"}


def work_out(
    folder: "Folder", full: str, top: str, last: str, given: list[Values], named: dict[str, Values]
) -> Values | None:
    """What the call returns; `None` if it is not among those that are known."""
    first = given[0] if given else NOTHING
    if last == "join" and top in {"os", "posixpath", "ntpath"}:
        return _joined_paths(given)
    if last in {"dirname", "basename", "split", "splitext"} and top in {"os", "posixpath"}:
        return _parted(last, first)
    if last in _PATHS or (last in {"URL", "furl"} and top in _URLS):
        return (
            bounded(Alternative(PathText(as_text(v)), when) for v, when in _joined_paths(given)) if given else NOTHING
        )
    if last in {"ConfigParser", "RawConfigParser", "SafeConfigParser"} and top == "configparser":
        return one(External("configparser.ConfigParser"))
    if full == "builtins.get_ipython" or (top == "duckdb" and last == "connect"):
        return one(External("IPython" if top == "builtins" else "duckdb"))
    if last == "getenv" or full.endswith("environ.get") or full.endswith("environ.setdefault"):
        if (said := folder.options.get(f"${as_text(only(first))}")) is not None:
            return said
        default = named.get("default", given[1] if len(given) > 1 else NOTHING)
        return NOTHING if only(default) is None else default
    if last in _LOADERS and top in {"yaml", "json", "omegaconf", "ruamel", "toml", "tomllib", "builtins"}:
        return _loaded(folder, first)
    if last == "get_catalog_store_urls":
        return _stores_listed(folder, first)
    if last == "urljoin":
        second = given[1] if len(given) > 1 else NOTHING
        return bounded(Alternative(_resolved(a, b), when) for a, b, when in pairs(first, second))
    if not given and not named and last in {"list", "set", "deque"} and top in {"builtins", "collections"}:
        return one(Items(()))
    if last in _SAME or (last == "Request" and top == "urllib"):
        return first
    if last in _SESSIONS and top in {"requests", "httpx", "aiohttp", "requests_cache", "cachecontrol"}:
        # What a session gets, its library gets.
        return one(External("requests"))
    if last == "url_to_fs":
        return one(Items((one(FileSystem("")), first)))
    if last in {"Namespace", "SimpleNamespace"} or full in {"builtins.dict", "collections.defaultdict"}:
        before = only(first)
        entries: dict[str | int, Values] = dict(before.each) if isinstance(before, Entries) else {}
        entries.update(named)
        return one(Entries(entries))
    if full == "builtins.super":
        return functions.above(folder)
    if last in _HERE.get(top, ()):
        return one(PathText("."))
    if full == f"builtins.{RUN}":
        module = folder.neighbours.included(as_text(only(first)), folder.passage.path)
        folder.scope.names.update(module.names if module is not None else {})
        return NOTHING
    if full == "collections.namedtuple" and len(given) > 1:
        return one(Class(as_text(only(first)), dict.fromkeys(_names(only(given[1])), NOTHING)))
    if last in {"DotMap", "Munch", "create"} or (last == "split" and top == "shlex"):
        return first
    if last == "Template" and top == "string":
        return tuple(Alternative(_DOLLAR.sub(r"{\1\2}", as_text(v)), when) for v, when in first)
    if last in {"files", "resource_filename", "resource_string", "resource_stream", "open_text", "read_text", "path"}:
        return _packaged(top, last, given)
    if last in {"Option", "Argument", "field", "Field"}:
        maker = only(named.get("default_factory"))
        if isinstance(maker, Function):
            return functions.follow(folder, maker, [], {}, None)
        default = named.get("default", first)
        return NOTHING if only(default) in (None, UNKNOWN_VALUE) else default
    return _builtin(folder, last, given, named) if top in {"builtins", "numpy", "itertools"} else None


def _parted(name: str, paths: Values) -> Values:
    """`os.path.dirname` and its kin."""
    found: list[Alternative] = []
    for value, when in paths:
        text = as_text(value)
        folder, _, last = text.rpartition("/")
        stem, dot, ending = text.rpartition(".")
        match name:
            case "dirname":
                found.append(Alternative(folder, when))
            case "basename":
                found.append(Alternative(last, when))
            case "split":
                found.append(Alternative(Items((one(folder), one(last))), when))
            case _:
                parts = (stem, f".{ending}") if dot and "/" not in ending else (text, "")
                found.append(Alternative(Items((one(parts[0]), one(parts[1]))), when))
    return bounded(found)


def _packaged(top: str, last: str, given: list[Values]) -> Values | None:
    """A file that a package brings along, by the end of its path."""
    if top not in {"importlib", "importlib_resources", "pkg_resources"} or not given:
        return None
    package = tuple(Alternative(as_text(value).replace(".", "/"), when) for value, when in given[0])
    whole = _joined_paths([package, *given[1:2]])
    if last in {"files", "path", "resource_filename"}:
        return bounded(Alternative(PathText(as_text(value)), when) for value, when in whole)
    return bounded(Alternative(LocalFile(as_text(value)), when) for value, when in whole)


def _builtin(folder: "Folder", last: str, given: list[Values], named: dict[str, Values]) -> Values | None:
    first = given[0] if given else NOTHING
    if last == "str":
        return tuple(Alternative(as_text(value), when) for value, when in first)
    if last in {"range", "arange"}:
        return _range([only(each) for each in given])
    if last == "zip":
        lists = [_listed(only(each)) for each in given]
        if not lists or not all(isinstance(each, Items) for each in lists):
            return NOTHING
        rows = zip(*(each.each for each in lists if isinstance(each, Items)), strict=False)
        return one(Items(tuple(one(Items(row)) for row in rows)))
    if last == "product":
        return _combined(given)
    if last == "filter" and len(given) > 1:
        return given[1]
    if last == "chain":
        lists = [only(each) for each in given]
        every = [each for inner in lists if isinstance(inner, Items) for each in inner.each]
        return one(Items(tuple(every[:MOST_ITEMS]))) if all(isinstance(each, Items) for each in lists) else NOTHING
    if last == "getattr" and len(given) > 1:
        name = only(given[1])
        return attributes.of(first, name, folder) if isinstance(name, str) and UNKNOWN not in name else NOTHING
    if last == "enumerate":
        value = only(first)
        if isinstance(value, Items):
            return one(Items(tuple(one(Items((one(n), each))) for n, each in enumerate(value.each))))
        return NOTHING
    if last == "next":
        value = only(first)
        return value.each[0] if isinstance(value, Items) and value.each else NOTHING
    if last == "len":
        value = only(first)
        return one(len(value.each)) if isinstance(value, Items) else NOTHING
    if last == "int":
        value = only(first)
        return first if isinstance(value, int) else NOTHING
    return None


def _names(fields: Value) -> list[str]:
    """The names of fields, given as one text or as a list."""
    if isinstance(fields, Items):
        return [as_text(only(each)) for each in fields.each]
    return as_text(fields).replace(",", " ").split()[:MOST_ITEMS]


def _listed(value: Value) -> Value:
    """What a loop takes from a dictionary: its keys."""
    return Items(tuple(map(one, value.each))) if isinstance(value, Entries) else value


def _combined(given: list[Values]) -> Values:
    """`itertools.product`."""
    lists = [value.each for each in given if isinstance(value := only(each), Items)]
    if len(lists) != len(given) or not 0 < prod(map(len, lists)) <= _PRODUCTS:
        return NOTHING
    return one(Items(tuple(one(Items(row)) for row in product(*lists))))


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
        # Whatever loads it, `${key}` is Hydra's way to say what another key says.
        return folder.neighbours.settings(value.path, folder.passage.path)
    if isinstance(value, str | PathText) and as_text(value).endswith((".yaml", ".yml", ".json", ".toml")):
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
