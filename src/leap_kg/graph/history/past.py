"""Past states: any revision as a directory that opens like a snapshot, made when it is first asked for.

It is made from the nearest checkpoint: hard links to its files, opened for writing (files that both have are never
written), and brought forwards or backwards by what the patches between them come to. Several processes may ask for
one state at once: a lock lets one of them make it. The states asked for last stay on disk; one that a process may
still be reading is leased to it by a shared lock and not removed, for the engine opens some files only when it needs
them.
"""

import fcntl
import os
import shutil
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TextIO
from weakref import finalize

from pyoxigraph import Store

from leap_kg.graph.history.checkpoints import Checkpoints, state_name, states_in
from leap_kg.graph.history.folding import apply, net, way
from leap_kg.graph.history.timeline import Timeline
from leap_kg.graph.home import Home, HomeError, unwritable
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.log.patchfile import LogError
from leap_kg.graph.publication.provenance import stored_revision
from leap_kg.graph.snapshot import Snapshot

_MOST = 32
_MOST_BYTES = 8 * 2**30
_LEASES = 12
_IN_MEMORY = 500_000
"""Changes that are added up in memory before they are made; beyond, they are made one after the other."""


class NoState(HomeError):
    """There is no such revision, or what it would be made from is damaged; the message says what to do."""


class States:
    """The past states of a home; safe to use from several threads and processes.

    On disk stay the `most` states asked for last, or fewer if they take more than `most_bytes`. A process keeps the
    last twelve it asked for from being removed.
    """

    def __init__(self, home: Home, base: str, *, most: int = _MOST, most_bytes: int = _MOST_BYTES) -> None:
        self._home = home
        self._base = base
        self._folder = home.path / "states"
        self._log = PatchLog(home.log)
        self._checkpoints = Checkpoints(home)
        self._timeline = Timeline(home.path / "history.sqlite")
        self._most = most
        self._most_bytes = most_bytes
        self._guard = Lock()
        self._leases: OrderedDict[str, TextIO] = OrderedDict()
        finalize(self, _release, self._leases)

    def open(self, revision: int) -> Snapshot:
        """The state at a revision, open for reading; raises what `directory` raises."""
        directory = self.directory(revision)
        return Snapshot(revision, directory, Store.read_only(str(directory)))

    def directory(self, revision: int) -> Path:
        """The directory of the state at a revision, made if need be.

        Raises `NoState` if there is no such revision, `LogError` if a patch between it and the nearest checkpoint
        is damaged, `HomeError` if the disk cannot be written.
        """
        last = self._log.last()
        if not 1 <= revision <= last:
            raise NoState(f"there is no revision {revision}; {self._home.path} has revisions 1 to {last}")
        name = state_name(revision, self._log)
        directory = self._folder / name
        with self._guard:
            leased = name in self._leases
            if leased:
                self._leases.move_to_end(name)
        try:
            if not leased or not directory.is_dir():
                self._lease(revision, directory)
            os.utime(directory)
        except OSError as error:
            raise unwritable(self._folder, error) from None
        return directory

    def close(self) -> None:
        """Give up all leases."""
        with self._guard:
            _release(self._leases)

    def clear(self) -> None:
        """Remove every state that nobody reads; they are made again when they are asked for."""
        self.close()
        self._evict(0)

    def _lease(self, revision: int, directory: Path) -> None:
        """Hold a shared lock on the state, and make the state first if nobody has."""
        self._folder.mkdir(exist_ok=True)
        made = False
        while True:
            file = _lock(directory, fcntl.LOCK_SH)
            if directory.is_dir():
                break
            file.close()
            with _lock(directory, fcntl.LOCK_EX):
                if not directory.is_dir():
                    self._make(revision, directory)
                    made = True
        with self._guard:
            if directory.name in self._leases:
                file.close()
            else:
                self._leases[directory.name] = file
            while len(self._leases) > _LEASES:
                self._leases.popitem(last=False)[1].close()
        if made:
            self._evict(self._most)

    def _make(self, revision: int, directory: Path) -> None:
        """Make the state from the nearest start whose way to it has no damaged patch."""
        partial = directory.with_suffix(".partial")
        damage: LogError | None = None
        for start, checkpoint in self._starts(revision):
            shutil.rmtree(partial, ignore_errors=True)
            try:
                if checkpoint is not None and not _linked(checkpoint, partial):
                    continue
                self._lead(partial, start, revision)
            except LogError as error:
                damage = damage or LogError(str(error))  # without the frames, which hold the store open
            else:
                partial.rename(directory)
                return
        shutil.rmtree(partial, ignore_errors=True)
        raise damage or NoState(f"the state of revision {revision} cannot be made; run `leap-kg log verify`")

    def _starts(self, revision: int) -> list[tuple[int, Path | None]]:
        """From where the state can be made, nearest first: checkpoints of any sort, and the empty graph."""
        known: dict[int, Path | None] = {0: None}
        known |= self._checkpoints.directories(self._log) | states_in(self._folder, self._log) | self._snapshots()
        return sorted(known.items(), key=lambda item: self._distance(item[0], revision))

    def _lead(self, partial: Path, start: int, revision: int) -> None:
        """Bring the store in `partial` from one revision to another."""
        store = Store(str(partial))
        if self._distance(start, revision) <= _IN_MEMORY:
            apply(store, net(self._log, start, revision).changes())
        else:
            apply(store, way(self._log, start, revision))
        store.flush()
        found = stored_revision(store, self._base)
        if found != revision:
            raise NoState(
                f"the state of revision {revision} cannot be made: what the log leads to says it is revision {found}; "
                "run `leap-kg log verify`"
            )

    def _snapshots(self) -> dict[int, Path]:
        with suppress(FileNotFoundError):
            found = {int(path.name): path for path in self._home.snapshots.iterdir() if path.name.isdecimal()}
            return {revision: path for revision, path in found.items() if revision <= self._log.last()}
        return {}

    def _distance(self, start: int, end: int) -> int:
        """How many statements change between two revisions; one that the timeline lacks yet counts for a thousand."""
        return abs(self._reach(start) - self._reach(end))

    def _reach(self, revision: int) -> int:
        return self._timeline.reach(revision) + 1000 * max(0, revision - self._timeline.last())

    def _evict(self, most: int) -> None:
        """Remove the states that nobody has asked for longest, until `most` are left that fit into the bytes."""
        if not self._folder.is_dir():
            return
        for partial in self._folder.glob("*.partial"):
            with _removable(partial) as free:
                if free:
                    shutil.rmtree(partial, ignore_errors=True)
        states = [path for path in self._folder.iterdir() if path.is_dir() and path.suffix != ".partial"]
        sizes = {directory: _bytes(directory) for directory in sorted(states, key=_used)}
        for directory in list(sizes):
            if len(sizes) <= most and sum(sizes.values()) <= self._most_bytes:
                return
            with _removable(directory) as free:
                if free:
                    partial = directory.with_suffix(".partial")
                    with suppress(OSError):
                        directory.rename(partial)
                    shutil.rmtree(partial, ignore_errors=True)
                    del sizes[directory]


