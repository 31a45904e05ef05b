"""Opens an input as a recipe says it is to be opened and prepared; the same for every runner."""

from typing import Any

import xarray as xr

from .declaration import Recipe
from .failing import Failed

_WHOLE = {"_FillValue": None}
"""The encoding of an index, of which no value is missing."""


def opened(recipe: Recipe, path: str) -> xr.Dataset:
    """The content of an input, lazily, prepared as the recipe says; raises `Failed`."""
    try:
        found = xr.open_dataset(path, **{"chunks": None, **recipe.open_options})
    except (OSError, ValueError) as error:
        raise Failed("source", f"an input cannot be opened: {error}") from error
    prepared = recipe.prepare(found) if recipe.prepare else found
    if not isinstance(prepared, xr.Dataset):
        raise Failed("feedstock", f"prepare gave a {type(prepared).__name__}: it has to return the xarray.Dataset")
    dimension = recipe.files.dimension
    if dimension in prepared.sizes:
        # What does not vary along the dimension is no series that engines could put together.
        prepared = prepared.set_coords(
            [name for name, each in prepared.data_vars.items() if dimension not in each.dims]
        )
    for name, variable in prepared.variables.items():
        variable.encoding = _kept(variable) if variable.dims != (name,) else {**_kept(variable), **_WHOLE}
    return prepared


def _kept(variable: xr.Variable) -> dict[str, Any]:
    """How the store encodes a variable: by the file's units of time, and unpacked, as files may pack it differently."""
    kept = {key: value for key, value in variable.encoding.items() if key in ("units", "calendar", "dtype")}
    if variable.dtype.kind == "f":
        return {"_FillValue": variable.dtype.type("nan")}
    return kept if variable.dtype.kind in "mM" else {}
