"""Keeps finished pages of the event stream on disk: a page about a past revision is made once, then only sent.

What lies here can be made again from the graph's history at any time, so the folder may be deleted, and a disk that
cannot be written only costs time.
"""

import gzip
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_MOST_BYTES = 2 * 2**30
_SWEEP_EVERY = 200


class PageStore:
    """Pages by name in one folder, the oldest removed when they take more than `most_bytes`."""

    def __init__(self, folder: Path, most_bytes: int = _MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._written = 0

    def get(self, name: str, make: Callable[[], bytes]) -> bytes:
        """The page with this name, made if it is not there."""
        path = self._folder / f"{name}.gz"
        with suppress(OSError, EOFError):
            return gzip.decompress(path.read_bytes())
        page = make()
        with suppress(OSError):
            self._put(path, page)
        return page

    def _put(self, path: Path, page: bytes) -> None:
        self._folder.mkdir(exist_ok=True)
        descriptor, partial = tempfile.mkstemp(dir=self._folder, suffix=".partial")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(gzip.compress(page, compresslevel=5, mtime=0))
            Path(partial).rename(path)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise
        self._written += 1
        if self._written % _SWEEP_EVERY == 1:
            self._sweep()

    def _sweep(self) -> None:
        """Remove the oldest pages, and what a process that died left half written."""
        sizes = {}
        for file in self._folder.iterdir():
            with suppress(FileNotFoundError):
                found = file.stat()
                sizes[file] = (found.st_mtime, found.st_size)
        total = sum(size for _, size in sizes.values())
        for file, (_, size) in sorted(sizes.items(), key=lambda item: item[1]):
            if total <= self._most_bytes:
                break
            file.unlink(missing_ok=True)
            total -= size
