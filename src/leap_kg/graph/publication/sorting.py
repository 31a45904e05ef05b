"""Sorts more lines than memory holds, and finds what two sorted sets of lines do not have in common.

Lines go in and come out as lists ("batches") so that sorting, merging and comparing run inside the interpreter, not
line by line. A line never holds the byte 10. Sorted runs lie in a folder of the caller's, who removes it.
"""

import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp
from types import TracebackType
from typing import BinaryIO

from leap_kg.graph.log.digest import total

Batch = list[bytes]

MOST_HELD = 400_000
"""Lines that one sorter or spool holds in memory, some hundred bytes each."""

_BATCH = 10_000
_PIECE = 1 << 18


class Sorter:
    """Takes lines in any order and gives them back in order, as often as they were added.

    At most `MOST_HELD` lines are held in memory; the rest lies in files below `folder` until the sorter is closed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: Batch = []
        self._runs: list[Path] = []
        self.count = 0

    def __enter__(self) -> "Sorter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for path in self._runs:
            path.unlink(missing_ok=True)

    def add(self, lines: Iterable[bytes]) -> None:
        """Take these lines; raises `OSError` if the disk fails."""
        before = len(self._held)
        self._held.extend(lines)
        self.count += len(self._held) - before
        if len(self._held) >= MOST_HELD:
            self._spill()

    def batches(self) -> Iterator[Batch]:
        """All lines in order; can be asked for more than once."""
        self._held.sort()
        return merged([*map(lines_in, self._runs), iter([self._held])])

    def _spill(self) -> None:
        self._held.sort()
        path = new_file(self._folder)
        self._runs.append(path)
        with path.open("wb") as file:
            file.writelines(text_of(self._held[place : place + _BATCH]) for place in range(0, len(self._held), _BATCH))
        self._held = []


class Spool:
    """Lines in order that come in batches and are read more than once: in memory while they are few, else in a file.

    Counts them and keeps the sum that their digest is made of.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: Batch = []
        self._file: BinaryIO | None = None
        self.path: Path | None = None
        self.count = 0
        self.total = 0

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    def add(self, batch: Batch) -> None:
        """Take the lines that come next; raises `OSError` if the disk fails."""
        self.count += len(batch)
        self.total += total(batch)
        self._held += batch
        if len(self._held) > MOST_HELD or self._file is not None:
            if self._file is None:
                self.path = new_file(self._folder)
                self._file = self.path.open("wb")
            self._file.write(text_of(self._held))
            self._held = []

    def batches(self) -> Iterator[Batch]:
        """All lines in order, once no more are to come; can be asked for more than once."""
        self.finish()
        return lines_in(self.path) if self.path is not None else iter([self._held] if self._held else [])

    def finish(self) -> None:
        """Write down what is still in buffers, so that the file can be read; raises `OSError` if the disk fails."""
        if self._file is not None:
            self._file.flush()


@contextmanager
def kept(folder: Path, batches: Iterable[Batch]) -> Iterator[Path]:
    """A file with these lines, as long as the context lasts; raises `OSError` if the disk fails."""
    path = new_file(folder)
    try:
        with path.open("wb") as file:
            file.writelines(map(text_of, batches))
        yield path
    finally:
        path.unlink(missing_ok=True)


def new_file(folder: Path) -> Path:
    """An empty file that has the folder to itself but for others made in this way."""
    folder.mkdir(exist_ok=True)
    descriptor, name = mkstemp(dir=folder)
    os.close(descriptor)
    return Path(name)


def text_of(batch: Batch) -> bytes:
    """The lines as a text, each with an end."""
    return b"\n".join([*batch, b""])


def lines_in(path: Path) -> Iterator[Batch]:
    """The lines of a file; the last must have an end, too."""
    with path.open("rb") as file:
        yield from cut(iter(lambda: file.read(_PIECE), b""))


def cut(pieces: Iterable[bytes]) -> Iterator[Batch]:
    """The lines, without their ends, of a text that comes in pieces; raises `ValueError` if the last has no end."""
    rest = b""
    for piece in pieces:
        batch = (rest + piece).split(b"\n")
        rest = batch.pop()
        if batch:
            yield batch
    if rest:
        raise ValueError("the last line has no end")


def merged(parts: Iterable[Iterator[Batch]]) -> Iterator[Batch]:
    """The lines of several sorted parts in order; equal lines are always in the same batch."""
    fronts = [front for front in map(_Front, parts) if front.left]
    while len(fronts) > 1:
        last = min(front.last for front in fronts)
        batch: Batch = []
        for front in fronts:
            batch += front.take(last)
        batch.sort()
        yield batch
        fronts = [front for front in fronts if front.left]
    for front in fronts:
        yield from front.rest()


def unique(batches: Iterable[Batch]) -> Iterator[Batch]:
    """Each line once, of sorted batches in which equal lines are in the same batch."""
    return (list(dict.fromkeys(batch)) for batch in batches)


def compared(before: Iterator[Batch], after: Iterator[Batch]) -> Iterator[tuple[Batch, Batch]]:
    """What is only before and what is only after, batch by batch in order; both are sorted, with each line once."""
    one, other = _Front(before), _Front(after)
    while one.left and other.left:
        last = min(one.last, other.last)
        old, new = one.take(last), other.take(last)
        if old != new:
            kept, wanted = set(old), set(new)
            yield [line for line in old if line not in wanted], [line for line in new if line not in kept]
    for batch in one.rest():
        yield batch, []
    for batch in other.rest():
        yield [], batch


class _Front:
    """The part of a sorted stream that comes next."""

    def __init__(self, batches: Iterator[Batch]) -> None:
        self._batches = batches
        self._batch: Batch = []
        self._place = 0
        self.left = True
        self._refill()

    @property
    def last(self) -> bytes:
        """The last line of the batch at hand."""
        return self._batch[-1]

    def take(self, last: bytes) -> Batch:
        """The lines up to this one, with all that are equal to it."""
        taken: Batch = []
        while self.left:
            end = bisect_right(self._batch, last, self._place)
            taken += self._batch[self._place : end]
            self._place = end
            if end < len(self._batch):
                break
            self._refill()
        return taken

    def rest(self) -> Iterator[Batch]:
        """All that is left."""
        while self.left:
            yield self.take(self.last)

    def _refill(self) -> None:
        self._place = 0
        for batch in self._batches:
            if batch:
                self._batch = batch
                return
        self.left = False
