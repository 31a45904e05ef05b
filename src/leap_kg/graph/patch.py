"""The patch log: one RDF Patch file a revision, written whole or not at all, never changed afterwards.

Format: RDF Patch (https://afs.github.io/rdf-patch/), gzip, header lines `H`, then `TX`, `D` and `A` lines in
N-Quads order, `TC`. Each file's id is the SHA-256 over its predecessor's id and its own body, so a lost or
altered file shows.
"""

import gzip
import hashlib
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from leap_kg.graph.home import HomeError

FIRST = "urn:sha256:" + "0" * 64
"""What stands for the predecessor of the first patch."""

_NAME = re.compile(r"(\d+)-.+\.rdfp\.gz")
_DAMAGE = (OSError, EOFError, zlib.error, ValueError, SyntaxError)


class LogError(HomeError):
    """A patch file is damaged, missing or out of line; the message names it."""


@dataclass(frozen=True, slots=True)
class Patch:
    """What one revision took away and added, with where it came from."""

    revision: int
    source: str
    run: str
    at: datetime
    removed: tuple[Quad, ...]
    added: tuple[Quad, ...]
    previous: str = FIRST

    @property
    def id(self) -> str:
        """The hash of this patch and, through its predecessor's, of all before it."""
        return _id(self._body())

    def text(self) -> str:
        """The patch as it stands in its file."""
        body = self._body()
        return f"H id <{_id(body)}> .\n{body}"

    def _body(self) -> str:
        lines = [
            f"H prev {NamedNode(self.previous)} .",
            f'H revision "{self.revision}" .',
            f"H source {Literal(self.source)} .",
            f"H run {NamedNode(self.run)} .",
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
        """Every patch file by its revision, in order; raises `LogError` if two claim one revision."""
        found: dict[int, Path] = {}
        for path in sorted(self._folder.glob("*.rdfp.gz")):
            if name := _NAME.fullmatch(path.name):
                revision = int(name[1])
                if revision in found:
                    raise LogError(
                        f"{path} and {found[revision].name} are both revision {revision}; keep the right one"
                    )
                found[revision] = path
        return dict(sorted(found.items()))

    def last(self) -> int:
        """The newest revision in the log, 0 for an empty one."""
        return max(self.files(), default=0)

    def append(self, patch: Patch) -> Path:
        """Write the patch and wait until the disk has it; raises `LogError` if it is not the next one."""
        last = self.last()
        if patch.revision != last + 1:
            raise LogError(f"revision {patch.revision} cannot follow {last} in {self._folder}; nothing was written")
        path = self._folder / f"{patch.revision:08d}-{patch.source}.rdfp.gz"
        partial = path.with_suffix(".partial")
        for leftover in self._folder.glob("*.partial"):
            leftover.unlink()
        with partial.open("wb") as file:
            file.write(gzip.compress(patch.text().encode("utf-8"), compresslevel=6, mtime=0))
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        _sync_folder(self._folder)
        return path

    def header(self, revision: int) -> dict[str, str]:
        """The header of a patch (`id`, `prev`, `source`, `run`, `at`), without reading the rest of the file."""
        return _read_header(self._path(revision))

    def read(self, revision: int) -> Patch:
        """The patch of that revision; raises `LogError` if it is missing, damaged or altered."""
        return _read(self._path(revision), revision)

    def patches(self, since: int = 0) -> Iterator[Patch]:
        """All patches after revision `since`, oldest first; raises `LogError` where the chain of ids breaks."""
        previous = self.header(since)["id"] if since else FIRST
        files = self.files()
        for revision in range(since + 1, max(files, default=0) + 1):
            path = files.get(revision) or self._path(revision)
            patch = _read(path, revision)
            if patch.previous != previous:
                raise LogError(f"{path} does not follow the patch before it: one of the two was replaced")
            previous = _read_header(path)["id"]
            yield patch

    def _path(self, revision: int) -> Path:
        path = self.files().get(revision)
        if path is None:
            raise LogError(f"revision {revision} is missing from {self._folder}; restore it from a backup")
        return path


def _read(path: Path, revision: int) -> Patch:
    try:
        text = gzip.decompress(path.read_bytes()).decode("utf-8")
        first, _, body = text.partition("\n")
        if first != f"H id <{_id(body)}> .":
            raise LogError(f"{path} is not what was written: its content does not match its id")
        patch = parse_patch(text)
    except _DAMAGE as error:
        raise LogError(f"{path} is damaged: {error}") from None
    if patch.revision != revision:
        raise LogError(f"{path} is named for revision {revision} but holds revision {patch.revision}")
    return patch


def _read_header(path: Path) -> dict[str, str]:
    lines = []
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
            for line in file:
                if not line.startswith("H "):
                    break
                lines.append(line.removesuffix("\n"))
        return _header(lines)
    except _DAMAGE as error:
        raise LogError(f"{path} is damaged: {error}") from None


def parse_patch(text: str) -> Patch:
    """Read the text of one patch; raises `ValueError` or `SyntaxError` if it is none."""
    headers: list[str] = []
    changes: dict[str, list[str]] = {"D": [], "A": []}
    lines = text.split("\n")
    if lines[-2:] != ["TC .", ""]:
        raise ValueError("the patch has no end")
    for line in lines:
        code, _, rest = line.partition(" ")
        if code == "H":
            headers.append(line)
        elif code in changes:
            changes[code].append(rest)
    header = _header(headers)
    return Patch(
        revision=int(header["revision"]),
        source=header["source"],
        run=header["run"],
        at=datetime.fromisoformat(header["at"]),
        removed=_quads(changes["D"]),
        added=_quads(changes["A"]),
        previous=header["prev"],
    )


def _header(lines: Iterable[str]) -> dict[str, str]:
    """Names and values of header lines `H name term .`; raises `ValueError` or `SyntaxError`."""
    header = {}
    for line in lines:
        _, name, term = line.split(" ", 2)
        (statement,) = parse(f"<urn:h> <urn:h> {term}", format=RdfFormat.N_TRIPLES)
        if not isinstance(statement.object, NamedNode | Literal):
            raise ValueError(f"the header {name} has no value")
        header[name] = statement.object.value
    missing = {"id", "prev", "revision", "source", "run", "at"} - header.keys()
    if missing:
        raise ValueError(f"the header lacks {', '.join(sorted(missing))}")
    return header


def _quads(lines: Iterable[str]) -> tuple[Quad, ...]:
    return tuple(parse("\n".join(lines), format=RdfFormat.N_QUADS))


def _id(body: str) -> str:
    return "urn:sha256:" + hashlib.sha256(body.encode("utf-8")).hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
