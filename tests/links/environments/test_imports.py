"""What notebooks import, as packages."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Store

from leap_kg.links.assembling import Assembly, describe_file
from leap_kg.links.environments import read_environment
from leap_kg.links.environments.imports import imports_of, package_of
from leap_kg.links.files import File
from leap_kg.links.known import Known
from leap_kg.links.mined import Mined
from leap_kg.ontology.namespaces import DCT
from leap_kg.settings import DEFAULT_BASE as BASE


def notebook(*cells: str, language: str = "python") -> dict[str, Any]:
    return {
        "metadata": {"kernelspec": {"name": "python3" if language == "python" else language, "language": language}},
        "cells": [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells],
    }


def test_imports_of_all_cells_once_without_pythons_own() -> None:
    said = notebook(
        "import numpy as np, xarray\nfrom dask.distributed import Client\nimport os",
        "%matplotlib inline\n!pip install zarr\nimport zarr.storage\nimport xarray",
        "def late():\n    import cartopy.crs as ccrs\nfrom . import own",
    )
    assert imports_of(said) == ("numpy", "xarray", "dask", "zarr", "cartopy")


def test_a_cell_that_is_no_python_is_read_by_its_lines() -> None:
    said = notebook("import numpy, zarr\nfrom xarray import open_zarr\nthis is no python (")
    assert imports_of(said) == ("numpy", "zarr", "xarray")
    assert imports_of(notebook("import numpy", language="R")) == ()


@pytest.mark.parametrize(
    ("module", "iri"),
    [
        ("xarray", "pkg:pypi/xarray"),
        ("sklearn", "pkg:pypi/scikit-learn"),
        ("torch", "pkg:conda/pytorch"),
        ("netCDF4", "pkg:pypi/netcdf4"),
        ("cf_xarray", "pkg:pypi/cf-xarray"),
        ("é", None),
    ],
)
def test_modules_are_of_packages(module: str, iri: str | None) -> None:
    found = package_of(module)
    assert (found.iri if found else None) == iri


def test_a_notebook_that_is_mined_tells_them() -> None:
    body = json.dumps(notebook("import xarray")).encode()
    assert read_environment(body, "look.ipynb").imports == ("xarray",)
    assert read_environment(b"{", "look.ipynb").imports == ()


json_values = st.recursive(
    st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@settings(max_examples=10)
@given(st.dictionaries(st.sampled_from(["cells", "metadata", "other"]), json_values))
def test_anything_is_read(said: dict[str, Any]) -> None:
    assert isinstance(imports_of(said), tuple)


def test_the_notebook_asks_for_what_it_imports_but_for_modules_of_its_repository() -> None:
    repository = "https://github.com/lab/tides"
    file = File(
        repository, "look.ipynb", f"{repository}/blob/0/look.ipynb", "0" * 64, f"{repository}/blob/HEAD/look.ipynb"
    )
    mined = Mined(imports=("xarray", "helpers", "sklearn"))
    triples = list(describe_file(file, mined, Assembly(Known(Store(), BASE), BASE), {"helpers"}))
    asked = {t.object.value for t in triples if t.predicate == DCT("requires")}  # type: ignore[union-attr]
    assert asked == {"pkg:pypi/xarray", "pkg:pypi/scikit-learn"}
    # Each is a package as a whole, by the name that lists of packages have.
    titles = {t.object.value for t in triples if t.predicate == DCT("title")}  # type: ignore[union-attr]
    assert {"xarray", "scikit-learn"} < titles
