"""What a recipe's `recipe.py` may import: `Files` and `Recipe`, which say what is read and how it is put together.

    from leap_recipe import Files, Recipe

    years = [str(year) for year in range(1990, 2000)]
    recipe = Recipe(Files("https://data.example.org/sst-{time}.nc", concat={"time": years}), store="sst.zarr")

Such a recipe runs with every runner. Recipes of Pangeo Forge, which are pipelines of Beam, run as well, on Beam's
runners. The package is on the path of a recipe's process only and imports nothing of leap-kg.
"""

from .declaration import Files, Pyramid, Recipe

__all__ = ["Files", "Pyramid", "Recipe"]
