"""While code is read Python does not look for garbage by itself; afterwards it does as before."""

import gc

import pytest

from leap_kg.links.code.repository import read_repository
from leap_kg.links.code.sweeping import seldom


def test_python_sweeps_again_after_code_was_read() -> None:
    list(read_repository({"a.py": b"import xarray\nxarray.open_zarr('gs://lake/a.zarr')\n"}))
    assert gc.isenabled()


def test_python_sweeps_again_after_a_failure() -> None:
    with pytest.raises(ValueError, match="invalid"), seldom():
        int("broken")
    assert gc.isenabled()


def test_who_does_not_sweep_is_left_so() -> None:
    gc.disable()
    try:
        with seldom() as sweep:
            sweep(2**30)
        assert not gc.isenabled()
    finally:
        gc.enable()
