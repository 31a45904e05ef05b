"""Open connections to the index, each used by one request at a time."""

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leap_kg.stac.searching import Index
from leap_kg.web.site import NoRevision

_MOST = 8


class Indexes:
    """Connections to one file; those to a file that was made anew since are closed."""

    def __init__(self, path: Path, allowed: float) -> None:
        self._path = path
        self._allowed = allowed
        self._idle: deque[tuple[tuple[int, int], Index]] = deque()

    @contextmanager
    def one(self) -> Iterator[Index]:
        """A connection for one request; raises `NoRevision` before there is an index."""
        try:
            found = os.stat(self._path)  # noqa: PTH116 - on every request
        except FileNotFoundError:
            raise NoRevision from None
        file = (found.st_dev, found.st_ino)
        index = self._taken(file)
        try:
            yield index
        except BaseException:
            index.close()
            raise
        if len(self._idle) < _MOST:
            self._idle.append((file, index))
        else:
            index.close()

    def _taken(self, file: tuple[int, int]) -> Index:
        while self._idle:
            try:
                known, index = self._idle.pop()
            except IndexError:
                break
            if known == file:
                return index
            index.close()
        return Index(self._path, self._allowed)

    def close(self) -> None:
        """Close those that are idle."""
        while self._idle:
            self._idle.pop()[1].close()
