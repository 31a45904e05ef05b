"""What a file says of its variables, which is asked of every input, without opening it as a dataset.

To decode and to index takes several times as long as that takes, and all of a file's values lie unread.
"""

from collections.abc import Mapping
from typing import Any

import netCDF4
import numpy as np
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


def held(path: str, options: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]) -> xr.Dataset:
    """The numbers of a file that have these names and shapes, decoded but for times; raises `OSError` and
    `ValueError`."""
    if options.get("engine") in (None, "netcdf4", "h5netcdf"):
        try:
            return xr.decode_cf(_raw(path, options.get("group"), shapes), decode_times=False, decode_timedelta=False)
        except OSError:
            pass  # there are other forms
    chosen = {key: value for key, value in options.items() if key in CHOOSING}
    with xr.open_dataset(path, **{**chosen, "chunks": None, "cache": False, "decode_times": False}) as content:
        names = [name for name, each in content.variables.items() if shapes.get(str(name)) == each.shape]
        return content.reset_coords()[names].load()


def outline(content: xr.Dataset) -> Outline:
    """The outline of a dataset, decoded or not."""
    return {str(name): {**each.attrs, **each.encoding} for name, each in content.variables.items()}


def _netcdf(path: str, group: str | None) -> dict[str, dict[str, Any]]:
    with netCDF4.Dataset(path) as file:
        return {
            name: {**_attributes(each), "dtype": each.dtype} for name, each in _holder(file, group).variables.items()
        }


def _raw(path: str, group: str | None, shapes: Mapping[str, tuple[int, ...]]) -> xr.Dataset:
    found: dict[str, Any] = {}
    with netCDF4.Dataset(path) as file:
        for name, each in _holder(file, group).variables.items():
            if shapes.get(name) == each.shape and isinstance(each.dtype, np.dtype) and each.dtype.kind in "fiub":
                each.set_auto_maskandscale(False)
                found[name] = (each.dimensions, each[...], _attributes(each))
    return xr.Dataset(found)


def _holder(file: Any, group: str | None) -> Any:  # noqa: ANN401 - a file or a group of netCDF4, which has no types
    try:
        return file[group] if group and group.strip("/") else file
    except (IndexError, KeyError):
        raise OSError(f"no group {group}") from None


def _attributes(variable: Any) -> dict[str, Any]:  # noqa: ANN401 - of netCDF4, which has no types
    return {key: variable.getncattr(key) for key in variable.ncattrs()}
