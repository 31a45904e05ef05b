"""Publishes what was seen on clusters, if that is anything new.

A look that finds what the graph says already opens no writer and makes no revision: so an operator that runs for years
on a cluster that nobody touches leaves nothing in the log. What could not be published, as when another process
writes, is tried again with what has been seen by then.
"""

from datetime import UTC, datetime

from pyoxigraph import Quad

from leap_kg.graph.activity import Activity
from leap_kg.graph.engine import Engine
from leap_kg.graph.followers import followed_writer
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.lookup import looked_up
from leap_kg.graph.names import source_graph
from leap_kg.hub.observed.statements import Observation, observed_quads, observed_source, wanted_node

_WAIT = 30.0


def record(home: Home, base: str, store: Engine, seen: Observation) -> int:
    """Publish the observation; returns the revision that it made, 0 if `store` has it already.

    Raises `HomeError`, `ValueError` or `OSError` if it cannot be published.
    """
    now = datetime.now(UTC)
    source = observed_source(seen.cluster)
    run = f"{source}/{now:%Y%m%dT%H%M%S.%f}"
    used = (wanted_node(base, seen).value,)
    title = f"What was seen on the cluster {seen.cluster}"
    activity = Activity(run, title, seen.began, now, used=used)
    before = said_before(store, seen.cluster, base)
    if not seen.effects and observed_quads(before, seen, activity.iri(base), now, base) == set(before):
        return 0
    if not home.exists():
        raise HomeError(f"{home.path} is gone; it is not made anew for what was seen")
    with followed_writer(home, base, _WAIT) as writer:
        quads = observed_quads(said_before(writer.store, seen.cluster, base), seen, activity.iri(base), now, base)
        was = writer.revision
        revision = writer.publish(source, quads, activity).revision
        return revision if revision != was else 0


def said_before(store: Engine, cluster: str, base: str) -> list[Quad]:
    """What the graph of the cluster says."""
    return looked_up(store, None, None, None, source_graph(base, observed_source(cluster)))
