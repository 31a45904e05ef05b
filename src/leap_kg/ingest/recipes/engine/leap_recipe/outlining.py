"""What a file says of its variables, which is asked of every input, without opening it as a dataset.

To decode and to index takes several times as long as that takes, and all of a file's values lie unread.
"""

from collections.abc import Mapping
from typing import Any

import netCDF4
import xarray as xr

CHOOSING = ("group", "engine", "phony_dims", "drop_variables")
"""Options by which files are opened that decide what of them is seen, and not how it is decoded."""

Outline = Mapping[str, Mapping[str, Any]]
"""For each variable its attributes, and its type as `dtype`."""


def outlined(path: str, options: Mapping[str, Any]) -> Outline:
    """The outline of a file that is opened by these options; raises `OSError` and `ValueError`."""
    dropped = options.get("drop_variables") or ()
    left = {dropped} if isinstance(dropped, str) else set(dropped)
    if options.get("engine") in (None, "netcdf4", "h5netcdf"):
        try:
            found = _netcdf(path, options.get("group"))
        except OSError:
            pass  # there are other forms
        else:
            return {name: said for name, said in found.items() if name not in left}
    chosen = {key: value for key, value in options.items() if key in CHOOSING}
    with xr.open_dataset(
        path, **{**chosen, "chunks": None, "cache": False, "decode_cf": False, "create_default_indexes": False}
    ) as content:
        return outline(content)


def outline(content: xr.Dataset) -> Outline:
    """The outline of a dataset, decoded or not."""
    return {str(name): {**each.attrs, **each.encoding} for name, each in content.variables.items()}


def _netcdf(path: str, group: str | None) -> dict[str, dict[str, Any]]:
    with netCDF4.Dataset(path) as file:
        try:
            holder = file[group] if group and group.strip("/") else file
        except (IndexError, KeyError):
            raise OSError(f"no group {group}") from None
        return {
            name: {**{key: each.getncattr(key) for key in each.ncattrs()}, "dtype": each.dtype}
            for name, each in holder.variables.items()
        }
