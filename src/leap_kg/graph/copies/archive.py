"""How a backup is laid out, and the files that say what is in it.

    manifest.json           names the revision and the list; written last, replaced as a whole
    objects/ab/<sha256>     the list, databases and files of a snapshot, under their hash
    log/…                   patches, byte for byte as in the home
    raw/ab/…                bodies as fetched, byte for byte as in the home

Nothing that a manifest stands for is ever overwritten, so a backup that is killed leaves the one before it as it was.
Hazard: a backup comes from outside. Its paths become paths in a home, so only those that a home has are believed.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from leap_kg.graph.copies.storage import FileMissing, Storage
from leap_kg.graph.home import HomeError

MANIFEST = "manifest.json"
FORMAT = "leap-kg-backup/1"
DATABASES = ("state.sqlite", "tokens.sqlite")

_PATH = re.compile(
    r"log/[0-9]{1,18}-[a-z0-9][a-z0-9._-]*\.rdfp\.gz|raw/[0-9a-f]{2}/[0-9a-f]{64}\.gz"
    r"|store/[A-Za-z0-9][A-Za-z0-9._-]*|(?:state|tokens)\.sqlite"
)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_IN_PLACE = ("log/", "raw/")


class ArchiveError(HomeError):
    """A backup, or a part of it, is not what was written; the message names the file."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the home: its path there, its size in bytes and its SHA-256."""

    path: str
    size: int
    sha256: str

    @property
    def stored(self) -> str:
        """Where it lies in the backup."""
        return self.path if self.path.startswith(_IN_PLACE) else object_path(self.sha256)


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup.

    `revision`, `id` and `digest` are those of the last patch, `store` is the revision of the snapshot's files, `made`
    is ISO 8601, `size` counts bytes. `list` and `list_before` are the hashes of this backup's list of files and of the
    one before it (`""` for the first).
    """

    base: str
    revision: int
    id: str
    digest: str
    store: int
    made: str
    files: int
    size: int
    list: str
    list_before: str = ""
    format: str = FORMAT
    sha256: str = ""

    def text(self) -> bytes:
        """The manifest as it stands in its file, with a hash over all else in it."""
        bare = json.dumps(asdict(replace(self, sha256=""))).encode()
        return json.dumps(asdict(replace(self, sha256=hashlib.sha256(bare).hexdigest())), indent=2).encode() + b"\n"


def object_path(sha256: str) -> str:
    """Where what is kept under its hash lies in a backup."""
    return f"objects/{sha256[:2]}/{sha256}"


def read_manifest(storage: Storage) -> Manifest:
    """The manifest of a backup; raises `FileMissing` if there is none, `ArchiveError` if it cannot be trusted."""
    name, text = storage.name(MANIFEST), storage.read(MANIFEST)
    try:
        manifest = Manifest(**_checked(json.loads(text), Manifest))
    except (ValueError, TypeError) as error:
        raise ArchiveError(f"{name} is no manifest of a backup: {error}") from None
    if manifest.format != FORMAT:
        raise ArchiveError(
            f"{name} is of the format {manifest.format!r}, not {FORMAT!r}; use the program that wrote it"
        )
    if manifest.text() != text:
        raise ArchiveError(f"{name} is not what was written: its content does not match its hash")
    return manifest


def read_list(storage: Storage, sha256: str) -> dict[str, Entry]:
    """The files of a backup by their path in the home; raises `FileMissing` or `ArchiveError`."""
    if not _SHA256.fullmatch(sha256):
        raise ArchiveError(f"{storage.name(MANIFEST)} names no list of files; the backup was tampered with")
    packed = storage.read(object_path(sha256))
    name = storage.name(object_path(sha256))
    if hashlib.sha256(packed).hexdigest() != sha256:
        raise ArchiveError(f"{name} is not what was written: its content does not match its name")
    try:
        entries = [Entry(*json.loads(line)) for line in gzip.decompress(packed).splitlines()]
    except (ValueError, TypeError, OSError, EOFError) as error:
        raise ArchiveError(f"{name} is no list of files: {error}") from None
    for entry in entries:
        if not (_PATH.fullmatch(entry.path) and _SHA256.fullmatch(entry.sha256)):
            raise ArchiveError(f"{name} lists {entry.path!r}, which no home has; the backup was tampered with")
    return {entry.path: entry for entry in entries}


def list_text(entries: Iterable[Entry]) -> bytes:
    """The list as it stands in its file; the same entries give the same bytes."""
    lines = (json.dumps([entry.path, entry.size, entry.sha256]) for entry in sorted(entries, key=lambda e: e.path))
    return gzip.compress("\n".join(lines).encode(), compresslevel=6, mtime=0)


def hash_of(path: Path) -> str:
    """The SHA-256 of a file here, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_files(storage: Storage, entries: Mapping[str, Entry]) -> None:
    """Read every file of a backup where it lies; raises `ArchiveError` naming the first that is not as listed."""
    for entry in entries.values():
        try:
            found = storage.hash(entry.stored)
        except FileMissing:
            raise ArchiveError(f"{storage.name(entry.stored)} is missing from the backup") from None
        if found != entry.sha256:
            raise ArchiveError(f"{storage.name(entry.stored)} is not what was written: its content has changed")


def _checked(document: Any, shape: type) -> dict[str, Any]:  # noqa: ANN401 - whatever stands in the file
    """The document if it has just the fields of the class, each of its type; raises `ValueError`."""
    if not isinstance(document, dict):
        raise ValueError("it is no JSON object")
    types = {field.name: field.type for field in fields(shape)}
    if document.keys() != types.keys():
        raise ValueError(f"it must have {', '.join(types)}")
    for name, kind in types.items():
        if type(document[name]) is not kind:
            raise ValueError(f"{name} has the value {document[name]!r}")
    return document
