"""Takes over what a store has already: chunks that would be written again as they are, are linked instead.

Hazard: a link is the same file. Nothing writes to a file that was taken over: Zarr replaces files, and the tasks of a
run begin after the last of them.
"""

import json
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any


def take_over(old: Path, new: Path, names: Iterable[str], dimension: str, kept: int) -> bool:
    """Link the files of the old store that lie below `kept` along the dimension into the new one, which is laid out.

    Returns whether the old one is laid out the same but for its length, without which nothing is linked.
    """
    found = []
    for name in names:
        before, after = _described(old / name), _described(new / name)
        if before is None or after is None or dimension not in after["dimension_names"]:
            return False
        axis = after["dimension_names"].index(dimension)
        before["shape"][axis] = after["shape"][axis]
        if before != after:
            return False
        # The grid is that of files: of shards, where chunks share them.
        found.append((name, axis, kept // after["chunk_grid"]["configuration"]["chunk_shape"][axis]))
    for name, axis, below in found:
        for file in (old / name / "c").rglob("*"):
            place = file.relative_to(old / name / "c").parts
            if file.is_file() and place[axis].isdecimal() and int(place[axis]) < below:
                _link(file, new / name / "c" / Path(*place))
    return True


def _link(file: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        place.unlink()
    try:
        os.link(file, place)
    except OSError:  # a file system without links
        shutil.copyfile(file, place)


def _described(array: Path) -> dict[str, Any] | None:
    """The metadata of an array, without what the run before may have said of it but how it counts times."""
    try:
        found = json.loads((array / "zarr.json").read_text(encoding="utf-8"))
        counted = {key: found["attributes"].get(key) for key in ("units", "calendar")}
        return counted | {
            key: found[key]
            for key in (
                "shape",
                "data_type",
                "chunk_grid",
                "chunk_key_encoding",
                "fill_value",
                "codecs",
                "dimension_names",
            )
        }
    except (OSError, ValueError, KeyError):
        return None
