"""Sea-surface temperature of a made-up ocean planet.

Each recipe writes one Zarr store below `stores`. The fields follow from formulas and a fixed seed: a zonal mean
with seasons that lag the sun by two months, a warm event in the tropics, and noise that is correlated in space.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import xarray as xr

Field = npt.NDArray[np.float64]

FREEZING = -1.8  # °C, of sea water
MONTHS = 24


def monthly(stores: Path) -> None:
    """Monthly means, one month a chunk: fast for maps."""
    sst = _analysis()
    sst.to_zarr(
        stores / "sst-monthly.zarr",
        mode="w",
        zarr_format=3,
        consolidated=False,
        encoding={"sst": {"chunks": (1, 36, 72)}, "time": _time_encoding()},
    )


def monthly_timeseries(stores: Path) -> None:
    """The same means, all months of 12 × 12 cells in a chunk: fast for time series."""
    with xr.open_zarr(stores / "sst-monthly.zarr", consolidated=False) as source:
        sst = source.load().drop_encoding()
    sst.to_zarr(
        stores / "sst-monthly-timeseries.zarr",
        mode="w",
        zarr_format=3,
        consolidated=False,
        encoding={"sst": {"chunks": (MONTHS, 12, 12)}, "time": _time_encoding()},
    )


def climatology(stores: Path) -> None:
    """The mean of each calendar month, in Zarr format 2 for programs that cannot read format 3."""
    with xr.open_zarr(stores / "sst-monthly.zarr", consolidated=False) as source:
        mean = source.load().drop_encoding().groupby("time.month").mean(keep_attrs=True)
    mean["month"].attrs = {"long_name": "calendar month", "units": "1"}
    mean["sst"].attrs["cell_methods"] = "time: mean within years time: mean over years"
    mean.attrs["title"] = "Example sea-surface temperature analysis, monthly climatology"
    mean = mean.transpose("month", "lat", "lon").astype({"sst": "float32"})
    mean.to_zarr(stores / "sst-climatology.zarr", mode="w", zarr_format=2, consolidated=True)


def _analysis() -> xr.Dataset:
    lat = np.arange(-87.5, 90.0, 5.0)
    lon = np.arange(2.5, 360.0, 5.0)
    month = np.arange(MONTHS)
    sst = np.maximum(_seasons(lat, month)[:, :, None] + _warm_event(lat, lon, month) + _noise(), FREEZING)
    sst[:, _land(lat, lon)] = np.nan
    first = np.datetime64("2023-01", "M")
    time = (first + month).astype("datetime64[D]") + np.timedelta64(14, "D")
    return xr.Dataset(
        {
            "sst": (
                ("time", "lat", "lon"),
                sst.astype("float32"),
                {
                    "standard_name": "sea_surface_temperature",
                    "long_name": "sea-surface temperature",
                    "units": "degree_Celsius",
                    "cell_methods": "time: mean",
                    "valid_min": np.float32(-2.0),
                    "valid_max": np.float32(40.0),
                },
            )
        },
        coords={
            "time": ("time", time.astype("datetime64[ns]"), {"standard_name": "time", "axis": "T"}),
            "lat": ("lat", lat, {"standard_name": "latitude", "units": "degrees_north", "axis": "Y"}),
            "lon": ("lon", lon, {"standard_name": "longitude", "units": "degrees_east", "axis": "X"}),
        },
        attrs={
            "Conventions": "CF-1.11",
            "title": "Example sea-surface temperature analysis",
            "institution": "Example Climate Lab",
            "source": "formulas of example-lab/sst-analysis-feedstock; no observation went into it",
            "references": "https://doi.org/10.5555/example.ocean.2024.001",
            "license": "CC-BY-4.0",
        },
    )


def _seasons(lat: Field, month: npt.NDArray[np.int64]) -> Field:
    """Zonal mean, °C, by month and latitude: 28 at the equator, warmest in September north of it."""
    mean = -1.0 + 29.0 * np.cos(np.deg2rad(lat)) ** 1.5
    swing = 4.5 * np.sin(2.0 * np.deg2rad(np.clip(lat, -60.0, 60.0)))
    phase = np.cos(2.0 * np.pi * (month - 8) / 12.0)
    return np.asarray(mean[None, :] + phase[:, None] * swing[None, :])


def _warm_event(lat: Field, lon: Field, month: npt.NDArray[np.int64]) -> Field:
    """A tropical warm event of 2.5 °C at 240°E that peaks in December of the first year."""
    growth = np.exp(-(((month - 11) / 4.0) ** 2))
    across = np.exp(-((lat / 8.0) ** 2))
    along = np.exp(-(((lon - 240.0) / 35.0) ** 2))
    return np.asarray(2.5 * growth[:, None, None] * across[None, :, None] * along[None, None, :])


def _noise() -> Field:
    """Noise of 0.3 °C with a length scale of about 15 degrees, periodic in longitude."""
    white = np.random.default_rng(20240101).standard_normal((MONTHS, 36, 72))
    rows, columns = np.fft.fftfreq(36)[:, None], np.fft.fftfreq(72)[None, :]
    smooth = np.exp(-0.5 * ((rows**2 + columns**2) / 0.06**2))
    field = np.fft.ifft2(np.fft.fft2(white) * smooth).real
    return np.asarray(0.3 * field / field.std())


def _land(lat: Field, lon: Field) -> npt.NDArray[np.bool_]:
    """One continent in two lobes, and a polar one in the south."""
    north = ((lat[:, None] - 35.0) / 28.0) ** 2 + ((lon[None, :] - 80.0) / 55.0) ** 2 < 1.0
    south = ((lat[:, None] + 15.0) / 30.0) ** 2 + ((lon[None, :] - 300.0) / 20.0) ** 2 < 1.0
    polar = np.broadcast_to(lat[:, None] < -70.0, north.shape)
    return np.asarray(north | south | polar)


def _time_encoding() -> dict[str, str]:
    return {"units": "days since 2023-01-01", "calendar": "standard", "dtype": "int32"}
