"""The folder that is put on the path of a recipe's process; all that it holds is the package `leap_recipe`."""
