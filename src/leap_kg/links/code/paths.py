"""Methods of paths: `Path("data").joinpath("x.nc")`, and files that are opened through them."""

import ast
from typing import TYPE_CHECKING

from leap_kg.links.code import clients, noting
from leap_kg.links.code.known import Known
from leap_kg.links.code.values import NOTHING, Alternative, Items, LocalFile, PathText, Values, as_text, joined, one
from leap_kg.links.signal import Role

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_SAME = {"resolve", "expanduser", "absolute", "as_posix", "glob", "rglob"}


def method(
    folder: "Folder", path: PathText, name: str, node: ast.Call, given: list[Values], named: dict[str, Values]
) -> Values:
    """`path.name(…)`."""
    if name == "joinpath" and given:
        pieces = [piece for each in given for piece in (one("/"), each)]
        return tuple(
            Alternative(PathText(as_text(v)), when) for v, when in joined([one(path.text.rstrip("/")), *pieces])
        )
    if name in {"with_name", "with_suffix", "with_stem"} and given:
        return tuple(Alternative(PathText(_renamed(path.text, name, as_text(v))), when) for v, when in given[0])
    if "://" in path.text and name in {"open", "read_text", "read_bytes", "write_text", "write_bytes"}:
        role = Role.WRITES if name.startswith("write") else Role.READS
        spec = Known(role, 0, (), mode=1, yields=True)
        return noting.note(folder, spec, f"path.{name}", node, [one(path.text), *given], named)
    if clients.of_object(folder, path, name, node):
        return NOTHING
    if name in {"glob", "rglob"} and "://" in path.text and given:
        inside = joined([one(f"{path.text.rstrip('/')}/{'**/' * (name == 'rglob')}"), given[0]])
        return one(Items((tuple(Alternative(PathText(as_text(v)), when) for v, when in inside),)))
    if name in {"open", "read_text", "read_bytes"}:
        return one(LocalFile(path.text))
    return one(path) if name in _SAME else NOTHING


def _renamed(path: str, name: str, new: str) -> str:
    """What `path.name(new)` is."""
    folder, slash, last = path.rpartition("/")
    stem, dot, ending = last.rpartition(".")
    match name:
        case "with_name":
            last = new
        case "with_suffix":
            last = (stem or last) + new
        case _:
            last = f"{new}{dot}{ending}" if stem else new
    return f"{folder}{slash}{last}"
