"""Runs declared recipes without Beam: regions of a Zarr 3 store, written by processes of dask.

A store is laid out whole before anything is written to it. Each task then writes whole chunks that no other task
writes, so the order in which they end does not matter, and one that is repeated writes the same again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import cloudpickle
import numpy as np
import xarray as xr
from dask import array as lazy
from distributed import Client, LocalCluster, as_completed

from .declaration import Item, Recipe
from .failing import Failed
from .inputs import Inputs
from .opening import opened
from .telling import tell


@dataclass(frozen=True)
class _Task:
    """One part of a store: the files that it needs, with what to take of each, and where that goes."""

    store: str
    dimension: str
    start: int
    stop: int
    pieces: tuple[tuple[str, int, int], ...]
    variables: tuple[str, ...]


def run(recipe: Any, inputs: Inputs, target: Path, prune: int, workers: int, module: ModuleType) -> None:  # noqa: ANN401
    """Run one recipe on so many processes; raises `Failed` for one that is no declaration."""
    if not isinstance(recipe, Recipe):
        raise Failed(
            "feedstock",
            f"--runner dask runs recipes that are declared with leap_recipe.Recipe, and the object is a "
            f"{type(recipe).__name__}: run it with --runner direct",
        )
    items = list(recipe.files.items(prune))
    fetched = inputs.all(item.url for item in items)
    cloudpickle.register_pickle_by_value(module)  # workers have no recipe.py
    store = target / recipe.store
    store.parent.mkdir(parents=True, exist_ok=True)
    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", silence_logs=30
        ) as cluster,
        Client(cluster) as client,
    ):
        paths = [each.path for each in fetched]
        described = client.gather(client.map(_describe, paths, recipe=recipe, dimension=recipe.files.dimension))
        tasks = _laid_out(recipe, items, paths, described, store)
        for done, finished in enumerate(as_completed(client.map(_write, tasks, recipe=recipe)), 1):
            finished.result()
            if done % 10 == 0 or done == len(tasks):
                tell(f"{done} of {len(tasks)} regions written")


def _describe(path: str, recipe: Recipe, dimension: str) -> tuple[int, dict[str, Any]]:
    """The length of a file along the dimension, and its variables that have that dimension only."""
    with opened(recipe, path) as found:
        if not dimension:
            return 0, {}
        if dimension not in found.sizes:
            there = ", ".join(map(str, found.sizes))
            raise Failed("feedstock", f"an input has no dimension {dimension!r}, only {there}: name one of those")
        alone = {str(name): each.values for name, each in found.variables.items() if each.dims == (dimension,)}
        return int(found.sizes[dimension]), alone


def _laid_out(
    recipe: Recipe,
    items: Sequence[Item],
    paths: Sequence[str],
    described: Sequence[tuple[int, dict[str, Any]]],
    store: Path,
) -> list[_Task]:
    """Lay out the store; returns what is to be written to it."""
    dimension = recipe.files.dimension
    members: dict[str, list[int]] = {}
    for number, item in enumerate(items):
        members.setdefault(item.member, []).append(number)
    lengths = {member: [described[number][0] for number in numbers] for member, numbers in members.items()}
    if len(set(map(tuple, lengths.values()))) > 1:
        raise Failed("source", f"the files to be merged differ in length along {dimension}: {lengths}")
    sizes = next(iter(lengths.values()))
    parts, tasks, encoded = [], [], dict[str, dict[str, Any]]()
    for numbers in members.values():
        with opened(recipe, paths[numbers[0]]) as first:
            alone = {
                name: np.concatenate([described[number][1][name] for number in numbers])
                for name in described[numbers[0]][1]
            }
            part, written = _template(first, dimension, sum(sizes), alone)
            encoded |= _encodings(first, dimension)
        parts.append(part)
        chunk = recipe.chunks.get(dimension, max(sizes, default=0) or 1)
        tasks += list(_tasks(store, dimension, [paths[number] for number in numbers], sizes, chunk, written))
    layout = xr.merge(parts, compat="override", join="exact", combine_attrs="override")
    layout.to_zarr(
        store,
        mode="w-",
        compute=False,
        zarr_format=3,
        consolidated=False,
        encoding=_encoding(layout, recipe, sizes, encoded),
    )
    return tasks


def _template(
    first: xr.Dataset, dimension: str, length: int, alone: Mapping[str, Any]
) -> tuple[xr.Dataset, tuple[str, ...]]:
    """The store of one member without its data, and the variables whose data are still to be written."""
    variables: dict[str, xr.Variable] = {}
    later = []
    for name, each in first.variables.items():
        if str(name) in alone:
            variable = xr.Variable(each.dims, alone[str(name)], each.attrs)
        elif (dimension in each.dims) if dimension else name in first.data_vars and each.ndim:
            shape = tuple(length if dim == dimension else size for dim, size in each.sizes.items())
            variable = xr.Variable(each.dims, lazy.zeros(shape, dtype=each.dtype, chunks=-1), each.attrs)
            later.append(str(name))
        else:
            variable = xr.Variable(each.dims, each.values, each.attrs)
        variables[str(name)] = variable
    coordinates = [str(name) for name in first.coords]
    part = xr.Dataset(
        {name: variable for name, variable in variables.items() if name not in coordinates},
        {name: variables[name] for name in coordinates},
        first.attrs,
    )
    return part, tuple(later)


def _encodings(first: xr.Dataset, dimension: str) -> dict[str, dict[str, Any]]:
    """How variables are encoded; times that say nothing themselves, such as bounds, as the dimension is."""
    usual = dict(first[dimension].encoding) if dimension in first.coords else {}
    return {
        str(name): dict(each.encoding) or (usual if each.dtype.kind == "M" else {})
        for name, each in first.variables.items()
    }


def _encoding(
    layout: xr.Dataset, recipe: Recipe, sizes: Sequence[int], encoded: Mapping[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    dimension = recipe.files.dimension
    if unknown := sorted(set(recipe.chunks) - set(map(str, layout.sizes))):
        raise Failed("feedstock", f"chunks names {', '.join(unknown)}, which is no dimension of the store")
    found = {}
    for name, each in layout.variables.items():
        whole = {dim: max(sizes, default=0) if dim == dimension else size for dim, size in each.sizes.items()}
        chunks = tuple(min(recipe.chunks.get(str(dim), whole[dim]), each.sizes[dim]) or 1 for dim in each.dims)
        found[str(name)] = dict(encoded.get(str(name), {}))
        if each.dims == (name,):
            found[str(name)]["chunks"] = each.shape  # every reader reads all of an index
        elif chunks:
            found[str(name)]["chunks"] = chunks
    return found


def _tasks(
    store: Path, dimension: str, paths: Sequence[str], sizes: Sequence[int], chunk: int, variables: tuple[str, ...]
) -> Iterator[_Task]:
    """Parts that begin and end with a chunk, each about as long as a file."""
    if not dimension:
        yield _Task(str(store), "", 0, 0, ((paths[0], 0, 0),), variables)
        return
    total, step = sum(sizes), chunk * max(1, -(-max(sizes) // chunk))
    starts = [sum(sizes[:number]) for number in range(len(sizes))]
    for start in range(0, total, step):
        stop = min(start + step, total)
        pieces = tuple(
            (path, max(start - begin, 0), min(stop - begin, size))
            for path, begin, size in zip(paths, starts, sizes, strict=True)
            if begin < stop and begin + size > start
        )
        yield _Task(str(store), dimension, start, stop, pieces, variables)


def _write(task: _Task, recipe: Recipe) -> None:
    found = []
    for path, start, stop in task.pieces:
        with opened(recipe, path) as content:
            chosen = content[list(task.variables)]
            chosen = chosen.drop_vars([name for name in chosen.coords if name not in task.variables])
            cut = chosen.isel({task.dimension: slice(start, stop)}) if task.dimension else chosen
            found.append(cut.load().drop_encoding())
    data = xr.concat(found, task.dimension) if len(found) > 1 else found[0]
    if task.dimension:
        region = {task.dimension: slice(task.start, task.stop)}
    else:
        region = {str(name): slice(0, size) for name, size in data.sizes.items()}
    data.to_zarr(task.store, region=region, mode="r+", consolidated=False)
