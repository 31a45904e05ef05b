"""Other files of the same repository, as far as code refers to them: modules that it imports, settings that it loads.

Hazard: imports may run in circles; a module that is being read when it is asked for again has no names yet.
"""

import ast
import configparser
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath

from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.formats.yamltext import Unreadable, read_yaml
from leap_kg.links.code import addresses, configuring, known
from leap_kg.links.code.bounds import MAX_SETTINGS, MOST_ITEMS, MOST_MODULES, MOST_TREES
from leap_kg.links.code.parsing import parsed
from leap_kg.links.code.values import NOTHING, Entries, Items, Module, Values, one
from leap_kg.links.signal import UNKNOWN

_DEEPEST = 12
_FIXTURE = re.compile(rb"\bfixture\b[^\n]*\n(?:async )?def (\w+)\(", re.ASCII)
_IMPORTS = 3
Arguments = tuple[tuple[Values, ...], tuple[tuple[str, Values], ...]]
"""What a call passes by place and by name."""
Defined = tuple[str, int, str]
"""A function: the path of its file, its line there, its name."""
_HINT = re.compile(
    r"intake|FileSystem|fsspec|s3fs|gcsfs|S3Map|GCSMap|_storage\b|S3Store|GCSStore|hf_hub|snapshot_download|load_dataset"
    r"|huggingface|earthaccess|cdsapi|copernicusmarine|zenodo_get|kaggle|gdown|\bee\.|ftplib|arraylake|earthkit|climetlab"
    r"|%run\s|hydra|doi:10\.|new_s3|s3_from|s3_anonymous|boto3|google\.cloud|from_pretrained"
)
"""Without one of these, and without where an address may begin, code names no storage."""
_NAMING = re.compile(rb"import|\b(?:source|include)\(")
"""How code names other code."""


@dataclass(slots=True)
class OnlyCalls:
    """What functions are given by the calls of them in other files, by path, line and name of the function.

    A function that the repository calls from one place is called for just that: `told` gives what is passed there, once
    all files have been read.
    """

    _sites: dict[Defined, dict[tuple[str, int, int], Arguments | None]] = field(default_factory=dict)
    _told: dict[Defined, Arguments] = field(default_factory=dict)
    _paths: frozenset[str] = frozenset()

    def note(self, function: Defined, site: tuple[str, int, int], arguments: Arguments | None) -> None:
        """A call at `site` (path, line, column) of the function; `None` for arguments that lead nowhere."""
        self._sites.setdefault(function, {})[site] = arguments

    def close(self, files: Mapping[str, bytes]) -> frozenset[str]:
        """The paths of the files whose functions are told from now on. `files` are searched for other uses of the name:
        not every file is read that might call it.
        """
        once = {
            function: (next(iter(sites))[0], arguments)
            for function, sites in self._sites.items()
            if len(sites) == 1 and (arguments := next(iter(sites.values()))) is not None
        }
        names = {name.encode() for _, _, name in once}
        if not names:
            return frozenset()
        word = re.compile(rb"\b(?:" + b"|".join(map(re.escape, sorted(names))) + rb")\b")
        users: dict[bytes, set[str]] = {}
        for path, data in files.items():
            if path.endswith((".py", ".ipynb")):
                for name in set(word.findall(data)):
                    users.setdefault(name, set()).add(path)
        for (path, line, name), (caller, arguments) in once.items():
            if users.get(name.encode(), set()) <= {path, caller}:
                self._told[path, line, name] = arguments
        self._paths = frozenset(path for path, _, _ in self._told)
        return self._paths

    def told(self, function: Defined) -> Arguments | None:
        """What the only call of it passes; `None` if there are more, or none."""
        return self._told.get(function)

    def fills(self, path: str) -> bool:
        """Whether any function of the file is told."""
        return path in self._paths


