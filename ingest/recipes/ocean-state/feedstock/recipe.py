"""Temperature and salinity of the sea surface: a file for each variable and year, merged and concatenated.

Two coarser copies go with it, for maps that are zoomed.
"""

from leap_recipe import Files, Pyramid, Recipe

SOURCE = "https://data.example.org/ocean-state"

recipe = Recipe(
    Files(
        SOURCE + "/{variable}-{time}.nc",
        concat={"time": [2022, 2023, 2024]},
        merge={"variable": ["temperature", "salinity"]},
    ),
    store="ocean-state.zarr",
    chunks={"time": 6},
    pyramid=Pyramid(over=["lat", "lon"], levels=2),
)
