"""Stores of a coarse globe for tests of data by an address, and the requests that read them."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import xarray as xr

from leap_kg.web.data.asked import read

DAYS = 6


def globe(calendar: str = "standard") -> xr.Dataset:
    """Warmth on 9 latitudes from the north, 20 longitudes from 0° to 342° E, two depths and six days."""
    lat, lon, depth = np.linspace(80, -80, 9), np.arange(0, 360, 18.0), np.array([0.5, 10.0])
    time = xr.date_range("2024-02-27", periods=DAYS, calendar=calendar, use_cftime=calendar != "standard")
    values = np.arange(DAYS * 2 * 9 * 20, dtype="float32").reshape(DAYS, 2, 9, 20)
    values[:, :, 4, 3] = np.nan
    return xr.Dataset(
        {"warmth": (("time", "depth", "lat", "lon"), values, {"units": "K", "standard_name": "sea_water_temperature"})},
        coords={
            "time": ("time", time),
            "depth": ("depth", depth, {"units": "m"}),
            "lat": ("lat", lat, {"units": "degrees_north", "standard_name": "latitude"}),
            "lon": ("lon", lon, {"units": "degrees_east", "standard_name": "longitude"}),
        },
        attrs={"title": "A coarse globe", "levels": [1, 2], "nothing": "yes"},
    )


def saved(path: Path, zarr_format: int = 3, calendar: str = "standard", group: str = "", **encoding: Any) -> Path:
    """The globe as a store, a chunk for each day and depth."""
    chosen = {"chunks": (1, 1, 9, 20), **encoding}
    globe(calendar).to_zarr(
        path,
        group=group or None,
        zarr_format=2 if zarr_format == 2 else 3,
        consolidated=zarr_format == 2,
        encoding={"warmth": chosen},
    )
    return path


def request_for(store: str, file: Path, query: str, *, series: bool = False, **more: Any) -> dict[str, Any]:
    """What the worker is told for the query string of an address."""
    wish = read(parse_qsl(query), series=series)
    return {
        "uri": store, "endpoint": None, "wish": wish.as_json(), "form": file.suffix[1:], "path": str(file),
        "store": "https://example.org/store", "address": "https://example.org/address", "now": "2026-01-02T03:04:05Z",
        "most_bytes": 2**24, "seconds": 20, "memory": 4 * 2**30, "file_bytes": 2**26, "private_hosts": [],
        "contact": "", **more,
    }  # fmt: skip
