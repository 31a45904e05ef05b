"""Daily precipitation of a made-up planet: where it rains follows from latitude, when and how much from a seed."""

from pathlib import Path

import numpy as np
import xarray as xr

DAYS = 60


def daily(stores: Path) -> None:
    """Daily totals, ten days a chunk."""
    lat = np.arange(-87.5, 90.0, 5.0)
    lon = np.arange(2.5, 360.0, 5.0)
    # How often it rains, and how much on a wet day (mm): a belt at 7°N, and weaker ones in middle latitudes.
    belt, storms = np.exp(-(((lat - 7.0) / 10.0) ** 2)), np.exp(-(((np.abs(lat) - 50.0) / 15.0) ** 2))
    chance = np.clip(0.08 + 0.6 * belt + 0.35 * storms, 0.0, 0.95)[None, :, None]
    amount = (1.5 + 11.0 * belt + 4.0 * storms)[None, :, None]
    random = np.random.default_rng(20240601)
    shape = (DAYS, lat.size, lon.size)
    wet = random.random(shape) < chance
    rain = np.where(wet, random.gamma(0.8, 1.0, shape) * amount / 0.8, 0.0)
    time = np.datetime64("2024-06-01", "ns") + np.arange(DAYS) * np.timedelta64(1, "D")
    dataset = xr.Dataset(
        {
            "pr": (
                ("time", "lat", "lon"),
                # A tenth of a millimetre is as well as a gauge can tell.
                rain.round(1).astype("float32"),
                {
                    "standard_name": "lwe_thickness_of_precipitation_amount",
                    "long_name": "daily precipitation",
                    "units": "mm",
                    "cell_methods": "time: sum",
                },
            )
        },
        coords={
            "time": ("time", time, {"standard_name": "time", "axis": "T"}),
            "lat": ("lat", lat, {"standard_name": "latitude", "units": "degrees_north", "axis": "Y"}),
            "lon": ("lon", lon, {"standard_name": "longitude", "units": "degrees_east", "axis": "X"}),
        },
        attrs={
            "Conventions": "CF-1.11",
            "title": "Example daily precipitation",
            "institution": "Example Climate Lab",
            "source": "formulas of example-lab/precipitation-feedstock; no observation went into it",
        },
    )
    dataset.to_zarr(
        stores / "precipitation-daily.zarr",
        mode="w",
        zarr_format=3,
        consolidated=False,
        encoding={
            "pr": {"chunks": (10, 36, 72)},
            "time": {"units": "days since 2024-01-01", "calendar": "standard", "dtype": "int32"},
        },
    )
