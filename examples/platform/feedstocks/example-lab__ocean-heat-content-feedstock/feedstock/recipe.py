"""Heat content of the upper ocean, from sea-surface temperature and one profile for all places.

Needs the store `sst-monthly.zarr` that the feedstock sst-analysis-feedstock writes.
"""

from pathlib import Path

import numpy as np
import xarray as xr

DENSITY = 1026.0  # kg m-3, of sea water
HEAT_CAPACITY = 3991.0  # J kg-1 K-1
DEEP = 4.0  # °C, towards which the profile falls
SCALE = 250.0  # m, in which the excess over DEEP falls to 37 %
BOTTOM = 700.0  # m


def heat_content(stores: Path) -> None:
    """Heat between the surface and 700 m relative to 0 °C, J m-2, monthly."""
    with xr.open_zarr(stores / "sst-monthly.zarr", consolidated=False) as source:
        sst = source["sst"].load()
        coordinates = source.drop_vars("sst").load().drop_encoding()
    # The integral of DEEP + (sst - DEEP) * exp(-depth / SCALE) over depth.
    degree_metres = DEEP * BOTTOM + (sst - DEEP) * SCALE * (1.0 - np.exp(-BOTTOM / SCALE))
    ohc = (DENSITY * HEAT_CAPACITY * degree_metres).astype("float32")
    ohc.attrs = {
        "standard_name": "integral_wrt_depth_of_sea_water_potential_temperature_expressed_as_heat_content",
        "long_name": "ocean heat content, 0 to 700 m",
        "units": "J m-2",
        "cell_methods": "time: mean",
    }
    dataset = coordinates.assign(ohc=ohc.drop_vars(list(ohc.coords)))
    dataset.attrs = {
        "Conventions": "CF-1.11",
        "title": "Example ocean heat content, 0 to 700 m",
        "institution": "Example Climate Lab",
        "source": "sst-monthly of example-lab/sst-analysis-feedstock",
        "references": "https://doi.org/10.5555/example.ocean.2025.004",
        "license": "CC-BY-4.0",
    }
    dataset.to_zarr(
        stores / "heat-content-0-700.zarr",
        mode="w",
        zarr_format=3,
        consolidated=False,
        encoding={
            "ohc": {"chunks": (12, 36, 72)},
            "time": {"units": "days since 2023-01-01", "calendar": "standard", "dtype": "int32"},
        },
    )
