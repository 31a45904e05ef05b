"""The home that a replica follows, as it can be seen from elsewhere: its patches, and a snapshot to begin with.

It is either a home itself, whose folders can be listed (a disk, a mount, an FTP or web server that lists folders), or a
backup of it, whose manifest lists everything (an object store, any web server).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from leap_kg.graph.copies.archive import MANIFEST, ArchiveError, Manifest, hash_of, read_list, read_manifest
from leap_kg.graph.copies.storage import FileMissing, Storage, StorageError

_PATCH = re.compile(r"([0-9]{1,18})-[a-z0-9][a-z0-9._-]*\.rdfp\.gz")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NOT_COPIED = ("LOCK", "LOG")


@dataclass(frozen=True, slots=True)
class Remote:
    """A file of the source: where it lies, its size in bytes and its SHA-256, as far as they are known."""

    path: str
    size: int | None = None
    sha256: str = ""

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]


class Upstream:
    """Looks at the source; every method raises `StorageError` if it cannot be reached."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self._manifest: Manifest | None = None
        self._patches: dict[int, Remote] = {}
        self._checkpoint: tuple[int, dict[str, Remote]] = (0, {})

    def patches(self) -> Mapping[int, Remote]:
        """Every patch of the source by its revision; raises `ArchiveError` if it is no log."""
        try:
            manifest = read_manifest(self.storage)
        except FileMissing:
            return self._listed()
        if manifest != self._manifest:
            self._read(manifest)
        return self._patches

    def checkpoint(self) -> tuple[int, dict[str, Remote]]:
        """The newest snapshot: its revision, 0 for none, and its files by their names."""
        if self._manifest is not None:
            return self._checkpoint
        try:
            found = [int(name) for name in self.storage.names("snapshots") if name.isdecimal()]
        except FileMissing:
            return 0, {}
        if not found:
            return 0, {}
        folder = f"snapshots/{max(found):08d}"
        files = {
            name: Remote(f"{folder}/{name}", size)
            for name, size in self.storage.names(folder).items()
            if _FILE.fullmatch(name) and not name.startswith(_NOT_COPIED)
        }
        return max(found), files

    def fetch(self, wanted: Mapping[Path, Remote]) -> None:
        """Copy files to here and hold them to size and hash; raises `StorageError` or `ArchiveError`."""
        self.storage.fetch([(remote.path, target) for target, remote in wanted.items()])
        for target, remote in wanted.items():
            if remote.sha256 and hash_of(target) != remote.sha256:
                raise ArchiveError(f"{self.storage.name(remote.path)} is not what was written: its content has changed")

    def _listed(self) -> dict[int, Remote]:
        try:
            names = self.storage.names("log")
        except FileMissing:
            raise StorageError(f"{self.storage.shown} has neither a log nor a {MANIFEST}; is it a home?") from None
        return self._by_revision({name: Remote(f"log/{name}", size) for name, size in names.items()})

    def _read(self, manifest: Manifest) -> None:
        listed = {
            path: Remote(entry.stored, entry.size, entry.sha256)
            for path, entry in read_list(self.storage, manifest.list).items()
        }
        self._patches = self._by_revision(_below("log/", listed))
        self._checkpoint = (manifest.store, _below("store/", listed))
        self._manifest = manifest

    def _by_revision(self, files: Mapping[str, Remote]) -> dict[int, Remote]:
        found: dict[int, Remote] = {}
        for name, file in sorted(files.items()):
            if match := _PATCH.fullmatch(name):
                if int(match[1]) in found:
                    raise ArchiveError(f"{self.storage.name(file.path)} is a second patch of revision {int(match[1])}")
                found[int(match[1])] = file
        return found


def _below(folder: str, listed: Mapping[str, Remote]) -> dict[str, Remote]:
    return {path.removeprefix(folder): remote for path, remote in listed.items() if path.startswith(folder)}
