"""A round of harvesting: the chosen sources into one home, with the ontology first."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

from pyoxigraph import Store

from leap_kg import __version__
from leap_kg.graph.activity import Activity
from leap_kg.graph.followers import followed_writer
from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.publication.change import Publication
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ingest.fetch import CachedFetcher, Fetcher
from leap_kg.ingest.harvest import Harvest, Outcome, Progress
from leap_kg.ingest.raw import RawStore
from leap_kg.ingest.source import Source
from leap_kg.ingest.state import State
from leap_kg.ontology.declared import ontology_quads

ONTOLOGY = "ontology"


def harvest_round(
    home: Home,
    base: str,
    sources: Sequence[Source],
    fetcher: Fetcher,
    *,
    approve: bool = False,
    progress: Callable[[Source], Progress],
) -> Iterator[Outcome]:
    """Harvest the sources; yields each outcome as soon as it is published. Raises `HomeError`.

    All are read before the first is published, and of one address all see the same answer.
    """
    home.create()
    with ExitStack() as stack:
        writer = stack.enter_context(followed_writer(home, base))
        state = stack.enter_context(State(home.state))
        publish_ontology(writer, base)
        harvest = Harvest(
            fetcher=CachedFetcher(fetcher),
            base=base,
            store=lambda: writer.store,
            raw=RawStore(home.raw),
            state=state,
            writer=writer,
            approve=approve,
        )
        yield from harvest.run(sources, progress)


def dry_round(
    home: Home, base: str, sources: Sequence[Source], fetcher: Fetcher, *, progress: Callable[[Source], Progress]
) -> Iterator[Outcome]:
    """What a round would change, source by source; nothing on disk changes, and another process may be writing."""
    snapshot = Snapshots(home).current()
    store = snapshot.store if snapshot else Store()
    with ExitStack() as stack:
        state = stack.enter_context(State(home.state, readonly=True)) if home.state.is_file() else None
        harvest = Harvest(
            fetcher=CachedFetcher(fetcher),
            base=base,
            store=lambda: store,
            raw=RawStore(home.raw),
            state=state,
            writer=None,
        )
        yield from harvest.run(sources, progress)


def publish_ontology(writer: Writer, base: str) -> Publication:
    """Make our own terms and concepts part of the graph; changes nothing if they are."""
    now = datetime.now(UTC)
    activity = Activity(
        run=f"{ONTOLOGY}/{now:%Y%m%dT%H%M%S}-{__version__}", title="The LEAP ontology", started=now, ended=now
    )
    return writer.publish(ONTOLOGY, ontology_quads(base, source_graph(base, ONTOLOGY)), activity)