class Neighbours:
    """Modules and settings by the path of their file; `load` reads the names of a module."""

    def __init__(
        self, files: Mapping[str, bytes] | None = None, load: Callable[[str, bytes], dict[str, Values]] | None = None
    ) -> None:
        self._files = files or {}
        self._load = load
        self._modules: dict[str, Module] = {}
        self._settings: dict[str, Values] = {}
        self._ends: dict[str, list[str]] = {}
        for path in self._files:
            self._ends.setdefault(path.rpartition("/")[2], []).append(path)
        self._places: dict[tuple[str, int, str], list[str]] = {}
        self._carrying = _carrying(self._files)
        self.calls = OnlyCalls()
        self._trees: dict[str, ast.Module] = {}
        self._sound: set[str] = set()
        self._room = MOST_TREES

    def matters(self, text: str) -> bool:
        """Whether addresses may be put together from `text`, alone or with the files that it names."""
        return addresses.beginning(text) or bool(_HINT.search(text)) or self.refers(text)

    def tree(self, path: str, text: str) -> ast.Module:
        """The module parsed, once for who imports it and for its own sake; raises `Unparsed`."""
        found = self._trees.pop(path, None)
        if found is not None:
            # Both have it now; hardly anybody asks a third time.
            self._room += len(text)
            return found
        found = parsed(text)
        self._sound.add(path)
        if len(text) <= self._room and path in self._files:
            self._room -= len(text)
            self._trees[path] = found
        return found

    def is_sound(self, path: str) -> bool:
        """Whether the module of that path was parsed before."""
        return path in self._sound

    def close(self) -> frozenset[str]:
        """The files that are to be read once more, now that all calls are known."""
        return self.calls.close(self._files)

    def refers(self, text: str) -> bool:
        """Whether the text names a file from which addresses may come."""
        return self._carrying is not None and bool(self._carrying.search(text))

    def module(self, name: str, level: int, importer: str) -> Module | None:
        """The module that `importer` calls `name`, `level` dots before it; `None` if the repository has none."""
        if self._load is None or (not name and not level):
            return None
        wanted = (name, level, dirname(importer))
        if wanted not in self._places:
            self._places[wanted] = self._place(*wanted)
        # A module that imports itself by the name of another is not the one that is meant.
        for path in self._places[wanted]:
            if path != importer:
                return self._read(path)
        return None

    def _place(self, name: str, level: int, start: str) -> list[str]:
        """The files that may be the module of that name, the likeliest first."""
        inner = name.replace(".", "/")
        for _ in range(level - 1):
            start = dirname(start)
        ends = (f"{inner}.py", f"{inner}/__init__.py") if inner else ("__init__.py",)
        if not level and name.partition(".")[0] in known.LIBRARIES:
            # `xarray.py` somewhere in a package is not what `import xarray` means.
            return [path for folder in ("", "src") for end in ends if (path := join(folder, end)) in self._files]
        paths = (normpath(join(folder, end)) for folder in ([start] if level else [start, "", "src"]) for end in ends)
        found = [path for path in paths if path in self._files]
        if level or not inner:
            return found
        last = next(filter(None, map(self._ending, ends)), None)
        return [*found, last] if last else found

    def included(self, path: str, importer: str) -> Module | None:
        """What the file defines that `importer` runs in its place, by the path that it says."""
        found = self._named(path, importer)
        return self._read(found) if found is not None and found != importer and self._load is not None else None

    def settings(self, path: str, importer: str) -> Values:
        """What the YAML, JSON or TOML file says that `importer` opens as `path`."""
        found = self._named(path, importer)
        if found is None:
            return NOTHING
        if found not in self._settings:
            self._settings[found] = read_settings(self._files[found], found)
        return self._settings[found]

    def _named(self, path: str, importer: str) -> str | None:
        """The file that `importer` calls `path`: from its own folder, from the root, or by its end."""
        # Of a path below a folder that nobody knows, the end may still be of one file only.
        path = path.rpartition(UNKNOWN)[2].lstrip("/") if UNKNOWN in path else path
        told = normpath(path)
        beside = normpath(join(dirname(importer), path))
        for candidate in (beside, told, told.lstrip("/"), self._ending(path.lstrip("./"))):
            if candidate and candidate in self._files:
                return candidate
        return None

    def _ending(self, end: str) -> str | None:
        """The one file whose path ends so."""
        last = end.rpartition("/")[2]
        found = [path for path in self._ends.get(last, ()) if path == end or path.endswith(f"/{end}")]
        return found[0] if len(found) == 1 else None

    def _read(self, path: str) -> Module:
        known = self._modules.get(path)
        if known is not None:
            return known
        module = self._modules[path] = Module({})
        if self._load is not None and len(self._modules) <= MOST_MODULES:
            module.names.update(self._load(path, self._files[path]))
        return module


def _carrying(files: Mapping[str, bytes]) -> "re.Pattern[str] | None":
    """The names of modules and settings that hold addresses, or that name such a module; as a pattern of words."""
    texts: dict[str, list[bytes]] = {}
    for path, data in files.items():
        if (
            path.endswith((".py", ".yaml", ".yml", ".json", ".toml", ".ini", ".cfg", ".R", ".r", ".jl"))
            and len(data) <= MAX_SETTINGS
        ):
            stem = path.rpartition("/")[2].rpartition(".")[0]
            texts.setdefault(path.split("/")[-2] if stem == "__init__" and "/" in path else stem, []).append(data)
    carrying = {
        stem
        for stem, every in texts.items()
        if stem and any(addresses.beginning(data.decode(errors="replace")) for data in every)
    }
    for _ in range(_IMPORTS):
        known = re.compile(rb"\b(?:" + b"|".join(re.escape(stem.encode()) for stem in sorted(carrying)) + rb")\b")
        more = {
            stem
            for stem, every in texts.items()
            if stem and stem not in carrying and any(_NAMING.search(data) and known.search(data) for data in every)
        }
        if not carrying or not more:
            break
        carrying |= more
    words = carrying | _fixtures(texts["conftest"]) if "conftest" in carrying else carrying
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(words)))})\b") if words else None


def _fixtures(every: list[bytes]) -> set[str]:
    """The names of fixtures in modules that tests get them from without an import."""
    return {name.decode() for data in every for name in _FIXTURE.findall(data)}


def read_settings(data: bytes, path: str) -> Values:
    """What a file of settings says; nothing if it cannot be read."""
    if len(data) > MAX_SETTINGS:
        return NOTHING
    try:
        if path.endswith(".toml"):
            return _values(tomllib.loads(data.decode()), 0)
        if path.endswith((".ini", ".cfg")):
            return _values(_sections(data.decode()), 0)
        value = (read_value if path.endswith(".json") else read_yaml)(data, what=path).value
    except (Unreadable, ValueError, RecursionError, configparser.Error):
        return NOTHING
    found = _values(value, 0)
    return (
        tuple(each._replace(value=configuring.interpolated(each.value)) for each in found) if b"${" in data else found
    )


def _sections(text: str) -> dict[str, object]:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.read_string(text)
    return {name: dict(section) for name, section in parser.items()}


def _values(value: object, depth: int) -> Values:
    if depth > _DEEPEST:
        return NOTHING
    if isinstance(value, dict):
        some = list(value.items())[:MOST_ITEMS]
        return one(Entries({k if isinstance(k, str | int) else str(k): _values(v, depth + 1) for k, v in some}))
    if isinstance(value, list):
        return one(Items(tuple(_values(each, depth + 1) for each in value[:MOST_ITEMS])))
    return one(value) if isinstance(value, str | bool | int | float) or value is None else NOTHING
