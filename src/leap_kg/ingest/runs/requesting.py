"""Looks at all requests for data once sources are published, and publishes where each of them is.

As with the comparison, it is looked at anew when the graph is not the one that was looked at last.
"""

from datetime import UTC, datetime

import structlog

from leap_kg import __version__
from leap_kg.graph.activity import Activity
from leap_kg.graph.lookup import stands
from leap_kg.graph.names import STANDING_SOURCE, source_graph
from leap_kg.graph.remote.protocol import RemoteError
from leap_kg.ingest.requests.settling import settled
from leap_kg.ingest.runs.graphserver import Conflict, Forbidden
from leap_kg.ingest.runs.publication import Opened
from leap_kg.ingest.state import State
from leap_kg.ontology.namespaces import RDF, SCHEMA

TITLE = "Where requests for data are"

log = structlog.get_logger(__name__)


def settle_requests(opened: Opened, state: State, base: str) -> None:
    """Bring the conclusions up to date; raises `HomeError`. A server that fails is a warning only."""
    if state.mapping_settings(STANDING_SOURCE) == _looked_at(opened):
        return
    started = datetime.now(UTC)
    run = f"{STANDING_SOURCE}/{started:%Y%m%dT%H%M%S}-{opened.revision}"
    try:
        if _is_needed(opened, base):
            records = list(settled(opened.everything(), base))
            activity = Activity(run=run, title=TITLE, started=started, ended=datetime.now(UTC))
            publication = opened.publish(STANDING_SOURCE, records, activity)
            if publication.difference:
                log.info("looked at requests", records=len(records), revision=publication.revision)
    except (Conflict, Forbidden, RemoteError) as error:
        log.warning("requests could not be looked at; the next harvest does it", reason=str(error))
        return
    state.mapped_with(STANDING_SOURCE, _looked_at(opened))


def _is_needed(opened: Opened, base: str) -> bool:
    """Whether there are requests, or conclusions on requests that are gone."""
    everything = opened.everything()
    asked = stands(everything, None, RDF("type"), SCHEMA("Demand"))
    return asked or stands(everything, None, None, None, source_graph(base, STANDING_SOURCE))


def _looked_at(opened: Opened) -> str:
    return f"{__version__} {opened.revision}"
