"""Copies a home to another place while it is being written to, without stopping anybody.

The log is the truth and never changes, so a backup of revision R is the patches up to R. What else is in it is
taken in an order that keeps it usable: first the databases, which follow the graph and so may be behind it but
never ahead; then the newest snapshot, held by hard links while it is copied, so that the restored home need not
replay the whole log; then the log; then the bodies, of which there may be more than the databases know but never
fewer. Index and history are made again from these.

Hazards: the manifest must come last, and nothing it stands for may be touched before the next one is in place.
"""

import gzip
import hashlib
import os
import shutil
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from leap_kg.graph.copies.archive import (
    DATABASES,
    MANIFEST,
    ArchiveError,
    Entry,
    Manifest,
    hash_of,
    list_text,
    object_path,
    read_list,
    read_manifest,
)
from leap_kg.graph.copies.storage import FileMissing, Storage, StorageError
from leap_kg.graph.exclusion import only_one
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.log.patch import FIRST, PatchLog
from leap_kg.graph.log.patchfile import read_blocks
from leap_kg.graph.snapshot import Snapshots

_SCRATCH = "backup.partial"
_ATTEMPTS = 5
_NOT_COPIED = ("LOCK", "LOG")


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup did: `copied` files were new and have `size` bytes together; `damaged` bodies were left out."""

    revision: int
    files: int
    copied: int
    size: int
    damaged: tuple[Path, ...] = ()


class Backup:
    """Backs one home up to one place, again and again; only what is new is copied.

    Raises `HomeError` (also `StorageError`, `ArchiveError`, `LogError`) with what to do; the backup that was there
    before stays usable then, as it does when the process is killed.
    """

    def __init__(self, home: Home, base: str, storage: Storage) -> None:
        self._home = home
        self._base = base
        self._storage = storage
        self._log = PatchLog(home.log)

    def run(self) -> BackedUp:
        """Back up the newest revision."""
        if not self._log.last():
            raise HomeError(f"nothing is published in {self._home.path}; there is nothing to back up")
        with only_one(self._home, "backup"), _scratch(self._home) as scratch:
            manifest, before = self._before()
            present = self._storage.sizes() if manifest else {}
            kept = {
                path: entry
                for path, entry in before.items()
                if entry.stored in present and present[entry.stored] in (entry.size, None)
            }
            return self._copy(scratch, manifest, kept, present)

    def _copy(
        self, scratch: Path, manifest: Manifest | None, kept: dict[str, Entry], present: Iterable[str]
    ) -> BackedUp:
        files = {name: path for name in DATABASES if (path := _copied_database(self._home.path / name, scratch))}
        store, linked = self._linked(scratch / "store")
        revision = self._log.last()
        if self._log.header(revision).digest:  # else nothing would tell, once restored, whether the snapshot fits
            files |= {f"store/{path.name}": path for path in linked}
        patches = {f"log/{path.name}": path for number, path in self._log.files().items() if number <= revision}
        self._check(manifest.revision if manifest else 0, revision)
        bodies, damaged = self._bodies(kept)
        entries = {
            path: kept[path] if path.startswith(("log/", "raw/")) and _is_kept(kept, path, file) else _entry(path, file)
            for path, file in (files | patches | bodies).items()
        }
        stored = {entry.stored for entry in kept.values()}
        new = {
            entry.stored: (files | patches | bodies)[path]
            for path, entry in entries.items()
            if entry.stored not in stored
        }
        self._storage.put([(file, path) for path, file in new.items()])
        made = self._conclude(scratch, manifest, entries, store, revision)
        self._sweep(manifest, made, entries, present)
        return BackedUp(revision, len(entries), len(new), sum(map(_size, new.values())), tuple(damaged))

    def _before(self) -> tuple[Manifest | None, dict[str, Entry]]:
        """The backup that is there already, which must be of this graph; a list that is damaged counts as empty."""
        try:
            manifest = read_manifest(self._storage)
        except FileMissing:
            return None, {}
        last = self._log.last()
        if manifest.revision > last or self._log.header(manifest.revision).id != manifest.id:
            raise ArchiveError(
                f"{self._storage.shown} holds revision {manifest.revision} of another graph, or a later state of this "
                f"one, which is at {last}; back up to another place"
            )
        try:
            return manifest, read_list(self._storage, manifest.list)
        except (FileMissing, ArchiveError):
            return manifest, {}

    def _linked(self, folder: Path) -> tuple[int, list[Path]]:
        """The newest snapshot's revision and its files, held by links of our own."""
        snapshots = Snapshots(self._home)
        for _ in range(_ATTEMPTS):
            revision = snapshots.newest()
            if not revision:
                break
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            try:
                for file in (self._home.snapshots / f"{revision:08d}").iterdir():
                    if not file.name.startswith(_NOT_COPIED):
                        os.link(file, folder / file.name)
            except FileNotFoundError:
                continue  # it was retired meanwhile; there is a newer one
            return revision, sorted(folder.iterdir())
        return 0, []

    def _check(self, since: int, until: int) -> None:
        """Hold the patches that are new to this backup to their ids; raises `LogError`."""
        files = self._log.files()
        before = self._log.header(since).id if since else FIRST
        for revision in range(since + 1, until + 1):
            header = self._log.header(revision)
            if header.previous != before:
                raise HomeError(f"{files[revision]} does not follow the patch before it; run `leap-kg log verify`")
            for _ in read_blocks(files[revision]):
                pass
            before = header.id

    def _bodies(self, kept: dict[str, Entry]) -> tuple[dict[str, Path], list[Path]]:
        """The raw bodies that are what their names say, and those that are not."""
        good, damaged = {}, []
        for file in sorted(self._home.raw.glob("[0-9a-f][0-9a-f]/*.gz")):
            path = f"raw/{file.parent.name}/{file.name}"
            if file.name.startswith("."):
                continue
            if _is_kept(kept, path, file) or _is_body(file):
                good[path] = file
            else:
                damaged.append(file)
        return good, damaged

    def _conclude(
        self, scratch: Path, before: Manifest | None, entries: dict[str, Entry], store: int, revision: int
    ) -> Manifest:
        """Write the list and then, when all else is safe, the manifest."""
        listed = scratch / "list"
        listed.write_bytes(list_text(entries.values()))
        sha256, header = hash_of(listed), self._log.header(revision)
        self._storage.put([(listed, object_path(sha256))])
        manifest = Manifest(
            base=self._base,
            revision=revision,
            id=header.id,
            digest=header.digest,
            store=store,
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            files=len(entries),
            size=sum(entry.size for entry in entries.values()),
            list=sha256,
            list_before=before.list if before else "",
        )
        self._storage.settle()
        self._storage.replace(MANIFEST, manifest.text())
        return manifest

    def _sweep(
        self, before: Manifest | None, made: Manifest, entries: dict[str, Entry], present: Iterable[str]
    ) -> None:
        """Delete objects that neither this backup nor the one before it needs; somebody may still be reading that."""
        needed = {entry.stored for entry in entries.values()} | {object_path(made.list)}
        if before:
            needed.add(object_path(before.list))
            try:
                needed.update(entry.stored for entry in read_list(self._storage, before.list).values())
            except StorageError:
                return
        with suppress(StorageError):  # the backup is whole; what cannot be deleted now is in nobody's way
            self._storage.remove([path for path in present if path.startswith("objects/") and path not in needed])


@contextmanager
def _scratch(home: Home) -> Iterator[Path]:
    """A folder on the home's own disk, where links to its files can be made."""
    folder = home.path / _SCRATCH
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copied_database(path: Path, scratch: Path) -> Path | None:
    """A copy of a database as of one moment; raises `HomeError` if it cannot be read."""
    if not path.is_file():
        return None
    copy = scratch / path.name
    try:
        with (
            closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
    except sqlite3.Error as error:
        raise HomeError(f"{path} cannot be backed up ({error}); check the disk") from None
    return copy


def _is_kept(kept: dict[str, Entry], path: str, file: Path) -> bool:
    return path in kept and kept[path].size == _size(file)


def _is_body(file: Path) -> bool:
    try:
        return hashlib.sha256(gzip.decompress(file.read_bytes())).hexdigest() == file.stem
    except (OSError, EOFError, zlib.error):
        return False


def _entry(path: str, file: Path) -> Entry:
    return Entry(path, _size(file), hash_of(file))


def _size(file: Path) -> int:
    return file.stat().st_size
