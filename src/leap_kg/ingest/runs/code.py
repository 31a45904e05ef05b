"""The code that maps a source, as a hash: where that changes, what is kept may not be what would be mapped now.

A version number tells releases apart. Whoever writes a mapping tries it out before there is a release, and a source of
another package has versions of its own; so the files are looked at, once a process.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from leap_kg.ingest.source import Source
from leap_kg.resources import declarations

_OWN = "leap_kg"
_MAPPING = ("leap_kg.ingest", "leap_kg.ontology")
_NOT_MAPPING = ("runs", "http", "state", "mirror")
"""Packages of `leap_kg.ingest` that bring bodies along and never see what they say."""


def code_of(kind: type[Source]) -> str:
    """A hash of all code that `kind.map` may run: ours, and that of the package that the source comes from."""
    package = kind.__module__.partition(".")[0]
    return "".join(_hash(name) for name in (*_MAPPING, *([package] if package != _OWN else [])))


@cache
def _hash(package: str) -> str:
    found = hashlib.sha256()
    for name, path in _files(package):
        found.update(f"{name}\n".encode("utf-8", "surrogateescape"))
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16]


def _files(package: str) -> Iterator[tuple[str, Path]]:
    """The modules of the package, of ours the words that they read too, by name."""
    try:
        spec = find_spec(package)
    except ValueError:  # a script has no specification
        spec = None
    if spec is None:
        return
    roots = [Path(folder) for folder in spec.submodule_search_locations or ()]
    if not roots and spec.origin is not None and Path(spec.origin).is_file():
        yield package, Path(spec.origin)
    for root in roots:
        for path in sorted(root.rglob("*.py")):
            name = path.relative_to(root)
            if not (package == "leap_kg.ingest" and name.parts[0] in _NOT_MAPPING):
                yield str(name), path
    if package == "leap_kg.ontology":
        for path in sorted((declarations() / "ontology").glob("*.jsonld")):
            yield path.name, path
