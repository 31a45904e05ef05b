"""Entries of an intake catalogue that lies in the repository itself: its YAML tells what each of them opens."""

from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from leap_kg.links.code import addresses
from leap_kg.links.code.values import Entries, Items, Values, as_text, only
from leap_kg.links.signal import UNKNOWN

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_ARGUMENTS = ("urlpath", "url", "path", "obj", "uri", "href")
_MOST = 8
"""Catalogues within catalogues."""
_HERE = ("{{ CATALOG_DIR }}", "{{CATALOG_DIR}}")


def opened(folder: "Folder", catalogue: str, keys: tuple[str, ...]) -> list[str]:
    """The addresses that the entry opens; none where the catalogue is not a file of the repository."""
    if "://" in catalogue or UNKNOWN in catalogue or not keys:
        return []
    importer = folder.passage.path
    for _ in range(_MOST):
        table = only(folder.neighbours.settings(catalogue, importer))
        sources = only(table.each.get("sources")) if isinstance(table, Entries) else None
        source = only(sources.each.get(keys[0])) if isinstance(sources, Entries) else None
        arguments = only(source.each.get("args")) if isinstance(source, Entries) else None
        if not isinstance(arguments, Entries):
            return []
        told = next((arguments.each[name] for name in _ARGUMENTS if name in arguments.each), None)
        if len(keys) == 1:
            return _addresses(told)
        # The entry is a catalogue of its own, beside this one.
        path = as_text(only(told))
        for mark in _HERE:
            path = path.replace(mark, ".")
        importer, catalogue, keys = (
            "",
            normpath(join(dirname(normpath(join(dirname(importer), catalogue))), path)),
            keys[1:],
        )
    return []


def _addresses(values: Values | None) -> list[str]:
    value = only(values)
    each = [only(inner) for inner in value.each[:20]] if isinstance(value, Items) else [value]
    return [address for inner in each if isinstance(inner, str) and (address := addresses.given(inner)) is not None]
