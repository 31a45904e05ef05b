"""Follows another home: takes over its patches byte for byte, and applies them as a writer does after a crash.

A patch that is copied into the log before it is applied is just what a writer leaves that dies in between, so there is
one code path for both, and the hashes of the chain hold here as there. A replica that begins takes a snapshot of the
source if its log is long; the snapshot must be the state that the log names for its revision.

Hazard: a source whose log was rewritten (restored from an older backup and written to again) has another history
with the same numbers. It is refused: mixing the two would make a graph that never was.
"""

import json
import os
import shutil
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from pyoxigraph import Store

from leap_kg.graph.copies.storage import Storage, StorageError, sync_folder
from leap_kg.graph.copies.upstream import Remote, Upstream
from leap_kg.graph.exclusion import only_one
from leap_kg.graph.followers import followed_writer
from leap_kg.graph.home import REPLICA, Home, HomeError, WriterLock, unwritable
from leap_kg.graph.log.digest import digest_of
from leap_kg.graph.log.patch import FIRST, PatchLog
from leap_kg.graph.log.patchfile import Header, LogError, read_blocks, read_header
from leap_kg.graph.snapshot import Snapshots

LONG_LOG = 200
"""From so many patches on, a replica begins with a snapshot instead of applying them all."""

_BATCH = 200
_ARRIVING = "replica.partial"


class Diverged(HomeError):
    """The source is not the one that was followed so far; the message says where the two part."""


@dataclass(frozen=True, slots=True)
class Status:
    """What a replica knows of itself and its source, for whoever serves it.

    `source` is the address without secrets; `revision` is ours and `newest` the source's when it was last seen; `level`
    is when the two were last known to be the same and `seen` when the source last answered, in seconds since 1970 by
    our own clock (0 for never); `fault` says what is wrong now.
    """

    source: str
    revision: int = 0
    newest: int = 0
    level: float = 0.0
    seen: float = 0.0
    fault: str = ""

    @property
    def behind(self) -> int:
        """How many revisions of the source are missing here, as far as is known."""
        return max(self.newest - self.revision, 0)

    def lag(self, now: float) -> float:
        """The seconds since this was last known to be all that the source has; infinite if it never was."""
        return max(now - self.level, 0.0) if self.level else float("inf")


