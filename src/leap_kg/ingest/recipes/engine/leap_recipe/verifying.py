"""Looks at a store before anybody else does: it opens, has data where its sources have some, and time runs forward.

Runs in a process of its own that never sees the recipe's code; what is wrong is a list of findings, not an error.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from .advice import ACCESS, advice
from .declaration import ICECHUNK
from .describing import calendar_of
from .inputs import shown
from .matching import alike, difference, rounded
from .meaning import Said, contradictions
from .outlining import CHOOSING, held, outlined

_CALENDAR = "calendar"
_BLOCK = 4_000_000
"""Elements that are looked at in one go."""
_FEW = 16
"""Elements along each dimension that a header has."""
_SMALL = 100_000
"""Elements of a variable that is compared with that of every input, if all have it whole."""


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong; `grave` keeps the store from being published."""

    kind: str
    message: str
    hint: str
    grave: bool = True


@dataclass(frozen=True)
class Sources:
    """The files that a store was made of, and by which options they are opened."""

    paths: Sequence[str]
    options: Mapping[str, Any] = field(default_factory=dict)

    def open(self, path: str) -> AbstractContextManager[xr.Dataset]:
        """One of them, lazily; raises `OSError` and `ValueError`."""
        return xr.open_dataset(path, **{**self.options, "chunks": None})


def verify(store: Path, made_of: Mapping[str, Any], exact: bool, access: str, header: Path) -> list[dict[str, Any]]:
    """What is wrong with a store that was made of these files; `exact` if their values were not to be altered.

    `made_of` has the paths as `inputs`, and as `options` those of `xarray.open_dataset` that the recipe has, `None` if
    they are not known. `access` is how it will be read, `""` if nobody says. What conventions say of is written to
    `header`, a NetCDF file.
    """
    try:
        found = _opened(store)
    except Exception as error:  # noqa: BLE001 - what a broken store raises is up to its reader
        message = f"the store cannot be opened by xarray ({type(error).__name__}: {error})"
        return [asdict(Wrong("unopened", message[:500], "Look at the log of the run."))]
    chosen = {key: value for key, value in (made_of["options"] or {}).items() if key in CHOOSING}
    sources = Sources(made_of["inputs"], chosen)
    wrong: list[Wrong] = []
    with found:
        _write_header(found, header)
        try:
            wrong.extend(_unfit(found, access))
            for each in _wrong(found, sources, exact):
                wrong.append(each)  # noqa: PERF402 - what was found before a check breaks is kept
        except Exception as error:  # noqa: BLE001 - a store that a check breaks on has not passed it
            message = f"it could not be checked to the end ({type(error).__name__}: {error})"
            wrong.append(Wrong("unchecked", message[:500], "Look at the log of the run."))
    return [asdict(each) for each in wrong]


def _write_header(store: xr.Dataset, header: Path) -> None:
    """The metadata of the store with the first few values along each dimension, without what a checker would fetch."""
    part = store.isel({name: slice(0, _FEW) for name in store.sizes}).load()
    part.attrs.pop("standard_name_vocabulary", None)
    part.attrs = _flat(part.attrs)
    for variable in part.variables.values():
        variable.attrs = _flat(variable.attrs)
    for variable in part.variables.values():
        kept = {key: value for key, value in variable.encoding.items() if key in ("units", "calendar")}
        if variable.dtype.kind in "fiu":  # times are whole numbers in this file, of which none is NaN
            kept["_FillValue"] = variable.encoding.get("_FillValue")
        variable.encoding = kept
    try:
        part.to_netcdf(header)
    except (ValueError, TypeError, OSError):
        header.unlink(missing_ok=True)  # what NetCDF cannot hold is not checked


def _flat(attributes: Mapping[Any, Any]) -> dict[Any, Any]:
    return {name: json.dumps(value) if _is_nested(value) else value for name, value in attributes.items()}


def _is_nested(value: Any) -> bool:  # noqa: ANN401 - what Zarr's attributes hold, and NetCDF's do not
    return isinstance(value, dict | bool) or (
        isinstance(value, list) and any(isinstance(x, dict | list) for x in value)
    )


def _unfit(store: xr.Dataset, access: str) -> Iterator[Wrong]:
    """Chunks by which readers fetch much more than they need."""
    times = next(
        (str(name) for name, each in store.coords.items() if each.dims == (name,) and each.dtype.kind == "M"), ""
    )
    if access not in ACCESS or not times:
        return
    for name, each in store.data_vars.items():
        if times in each.dims and len(each.dims) > 1 and each.encoding.get("chunks"):
            sizes = {str(dim): size for dim, size in each.sizes.items()}
            chunks = dict(zip(sizes, each.encoding["chunks"], strict=True))
            better, gain = advice(sizes, chunks, times, each.dtype.itemsize, access)
            if better:
                message = f"{name} is read as {access}, which fetches {gain:.0f} times what other chunks would need"
                yield Wrong("chunks", message, f"Write chunks={better} in the recipe.", grave=False)


def _opened(store: Path) -> xr.Dataset:
    if store.name.endswith(ICECHUNK):
        from .commits import read_only

        return xr.open_dataset(read_only(store), engine="zarr", chunks=None, consolidated=False)
    return xr.open_dataset(store, engine="zarr", chunks=None, consolidated=True)


