"""Tests of recorded data take as long as the data are large: all of them belong to the longer suite."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them before any are left out by their marks."""
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.all)
