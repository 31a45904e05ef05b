"""One patch as a file: written as a stream, read as a stream, and never believed before its hash was checked.

Format: RDF Patch (https://afs.github.io/rdf-patch/), gzip. Header lines `H`, then `TX`, `D` and `A` lines in N-Quads
order, `TC`. The id is the SHA-256 of the file without its line `H id`, and with its line `H digest` taken last: both
are known only when all else is written. So they stand in a gzip member of their own, uncompressed and hence of
known length, which is written again at the end; the body never has to be in memory.
"""

import hashlib
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from leap_kg.graph.home import HomeError
from leap_kg.graph.log.digest import digest_text

FIRST = "urn:sha256:" + "0" * 64
"""What stands for the predecessor of the first patch."""

_LEVEL = 3
_PIECE = 1 << 16
_BLOCK = 1 << 20
# How every gzip member begins: no name, no time; then a byte each for the effort of compression and the system.
_MEMBER = b"\x1f\x8b\x08\0\0\0\0\0"
_EFFORTS, _SYSTEMS = (b"\0", b"\x02", b"\x04"), (b"\xff", b"\x03")
_DAMAGE = (OSError, EOFError, zlib.error, ValueError, SyntaxError)
_ID = re.compile(rb"H id <(urn:sha256:[0-9a-f]{64})> \.\n")
_DIGEST = b"H digest "
_BEGIN, _END = b"TX .\n", b"TC .\n"


