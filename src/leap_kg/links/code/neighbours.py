"""Other files of the same repository, as far as code refers to them: modules that it imports, settings that it loads.

Hazard: imports may run in circles; a module that is being read when it is asked for again has no names yet.
"""

import re
from collections.abc import Callable, Mapping
from posixpath import dirname, join, normpath

from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.formats.yamltext import Unreadable, read_yaml
from leap_kg.links.code import addresses
from leap_kg.links.code.bounds import MAX_SETTINGS, MOST_ITEMS, MOST_MODULES
from leap_kg.links.code.values import NOTHING, Entries, Items, Module, Values, one

_DEEPEST = 12
_IMPORTS = 3
_HINT = re.compile(
    r"intake|FileSystem|fsspec|s3fs|gcsfs|S3Map|GCSMap|_storage\b|S3Store|GCSStore|hf_hub|snapshot_download|load_dataset"
    r"|huggingface"
)
"""Without one of these, and without where an address may begin, code names no storage."""


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
        self._carrying = _carrying(self._files)

    def matters(self, text: str) -> bool:
        """Whether addresses may be put together from `text`, alone or with the files that it names."""
        return (
            addresses.beginning(text)
            or bool(_HINT.search(text))
            or (self._carrying is not None and bool(self._carrying.search(text)))
        )

    def module(self, name: str, level: int, importer: str) -> Module | None:
        """The module that `importer` calls `name`, `level` dots before it; `None` if the repository has none."""
        if self._load is None or (not name and not level):
            return None
        inner = name.replace(".", "/")
        start = dirname(importer)
        for _ in range(level - 1):
            start = dirname(start)
        folders = [start] if level else [start, "", "src"]
        for folder in folders:
            for candidate in (f"{inner}.py", f"{inner}/__init__.py") if inner else ("__init__.py",):
                path = normpath(join(folder, candidate))
                if path in self._files and path != importer:
                    return self._read(path)
        if level or not inner:
            return None
        found = self._ending(f"{inner}.py") or self._ending(f"{inner}/__init__.py")
        return self._read(found) if found and found != importer else None

    def settings(self, path: str, importer: str) -> Values:
        """What the YAML or JSON file says that `importer` opens as `path`."""
        for candidate in (normpath(join(dirname(importer), path)), normpath(path), self._ending(path.lstrip("./"))):
            if candidate and candidate in self._files:
                if candidate not in self._settings:
                    self._settings[candidate] = _parsed(self._files[candidate], candidate)
                return self._settings[candidate]
        return NOTHING

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
        if path.endswith((".py", ".yaml", ".yml", ".json")) and len(data) <= MAX_SETTINGS:
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
            if stem and stem not in carrying and any(b"import" in data and known.search(data) for data in every)
        }
        if not carrying or not more:
            break
        carrying |= more
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(carrying)))})\b") if carrying else None


def _parsed(data: bytes, path: str) -> Values:
    if len(data) > MAX_SETTINGS:
        return NOTHING
    try:
        value = (read_value if path.endswith(".json") else read_yaml)(data, what=path).value
    except Unreadable:
        return NOTHING
    return _values(value, 0)


def _values(value: object, depth: int) -> Values:
    if depth > _DEEPEST:
        return NOTHING
    if isinstance(value, dict):
        some = list(value.items())[:MOST_ITEMS]
        return one(Entries({k if isinstance(k, str | int) else str(k): _values(v, depth + 1) for k, v in some}))
    if isinstance(value, list):
        return one(Items(tuple(_values(each, depth + 1) for each in value[:MOST_ITEMS])))
    return one(value) if isinstance(value, str | bool | int | float) or value is None else NOTHING
