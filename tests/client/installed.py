"""An environment with exactly the packages that somebody was told to install, made of those that are here.

Each file of each distribution that pip would bring along is linked into one folder, which an interpreter without
site-packages then has as its only place of packages. So imports, metadata and entry points are those of a fresh
environment, and no network is needed.
"""

from collections.abc import Iterable
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def install(names: Iterable[str], folder: Path) -> None:
    """Fill `folder` with the packages and all that they require; raises `PackageNotFoundError` for one not here."""
    for found in _closure(names):
        for file in found.files or ():
            place = folder / file
            # Scripts lie outside; two packages may have a file in common.
            if ".." not in file.parts and not place.is_symlink():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(Path(str(found.locate_file(file))).resolve())


def _closure(names: Iterable[str]) -> list[Distribution]:
    found: dict[str, Distribution] = {}
    waiting = [(Requirement(name), "") for name in names]
    seen = set()
    while waiting:
        requirement, extra = waiting.pop()
        name = canonicalize_name(requirement.name)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                found[name] = found.get(name) or distribution(name)
                waiting += [(Requirement(text), wanted) for text in found[name].requires or ()]
    return list(found.values())