def _wrong(store: xr.Dataset, sources: Sources, exact: bool) -> Iterator[Wrong]:
    if not store.data_vars:
        yield Wrong("empty", "the store has no variable", "Check which variables the recipe keeps.")
    for name, index in store.coords.items():
        if index.dims == (name,) and (index.dtype.kind in "Mm" or calendar_of(index.variable)):
            yield from _order(str(name), index)
    for name, each in store.data_vars.items():
        empty = each.dtype.kind == "f" and each.size and not _has_value(each)
        if empty and any(_has_data(sources, path, str(name)) for path in sources.paths):
            message = f"{name} is missing everywhere, but its sources have values"
            yield Wrong("all-missing", message, "Check how the recipe selects, masks and aligns it.")
    yield from _contradicting(store, sources, exact)
    if exact:
        yield from _unlike(store, sources)
    yield from _differing(store, sources, exact)


def _order(name: str, index: xr.DataArray) -> Iterator[Wrong]:
    if index.isnull().any():
        yield Wrong("no-time", f"{name} has gaps", "Give each step its time.")
        return
    if bad := next((pair for pair in pairwise(index.values) if not pair[0] < pair[1]), None):
        message = f"{name} does not grow: {bad[0]} is followed by {bad[1]}"
        yield Wrong("order", message, "Put the keys of the files into the order of time, each once.")


def _has_value(variable: xr.DataArray) -> bool:
    """Whether any element is a number; looks no further than the first that is."""
    if not variable.ndim:
        return bool(np.isfinite(variable.values))
    step = max(1, _BLOCK // max(1, variable.size // max(1, variable.shape[0])))
    pieces = (variable[start : start + step] for start in range(0, variable.shape[0], step))
    return any(bool(np.isfinite(piece.values).any()) for piece in pieces)


def _has_data(sources: Sources, path: str, name: str) -> bool:
    try:
        with sources.open(path) as source:
            return name in source.data_vars and _has_value(source[name])
    except (OSError, ValueError):
        return False


def _contradicting(store: xr.Dataset, sources: Sources, exact: bool) -> Iterator[Wrong]:
    """Find what files say differently of a variable, unless the recipe has brought them together."""
    said = Said()
    for path in sources.paths:
        try:
            said.add(shown(path), outlined(path, sources.options))
        except (OSError, ValueError):
            continue
    for message in contradictions(said, store, exact):
        hint = "Bring the files together in prepare, by the values and by the attribute."
        yield Wrong("contradiction", message, hint)


def _unlike(store: xr.Dataset, sources: Sources) -> Iterator[Wrong]:
    """Find what stands in the store once and in each input, such as latitudes, and is another in some input."""
    once = {
        str(name): each
        for name, each in store.variables.items()
        if each.dtype.kind in "fiub" and each.size <= _SMALL and _CALENDAR not in each.encoding
    }
    shapes = {name: each.shape for name, each in once.items()}
    unlike: dict[str, list[str]] = {}
    for path in sources.paths:
        try:
            found = held(path, sources.options, shapes)
        except (OSError, ValueError):
            continue
        for name, each in found.variables.items():
            if not alike(each.values, once[str(name)].values):
                unlike.setdefault(str(name), []).append(shown(path))
    for name, files in unlike.items():
        message = (
            f"{name} is another in {len(files)} of {len(sources.paths)} inputs than in the store, first in {files[0]}"
        )
        hint = f"Bring {name} to the same values in the same order in prepare, or leave these files out."
        yield Wrong("unlike", message, hint)


def _differing(store: xr.Dataset, sources: Sources, exact: bool) -> Iterator[Wrong]:
    """Hold the first, the last and the middle file against what became of them."""
    inputs = sources.paths
    chosen = sorted({0, len(inputs) // 2, len(inputs) - 1} & set(range(len(inputs))))
    different: dict[str, list[str]] = {}
    shortened: dict[str, str] = {}
    compared = 0
    for number in chosen:
        try:
            with sources.open(inputs[number]) as source:
                for name in [str(each) for each in source.data_vars if each in store.data_vars]:
                    found = difference(source[name], store[name])
                    compared += found is not None
                    if found:
                        different.setdefault(name, []).append(f"{shown(inputs[number])}: {found}")
                    elif found is not None and rounded(source[name], store[name]):
                        shortened.setdefault(name, f"{shown(inputs[number])} has {source[name].dtype}")
        except (OSError, ValueError):
            continue
    if chosen and not compared:
        message = "its values were not compared with inputs: as they were opened, they do not have its variables"
        yield Wrong("uncompared", message, "Compare some of them yourself.", grave=False)
    for name, files in different.items():
        message = (
            f"{name} differs from {len(files)} of the {len(chosen)} inputs that it was compared with, "
            f"first from {files[0]}"
        )
        hint = "Compare the two at the same coordinates; if the recipe is to change it, nothing is wrong."
        yield Wrong("differs", message, hint, grave=exact)
    for name, told in shortened.items():
        message = f"{name} is kept as {store[name].dtype}, and {told}: its last digits are lost"
        hint = "If they matter, convert all files to the longer type in prepare."
        yield Wrong("differs", message, hint, grave=False)
