"""Runs declared recipes without Beam: regions of a Zarr 3 store, written by processes of dask.

A store is laid out whole before anything is written to it. Each task then writes whole chunks that no other task
writes, so the order in which they end does not matter, and one that is repeated writes the same again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import h5netcdf  # noqa: F401 - for the workers that are forked
import netCDF4  # noqa: F401
import numpy as np
import zarr  # noqa: F401

from .cluster import Each, processes
from .declaration import Item, Recipe
from .describing import Description, check_together, described, without_meaning
from .failing import Failed
from .inputs import Inputs, shown
from .layout import Layout, Series, laid_out
from .opening import opened
from .sinks import Repository, Sink, Zarr
from .telling import tell
from .timing import together
from .writing import Piece, Task, Writing


def run(
    recipe: Any,  # noqa: ANN401 - whatever a module has
    inputs: Inputs,
    job: Mapping[str, Any],
    module: ModuleType,
    known: Mapping[str, int],
) -> dict[str, int]:
    """Run one recipe on as many processes as the job says; raises `Failed` for one that is no declaration.

    `known` is how long the files are that its store has already; returns the same of all files.
    """
    if not isinstance(recipe, Recipe):
        raise Failed(
            "feedstock",
            f"--runner dask runs recipes that are declared with leap_recipe.Recipe, and the object is a "
            f"{type(recipe).__name__}: run it with --runner direct",
        )
    items = list(recipe.files.items(job["prune"]))
    store, old = Path(job["staging"], recipe.store), Path(job["stores"] or job["staging"], recipe.store)
    store.parent.mkdir(parents=True, exist_ok=True)
    inputs.note_options(recipe.store, recipe.open_options)
    if recipe.virtual:
        from .references import refer

        refer(recipe, items, inputs, store, old, job["attributes"])
        return {}
    with processes(job, module) as each:
        if recipe.icechunk:
            return _committed(recipe, items, inputs, store, each, old, job)
        if known and (lengths := _written(recipe, items, inputs, Zarr(store, old), each, known)):
            return lengths
        return _written(recipe, items, inputs, Zarr(store, old), each, {})


def _committed(
    recipe: Recipe,
    items: Sequence[Item],
    inputs: Inputs,
    store: Path,
    each: Each,
    old: Path,
    job: Mapping[str, Any],
) -> dict[str, int]:
    """Write a repository of Icechunk: one commit, after those that there are."""
    from .commits import Commit

    marks = job["attributes"]
    commit = Commit.begin(store, old)
    sink = Repository(commit, {**recipe.attributes, **marks})
    lengths = _written(recipe, items, inputs, sink, each, {})
    commit.end(
        sink.forks, f"Run of the recipe, {len(items)} inputs", {name: str(value) for name, value in marks.items()}
    )
    return lengths


def _written(
    recipe: Recipe, items: Sequence[Item], inputs: Inputs, sink: Sink, each: Each, known: Mapping[str, int]
) -> dict[str, int]:
    """Write the store; returns the lengths of the files, none if what is known of the old store does not fit it."""
    dimension = recipe.files.dimension
    members: dict[str, list[str]] = {}
    for item in items:
        members.setdefault(item.member, []).append(item.url)
    new = [item.url for item in items if item.url not in known]
    firsts = {urls[0] for urls in members.values()}
    fetched = inputs.all(url for item in items if (url := item.url) in firsts or url not in known)
    paths = {found.url: found.path for found in fetched}
    # The first file of each member speaks for those that the store has already.
    seen = list(dict.fromkeys([*firsts, *new]))
    descriptions = {seen[number]: found for number, found in each(_Describing(recipe), [paths[url] for url in seen])}
    if dimension:
        for urls in members.values():
            check_together(dimension, [(shown(paths[url]), descriptions[url]) for url in urls if url in descriptions])
    lengths = {**{url: found.length for url, found in descriptions.items()}, **known}
    had = sink.values({name for url in new for name in descriptions[url].alone}) if known else {}
    series = [_series(urls, paths, lengths, descriptions, had, known) for urls in members.values()]
    layout = laid_out(recipe, series, together([descriptions[url].times for url in seen], dimension))
    kept = sum(known.get(url, 0) for url in next(iter(members.values()))) // layout.step * layout.step
    sink.lay_out(layout)
    names = {name for later in layout.later for name in later}
    if known and not (kept and sink.take_over(names, dimension, kept)):
        return {}
    tasks = [
        task
        for urls, later, one in zip(members.values(), layout.later, series, strict=True)
        for task in _tasks(recipe, urls, one.lengths, layout, later, kept)
    ]
    needed = dict.fromkeys(piece.url for task in tasks for piece in task.pieces)
    paths |= {found.url: found.path for found in inputs.all(needed)}
    if known:
        tell(f"{len(new)} input{'s are' if len(new) > 1 else ' is'} added to what the store has of the others")
    ready = [replace(task, pieces=tuple(replace(one, path=paths[one.url]) for one in task.pieces)) for task in tasks]
    for done, (_, outcome) in enumerate(each(Writing(recipe, sink.shared), ready), 1):
        sink.wrote(outcome)
        if done % 10 == 0 or done == len(tasks):
            tell(f"{done} of {len(tasks)} regions written")
    return lengths


def _series(
    urls: Sequence[str],
    paths: Mapping[str, str],
    lengths: Mapping[str, int],
    descriptions: Mapping[str, Description],
    had: Mapping[str, Any],
    known: Mapping[str, int],
) -> Series:
    new = [url for url in urls if url not in known]
    values = {
        name: np.concatenate([*([had[name]] if known else []), *(descriptions[url].alone[name] for url in new)])
        for name in descriptions[new[0]].alone
    }
    unsaid = without_meaning([descriptions[url] for url in urls if url in descriptions])
    return Series(paths[urls[0]], [lengths[url] for url in urls], values, unsaid)


@dataclass(frozen=True)
class _Describing:
    recipe: Recipe

    def __call__(self, path: str) -> Description:
        """The description of a file, which is empty if there is no dimension."""
        dimension = self.recipe.files.dimension
        with opened(self.recipe, path) as found:
            if not dimension:
                return Description()
            if dimension not in found.sizes:
                there = f"only {', '.join(map(str, found.sizes))}: name one of those" if found.sizes else "and no other"
                raise Failed("feedstock", f"{shown(path)} has no dimension {dimension!r}, {there}")
            return described(found, dimension)


def _tasks(
    recipe: Recipe,
    urls: Sequence[str],
    lengths: Sequence[int],
    layout: Layout,
    variables: tuple[str, ...],
    kept: int,
) -> Iterator[Task]:
    """Parts that begin and end with a chunk, each about as long as a file; those below `kept` are there already."""
    dimension = recipe.files.dimension
    if not dimension:
        yield Task("", 0, 0, 0, (Piece(urls[0], "", 0, 0),), variables)
        return
    total, step = sum(lengths), layout.step * max(1, -(-max(lengths) // layout.step))
    starts = [sum(lengths[:number]) for number in range(len(lengths))]
    for start in range(kept, total, step):
        stop = min(start + step, total)
        pieces = tuple(
            Piece(url, "", max(start - begin, 0), min(stop - begin, size))
            for url, begin, size in zip(urls, starts, lengths, strict=True)
            if begin < stop and begin + size > start
        )
        yield Task(dimension, start, stop, layout.step, pieces, variables)
