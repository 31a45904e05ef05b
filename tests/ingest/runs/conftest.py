"""Good feedstocks of the `NAMES` that a module has, and a home to harvest them into."""

from pathlib import Path

import pytest

from tests.ingest.shelf import Bench, Shelf


@pytest.fixture
def shelf(request: pytest.FixtureRequest) -> Shelf:
    shelf = Shelf()
    shelf.feedstocks(request.module.NAMES)
    return shelf


@pytest.fixture
def bench(tmp_path: Path, shelf: Shelf) -> Bench:
    return Bench(tmp_path / "home", shelf)
