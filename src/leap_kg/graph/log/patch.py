"""The patch log: one RDF Patch file a revision, written whole or not at all, never changed afterwards.

Each file's id is the SHA-256 over its predecessor's id and its own body, so a lost or altered file shows
(`leap_kg.graph.log.patchfile` has the format). The folder is listed again only when it has changed: a listing of ten
thousand revisions takes milliseconds, and pages ask for it at every request.
"""

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, parse

from leap_kg.graph.log.patchfile import FIRST as FIRST
from leap_kg.graph.log.patchfile import (
    Head,
    Header,
    header_of,
    patch_text,
    read_blocks,
    read_header,
    require_sealed,
    write,
)
from leap_kg.graph.log.patchfile import LogError as LogError

_NAME = re.compile(r"(\d+)-.+\.rdfp\.gz")
_SETTLED = 50_000_000
"""Nanoseconds after which a folder that has changed again shows another time of change, whatever the file system."""


@dataclass(frozen=True, slots=True)
class Patch:
    """What one revision took away and added, with where it came from; `digest` is that of the graph after it."""

    revision: int
    source: str
    run: str
    at: datetime
    removed: tuple[Quad, ...]
    added: tuple[Quad, ...]
    previous: str = FIRST
    digest: str = ""

    @property
    def id(self) -> str:
        """The hash of this patch and, through its predecessor's, of all before it."""
        return self.text().partition(">")[0].removeprefix("H id <")

    @property
    def head(self) -> Head:
        """The header without what is known only when the patch is written."""
        return Head(self.previous, self.revision, self.source, self.run, self.at)

    def text(self) -> str:
        """The patch as it stands in its file."""
        return patch_text(self.head, self.changes(), self.digest)

    def changes(self) -> bytes:
        """The lines of what was removed, then of what was added, each in order."""
        removed, added = (
            b"".join(sorted(f"{code} {quad} .\n".encode() for quad in quads))
            for code, quads in (("D", self.removed), ("A", self.added))
        )
        return removed + added


