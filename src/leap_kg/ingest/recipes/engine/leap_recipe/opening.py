"""Opens an input as a recipe says it is to be opened and prepared; the same for every runner."""

from typing import Any

import xarray as xr

from .declaration import Recipe
from .failing import Failed
from .inputs import shown
from .telling import tell

_WHOLE = {"_FillValue": None}
"""The encoding of an index, of which no value is missing."""


def opened(recipe: Recipe, path: str) -> xr.Dataset:
    """The content of an input, lazily, prepared as the recipe says; raises `Failed`."""
    try:
        found = xr.open_dataset(path, **{"chunks": None, **recipe.open_options})
    except (OSError, ValueError) as error:
        raise Failed("source", f"{shown(path)} {_unopened(error)}") from error
    prepared = recipe.prepare(found) if recipe.prepare else found
    if not isinstance(prepared, xr.Dataset):
        raise Failed("feedstock", f"prepare gave a {type(prepared).__name__}: it has to return the xarray.Dataset")
    if not prepared.variables and (groups := _groups(path)):
        raise Failed(
            "feedstock",
            f"{shown(path)} has nothing but groups, {', '.join(groups)}: name one, "
            f'open_options={{"group": "{groups[0]}"}}',
        )
    dimension = recipe.files.dimension
    if dimension in prepared.sizes:
        if not prepared.sizes[dimension]:
            tell(f"{shown(path)} has no element along {dimension}")
        # What does not vary along the dimension is no series that engines could put together.
        prepared = prepared.set_coords(
            [name for name, each in prepared.data_vars.items() if dimension not in each.dims]
        )
    for name, variable in prepared.variables.items():
        variable.encoding = _kept(variable) if variable.dims != (name,) else {**_kept(variable), **_WHOLE}
    return prepared


def _unopened(error: Exception) -> str:
    text = " ".join(str(error).split())
    if "did not find a match in any of xarray's" in text:
        return "is not NetCDF, or of another form that xarray can open"
    return f"cannot be opened: {text}"


def _groups(path: str) -> list[str]:
    """The groups of a file that have variables; none where that cannot be found out."""
    try:
        found = xr.open_groups(path, chunks=None)
    except (OSError, ValueError, NotImplementedError):
        return []
    names = [str(name).strip("/") for name, each in found.items() if each.variables]
    for each in found.values():
        each.close()
    return [name for name in names if name]


def _kept(variable: xr.Variable) -> dict[str, Any]:
    """How the store encodes a variable: by the file's units of time, and unpacked, as files may pack it differently."""
    kept = {key: value for key, value in variable.encoding.items() if key in ("units", "calendar", "dtype")}
    if variable.dtype.kind == "f":
        return {"_FillValue": variable.dtype.type("nan")}
    # Calendars that NumPy has not are of dates that are objects.
    is_time = variable.dtype.kind in "mM" or (variable.dtype.kind == "O" and "calendar" in kept)
    return kept if is_time else {}
