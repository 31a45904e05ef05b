"""What of a source a run is to read: everything, what changed, or chosen records; or nothing, while it is parked.

A source that can list what changed since a moment is asked for that, and now and then for everything: only a complete
listing can tell what is gone.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import PurePath

import structlog
from pydantic import BaseModel

from leap_kg import __version__
from leap_kg.ingest.runs.code import code_of
from leap_kg.ingest.runs.taking import Progress, Taker, Taking, Wanted
from leap_kg.ingest.source import Source
from leap_kg.ingest.state import RunReport, State
from leap_kg.ingest.state.memory import READ

OVERLAP = timedelta(hours=1)
"""How much earlier than the last successful run began changes are asked for: clocks differ, and listings lag."""
FULL_EVERY = 10
"""Of so many successful runs of a source that can list changes, one lists everything."""
_RUNS = 200
_PLAIN = (str, bytes, bool, int, float, timedelta, datetime, PurePath, BaseModel, tuple, frozenset, type(None))

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans the runs of a round by what `state` remembers of earlier ones.

    `full` lists everything, `replay` maps what is kept without asking anybody, `only` are the keys of the records to
    look at by source (`None`: all). `begin` is told of each source that is going to be read.
    """

    state: State
    full: bool = False
    replay: bool = False
    only: Mapping[str, Collection[str]] | None = None
    begin: Callable[[Source], object] | None = None

    def take(self, taker: Taker, source: Source, progress: Progress) -> Taking:
        """Read the source as planned."""
        letters = self.state.dead_letters(source.id)
        if self.replay:
            return taker.replay(source, letters, progress)
        if (parked := parked_until(self.state, source.id)) is not None:
            reason = f"{source.id} was asked to stay away until {parked:%Y-%m-%d %H:%M:%S} UTC; nothing was asked"
            return Taking(source, datetime.now(UTC), {}, {}, failure=reason, parked=parked, broken_off=True)
        if self.begin is not None:
            self.begin(source)
        return taker.take(source, self._wanted(source), letters, progress)

    def finished(self, taking: Taking) -> None:
        """Note that all kept records of the source are as its mapping makes them now."""
        if taking.scope == "full" or self.replay:
            self.state.mapped_with(taking.source.id, mapping_settings(taking.source))

    def _wanted(self, source: Source) -> Wanted:
        anew = self.state.mapping_settings(source.id) not in ("", mapping_settings(source))
        if anew:
            log.info("mapping all records anew, by another program or entry than last time", source=source.id)
        if self.only is not None:
            return Wanted(only=self.only.get(source.id, ()), anew=anew)
        # Only a complete listing lets go what was approved to go.
        whole = self.full or anew or not source.incremental or self.state.approved(source.id)
        return Wanted(since=None if whole else watermark(self.state.runs(source.id, _RUNS)), anew=anew)


def watermark(runs: list[RunReport]) -> datetime | None:
    """Since when changes are to be listed, `None` for everything; `runs` are those of one source, newest first.

    That is the start of the last run that read all that it was to read, less the overlap.
    """
    good = [run for run in runs if run.outcome in ("complete", "held") and run.scope != "some"]
    if not any(run.scope == "full" for run in good[: FULL_EVERY - 1]):
        return None
    return datetime.fromisoformat(good[0].started) - OVERLAP


def parked_until(state: State, source: str) -> datetime | None:
    """Before when the source must not be asked, if that is still to come."""
    until = next((run.parked_until for run in state.runs(source, limit=1)), None)
    return until if until is not None and until > datetime.now(UTC) else None


def due(state: State, source: Source) -> bool:
    """Whether the source is to be harvested now.

    Its last reading has grown stale, or it never was read, or the last try failed, or removals were approved since.
    A reading that lacked some records was a reading: to ask again every hour would not bring them.
    """
    if parked_until(state, source.id) is not None:
        return False
    last = next((run for run in state.runs(source.id, _RUNS) if run.scope != "some"), None)
    if last is None or last.outcome not in READ:
        return True
    began = datetime.fromisoformat(last.started)
    return began + source.stale_after <= datetime.now(UTC) or state.approved(source.id) > began.timestamp()


def mapping_settings(source: Source) -> str:
    """What `source.map` may depend on besides bodies: the program and its version, the class, its plain attributes."""
    kind = type(source)
    plain = sorted((name, repr(value)) for name, value in vars(source).items() if isinstance(value, _PLAIN))
    text = f"{__version__} {code_of(kind)} {kind.__module__}.{kind.__qualname__} {plain}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
