"""Keeps a kind of work on a home to one process at a time; the operating system ends it with the process."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from leap_kg.graph.home import Home, HomeError, unwritable


@contextmanager
def only_one(home: Home, work: str) -> Iterator[None]:
    """Hold the one place for this work, such as `backup`; raises `HomeError` if another process has it."""
    try:
        file = (home.path / f"{work}.lock").open("a")
    except OSError as error:
        raise unwritable(home.path, error) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HomeError(f"another {work} of {home.path} is running; wait for it, or stop it") from None
        yield
