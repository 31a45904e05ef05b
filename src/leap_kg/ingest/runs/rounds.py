"""A round of harvesting: the chosen sources into one home, with the ontology first."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from pyoxigraph import Store

from leap_kg import __version__
from leap_kg.graph.activity import Activity
from leap_kg.graph.followers import followed_writer
from leap_kg.graph.home import Home, WriterLock
from leap_kg.graph.names import ONTOLOGY_SOURCE, source_graph
from leap_kg.graph.publication.change import Publication
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ingest.bodies import Bodies
from leap_kg.ingest.fetch import CachedFetcher, Fetcher
from leap_kg.ingest.raw import RawStore
from leap_kg.ingest.runs.graphserver import GraphServer
from leap_kg.ingest.runs.harvest import Harvest, Outcome, Progress
from leap_kg.ingest.runs.leases import fetching, leased
from leap_kg.ingest.runs.plan import Planner
from leap_kg.ingest.runs.publication import NOTHING, DryTarget, HomeTarget
from leap_kg.ingest.runs.taking import Taker
from leap_kg.ingest.runs.unfinished import Unfinished
from leap_kg.ingest.runs.upstream import ServerTarget
from leap_kg.ingest.source import Source
from leap_kg.ingest.state import RunReport, State
from leap_kg.ontology.declared import ontology_quads

_FIRST_WAIT = 2.0
"""Seconds to wait for another writer before anything is read."""
_WAIT = 300.0
"""Seconds to wait for another writer when there is something to publish."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """How a round is to go; see `Planner`, and `Taker` for `approve`.

    With `resume`, what an interrupted run has fetched is not fetched again; files that are read in place have no
    need of that. `waiting` is called if another process has to end its fetching first.
    """

    approve: bool = False
    full: bool = False
    replay: bool = False
    resume: bool = False
    only: Mapping[str, Collection[str]] | None = None
    waiting: Callable[[], object] = lambda: None


def harvest_round(
    home: Home,
    base: str,
    sources: Sequence[Source],
    fetcher: Fetcher,
    *,
    approve: bool = False,
    progress: Callable[[Source], Progress],
    options: Options | None = None,
    server: GraphServer | None = None,
) -> Iterator[Outcome]:
    """Harvest the sources; yields each outcome as soon as it is published. Raises `HomeError`.

    All are read before the first is published, and of one address all see the same answer. While sources are read,
    others may write into the home; no other process harvests these sources. One that another process harvests already
    is passed over: its outcome is `busy`. What is published is sent to the `server` too, if there is one.
    """
    chosen = options or Options(approve=approve)
    home.create()
    with ExitStack() as stack:
        taken = stack.enter_context(leased(home, [source.id for source in sources]))
        yield from (_busy(home, source, taken[source.id]) for source in sources if source.id in taken)
        free = [source for source in sources if source.id not in taken]
        if not free:
            return
        if server is not None:
            stack.callback(server.close)
            # Whether it is there is seen before hours of fetching, not after.
            server.standing(source_graph(base, free[0].id).value)
        if chosen.resume:
            stack.enter_context(fetching(home, chosen.waiting))
        # Whether the home can be written is seen before hours of fetching, not after.
        with followed_writer(home, base, _FIRST_WAIT) if chosen.resume else WriterLock(home, _FIRST_WAIT):
            pass
        state = stack.enter_context(State(home.state))
        here = HomeTarget(home, base, _WAIT, publish_ontology)
        raw = RawStore(home.raw)
        unfinished = Unfinished(home, fetcher, raw) if chosen.resume else None
        taker = Taker(unfinished or CachedFetcher(fetcher), Bodies(raw, raw), state.staged, base, chosen.approve)
        harvest = Harvest(
            taker=taker,
            planner=Planner(state, chosen.full, chosen.replay, chosen.only, unfinished.begin if unfinished else None),
            base=base,
            state=state,
            target=ServerTarget(home, base, here, server) if server else here,
            approve=chosen.approve,
            finished=unfinished.finish if unfinished else None,
        )
        yield from harvest.run(free, progress)


def _busy(home: Home, source: Source, pid: str) -> Outcome:
    """What is said of a source that another process harvests; no run is remembered."""
    now = datetime.now(UTC).isoformat()
    reason = f"another process (pid {pid}) harvests {source.id} into {home.path}; wait for it, or stop it"
    log.warning("source busy", source=source.id, reason=reason)
    return Outcome(RunReport("", source.id, source.title, now, now, "busy", 0, 0, 0, 0, 0, 0, reason), NOTHING)


def dry_round(
    home: Home,
    base: str,
    sources: Sequence[Source],
    fetcher: Fetcher,
    *,
    progress: Callable[[Source], Progress],
    options: Options | None = None,
) -> Iterator[Outcome]:
    """What a round would change, source by source; nothing on disk changes, and another process may be writing."""
    chosen = options or Options()
    snapshot = Snapshots(home).current()
    store = snapshot.store if snapshot else Store()
    with ExitStack() as stack:
        there = home.state.is_file()
        state = stack.enter_context(State(home.state if there else None, readonly=there))
        bodies = Bodies(None, RawStore(home.raw))
        harvest = Harvest(
            taker=Taker(CachedFetcher(fetcher), bodies, state.staged, base, chosen.approve),
            planner=Planner(state, chosen.full, chosen.replay, chosen.only),
            base=base,
            state=state,
            target=DryTarget(lambda: store, base),
            approve=chosen.approve,
        )
        yield from harvest.run(sources, progress)


def publish_ontology(writer: Writer, base: str) -> Publication:
    """Make our own terms and concepts part of the graph; changes nothing if they are."""
    now = datetime.now(UTC)
    activity = Activity(
        run=f"{ONTOLOGY_SOURCE}/{now:%Y%m%dT%H%M%S}-{__version__}", title="The LEAP ontology", started=now, ended=now
    )
    return writer.publish(ONTOLOGY_SOURCE, ontology_quads(base, source_graph(base, ONTOLOGY_SOURCE)), activity)
