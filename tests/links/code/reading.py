"""What tests of the reader of code share: small programs and notebooks, and what was found in them, in short."""

import json
from collections.abc import Sequence

from leap_kg.links.code import read_notebook, read_python, read_repository
from leap_kg.links.mined import Mined

IMPORTS = "import xarray as xr, fsspec, pandas as pd, zarr, os, intake, s3fs, gcsfs\nfrom pathlib import Path\n"


def short(mined: Mined) -> list[tuple[str, str]]:
    """Method and target of each signal."""
    return [(signal.method, signal.target) for signal in mined.signals]


def found(code: str) -> list[tuple[str, str]]:
    """What is found in a module with the usual imports; no finding is expected."""
    mined = read_python(IMPORTS + code, "module.py")
    assert mined.findings == ()
    return short(mined)


def found_among(files: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """What is found in the files of a repository."""
    mined = read_repository({path: text.encode() for path, text in files.items()})
    return {path: short(each) for path, each in mined if each.signals}


def notebook(*cells: str | tuple[str, str], language: str = "python") -> bytes:
    """A notebook as Jupyter stores it; a cell is its code, or its kind and its text."""
    told = [("code", cell) if isinstance(cell, str) else cell for cell in cells]
    return stored(
        [{"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)} for kind, text in told], language
    )


def stored(cells: Sequence[dict[str, object]], language: str = "python") -> bytes:
    """Cells, written as Jupyter writes them."""
    metadata = {"language_info": {"name": language}}
    document = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=1, ensure_ascii=False).encode()


def found_in_cells(*cells: str | tuple[str, str]) -> list[tuple[str, str]]:
    """What is found in a notebook of these cells."""
    mined = read_notebook(notebook(IMPORTS, *cells), "notebook.ipynb")
    assert mined.findings == ()
    return short(mined)
