"""Catalogues for intake, opened by it, with the stores behind them."""

from pathlib import Path

import intake
import pytest
import xarray as xr
import yaml

from leap_kg.stac.export.contents import Contents
from leap_kg.stac.export.intake import CATALOG, CLASSIC, Intake
from tests.stac.export import lab

ZARR, NETCDF = "dataset-leap-test-lake-water", "dataset-leap-test-lake-file"


@pytest.fixture(scope="module")
def written(contents: Contents, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("intake")
    made = Intake(contents, folder)
    made.write()
    # A picture, and two whose address or arguments intake would fill in.
    assert (made.stores, made.left_out) == (2, 3)
    return folder


def test_intake_opens_the_stores_of_its_own_form(written: Path) -> None:
    catalogue = intake.open_catalog(str(written / CATALOG))
    assert sorted(catalogue) == [NETCDF, ZARR]
    for name in catalogue:
        xr.testing.assert_identical(catalogue[name].read().load(), lab.water())
    told = catalogue[ZARR].metadata
    assert told["license"] == "CC-BY-4.0"
    assert told["dataset"] == "A lake"


def test_intake_opens_the_stores_of_the_classic_form(written: Path) -> None:
    catalogue = intake.open_catalog(str(written / CLASSIC))
    assert sorted(catalogue) == [NETCDF, ZARR]
    for name in catalogue:
        xr.testing.assert_identical(catalogue[name].read().load(), lab.water())


def test_nothing_that_was_harvested_is_filled_in(written: Path) -> None:
    for name in (CATALOG, CLASSIC):
        text = (written / name).read_text()
        document = yaml.safe_load(text)
        references = [f"{{data({token})}}" for token in document.get("data", ())]
        for reference in references:
            text = text.replace(reference, "")
        assert "{env" not in text
        assert "{func" not in text
        assert "{import" not in text
    entry = yaml.safe_load((written / CATALOG).read_text())["entries"][ZARR]["metadata"]
    assert entry["description"] == " data(x) and (func(os:system)), in braces"
    assert set(entry["keywords"]) == {"water", "(env(HOME))"}
