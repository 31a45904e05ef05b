"""Looks at all sources together once they are published, and publishes what they contradict each other about.

It is looked at anew when the graph is not the one that was looked at last, so that a run that was broken off in
between is made good by the next.
"""

from datetime import UTC, datetime

import structlog

from leap_kg import __version__
from leap_kg.graph.activity import Activity
from leap_kg.graph.names import COMPARISON_SOURCE
from leap_kg.graph.remote.protocol import RemoteError
from leap_kg.ingest.comparison import compared
from leap_kg.ingest.runs.graphserver import Conflict
from leap_kg.ingest.runs.publication import Opened
from leap_kg.ingest.state import State

log = structlog.get_logger(__name__)


def compare_sources(opened: Opened, state: State, base: str) -> None:
    """Bring the findings of the comparison up to date; raises `HomeError`. A server that fails is a warning only."""
    if state.mapping_settings(COMPARISON_SOURCE) == _looked_at(opened):
        return
    started = datetime.now(UTC)
    run = f"{COMPARISON_SOURCE}/{started:%Y%m%dT%H%M%S}-{opened.revision}"
    try:
        records = list(compared(opened.everything(), base))
        activity = Activity(run=run, title="Comparison of the sources", started=started, ended=datetime.now(UTC))
        publication = opened.publish(COMPARISON_SOURCE, records, activity)
    except (Conflict, RemoteError) as error:
        log.warning("sources could not be compared; the next harvest does it", reason=str(error))
        return
    state.mapped_with(COMPARISON_SOURCE, _looked_at(opened))
    if publication.difference:
        log.info("compared sources", records=len(records), revision=publication.revision)


def _looked_at(opened: Opened) -> str:
    return f"{__version__} {opened.revision}"
