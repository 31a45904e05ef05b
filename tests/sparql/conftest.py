"""A real snapshot: a small store on disk with two graphs, checked out by `backup()`."""

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

EX = "http://example.org/"
ROWS = 300


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 quads; the first triple stands in both graphs."""
    folder = tmp_path_factory.mktemp("snapshot")
    store = Store(str(folder / "live"))
    value = NamedNode(EX + "value")
    for number in range(ROWS):
        subject = NamedNode(f"{EX}s{number}")
        store.add(Quad(subject, value, Literal(number), NamedNode(f"{EX}g{number % 2}")))
    store.add(Quad(NamedNode(f"{EX}s0"), value, Literal(0), NamedNode(f"{EX}g1")))
    store.flush()
    directory = folder / "checkpoint"
    store.backup(str(directory))
    return directory


@pytest.fixture(scope="session")
def other_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty graph, as another revision would be."""
    folder = tmp_path_factory.mktemp("other")
    store = Store(str(folder / "live"))
    store.flush()
    directory = folder / "checkpoint"
    store.backup(str(directory))
    return directory
