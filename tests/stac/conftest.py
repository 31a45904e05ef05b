"""One index for all tests of searches."""

from collections.abc import Iterator

import pytest

from leap_kg.stac.searching import Index
from tests.stac import made


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The index of the items made up for tests."""
    index = Index(made.indexed(tmp_path_factory.mktemp("stac") / "index.sqlite", made.store()))
    yield index
    index.close()
