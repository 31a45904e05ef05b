"""Looks at a store before anybody else does: it opens, has data where its sources have some, and time runs forward.

Runs in a process of its own that never sees the recipe's code; what is wrong is a list of findings, not an error.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from .advice import ACCESS, advice
from .declaration import ICECHUNK

_BLOCK = 4_000_000
"""Elements that are looked at in one go."""
_FEW = 16
"""Elements along each dimension that a header has."""


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong; `grave` keeps the store from being published."""

    kind: str
    message: str
    hint: str
    grave: bool = True


def verify(store: Path, inputs: Sequence[str], exact: bool, access: str, header: Path) -> list[dict[str, Any]]:
    """What is wrong with a store that was made of these files; `exact` if their values were not to be altered.

    `access` is how it will be read, `""` if nobody says. What conventions say of is written to `header`, a NetCDF file.
    """
    try:
        found = _opened(store)
    except Exception as error:  # noqa: BLE001 - what a broken store raises is up to its reader
        message = f"the store cannot be opened by xarray ({type(error).__name__}: {error})"
        return [asdict(Wrong("unopened", message[:500], "Look at the log of the run."))]
    with found:
        _write_header(found, header)
        return [asdict(each) for each in (*_wrong(found, inputs, exact), *_unfit(found, access))]


def _write_header(store: xr.Dataset, header: Path) -> None:
    """The metadata of the store with the first few values along each dimension, without what a checker would fetch."""
    part = store.isel({name: slice(0, _FEW) for name in store.sizes}).load()
    part.attrs.pop("standard_name_vocabulary", None)
    part.attrs = _flat(part.attrs)
    for variable in part.variables.values():
        variable.attrs = _flat(variable.attrs)
    for variable in part.variables.values():
        kept = {key: value for key, value in variable.encoding.items() if key in ("units", "calendar", "_FillValue")}
        variable.encoding = {"_FillValue": None, **kept} if variable.dtype.kind in "fiu" else kept
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


def _wrong(store: xr.Dataset, inputs: Sequence[str], exact: bool) -> Iterator[Wrong]:
    if not store.data_vars:
        yield Wrong("empty", "the store has no variable", "Check which variables the recipe keeps.")
    for name, index in store.coords.items():
        if index.dims == (name,) and index.dtype.kind in "Mm":
            yield from _order(str(name), index.values)
    for name, each in store.data_vars.items():
        empty = each.dtype.kind == "f" and each.size and not _has_value(each)
        if empty and any(_has_data(path, str(name)) for path in inputs):
            message = f"{name} is missing everywhere, but its sources have values"
            yield Wrong("all-missing", message, "Check how the recipe selects, masks and aligns it.")
    yield from _differing(store, inputs, exact)


def _order(name: str, values: Any) -> Iterator[Wrong]:  # noqa: ANN401 - an array
    if np.isnat(values).any():
        yield Wrong("no-time", f"{name} has gaps", "Give each step its time.")
    elif (np.diff(values) <= np.timedelta64(0)).any():
        at = int(np.argmax(np.diff(values) <= np.timedelta64(0)))
        message = f"{name} does not grow: {values[at]} is followed by {values[at + 1]}"
        yield Wrong("order", message, "Put the keys of the files into the order of time, each once.")


def _has_value(variable: xr.DataArray) -> bool:
    """Whether any element is a number; looks no further than the first that is."""
    if not variable.ndim:
        return bool(np.isfinite(variable.values))
    step = max(1, _BLOCK // max(1, variable.size // max(1, variable.shape[0])))
    pieces = (variable[start : start + step] for start in range(0, variable.shape[0], step))
    return any(bool(np.isfinite(piece.values).any()) for piece in pieces)


def _has_data(path: str, name: str) -> bool:
    try:
        with xr.open_dataset(path, chunks=None) as source:
            return name in source.data_vars and _has_value(source[name])
    except (OSError, ValueError):
        return False


def _differing(store: xr.Dataset, inputs: Sequence[str], exact: bool) -> Iterator[Wrong]:
    """Hold the first, the last and the middle file against what became of them."""
    chosen = sorted({0, len(inputs) // 2, len(inputs) - 1} & set(range(len(inputs))))
    different: dict[str, int] = {}
    for number in chosen:
        try:
            with xr.open_dataset(inputs[number], chunks=None) as source:
                for name in source.data_vars:
                    if name in store.data_vars and not _same(source[name], store[name]):
                        different[str(name)] = different.get(str(name), 0) + 1
        except (OSError, ValueError):
            continue
    for name, times in different.items():
        message = f"{name} differs from {times} of the {len(chosen)} inputs that it was compared with"
        hint = "Compare the two at the same coordinates; if the recipe is to change it, nothing is wrong."
        yield Wrong("differs", message, hint, grave=exact)


def _same(source: xr.DataArray, stored: xr.DataArray) -> bool:
    """Whether a store has the values of a file at the coordinates of the file."""
    if set(source.dims) != set(stored.dims):
        return True  # another shape is another variable
    places = {dim: source[dim] for dim in source.dims if dim in source.coords and dim in stored.coords}
    try:
        found = stored.sel(places).transpose(*source.dims)
    except (KeyError, ValueError):
        return False
    if found.shape != source.shape:
        return not set(source.dims) <= set(places)
    return bool(np.array_equal(source.values, found.values, equal_nan=source.dtype.kind in "fcmM"))
