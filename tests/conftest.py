"""Settings that hold for all tests."""

import gc
import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

# Machines are slow and noisy at times; how long one example takes says nothing about the code. Each run looks at other
# examples, so many runs of thirty find what one of a hundred does.
settings.register_profile("leap-kg", deadline=None, max_examples=30)
settings.load_profile("leap-kg")

_MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own there
_ROOM = 4 * 2**30


def pytest_configure(config: pytest.Config) -> None:
    """Have tests write to memory where they can, unless `--basetemp` or TMPDIR says where to.

    Homes wait for the disk after every step, so tests would wait for it most of the time; but what is kept when the
    power fails is nothing that a test can look at, and a process that is killed leaves the same files in memory.
    """
    chosen = config.getoption("basetemp") or {"TMPDIR", "PYTEST_DEBUG_TEMPROOT"} & set(os.environ)
    if not chosen and _has_room(_MEMORY):
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(_MEMORY)


def _has_room(folder: Path) -> bool:
    """Whether there is a folder that can be written to, from which programs may be run, with room for all tests."""
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        return False
    return not os.statvfs(folder).f_flag & getattr(os, "ST_NOEXEC", 0) and shutil.disk_usage(folder).free > _ROOM


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests stay till the end: whoever looks for garbage need not walk through all of them each time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()