class LogError(HomeError):
    """A patch file is damaged, missing or out of line; the message names it."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a patch says of itself.

    `at` is the moment of the commit in UTC, never before that of the patch it follows. `digest` stands for the whole
    graph after the patch; it is `""` in files that were written before there were digests.
    """

    id: str
    previous: str
    revision: int
    source: str
    run: str
    at: datetime
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a patch before its changes are: its header without id and digest."""

    previous: str
    revision: int
    source: str
    run: str
    at: datetime

    def text(self) -> str:
        """The header lines."""
        lines = (
            f"H prev {NamedNode(self.previous)} .",
            f'H revision "{self.revision}" .',
            f"H source {Literal(self.source)} .",
            f"H run {NamedNode(self.run)} .",
            f'H at "{self.at.isoformat()}" .',
        )
        return "\n".join(lines) + "\n"


def patch_text(head: Head, changes: bytes, digest: str) -> str:
    """The whole text of a patch whose changes are at hand."""
    body = b"".join(_body(head, (changes,)))
    return (_seal(hashlib.sha256(body), digest) + body).decode()


def write(path: Path, head: Head, changes: Iterable[bytes], digest: Callable[[], str] | None) -> Header:
    """Write a patch and wait until the disk has it.

    `changes` are blocks of whole lines, all `D` lines before all `A` lines, each kind sorted. `digest` is asked when
    they have all been taken; `None` writes a patch without one. Raises `OSError`.
    """
    with path.open("wb") as file:
        hasher = hashlib.sha256()
        room = len(_member(_seal(hashlib.sha256(), digest_text(0) if digest else ""), 0))
        file.seek(room)
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
        for block in _body(head, changes):
            hasher.update(block)
            file.write(packer.compress(block))
        file.write(packer.flush())
        known = digest() if digest else ""
        seal = _seal(hasher, known)
        first = _member(seal, 0)
        if len(first) != room:
            raise ValueError(f"{known!r} is no digest of a graph")
        file.seek(0)
        file.write(first)
        file.flush()
        os.fsync(file.fileno())
    made = _ID.match(seal)
    if made is None:
        raise AssertionError(f"not the first line of a patch: {seal!r}")
    return Header(made[1].decode(), head.previous, head.revision, head.source, head.run, head.at, known)


def read_header(path: Path) -> Header:
    """The header of a patch, without reading the rest of the file; raises `LogError`."""
    lines: list[bytes] = []
    with _named(path), path.open("rb") as file:
        for block in _blocks(_inflated(file, 1 << 12)):
            for line in block.split(b"\n"):
                if not line.startswith(b"H "):
                    return header_of(b"\n".join(lines).decode())
                lines.append(line)
        raise ValueError("it has no end")


def read_blocks(path: Path) -> Iterator[bytes]:
    """All changes of a patch in blocks of whole lines `D quad .` and `A quad .`; raises `LogError` if it is damaged.

    Whether the file is what was written is known only when the last block was taken: then `LogError` is raised if
    it is not. So do nothing with the blocks before that which cannot be undone.
    """
    with _named(path), path.open("rb") as file:
        blocks = _blocks(_inflated(file))
        claimed, hasher, digest_line, first = _opening(blocks)
        ended = False
        for block in chain((first,), blocks):
            hasher.update(block)
            ended = block.endswith(_END)
            changes = block.removesuffix(_END) if ended else block
            if changes:
                yield changes
        hasher.update(digest_line)
        if claimed != f"urn:sha256:{hasher.hexdigest()}":
            raise LogError(f"{path} is not what was written: its content does not match its id")
        if not ended:
            raise ValueError("it has no end")


def header_of(text: str) -> Header:
    """The header that these header lines `H name term .` make; raises `ValueError` or `SyntaxError`."""
    values: dict[str, str] = {}
    for line in text.removesuffix("\n").split("\n"):
        _, name, term = line.split(" ", 2)
        (statement,) = parse(f"<urn:h> <urn:h> {term}", format=RdfFormat.N_TRIPLES)
        if not isinstance(statement.object, NamedNode | Literal):
            raise ValueError(f"the header {name} has no value")
        if name in values:
            raise ValueError(f"the header {name} stands there twice")
        values[name] = statement.object.value
    missing = {"id", "prev", "revision", "source", "run", "at"} - values.keys()
    if missing:
        raise ValueError(f"the header lacks {', '.join(sorted(missing))}")
    at = datetime.fromisoformat(values["at"])
    return Header(
        id=values["id"],
        previous=values["prev"],
        revision=int(values["revision"]),
        source=values["source"],
        run=values["run"],
        at=at if at.tzinfo else at.replace(tzinfo=UTC),
        digest=values.get("digest", ""),
    )


def _seal(hasher: "hashlib._Hash", digest: str) -> bytes:
    """The lines `H id` and `H digest` of a patch whose body was hashed; the hash takes the digest in."""
    line = f'H digest "{digest}" .\n'.encode() if digest else b""
    hasher.update(line)
    return f"H id <urn:sha256:{hasher.hexdigest()}> .\n".encode() + line


def _opening(blocks: Iterator[bytes]) -> tuple[str, "hashlib._Hash", bytes, bytes]:
    """What stands before the changes: the id, the hash up to there, the line `H digest`, and the changes begun."""
    read = b""
    for block in blocks:
        read += block
        if b"\n" + _BEGIN in read:
            break
    head, begun, rest = read.partition(b"\n" + _BEGIN)
    lines = [line + b"\n" for line in head.split(b"\n")]
    found = _ID.fullmatch(lines[0])
    digest_line = lines[1] if lines[1:] and lines[1].startswith(_DIGEST) else b""
    hashed = b"".join(lines[2 if digest_line else 1 :])
    return found[1].decode() if found else "", hashlib.sha256(hashed + begun[1:]), digest_line, rest


def _blocks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes cut at ends of lines, some megabytes at a time."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _BLOCK and b"\n" in piece:
            whole, end, rest = b"".join(waiting).rpartition(b"\n")
            yield whole + end
            waiting, size = [rest], len(rest)
    if size:
        yield b"".join(waiting)


def _inflated(file: BinaryIO, piece: int = _PIECE) -> Iterator[bytes]:
    """The content of the gzip members of a file; raises what `_DAMAGE` lists, with the place in the file."""
    data = file.read(piece)
    if not data:
        raise EOFError("it is empty")
    while data:
        begin = file.tell() - len(data)
        if len(data) < len(_MEMBER) + 2:
            data += file.read(piece)
        if not data.startswith(_MEMBER) or data[8:9] not in _EFFORTS or data[9:10] not in _SYSTEMS:
            raise ValueError(f"byte {begin} does not begin a gzip member")
        inflater = zlib.decompressobj(31)
        while not inflater.eof:
            if not data:
                raise EOFError(f"it ends at byte {file.tell()}, before its content does")
            try:
                yield inflater.decompress(data)
            except zlib.error as error:
                raise ValueError(f"{error} (before byte {file.tell()})") from None
            data = inflater.unused_data if inflater.eof else file.read(piece)
        data = data or file.read(piece)


def _member(data: bytes, level: int) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def _body(head: Head, changes: Iterable[bytes]) -> Iterator[bytes]:
    yield head.text().encode() + _BEGIN
    yield from changes
    yield _END


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn whatever a damaged file raises into a `LogError` that names it."""
    try:
        yield
    except LogError:
        raise
    except _DAMAGE as error:
        raise LogError(f"{path} is damaged: {error}") from None
