"""A part of a store as a file: NetCDF (4, as h5netcdf writes it) or CSV, a row for each value.

Web processes import this for the forms alone, so it reads xarray, which takes long, only for the type checker.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

FORMS = {"nc": "application/x-netcdf", "csv": "text/csv; charset=utf-8"}
"""The suffixes of files, with their media types."""


def write(data: "xr.Dataset", name: str, form: str, path: Path) -> None:
    """Write the variable `name` with its coordinates; raises whatever reading its values raises."""
    if form == "csv":
        # In memory first: a table is made of more than one look at the values, and each would ask the store again.
        values = data[name].reset_coords(drop=True).load()
        values.to_dataframe(name).reset_index().to_csv(path, index=False)
        return
    plain = data.drop_encoding()
    plain.attrs = _attributes(plain.attrs)
    for variable in plain.variables.values():
        variable.attrs = _attributes(variable.attrs)
    plain.to_netcdf(path, engine="h5netcdf")


def _attributes(stated: Mapping[Any, Any]) -> dict[str, Any]:
    """The attributes that NetCDF can hold: texts and numbers, and lists of either."""
    found: dict[str, Any] = {}
    for key, value in stated.items():
        if isinstance(value, str | int | float | np.number) and not isinstance(value, bool):
            found[str(key)] = value
        elif isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            found[str(key)] = list(value)
        elif isinstance(value, list) and value and all(type(one) in (int, float) for one in value):
            found[str(key)] = value
    return {key: value for key, value in found.items() if key and not key.startswith("_")}
