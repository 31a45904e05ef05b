"""Everything that follows the log of a home for the sake of the past: timeline, kept checkpoints, store of changes.

None of it is part of a publication: the log has the revision before, and whatever fails or is killed here is made good
the next time.
"""

from pyoxigraph import Store

from leap_kg.graph.history.changestore import ChangeStore
from leap_kg.graph.history.checkpoints import Checkpoints
from leap_kg.graph.history.chronicle import TimelineWriter
from leap_kg.graph.history.timeline import Timeline
from leap_kg.graph.home import Home
from leap_kg.graph.log.patch import PatchLog

_SOON = 50_000
"""Statements that the store of changes takes in at once; more than that waits for whoever has the time."""


class History:
    """Keeps the past of one home in step with its log; used by the home's writer."""

    def __init__(self, home: Home, base: str) -> None:
        self._timeline = TimelineWriter(home, base)
        self._checkpoints = Checkpoints(home)
        self._changes = ChangeStore(home, base)
        self._reach = Timeline(home.path / "history.sqlite").reach

    def follow(self, log: PatchLog, store: Store) -> None:
        """Take in what is new in the log; `store` is the live store, at the log's last revision.

        A large load is left out of the store of changes here, for it would take as long as the load itself:
        `catch_up` takes it in. Raises `HomeError` (a damaged patch among them) and `sqlite3.Error`.
        """
        self._timeline.follow(log)
        self._checkpoints.keep(store, log, log.last())
        if not self.is_behind(log):
            self._changes.follow(log)

    def is_behind(self, log: PatchLog) -> bool:
        """Whether the store of changes lacks more of the log than `follow` takes in."""
        known = self._changes.current()
        return self._reach(log.last()) - self._reach(known.revision if known else 0) > _SOON

    def catch_up(self, log: PatchLog) -> None:
        """Take into the store of changes what `follow` left; needs no lock and keeps nobody waiting."""
        self._changes.follow(log)
