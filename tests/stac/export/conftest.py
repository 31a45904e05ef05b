"""One catalogue for all tests of exports."""

from collections.abc import Iterator

import pytest

from leap_kg.graph.statements import Statements
from leap_kg.settings import DEFAULT_BASE
from leap_kg.stac.export.contents import Contents
from leap_kg.stac.searching import Index
from tests.stac import made
from tests.stac.export import lab


@pytest.fixture(scope="session")
def contents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contents]:
    """The catalogue of `lab`."""
    folder = tmp_path_factory.mktemp("lab")
    graph = lab.store(folder)
    index = Index(made.indexed(folder / "index.sqlite", graph))
    yield Contents(index, Statements(graph, DEFAULT_BASE), lab.NAME)
    index.close()
