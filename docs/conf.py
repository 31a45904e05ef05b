"""How the documentation is built: MyST Markdown, the theme that Sphinx brings along, no request to other hosts."""

from importlib.metadata import version as installed

project = "leap-kg"
author = "The leap-kg developers"
copyright = "the leap-kg developers"  # noqa: A001 - the name Sphinx wants
release = installed("leap-kg")
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_theme_options = {"description": "One knowledge graph of a research platform"}
myst_heading_anchors = 3
