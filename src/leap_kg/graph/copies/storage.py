"""A folder of files somewhere that fsspec reaches: a disk, an object store, a web server.

Hazards: every file system has errors of its own, so all of them become `StorageError` here; some keep listings in
memory, so each is asked for anew; and an address may carry a password, so messages show it without.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from leap_kg.graph.home import HomeError

_BATCH = 256
_PIECE = 1 << 20
_USER = re.compile(r"://[^/@\s]*@")


class StorageError(HomeError):
    """The folder, or a file in it, cannot be read or written; the message names it."""


class FileMissing(StorageError):
    """There is no such file."""


class Storage:
    """The files below one address; paths are relative to it, with `/` between their parts."""

    def __init__(self, url: str) -> None:
        self.shown = _without_secrets(url).rstrip("/")
        with self._named("", "open"):
            self._files, root = _opened(url)
        self._root = root.rstrip("/")
        self._local = isinstance(self._files, LocalFileSystem)

    def name(self, path: str) -> str:
        """A file's address as messages show it."""
        return f"{self.shown}/{path}" if path else self.shown

    def sizes(self, folder: str = "") -> dict[str, int | None]:
        """Every file below the folder with its size in bytes, `None` where the listing has none; raises `StorageError`.

        A folder that is not there has no files.
        """
        top = self._path(folder)
        with self._named(folder, "list"):
            self._files.invalidate_cache()
            try:
                found = self._files.find(top, detail=True)
            except FileNotFoundError:
                return {}
        return {self._relative(path): about.get("size") for path, about in found.items()}

    def names(self, folder: str) -> dict[str, int | None]:
        """The names in one folder, files and folders alike, with sizes where the listing has them.

        Raises `FileMissing` if the folder is not there, and `StorageError`.
        """
        with self._named(folder, "list"):
            self._files.invalidate_cache()
            found = self._files.ls(self._path(folder), detail=True)
        return {about["name"].rstrip("/").rpartition("/")[2]: about.get("size") for about in found}

    def read(self, path: str) -> bytes:
        """The content of a small file; raises `FileMissing` or `StorageError`."""
        with self._named(path, "read"):
            content = self._files.cat_file(self._path(path))
        return bytes(content)

    def hash(self, path: str) -> str:
        """The SHA-256 of a file, in hexadecimal; raises `FileMissing` or `StorageError`."""
        hasher = hashlib.sha256()
        with self._named(path, "read"), self._files.open(self._path(path), "rb") as file:
            while piece := file.read(_PIECE):
                hasher.update(piece)
        return hasher.hexdigest()

    def fetch(self, wanted: Sequence[tuple[str, Path]]) -> None:
        """Copy files to here, many at once where the file system can; raises `FileMissing` or `StorageError`."""
        for folder in {target.parent for _, target in wanted}:
            folder.mkdir(parents=True, exist_ok=True)
        for batch in (wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)):
            with self._named(batch[0][0] if len(batch) == 1 else "", "read"):
                try:
                    self._files.get([self._path(path) for path, _ in batch], [str(target) for _, target in batch])
                except FileNotFoundError:
                    self._require(path for path, target in batch if not target.is_file())
                    raise

    def put(self, files: Sequence[tuple[Path, str]]) -> None:
        """Copy files to there. They may be lost in a power cut until `settle()`; raises `StorageError`."""
        for batch in (files[start : start + _BATCH] for start in range(0, len(files), _BATCH)):
            with self._named(batch[0][1] if len(batch) == 1 else "", "write"):
                if self._local:
                    for source, path in batch:
                        self._place(path, source)
                else:
                    self._files.put([str(source) for source, _ in batch], [self._path(path) for _, path in batch])

    def settle(self) -> None:
        """Wait until what was put is as safe as the storage makes it: on a disk, written out."""
        if self._local:
            os.sync()

    def replace(self, path: str, content: bytes) -> None:
        """Write a file so that a reader finds the old one or the new one, nothing between; raises `StorageError`."""
        partial = f"{path}.partial"
        with self._named(path, "write"):
            self._files.makedirs(self._parent(path), exist_ok=True)
            self._files.pipe_file(self._path(partial), content)
            self.settle()
            if self._local:
                Path(self._path(partial)).replace(self._path(path))
                self.settle()
            else:
                self._files.mv(self._path(partial), self._path(path))

    def remove(self, paths: Sequence[str]) -> None:
        """Delete files; raises `StorageError`."""
        for path in paths:
            with self._named(path, "delete"):
                self._files.rm_file(self._path(path))

    def _place(self, path: str, source: Path) -> None:
        """Copy to a disk under another name first, so that what has its name is whole."""
        target = Path(self._path(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f"{target.name}.partial")
        shutil.copyfile(source, partial)
        partial.replace(target)

    def _require(self, paths: Iterable[str]) -> None:
        """Raise `FileMissing` for the first of these that is not there."""
        for path in paths:
            with self._named(path, "read"):
                self._files.info(self._path(path))

    def _path(self, path: str) -> str:
        return f"{self._root}/{path}" if path else self._root

    def _parent(self, path: str) -> str:
        return self._path(path).rpartition("/")[0]

    def _relative(self, path: str) -> str:
        return path[path.index(self._root) + len(self._root) + 1 :]

    @contextmanager
    def _named(self, path: str, doing: str) -> Iterator[None]:
        try:
            yield
        except HomeError:
            raise
        except FileNotFoundError:
            raise FileMissing(f"{self.name(path)} is not there") from None
        except ImportError as error:
            raise StorageError(f"cannot {doing} {self.name(path)}: {error}") from None
        except Exception as error:  # noqa: BLE001 - file systems raise whatever their libraries raise
            text = str(error) or type(error).__name__
            raise StorageError(f"cannot {doing} {self.name(path)}: {_USER.sub('://', text)}") from None


def _opened(url: str) -> tuple[AbstractFileSystem, str]:
    """The file system of an address and the path in it; a folder or `file:` address is taken as it stands."""
    address = urlsplit(url)
    if "://" not in url:
        return LocalFileSystem(), str(Path(url).resolve())
    if address.scheme == "file":
        return LocalFileSystem(), unquote(address.path)
    files, root = url_to_fs(url)
    return files, root


def _without_secrets(url: str) -> str:
    """The address without user, password and query, which may be a signature."""
    return _USER.sub("://", url.partition("?")[0]) if "://" in url else url


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder of ours."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
