"""Checkpoints that are kept for good, so that no past state is far from one.

A checkpoint is hard links to the store's files and costs space only as the store moves on, so they are taken by the
amount of change, not by time, and lie the sparser the older they are.
"""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from pyoxigraph import Store

from leap_kg.graph.history.timeline import Timeline
from leap_kg.graph.home import Home
from leap_kg.graph.log.patch import PatchLog

_MOST = 16
_LEAST_CHANGE = 20_000
_PART = 20
_NAME = re.compile(r"[0-9]{8,}-[0-9a-f]{12}")


class Checkpoints:
    """The kept checkpoints of a home; one process, held by the graph's writer, adds and removes them."""

    def __init__(self, home: Home) -> None:
        self._folder = home.path / "checkpoints"
        self._timeline = Timeline(home.path / "history.sqlite")

    def directories(self, log: PatchLog) -> dict[int, Path]:
        """Every kept checkpoint of a revision of this log."""
        return states_in(self._folder, log)

    def keep(self, store: Store, log: PatchLog, revision: int) -> None:
        """Keep a checkpoint of the store if it is more than a twentieth of the graph away from the last one.

        The store is at this revision of the log, and the timeline has it. Checkpoints of another log are removed.
        """
        self._folder.mkdir(exist_ok=True)
        kept = self.directories(log)
        for stale in set(self._folder.iterdir()) - set(kept.values()):
            _remove(stale)
        reach = self._timeline.reach
        change = reach(revision) - reach(max(kept, default=0))
        if revision in kept or change <= max(_LEAST_CHANGE, self._timeline.size(revision) // _PART):
            return
        directory = self._folder / state_name(revision, log)
        partial = directory.with_suffix(".partial")
        store.flush()
        store.backup(str(partial))
        partial.rename(directory)
        kept[revision] = directory
        places = {each: reach(each) for each in sorted(kept)}
        for gone in surplus(list(places.values()), _MOST):
            _remove(kept[list(places)[gone]])


def surplus(places: Sequence[int], most: int) -> list[int]:
    """Which of these places, in rising order, to give up so that `most` are left; by their index.

    Given up is, one after the other, the place whose neighbours are closest to each other for how long ago it was.
    First and last always stay.
    """
    left = list(range(len(places)))
    gone = []
    while len(left) > max(most, 2):
        inner = range(1, len(left) - 1)
        end = places[left[-1]]
        worst = min(inner, key=lambda i: (places[left[i + 1]] - places[left[i - 1]]) / (end - places[left[i]] + 1))
        gone.append(left.pop(worst))
    return gone


def state_name(revision: int, log: PatchLog) -> str:
    """What a directory with the state at a revision is called: its number and the end of its patch's id.

    A log that was restored and went on another way has other ids, so that states of the one are none of the other.
    """
    return f"{revision:08d}-{log.header(revision).id[-12:]}"


def states_in(folder: Path, log: PatchLog) -> dict[int, Path]:
    """The directories in `folder` that hold states of this log, by their revisions."""
    try:
        names = [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return {}
    found = {int(name.partition("-")[0]): name for name in names if _NAME.fullmatch(name)}
    known = log.files()
    return {
        revision: folder / name
        for revision, name in found.items()
        if revision in known and state_name(revision, log) == name
    }


def _remove(directory: Path) -> None:
    """Take the name away first: a checkpoint half removed must not look like one."""
    partial = directory.with_suffix(".partial")
    if directory != partial:
        shutil.rmtree(partial, ignore_errors=True)
        directory.rename(partial)
    shutil.rmtree(partial)
