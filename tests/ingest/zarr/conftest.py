"""What all tests of Zarr need first."""

import gc

import pytest


@pytest.fixture(autouse=True, scope="module")
def _no_garbage_of_others() -> None:
    """Collect what earlier tests left in cycles: zarr's threads must not, for some of it belongs to the main one."""
    gc.collect()
