"""Imports what a method needs when it is called, and says what to install where it is missing."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from leap_kg.client.errors import NotInstalled

# The extra of leap-kg that brings a package.
_EXTRAS = {
    **dict.fromkeys(("pandas", "pystac_client"), "client"),
    **dict.fromkeys(("xarray", "zarr", "aiohttp", "fsspec", "h5netcdf", "h5py", "numpy", "cftime"), "data"),
    "icechunk": "icechunk",
}


def need(module: str, purpose: str) -> Any:  # noqa: ANN401 - a module
    """The module; raises `NotInstalled` with the command that installs it. `purpose` says what it is for."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        missing = (error.name or module).partition(".")[0]
        raise NotInstalled(f"{purpose} needs the package {missing}, which is not installed", install(missing)) from None


def lacking(module: str) -> bool:
    """Whether a top-level module is not installed."""
    return find_spec(module) is None


def install(*modules: str) -> str:
    """What to type to get these modules."""
    extras = sorted({_EXTRAS[module] for module in modules if module in _EXTRAS})
    wanted = [f"'leap-kg[{','.join(extras)}]'"] if extras else []
    wanted += [module.replace("_", "-") for module in modules if module not in _EXTRAS]
    return f"Type: pip install {' '.join(wanted)}"
