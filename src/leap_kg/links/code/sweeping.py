"""While code is read, Python looks for circles of garbage only when it is told to.

Trees and what their names stand for are millions of small objects that live until their file is read. Each time that
Python looks for circles by itself it walks over them, which takes a quarter of the time; and finds next to nothing, for
what a file leaves behind is taken apart when it is done.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

_SWEPT_AFTER = 2**22
"""Bytes of code after which what the files left behind all the same is swept."""


class Sweep(Protocol):
    """Told how many bytes were read."""

    def __call__(self, size: int, /) -> None: ...


@contextmanager
def seldom() -> Iterator[Sweep]:
    """Sweep after so many bytes of code, not after so many objects; afterwards all is as it was before."""
    sweeping, read = gc.isenabled(), 0

    def sweep(size: int) -> None:
        nonlocal read
        read += size
        if read >= _SWEPT_AFTER:
            read = 0
            # What is older is still needed by the files to come.
            gc.collect(0)

    gc.disable()
    try:
        yield sweep
    finally:
        if sweeping:
            gc.enable()
