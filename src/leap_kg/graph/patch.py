"""The patch log: one RDF Patch file a revision, written whole or not at all, never changed afterwards.

Format: RDF Patch (https://afs.github.io/rdf-patch/), gzip, header lines `H`, then `TX`, `D` and `A` lines in
N-Quads order, `TC`. Each file's id is the SHA-256 over its predecessor's id and its own body, so a lost or
altered file shows.
"""

import gzip
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, parse

_FIRST = "urn:sha256:" + "0" * 64


class LogError(RuntimeError):
    """A patch file is damaged or missing; the message names it."""


@dataclass(frozen=True, slots=True)
class Patch:
    """What one revision took away and added, with where it came from."""

    revision: int
    source: str
    run: str
    at: datetime
    removed: tuple[Quad, ...]
    added: tuple[Quad, ...]
    previous: str = _FIRST

    @property
    def id(self) -> str:
        """The hash of this patch and, through its predecessor's, of all before it."""
        return "urn:sha256:" + hashlib.sha256(self._body().encode("utf-8")).hexdigest()

    def text(self) -> str:
        """The patch as it stands in its file."""
        return f"H id <{self.id}> .\n{self._body()}"

    def _body(self) -> str:
        lines = [
            f"H prev <{self.previous}> .",
            f'H revision "{self.revision}" .',
            f'H source "{self.source}" .',
            f"H run <{self.run}> .",
            f'H at "{self.at.isoformat()}" .',
            "TX .",
            *sorted(f"D {quad} ." for quad in self.removed),
            *sorted(f"A {quad} ." for quad in self.added),
            "TC .",
        ]
        return "\n".join(lines) + "\n"


class PatchLog:
    """The patch files in one folder, in the order of their revisions."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def files(self) -> dict[int, Path]:
        """Every patch file by its revision, in order."""
        found = ((int(p.name.split("-", 1)[0]), p) for p in self._folder.glob("[0-9]*.rdfp.gz"))
        return dict(sorted(found))

    def last(self) -> int:
        """The newest revision in the log, 0 for an empty one."""
        return max(self.files(), default=0)

    def append(self, patch: Patch) -> Path:
        """Write the patch and wait until the disk has it."""
        path = self._folder / f"{patch.revision:08d}-{patch.source}.rdfp.gz"
        partial = path.with_suffix(".partial")
        with partial.open("wb") as file:
            file.write(gzip.compress(patch.text().encode("utf-8"), mtime=0))
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        _sync_folder(self._folder)
        return path

    def read(self, revision: int) -> Patch:
        """The patch of that revision; raises `LogError` if it is missing, damaged or altered."""
        path = self.files().get(revision)
        if path is None:
            raise LogError(f"revision {revision} is missing from {self._folder}")
        try:
            text = gzip.decompress(path.read_bytes()).decode("utf-8")
            patch = parse_patch(text)
        except (OSError, EOFError, ValueError, SyntaxError) as error:
            raise LogError(f"{path} is damaged: {error}") from None
        if f"H id <{patch.id}> ." != text.split("\n", 1)[0]:
            raise LogError(f"{path} is not what was written: its content does not match its id")
        return patch

    def patches(self, since: int = 0) -> Iterator[Patch]:
        """All patches after revision `since`, oldest first."""
        for revision in self.files():
            if revision > since:
                yield self.read(revision)


def parse_patch(text: str) -> Patch:
    """Read the text of one patch; raises `ValueError` or `SyntaxError` if it is none."""
    header: dict[str, str] = {}
    changes: dict[str, list[str]] = {"D": [], "A": []}
    lines = text.split("\n")
    if "TC ." not in lines[-2:]:
        raise ValueError("the patch has no end")
    for line in lines:
        code, _, rest = line.partition(" ")
        if code == "H":
            name, _, value = rest.removesuffix(" .").partition(" ")
            header[name] = value[1:-1]
        elif code in changes:
            changes[code].append(rest)
    return Patch(
        revision=int(header["revision"]),
        source=header["source"],
        run=header["run"],
        at=datetime.fromisoformat(header["at"]),
        removed=_quads(changes["D"]),
        added=_quads(changes["A"]),
        previous=header["prev"],
    )


def _quads(lines: Iterable[str]) -> tuple[Quad, ...]:
    return tuple(parse("\n".join(lines), format=RdfFormat.N_QUADS))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
