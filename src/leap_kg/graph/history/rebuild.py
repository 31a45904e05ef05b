"""Makes everything that follows from the log again: store, snapshot, index, timeline, checkpoints, store of changes.

All of it is built in a folder beside what is there (`rebuilding/` in the home) and takes its place only when it was
checked against the log's own digest; until then, and for whatever part has not been exchanged yet, the old one stays.
A process that is killed meanwhile leaves a home that every writer can open: what is missing, it makes again.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from pyoxigraph import Store

from leap_kg.graph.history.changestore import ChangeStore
from leap_kg.graph.history.checkpoints import Checkpoints
from leap_kg.graph.history.chronicle import TimelineWriter
from leap_kg.graph.history.folding import apply
from leap_kg.graph.history.past import States
from leap_kg.graph.home import Home, HomeError, WriterLock, unwritable
from leap_kg.graph.index.indexing import SearchWriter
from leap_kg.graph.log.digest import digest_of
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.log.verify import Report, verify_log
from leap_kg.graph.publication.provenance import stored_revision
from leap_kg.graph.snapshot import Snapshots

Told = Callable[[str, int, int], None]
"""Is told which step is being done, and how much of how much of it is."""

_FOLDERS = ("store", "history", "checkpoints")
_FILES = ("index.sqlite", "history.sqlite")
_BESIDE = ("-wal", "-shm")


class DamagedLog(HomeError):
    """The log has faults, so nothing can be made from it; `report` has them all."""

    def __init__(self, report: Report) -> None:
        self.report = report
        count = len(report.faults)
        super().__init__(
            f"the log has {count} fault{'s' if count > 1 else ''}; nothing was changed. "
            "Restore the files that are named from a backup, then rebuild"
        )


def rebuild(home: Home, base: str, told: Told | None = None, wait: float = 0) -> Report:
    """Make everything again from the log of the home, as its writer; gives the report on the log.

    Waits `wait` seconds for another writer. Raises `DamagedLog`, and `HomeError` if the home is held by another
    writer, was made with another base, or cannot be written; then everything is as it was.
    """
    told = told or (lambda step, done, all_: None)
    log = PatchLog(home.log)
    if not log.last():
        raise HomeError(f"{home.path} has no log; run `leap-kg harvest --sources FILE`, or restore a backup")
    with WriterLock(home, wait):
        report = verify_log(home.log, lambda done, all_: told("checking the log", done, all_))
        if not report:
            raise DamagedLog(report)
        try:
            _build_and_switch(home, base, log, report, told)
        except OSError as error:
            raise unwritable(home.path, error) from None
    return report


def _build_and_switch(home: Home, base: str, log: PatchLog, report: Report, told: Told) -> None:
    scratch = Home(home.path / "rebuilding")
    shutil.rmtree(scratch.path, ignore_errors=True)
    scratch.path.mkdir()
    _build(scratch, base, log, report, told)
    told("switching", 0, 1)
    home.create()  # a home of which only the log is left has no other folders
    _switch(home, scratch)
    States(home, base).clear()
    shutil.rmtree(scratch.path)
    told("switching", 1, 1)


def _build(scratch: Home, base: str, log: PatchLog, report: Report, told: Told) -> None:
    """Build all parts in a home that has no log of its own."""
    last = log.last()
    if not (header := log.header(last)).is_of(base):
        was = header.likely_base
        raise HomeError(f"the log was made with another base than {base}; set LEAP_KG_BASE to what it was: {was}")
    told("making the timeline", 0, 1)
    TimelineWriter(scratch, base).follow(log)
    store = Store(str(scratch.store))
    checkpoints = Checkpoints(scratch)
    for revision in range(1, last + 1):
        told("making the store", revision - 1, last)
        apply(store, log.changes(revision))
        checkpoints.keep(store, log, revision)
    store.flush()
    told("checking the store", 0, 1)
    if digest_of(store) != report.digest or stored_revision(store, base) != last:
        raise HomeError("the store that the log leads to is not the one its digests stand for; nothing was changed")
    told("making the index", 0, 1)
    with SearchWriter(scratch.index, base) as index:
        index.rebuild(store, last)
    told("making the store of changes", 0, 1)
    ChangeStore(scratch, base).follow(log)
    scratch.snapshots.mkdir()
    Snapshots(scratch).create(store, last)


def _switch(home: Home, scratch: Home) -> None:
    """Put each part in the place of the old one; the old ones go to `rebuilding/old`."""
    old = scratch.path / "old"
    old.mkdir()
    (old / "snapshots").mkdir()
    for name in _FOLDERS:
        if (home.path / name).exists():
            (home.path / name).rename(old / name)
        if (scratch.path / name).exists():
            (scratch.path / name).rename(home.path / name)
    for name in _FILES:
        # First what belongs to the old file: a reader must never find it beside the new one.
        for ending in _BESIDE:
            _move(home.path / f"{name}{ending}", old)
        os.replace(scratch.path / name, home.path / name)  # noqa: PTH105 - Path.replace is the same; this says more
    for directory in sorted(home.snapshots.iterdir()):
        directory.rename(old / "snapshots" / directory.name)
    for directory in scratch.snapshots.iterdir():
        directory.rename(home.snapshots / directory.name)


def _move(path: Path, folder: Path) -> None:
    if path.exists():
        path.rename(folder / path.name)
