"""Puts a finished store into an object store, where nothing is renamed: under a name of its own, and a pointer last.

`TARGET/versions/RUN/NAME.zarr` is the store, complete before anything names it; `TARGET/NAME.zarr.json` is the pointer
that says which version is current. A run that is cut off leaves objects that nothing points at, and a later one removes
them. The version before the current one stays for those who are reading it.

Runs in a process of its own that never sees the recipe's code and is the only one that is given credentials.
"""

import json
from pathlib import Path
from typing import Any

from .failing import Failed
from .reaching import by_other_means, of_another, pointed, reached
from .telling import tell

_AT_ONCE = 32


def upload(staged: Path, target: str, store: str, owner: str, run: str) -> str:
    """Upload a store and point at it; returns its address. Raises `Failed`, with the pointer as it was before."""
    with reached(target) as (files, root):
        return _uploaded(files, root, staged, target, store, owner, run)


def current(target: str, store: str) -> str:
    """The run that the store is of that readers are pointed at, `""` if there is none."""
    with reached(target) as (files, root):
        found = pointed(files, f"{root}/{store}.json")
        return found["run"] if found else ""


def _uploaded(files: Any, root: str, staged: Path, target: str, store: str, owner: str, run: str) -> str:  # noqa: ANN401
    pointer, former = f"{root}/{store}.json", pointed(files, f"{root}/{store}.json")
    if former and former["owner"] != owner:
        raise Failed("target", of_another(target, store))
    address = f"{target}/versions/{run}/{store}"
    if former and former["run"] == run:
        return address  # it was published already, and the graph could not be written
    if former and former["run"] > run:
        raise Failed("target", f"{target}/{store} was published by a later run, {former['run']}: it stays as it is")
    if former is None and files.exists(f"{root}/{store}"):
        raise Failed("target", by_other_means(target, store))
    place = f"{root}/versions/{run}/{store}"
    sizes = {
        file.relative_to(staged).as_posix(): file.stat().st_size for file in sorted(staged.rglob("*")) if file.is_file()
    }
    names = list(sizes)
    for start in range(0, len(names), _AT_ONCE):
        part = names[start : start + _AT_ONCE]
        files.put([str(staged / name) for name in part], [f"{place}/{name}" for name in part], batch_size=_AT_ONCE)
        done = min(start + _AT_ONCE, len(names))
        if done == len(names) or start // _AT_ONCE % 10 == 9:
            tell(f"{done} of {len(names)} objects uploaded")
    there = {path.removeprefix(f"{place}/"): each["size"] for path, each in files.find(place, detail=True).items()}
    if there != sizes:
        raise Failed("target", f"{target} has not kept all that was written ({len(there)} of {len(sizes)} objects)")
    said = {"owner": owner, "run": run, "store": address}
    files.pipe_file(pointer, json.dumps(said).encode())
    if former:
        _remove_before(files, root, store, former["run"])
    return address


def _remove_before(files: Any, root: str, store: str, kept: str) -> None:  # noqa: ANN401 - fsspec has no types
    """Remove the versions of a store that are older than the one that was current until now."""
    for found in files.ls(f"{root}/versions", detail=False, refresh=True):
        run = found.rstrip("/").rpartition("/")[2]
        if run < kept and files.exists(f"{found}/{store}"):
            files.rm(f"{found}/{store}", recursive=True)
