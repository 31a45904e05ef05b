"""What harvesting remembers, for Prometheus: runs by outcome, dead letters, and how long ago each source was read.

Read from the home's state file at each scrape, so it is the same whichever process answers, and whoever harvests.
Hazard: the file belongs to another process; whatever is wrong with it, the other metrics are still told.
"""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from leap_kg.graph.home import Home, HomeError
from leap_kg.ingest.state import State

if TYPE_CHECKING:
    from prometheus_client.core import Metric


def harvest_families(home: Home) -> list["Metric"]:
    """The metrics of harvests into this home; none where nothing is harvested."""
    if not home.state.is_file():
        return []
    try:
        with State(home.state, readonly=True) as state:
            return list(_families(state, datetime.now(UTC)))
    except (HomeError, sqlite3.Error, ValueError):
        return []


def _families(state: State, now: datetime) -> Iterator["Metric"]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    runs = CounterMetricFamily("leap_kg_harvest_runs", "Harvests by what became of them.", labels=("source", "outcome"))
    for (source, outcome), number in sorted(state.counts().items()):
        runs.add_metric((source, outcome), number)
    yield runs
    read = state.last_checks()
    letters = GaugeMetricFamily("leap_kg_dead_letters", "Records that could not be taken.", labels=("source",))
    dead = state.dead_counts()
    for source in sorted(read.keys() | dead.keys()):
        letters.add_metric((source,), dead.get(source, 0))
    yield letters
    ages = GaugeMetricFamily("leap_kg_harvest_age_seconds", "Time since the source was last read.", labels=("source",))
    for source, moment in sorted(read.items()):
        ages.add_metric((source,), max((now - moment).total_seconds(), 0.0))
    yield ages
