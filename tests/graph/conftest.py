"""Fixtures of the graph's tests: a home on disk, and a writer of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from tests.ontology.terms import BASE


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home of #1 % graph?")


@pytest.fixture
def writer(home: Home) -> Iterator[Writer]:
    with Writer(home, BASE) as opened:
        yield opened
