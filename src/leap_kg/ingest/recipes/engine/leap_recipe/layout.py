"""How a store is laid out before anything is written to it: variables, chunks, shards and encodings of all of it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import xarray as xr
from dask import array as lazy

from .compressing import compression
from .declaration import Recipe
from .describing import calendar_of
from .failing import Failed
from .opening import opened
from .timing import is_time

_SMALL = 2**20
"""Bytes of a chunk below which many chunks go into one file."""
_SHARD = 16 * 2**20
"""Bytes of such a file, at most."""
_MANY = 64
"""Chunks that an array has at least if they are to share files."""


@dataclass(frozen=True)
class Series:
    """The files of one member, in their order: lengths along the dimension, and the values that have no other one.

    `unsaid` are the attributes of variables that do not hold for all of the files.
    """

    first: str
    lengths: Sequence[int]
    alone: Mapping[str, Any] = field(default_factory=dict)
    unsaid: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """A store without its data: `later` are the variables of each member that are still to be written, `encoding` that
    of every variable, and `step` the elements along the dimension that no two tasks may share."""

    store: xr.Dataset
    later: Sequence[tuple[str, ...]]
    encoding: Mapping[str, dict[str, Any]]
    step: int


def laid_out(recipe: Recipe, series: Sequence[Series], times: Mapping[str, Any]) -> Layout:
    """The layout of the store of these files, where `times` are encoded so if all of them were not alike.

    Raises `Failed` for files that do not go together.
    """
    dimension = recipe.files.dimension
    lengths = [list(each.lengths) for each in series]
    if any(each != lengths[0] for each in lengths):
        raise Failed("source", f"the files to be merged differ in length along {dimension}: {lengths}")
    parts, later, encoded = [], [], dict[str, dict[str, Any]]()
    for each in series:
        with opened(recipe, each.first) as first:
            part, names = _template(first, dimension, sum(each.lengths), each.alone)
            for unsure, keys in each.unsaid.items():
                for key in keys if unsure in part.variables else ():
                    part.variables[unsure].attrs.pop(key, None)
            encoded |= _encodings(first, dimension, times)
            for unwritten in names:
                encoded[unwritten] |= compression(first.variables[unwritten], dimension)
        parts.append(part)
        later.append(names)
    store = xr.merge(parts, compat="override", join="exact", combine_attrs="override")
    if unknown := sorted(set(recipe.chunks) - set(map(str, store.sizes))):
        raise Failed("feedstock", f"chunks names {', '.join(unknown)}, which is no dimension of the store")
    chunk = recipe.chunks.get(dimension, max(lengths[0], default=0) or 1)
    chunks = {str(name): _chunks(str(name), one, recipe, chunk) for name, one in store.variables.items()}
    together = _together(store, chunks, dimension, max(lengths[0], default=0))
    for name, variable in store.variables.items():
        own = encoded.setdefault(str(name), {})
        if variable.ndim:
            own["chunks"] = chunks[str(name)]
        if together > 1 and dimension in variable.dims and variable.dims != (name,) and not recipe.icechunk:
            axis = variable.dims.index(dimension)
            own["shards"] = tuple(size * together if at == axis else size for at, size in enumerate(chunks[str(name)]))
    return Layout(store, later, encoded, chunk * together)


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
            variable = xr.Variable(each.dims, _nothing(each, shape), each.attrs)
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


def _nothing(variable: xr.Variable, shape: tuple[int, ...]) -> Any:  # noqa: ANN401 - an array of dask
    """What stands for values; dates that are objects need one to be known for what they are."""
    if calendar_of(variable) and variable.dtype.kind == "O":
        date = variable[(0,) * variable.ndim].values.item()
        return lazy.full(shape, date, dtype=object, chunks=-1)  # type: ignore[no-untyped-call]
    return lazy.zeros(shape, dtype=variable.dtype, chunks=-1)


def _encodings(first: xr.Dataset, dimension: str, times: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """How variables are encoded; times that say nothing themselves, such as bounds, as the dimension is."""
    usual = dict(first[dimension].encoding) if dimension in first.coords else {}
    return {
        str(name): {
            **(each.encoding or (usual if each.dtype.kind == "M" else {})),
            **(times if is_time(each) else {}),
        }
        for name, each in first.variables.items()
    }


def _chunks(name: str, variable: xr.Variable, recipe: Recipe, chunk: int) -> tuple[int, ...]:
    """The chunks of a variable; all of an index is read by every reader, so it has one."""
    if variable.dims == (name,):
        return variable.shape
    whole: dict[Any, int] = {**variable.sizes, **recipe.chunks, recipe.files.dimension: chunk}
    return tuple(min(whole[dim], size) or 1 for dim, size in variable.sizes.items())


def _together(store: xr.Dataset, chunks: Mapping[str, tuple[int, ...]], dimension: str, longest: int) -> int:
    """How many chunks along the dimension share a file: more than one where there would be many small files."""
    most = 0
    for name, each in store.variables.items():
        if dimension not in each.dims or each.dims == (name,):
            continue
        own = chunks[str(name)]
        size = math.prod(own) * each.dtype.itemsize
        number = math.prod(-(-length // part) for length, part in zip(each.shape, own, strict=True))
        long = own[each.dims.index(dimension)]
        if size >= _SMALL or number < _MANY or each.shape[each.dims.index(dimension)] <= long:
            return 1
        fits = min(_SHARD // max(1, size), longest // long)
        most = min(most or fits, fits)
    return max(1, most)
