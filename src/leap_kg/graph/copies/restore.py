"""Makes a home from a backup, and proves that it is the home that was backed up.

Everything is fetched into one folder of the new home and held to its hash before any of it takes its place; `log/`
is moved last, and a home without it is no home. So a restore that fails or is killed leaves nothing that could be taken
for a graph, and is simply run again.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from leap_kg.graph.copies.archive import ArchiveError, Entry, Manifest, hash_of, read_list, read_manifest
from leap_kg.graph.copies.storage import FileMissing, Storage
from leap_kg.graph.followers import followed_writer
from leap_kg.graph.home import Home, HomeError, WriterLock, unwritable
from leap_kg.graph.log.digest import digest_of
from leap_kg.graph.log.patch import PatchLog

_ARRIVING = "restore.partial"
_PARTS = ("store", "raw", "state.sqlite", "tokens.sqlite", "log")
# What a file system or a lock leaves in a folder that holds no data.
_NOTHING = frozenset((_ARRIVING, "writer.lock", "lost+found"))
_PRIVATE = "tokens.sqlite"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: the revision, when it was backed up (ISO 8601), the number of files and their bytes."""

    revision: int
    made: str
    files: int
    size: int


def restore(storage: Storage, home: Home, base: str) -> Restored:
    """Make the home from the backup.

    Raises `HomeError` if the home has data, if the backup was made with another base, or if a file of it is missing
    or altered; the message names the file.
    """
    try:
        manifest = read_manifest(storage)
    except FileMissing:
        raise ArchiveError(f"{storage.shown} holds no whole backup: it has no manifest") from None
    if manifest.base != base:
        raise HomeError(f"{storage.shown} was made with the base {manifest.base}; set LEAP_KG_BASE to that")
    entries = read_list(storage, manifest.list)
    _require_free(home)
    try:
        home.path.mkdir(parents=True, exist_ok=True)
        with WriterLock(home):
            _require_free(home)
            _clear(home)
            arriving = home.path / _ARRIVING
            fetch_entries(storage, entries, arriving)
            _move(arriving, home)
    except OSError as error:
        raise unwritable(home.path, error) from None
    _prove(home, base, manifest)
    return Restored(manifest.revision, manifest.made, manifest.files, manifest.size)


def fetch_entries(storage: Storage, entries: Mapping[str, Entry], folder: Path) -> None:
    """Fetch files of a backup below a folder of ours; raises `ArchiveError` naming the first that is not as listed."""
    try:
        storage.fetch([(entry.stored, folder / entry.path) for entry in entries.values()])
    except FileMissing as error:
        raise ArchiveError(f"{error}: the backup is not whole") from None
    for entry in entries.values():
        if hash_of(folder / entry.path) != entry.sha256:
            raise ArchiveError(f"{storage.name(entry.stored)} is not what was written: its content has changed")


def _require_free(home: Home) -> None:
    """Raise `HomeError` if somebody's data is in the folder.

    Without `log/` and with the folder of an earlier restore, all there is came from that restore.
    """
    if not home.path.exists():
        return
    found = {path.name for path in home.path.iterdir()} - _NOTHING
    interrupted = (home.path / _ARRIVING).is_dir() and not home.exists() and found <= set(_PARTS)
    if found and not interrupted:
        raise HomeError(f"{home.path} is not empty ({min(found)}); restore to a new folder, given by LEAP_KG_HOME")


def _clear(home: Home) -> None:
    for name in (*_PARTS, _ARRIVING):
        path = home.path / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _move(arriving: Path, home: Home) -> None:
    for name in _PARTS:
        path = arriving / name
        if not path.exists():
            continue
        if name == _PRIVATE:
            path.chmod(0o600)
        path.rename(home.path / name)
    shutil.rmtree(arriving, ignore_errors=True)


def _prove(home: Home, base: str, manifest: Manifest) -> None:
    """Open the home, which replays what the snapshot lacks, and compare it with what the log says it is."""
    header = PatchLog(home.log).header(manifest.revision)
    with followed_writer(home, base) as writer:
        found = (writer.revision, header.id, digest_of(writer.store) if manifest.digest else "")
    if found != (manifest.revision, manifest.id, manifest.digest):
        raise ArchiveError(
            f"{home.path} was restored, but is not the state that the backup names (revision {manifest.revision}, "
            f"{manifest.digest or manifest.id}); delete the folder and use another backup"
        )