def _linked(checkpoint: Path, partial: Path) -> bool:
    """Fill `partial` with hard links to the checkpoint's files; `False` if it is gone, or not whole."""
    try:
        Store.read_only(str(checkpoint)).backup(str(partial))
    except (OSError, RuntimeError, ValueError):
        shutil.rmtree(partial, ignore_errors=True)
        return False
    return True


def _release(leases: OrderedDict[str, TextIO]) -> None:
    while leases:
        leases.popitem()[1].close()


@contextmanager
def _removable(directory: Path) -> Iterator[bool]:
    """Hold the state's lock if nobody else does, and take the lock's file away in the end."""
    with ExitStack() as held:
        try:
            held.enter_context(_lock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
        _lock_path(directory).unlink(missing_ok=True)


def _lock(directory: Path, mode: int) -> TextIO:
    """The state's lock, held until the file is closed; raises `BlockingIOError` if it may not wait and must."""
    path = _lock_path(directory)
    while True:
        file = path.open("a")
        try:
            fcntl.flock(file, mode)
            if path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                return file
        except FileNotFoundError:
            pass
        except BaseException:
            file.close()
            raise
        file.close()  # the file was removed while we waited: whoever comes now makes another


def _lock_path(directory: Path) -> Path:
    return directory.with_suffix(".lock")


def _used(directory: Path) -> float:
    try:
        return directory.stat().st_mtime
    except OSError:
        return 0.0


def _bytes(directory: Path) -> int:
    """What the directory takes on disk; a file that others share counts for its part."""
    total = 0
    with suppress(OSError):
        for path in directory.iterdir():
            found = path.stat()
            total += found.st_size // found.st_nlink
    return total
