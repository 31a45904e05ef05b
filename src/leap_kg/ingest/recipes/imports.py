"""Which packages the modules of a recipe import, and which of them nothing provides. Nothing is run.

Hazard: a wrong finding in a letter is worse than none. What is guarded by `try`, or only for the eyes of a type
checker, is passed over, and so is a module that a package whose content is not known could well provide.
"""

import ast
import sys
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from packaging.utils import canonicalize_name

from leap_kg.ingest.pangeoforge.code import MAX_NODES, parsed

_ENGINE = "leap_recipe"
"""What `leap-kg recipe run` itself gives to recipes."""

# Modules that are called otherwise than the package they come with.
_PACKAGES = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "datatree": "xarray-datatree",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "ee": "earthengine-api",
    "eccodes": "eccodes",
    "ESMF": "esmpy",
    "git": "gitpython",
    "github": "pygithub",
    "grpc": "grpcio",
    "mpl_toolkits": "matplotlib",
    "OpenSSL": "pyopenssl",
    "osgeo": "gdal",
    "PIL": "pillow",
    "pkg_resources": "setuptools",
    "proto": "proto-plus",
    "pylab": "matplotlib",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "tlz": "toolz",
    "upath": "universal-pathlib",
    "websocket": "websocket-client",
    "yaml": "pyyaml",
}
_NAMESPACES = frozenset({"azure", "google", "ruamel", "sphinxcontrib", "zope"})
"""Modules that many packages share."""


@dataclass(frozen=True, slots=True)
class Provided:
    """What can be imported in some environments: their `packages` by normalised name, and the top `modules` known."""

    packages: Set[str] = frozenset()
    modules: Set[str] = field(default_factory=frozenset)

    def __or__(self, other: "Provided") -> "Provided":
        return Provided(self.packages | other.packages, self.modules | other.modules)


def provided_by(versions: Mapping[str, str], environment: Path | None) -> Provided:
    """What an environment provides: `versions` by name, and its modules where it was made, in the folder given."""
    names = frozenset(canonicalize_name(name) for name in versions)
    folders = [str(each) for each in (environment or Path()).glob("lib/python3*/site-packages")] if environment else []
    return Provided(names, frozenset(_modules(folders)))


def imported(data: bytes, *, what: str) -> dict[str, int]:
    """The modules that a module imports, dotted as it says them, each with its first line. Raises `Unreadable`.

    Imports of what lies beside it (`from . import x`) are none, nor are those that may fail.
    """
    found: dict[str, int] = {}
    waiting: list[ast.AST] = [parsed(data, what)]
    seen = 0
    while waiting and seen < MAX_NODES:
        seen += 1
        match waiting.pop():
            case ast.Import(names=names, lineno=line):
                for alias in names:
                    found[alias.name] = min(line, found.get(alias.name, line))
            case ast.ImportFrom(module=str(name), level=0, lineno=line):
                found[name] = min(line, found.get(name, line))
            case ast.Try(finalbody=always):
                waiting += always
            case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"), orelse=otherwise):
                waiting += otherwise
            case node:
                waiting += ast.iter_child_nodes(node)
    return found


def unprovided(modules: Mapping[str, int], own: Set[str], here: Provided, asked: Set[str]) -> dict[str, int]:
    """The top modules that nothing provides, each with its line.

    `own` are the modules of the feedstock, `here` what an environment has, `asked` the normalised names of what the
    feedstock asks for.
    """
    known = here.packages | asked
    unclear = asked - here.packages
    found: dict[str, int] = {}
    for name, line in modules.items():
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names or top in own or top in here.modules or top == _ENGINE:
            continue
        if known & set(_candidates(name)) or any(package.startswith(f"{top}-") for package in known):
            continue
        if any(_alike(top, package) for package in unclear):
            continue
        shown = ".".join(name.split(".")[:2]) if top in _NAMESPACES else top
        found[shown] = min(line, found.get(shown, line))
    return found


def package_of(module: str) -> str:
    """What the package of a module most likely is called."""
    return _PACKAGES.get(module, canonicalize_name(module))


def _candidates(name: str) -> Iterator[str]:
    """The packages that a module may come with: `google.cloud.storage` that of each part of its path."""
    parts = name.split(".")
    yield package_of(parts[0])
    for end in range(1, min(len(parts), 4) + 1):
        yield canonicalize_name("-".join(parts[:end]))


def _alike(module: str, package: str) -> bool:
    """Whether a package whose modules are not known is called so that it may well hold this one."""
    one, other = canonicalize_name(module), package
    return one in other or other in one


def _modules(folders: list[str]) -> Iterator[str]:
    for distribution in metadata.distributions(path=folders):
        stated = (distribution.read_text("top_level.txt") or "").split()
        files = distribution.files or ()
        yield from stated or {file.parts[0] if len(file.parts) > 1 else file.stem for file in files}
