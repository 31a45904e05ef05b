"""Homes that many tests read."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from leap_kg.graph.home import Home


@contextmanager
def only_read(home: Home) -> Iterator[Home]:
    """Lend a home to tests that only read it; raises `AssertionError` at the end if its log has changed meanwhile."""
    before = _log_of(home)
    yield home
    assert _log_of(home) == before, f"a test has written to {home.path}, which others read"


def _log_of(home: Home) -> dict[str, str]:
    files = [file for file in home.log.rglob("*") if file.is_file()]
    return {str(file.relative_to(home.log)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
