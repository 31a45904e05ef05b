"""Temperature and salinity of the sea surface: a file for each variable and year, merged and concatenated."""

from leap_recipe import Files, Recipe

SOURCE = "https://data.example.org/ocean-state"

recipe = Recipe(
    Files(
        SOURCE + "/{variable}-{time}.nc",
        concat={"time": [2022, 2023, 2024]},
        merge={"variable": ["temperature", "salinity"]},
    ),
    store="ocean-state.zarr",
    chunks={"time": 6},
)