def read_status(home: Home) -> Status | None:
    """What the replica in this home last said; `None` if the home is no replica. Raises `HomeError` for damage."""
    path = home.path / REPLICA
    try:
        return Status(**json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise HomeError(f"{path} cannot be read ({error}); delete it, and the replica writes it again") from None


class Replica:
    """A home that follows another one; a context manager, and the only writer of its home while it is open.

    Raises `HomeError` if the home cannot be used.
    """

    def __init__(self, home: Home, base: str, storage: Storage) -> None:
        self._home = home
        self._base = base
        self._upstream = Upstream(storage)
        self._log = PatchLog(home.log)
        self._open = ExitStack()
        self._applied = 0
        self._compared: Mapping[int, Remote] | None = None
        self._sizes: dict[int, int] = {}
        self.status = replace(read_status(home) or Status(""), source=storage.shown)

    def __enter__(self) -> "Replica":
        self._home.create()
        if self._log.last() and read_status(self._home) is None:
            raise HomeError(
                f"{self._home.path} holds a graph that is no replica; set LEAP_KG_HOME to a new folder for the replica"
            )
        self._open.enter_context(only_one(self._home, "replica"))
        self._applied = Snapshots(self._home).newest()
        self._tell()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def step(self) -> int:
        """Take over all that the source has now; returns how many revisions that were.

        Raises `StorageError` if the source cannot be reached, `Diverged` if it was rewritten, and `HomeError`; what
        was taken over before stays.
        """
        try:
            taken = self._step()
        except HomeError as error:
            self._tell(fault=str(error))
            raise
        except OSError as error:
            self._tell(fault=str(error))
            raise unwritable(self._home.path, error) from None
        self._tell(fault="")
        return taken

    def _step(self) -> int:
        seen = time.time()
        patches = self._upstream.patches()
        newest, first = max(patches, default=0), self._log.last()
        self._tell(newest=newest, seen=seen)
        if patches is not self._compared:
            self._compare(patches, first)
            self._compared = patches
        if newest >= LONG_LOG and not self._home.store.exists():
            self._begin(patches)
        while (last := self._log.last()) < newest:
            self._take(patches, range(last + 1, min(last + _BATCH, newest) + 1))
            self._apply()
        if self._applied < newest:
            self._apply()
        self._tell(level=seen)
        return newest - first

    def _compare(self, patches: Mapping[int, Remote], last: int) -> None:
        """Raise `Diverged` unless our log is the beginning of the source's, as far as a listing shows."""
        shown, newest = self._upstream.storage.shown, max(patches, default=0)
        if newest < last:
            raise Diverged(
                f"{shown} ends at revision {newest}, but this replica has {last} of it: the source was rewritten or "
                "restored from an older backup; set LEAP_KG_HOME to a new folder to follow what it is now"
            )
        for revision in range(1, newest + 1):
            if revision not in patches:
                raise StorageError(f"{shown} lacks the patch of revision {revision}; restore it there from a backup")
        for revision, path in self._log.files().items():
            if revision not in self._sizes:
                self._sizes[revision] = path.stat().st_size
            remote = patches[revision]
            if remote.name != path.name or remote.size not in (None, self._sizes[revision]):
                raise self._parted(revision)

    def _take(self, patches: Mapping[int, Remote], wanted: range) -> None:
        """Copy patches into the log, once they are known to be what follows it."""
        arriving = self._home.path / _ARRIVING
        shutil.rmtree(arriving, ignore_errors=True)
        here = {revision: arriving / patches[revision].name for revision in wanted}
        self._upstream.fetch({path: patches[revision] for revision, path in here.items()})
        before = self._log.header(wanted[0] - 1).id if wanted[0] > 1 else FIRST
        for revision, path in here.items():
            before = self._checked(path, revision, before).id
        for path in here.values():
            with path.open("rb") as file:
                os.fsync(file.fileno())
            path.rename(self._home.log / path.name)
        sync_folder(self._home.log)
        arriving.rmdir()

    def _checked(self, path: Path, revision: int, previous: str) -> Header:
        """The header of a patch that was fetched, if it is whole and follows the one before it."""
        header = read_header(path)
        if header.revision != revision:
            raise LogError(f"{path.name} of {self._upstream.storage.shown} holds revision {header.revision}")
        if header.previous != previous:
            raise self._parted(revision - 1)
        for _ in read_blocks(path):
            pass
        return header

    def _begin(self, patches: Mapping[int, Remote]) -> None:
        """Take the log up to the source's snapshot, and the snapshot in place of applying it."""
        revision, files = self._upstream.checkpoint()
        if revision not in patches:
            return
        while (last := self._log.last()) < revision:
            self._take(patches, range(last + 1, min(last + _BATCH, revision) + 1))
        header = self._log.header(revision)
        if not header.digest:
            return  # a log from before there were digests: nothing would tell whether the snapshot fits it
        arriving = self._home.path / _ARRIVING
        shutil.rmtree(arriving, ignore_errors=True)
        self._upstream.fetch({arriving / name: remote for name, remote in files.items()})
        try:
            found = digest_of(Store.read_only(str(arriving)))
        except (OSError, ValueError, RuntimeError) as error:
            raise LogError(
                f"the snapshot {revision} of {self._upstream.storage.shown} cannot be read: {error}"
            ) from None
        if found != header.digest:
            raise LogError(
                f"the snapshot {revision} of {self._upstream.storage.shown} is not the state that its log names; "
                "publish there once more, so that there is a new snapshot"
            )
        with WriterLock(self._home):
            arriving.rename(self._home.store)

    def _apply(self) -> None:
        """Have a writer do what it does after a crash: bring store, index and snapshots to where the log is."""
        with followed_writer(self._home, self._base, replica=True) as writer:
            self._applied = writer.revision
        self._tell()

    def _parted(self, revision: int) -> Diverged:
        return Diverged(
            f"revision {revision} of {self._upstream.storage.shown} is not the one that this replica took over: the "
            "log there was rewritten; set LEAP_KG_HOME to a new folder to follow what it is now"
        )

    def _tell(self, **known: Any) -> None:  # noqa: ANN401 - fields of Status
        """Write the status, as a whole or not at all."""
        self.status = replace(self.status, **{"revision": self._applied, **known})
        partial = self._home.path / f"{REPLICA}.partial"
        partial.write_text(json.dumps(asdict(self.status)))
        partial.replace(self._home.path / REPLICA)
