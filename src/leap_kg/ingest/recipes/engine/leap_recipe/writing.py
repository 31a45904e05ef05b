"""Writes one part of a store: some elements along the dimension, from the files that hold them.

What is in memory at a time is bounded: a part is written in blocks of whole chunks, and few variables at once.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import xarray as xr

from .declaration import Recipe
from .opening import opened

_BLOCK = 96 * 2**20
"""Bytes of data that are in memory at once, unless a single chunk is larger."""


@dataclass(frozen=True)
class Piece:
    """What is taken of a file: its address and path, and the elements along the dimension."""

    url: str
    path: str
    start: int
    stop: int


@dataclass(frozen=True)
class Task:
    """One part of a store: what it is made of, and where that goes; `step` are the elements that chunks have together.

    No task writes to a chunk of another.
    """

    dimension: str
    start: int
    stop: int
    step: int
    pieces: tuple[Piece, ...]
    variables: tuple[str, ...]


@dataclass(frozen=True)
class Writing:
    """Writes the tasks of a recipe to `shared`: the path of a store, or a fork of a session, one for each process."""

    recipe: Recipe
    shared: Any

    def __call__(self, task: Task) -> Any:  # noqa: ANN401 - as `shared`
        """Write one; returns what was written to."""
        store = self.shared if isinstance(self.shared, str) else self.shared.store
        with ExitStack() as stack:
            contents = []
            for piece in task.pieces:
                content = stack.enter_context(opened(self.recipe, piece.path))[list(task.variables)]
                content = content.drop_vars([name for name in content.coords if name not in task.variables])
                cut = content.isel({task.dimension: slice(piece.start, piece.stop)}) if task.dimension else content
                contents.append(cut)
            if not task.dimension:
                (whole,) = contents
                region = {str(name): slice(0, size) for name, size in whole.sizes.items()}
                _store(whole, store, region)
                return self.shared
            widths = {name: contents[0][name].nbytes // contents[0].sizes[task.dimension] for name in task.variables}
            for names, start, stop in blocks(widths, task.start, task.stop, task.step):
                parts = list(_cut(contents, task, names, start, stop))
                data = xr.concat(parts, task.dimension) if len(parts) > 1 else parts[0]
                _store(data, store, {task.dimension: slice(start, stop)})
        return self.shared


def blocks(widths: Mapping[str, int], start: int, stop: int, step: int) -> Iterator[tuple[list[str], int, int]]:
    """Variables, and from where to where they are written at once; `widths` are their bytes for each element."""
    groups: list[list[str]] = []
    room = 0
    for name, width in widths.items():
        if not groups or width * step > room:
            groups.append([])
            room = _BLOCK
        groups[-1].append(name)
        room -= width * step
    for group in groups:
        width = max(1, sum(widths[name] for name in group))
        size = max(1, _BLOCK // (width * step)) * step
        for begin in range(start, stop, size):
            yield group, begin, min(begin + size, stop)


def _cut(contents: list[xr.Dataset], task: Task, names: list[str], start: int, stop: int) -> Iterator[xr.Dataset]:
    """What these pieces have between two places of the store."""
    begin = task.start
    for content in contents:
        size = content.sizes[task.dimension]
        low, high = max(start, begin), min(stop, begin + size)
        if low < high:
            yield content[names].isel({task.dimension: slice(low - begin, high - begin)}).load().drop_encoding()
        begin += size


def _store(data: xr.Dataset, store: Any, region: dict[str, slice]) -> None:  # noqa: ANN401
    data.drop_encoding().to_zarr(store, region=region, mode="r+", consolidated=False)