class PatchLog:
    """The patch files in one folder, in the order of their revisions."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: set[str] = set()
        self._files: dict[int, Path] = {}
        self._listed = (0, 0)

    def files(self) -> dict[int, Path]:
        """Every patch file by its revision, in order; raises `LogError` if two claim one revision."""
        return dict(self._current())

    def last(self) -> int:
        """The newest revision in the log, 0 for an empty one."""
        return next(reversed(self._current()), 0)

    def append(self, patch: Patch) -> Path:
        """Write the patch and wait until the disk has it; raises `LogError` if it is not the next one."""
        self.write(patch.head, [patch.changes()], (lambda: patch.digest) if patch.digest else None)
        return self._path(patch.revision)

    def write(self, head: Head, changes: Iterable[bytes], digest: Callable[[], str] | None) -> Header:
        """Write a patch of any size and wait until the disk has it; see `leap_kg.graph.log.patchfile.write`.

        Raises `LogError` if it is not the next one, `OSError` if the disk fails; then the log is as it was.
        """
        last = self.last()
        if head.revision != last + 1:
            raise LogError(f"revision {head.revision} cannot follow {last} in {self._folder}; nothing was written")
        path = self._folder / f"{head.revision:08d}-{head.source}.rdfp.gz"
        partial = path.with_suffix(".partial")
        self.sweep()
        try:
            header = write(partial, head, changes, digest)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        partial.rename(path)
        _sync_folder(self._folder)
        return header

    def sweep(self) -> None:
        """Remove what a writer that died left half written."""
        for leftover in self._folder.glob("*.partial"):
            leftover.unlink()

    def header(self, revision: int) -> Header:
        """The header of a patch, without reading the rest of the file."""
        return read_header(self._path(revision))

    def read(self, revision: int) -> Patch:
        """The patch of that revision; raises `LogError` if it is missing, damaged or altered."""
        return _read(self._path(revision), revision)

    def blocks(self, revision: int) -> Iterator[bytes]:
        """The changes of a patch of any size as blocks of whole lines; see `patchfile.read_blocks`."""
        return read_blocks(self._path(revision))

    def changes(self, revision: int) -> Iterator[tuple[bool, Quad]]:
        """The changes of a patch of any size, those removed (`False`) before those added (`True`).

        Raises `LogError` where the file is damaged; that it is not what was written shows only at its end.
        """
        path = self._path(revision)
        for block in read_blocks(path):
            try:
                removed, added = changed_quads(block)
            except (ValueError, SyntaxError) as error:
                raise LogError(f"{path} is damaged: {error}") from None
            yield from ((False, quad) for quad in removed)
            yield from ((True, quad) for quad in added)

    def patches(self, since: int = 0) -> Iterator[Patch]:
        """All patches after revision `since`, oldest first; raises `LogError` where the chain of ids breaks."""
        previous = self.header(since).id if since else FIRST
        files = self.files()
        for revision in range(since + 1, max(files, default=0) + 1):
            path = files.get(revision) or self._path(revision)
            patch = _read(path, revision)
            if patch.previous != previous:
                raise LogError(f"{path} does not follow the patch before it: one of the two was replaced")
            previous = read_header(path).id
            yield patch

    def require_chain(self, since: int) -> None:
        """Raise `LogError` unless each patch after revision `since` is there and follows the one before."""
        previous = self.header(since).id if since else FIRST
        for revision in range(since + 1, self.last() + 1):
            header = self.header(revision)
            if header.previous != previous:
                raise LogError(
                    f"{self._path(revision)} does not follow the patch before it: one of the two was replaced"
                )
            previous = header.id

    def require_whole(self, revision: int) -> None:
        """Raise `LogError` unless the bytes of a patch are what was written, as far as its seal tells without reading
        the text; a second for a gigabyte.
        """
        require_sealed(self._path(revision))

    def _path(self, revision: int) -> Path:
        path = self._current().get(revision)
        if path is None:
            raise LogError(f"revision {revision} is missing from {self._folder}; restore it from a backup")
        return path

    def _current(self) -> dict[int, Path]:
        """The files by revision as the folder has them now."""
        try:
            changed = self._folder.stat().st_mtime_ns
        except OSError:
            changed = 0
        listed, then = self._listed
        if changed != then or listed - then < _SETTLED:
            now = time.time_ns()
            self._list()
            # Only now: another thread must not take an older list for this one.
            self._listed = (now, changed)
        return self._files

    def _list(self) -> None:
        try:
            with os.scandir(self._folder) as entries:
                names = {entry.name for entry in entries}
        except FileNotFoundError:
            names = set()
        if names == self._names:
            return
        found: dict[int, Path] = {}
        for name in sorted(names):
            if match := _NAME.fullmatch(name):
                revision = int(match[1])
                if revision in found:
                    raise LogError(
                        f"{self._folder / name} and {found[revision].name} are both revision {revision}; "
                        "keep the right one"
                    )
                found[revision] = self._folder / name
        self._files = dict(sorted(found.items()))
        self._names = names


def parse_patch(text: str) -> Patch:
    """Read the text of one patch; raises `ValueError` or `SyntaxError` if it is none."""
    head, begun, body = text.partition("\nTX .\n")
    if not begun or not body.endswith("TC .\n"):
        raise ValueError("the patch has no end" if begun else "the patch has no beginning")
    return _patch(header_of(head), body.removesuffix("TC .\n").encode())


def changed_quads(block: bytes) -> tuple[tuple[Quad, ...], tuple[Quad, ...]]:
    """The quads removed and added by lines `D quad .` and `A quad .`; raises `ValueError` or `SyntaxError`."""
    removed, added = changed_lines(block)
    return _quads(removed), _quads(added)


def changed_lines(block: bytes) -> tuple[list[bytes], list[bytes]]:
    """The N-Quads lines, without their ends, removed and added; raises `ValueError` for lines that are neither."""
    lines = block.removesuffix(b"\n").split(b"\n") if block else []
    removed = [line[2:] for line in lines if line.startswith(b"D ")]
    added = [line[2:] for line in lines if line.startswith(b"A ")]
    if len(removed) + len(added) != len(lines):
        raise ValueError("it has a line that neither removes nor adds a quad")
    return removed, added


def _quads(lines: list[bytes]) -> tuple[Quad, ...]:
    return tuple(parse(b"\n".join(lines), format=RdfFormat.N_QUADS))


def _patch(header: Header, changes: bytes) -> Patch:
    removed, added = changed_quads(changes)
    return Patch(
        revision=header.revision,
        source=header.source,
        run=header.run,
        at=header.at,
        removed=removed,
        added=added,
        previous=header.previous,
        digest=header.digest,
    )


def _read(path: Path, revision: int) -> Patch:
    changes = b"".join(read_blocks(path))
    try:
        patch = _patch(read_header(path), changes)
    except (ValueError, SyntaxError) as error:
        raise LogError(f"{path} is damaged: {error}") from None
    if patch.revision != revision:
        raise LogError(f"{path} is named for revision {revision} but holds revision {patch.revision}")
    return patch


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
