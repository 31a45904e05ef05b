"""Daily sea-surface temperature: one file a month, put together along time."""

from leap_recipe import Files, Recipe

SOURCE = "https://data.example.org/sea-surface"
FIRST = 1
LAST = 6

# The months of the year that are read.
months = [f"2024-{month:02}" for month in range(FIRST, LAST + 1)]

recipe = Recipe(
    Files(SOURCE + "/sst-{time}.nc", concat={"time": months}),
    store="sea-surface.zarr",
    chunks={"time": 30},
)
