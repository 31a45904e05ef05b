"""One patch as a file: written as a stream, read as a stream, and never believed before its hash was checked.

Format: RDF Patch (https://afs.github.io/rdf-patch/), gzip. Header lines `H`, then `TX`, `D` and `A` lines in N-Quads
order, `TC`. The id is the SHA-256 of the text without its line `H id`, and with its line `H digest` taken last. Other
bytes can stand for the same text, and no byte of a file may change unseen: so the hash of the bytes is kept too. All
this is known only when all else is written. It stands in a gzip member of its own, the seal, whose every byte follows
from what it says (`leap_kg.graph.log.seal`), and which is written at the end; the body never has to be in memory. Files
of before there were seals have members like any others.
"""

import hashlib
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from leap_kg.graph.home import HomeError
from leap_kg.graph.log.digest import digest_text
from leap_kg.graph.log.seal import Seal, sealed

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
_SEALS = 1 << 12
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

    def is_of(self, base: str) -> bool:
        """Whether the IRIs of the graph begin with `base`."""
        return self.run.startswith(f"{base}run/")

    @property
    def likely_base(self) -> str:
        """What the IRIs of the graph begin with, as far as the name of the run tells; for messages only."""
        before, found, _ = self.run.partition("/run/")
        return before + "/" if found else ""


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
    return (_seal(hashlib.sha256(body), digest, hashlib.sha256()).title() + body).decode()


def write(path: Path, head: Head, changes: Iterable[bytes], digest: Callable[[], str] | None) -> Header:
    """Write a patch and wait until the disk has it.

    `changes` are blocks of whole lines, all `D` lines before all `A` lines, each kind sorted. `digest` is asked when
    they have all been taken; `None` writes a patch without one. Raises `OSError`.
    """
    with path.open("wb") as file:
        hasher, packed = hashlib.sha256(), hashlib.sha256()
        room = len(_seal(hasher, digest_text(0) if digest else "", packed).member())
        file.seek(room)
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
        for block in _body(head, changes):
            hasher.update(block)
            _put(file, packer.compress(block), packed)
        _put(file, packer.flush(), packed)
        known = digest() if digest else ""
        seal = _seal(hasher, known, packed)
        member = seal.member()
        if len(member) != room:
            raise ValueError(f"{known!r} is no digest of a graph")
        file.seek(0)
        file.write(member)
        file.flush()
        os.fsync(file.fileno())
    return Header(seal.id, head.previous, head.revision, head.source, head.run, head.at, known)


def read_header(path: Path) -> Header:
    """The header of a patch, without reading the rest of the file; raises `LogError`."""
    lines: list[bytes] = []
    with _named(path), path.open("rb") as file:
        for block in _blocks(_content(file, 1 << 12)[2]):
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
        seal, packed, pieces = _content(file)
        blocks = _blocks(pieces)
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
        if seal and seal.packed != packed.digest():
            raise LogError(f"{path} is not what was written: its bytes do not match its seal")


def require_sealed(path: Path) -> None:
    """Raise `LogError` unless all bytes of a patch are what was written; files without a seal are read for it."""
    with _named(path), path.open("rb") as file:
        if seal := sealed(file.read(_SEALS)):
            file.seek(len(seal.member()))
            if hashlib.file_digest(file, "sha256").digest() != seal.packed:
                raise LogError(f"{path} is not what was written: its bytes do not match its seal")
            return
    for _ in read_blocks(path):
        pass


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


def _seal(hasher: "hashlib._Hash", digest: str, packed: "hashlib._Hash") -> Seal:
    """The seal of a patch whose body was hashed, as text and as bytes; the id takes the digest in."""
    whole = hasher.copy()
    seal = Seal("", digest, packed.digest())
    whole.update(seal.digest_line())
    return replace(seal, id=f"urn:sha256:{whole.hexdigest()}")


def _put(file: BinaryIO, data: bytes, hasher: "hashlib._Hash") -> None:
    hasher.update(data)
    file.write(data)


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


def _content(file: BinaryIO, piece: int = _PIECE) -> "tuple[Seal | None, hashlib._Hash, Iterator[bytes]]":
    """The seal of a file, the hash of the bytes behind it as far as they were read, and the text, the seal's first."""
    seal, packed = sealed(file.read(_SEALS)), hashlib.sha256()
    file.seek(len(seal.member()) if seal else 0)
    pieces = _inflated(file, packed.update, piece)
    return seal, packed, chain((seal.title(),), pieces) if seal else pieces


def _inflated(file: BinaryIO, read: Callable[[bytes], object], piece: int) -> Iterator[bytes]:
    """The content of the gzip members of a file; raises what `_DAMAGE` lists, with the place in the file.

    `read` is given the bytes of the file as they are read.
    """

    def more() -> bytes:
        data = file.read(piece)
        read(data)
        return data

    data = more()
    if not data:
        raise EOFError("it is empty")
    while data:
        begin = file.tell() - len(data)
        if len(data) < len(_MEMBER) + 2:
            data += more()
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
            data = inflater.unused_data if inflater.eof else more()
        data = data or more()


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
