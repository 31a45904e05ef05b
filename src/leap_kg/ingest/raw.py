"""The raw store: every body as it was fetched, kept under its own SHA-256, `ab/abcd….gz`.

A body is written to a temporary file, synced, and renamed, so a name in the store always stands for a
whole body, whatever was killed when. Writers need no lock: two that put the same body rename the same
bytes over each other. A run that was killed may leave a `.….tmp` file behind, which nothing reads.

Hazard: a disk can still damage a file. `get` therefore verifies what it returns.
"""

import gzip
import hashlib
import io
import os
import re
import secrets
import zlib
from pathlib import Path

_SHA256 = re.compile(r"[0-9a-f]{64}")


class BodyMissing(LookupError):
    """The store has no body of that hash."""


class BodyDamaged(Exception):
    """A stored file is not the body its name promises; the text names the file and says what to do."""


class RawStore:
    """Bodies by SHA-256 below the directory `path`, which is made when the first body comes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, data: bytes) -> str:
        """Keep `data`; its SHA-256 in hexadecimal. A damaged file of that name is replaced."""
        sha256 = hashlib.sha256(data).hexdigest()
        if not self._holds(sha256):
            self._write(self._file(sha256), _packed(data))
        return sha256

    def get(self, sha256: str) -> bytes:
        """The body; raises `BodyMissing`, `BodyDamaged`, or `ValueError` for what is no SHA-256."""
        file = self._file(sha256)
        try:
            data = gzip.decompress(file.read_bytes())
        except FileNotFoundError:
            raise BodyMissing(f"{file} is not in the raw store: harvest its source again") from None
        except (gzip.BadGzipFile, EOFError, zlib.error) as failure:
            raise BodyDamaged(f"{file} is damaged ({failure}): delete it and harvest its source again") from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise BodyDamaged(f"{file} holds another body than its name says: delete it and harvest its source again")
        return data

    def __contains__(self, sha256: object) -> bool:
        return isinstance(sha256, str) and bool(_SHA256.fullmatch(sha256)) and self._file(sha256).is_file()

    def _holds(self, sha256: str) -> bool:
        try:
            self.get(sha256)
        except (BodyMissing, BodyDamaged):
            return False
        return True

    def _file(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"{sha256!r} is not a SHA-256 in lower-case hexadecimal")
        return self._path / sha256[:2] / f"{sha256}.gz"

    def _write(self, file: Path, packed: bytes) -> None:
        new = [folder for folder in (file.parent, self._path) if not folder.exists()]
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_name(f".{file.stem}.{os.getpid()}.{secrets.token_hex(8)}.tmp")
        try:
            with temporary.open("xb") as out:
                out.write(packed)
                out.flush()
                os.fsync(out.fileno())
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
        for folder in (file.parent, *(folder.parent for folder in new)):
            _sync(folder)


def _packed(data: bytes) -> bytes:
    """`data` gzipped without time and name, so that the same bytes make the same file."""
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0) as packer:
        packer.write(data)
    return out.getvalue()


def _sync(folder: Path) -> None:
    """Make the entries of `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
