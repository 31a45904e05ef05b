"""Processes that harvest until they are killed; their parent is `python -m tests.ingest.harvesters`.

A child is given a home and mirrors; it harvests them in turn for ever, so that each round publishes, and tells of each.
"""

from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import structlog

from leap_kg.graph.home import Home
from leap_kg.ingest.fetch import Limits
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.runs.rounds import harvest_round
from leap_kg.ontology.shapes import validate
from tests.children import serve, teller
from tests.ingest.shelf import BASE, catalog_source, published_source, silent

SOURCES = (catalog_source, published_source)


def harvest(home: Path, mirror: Path) -> list[str]:
    """One round over the mirror; the outcome of each source."""
    with MirrorFetcher(read_mirror(mirror), Limits()) as fetcher:
        sources = [make() for make in SOURCES]
        return [o.report.outcome for o in harvest_round(Home(home), BASE, sources, fetcher, progress=silent)]


def harvest_for_ever(home: Path, *mirrors: str) -> None:
    tell = teller(home)
    tell("started")
    for mirror in cycle(map(Path, mirrors)):
        tell(f"{mirror.parent.name} {' '.join(harvest(home, mirror))}")


def be_parent(act: Callable[..., object]) -> None:
    """Serve until standard input ends, silently; the shapes are read once, for all children."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    validate([], BASE)
    serve(act)


if __name__ == "__main__":
    be_parent(harvest_for_ever)
