"""A process that starts processes which harvest until they are killed: `python -m tests.ingest.harvesters`.

Reads `HOME FIRST SECOND` a line from standard input, separated by tabs; forks a child that harvests the two mirrors
in turn into the home for ever, so that each round publishes, and writes a line to `HOME.progress` after each;
answers with the child's pid, and with how it ended once it has.

The parent imports everything once and opens no store, so a child is ready in milliseconds and forking is safe.
"""

import os
import sys
from itertools import cycle
from pathlib import Path

import structlog

from leap_kg.graph.home import Home
from leap_kg.ingest.fetch import Limits
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.runs.rounds import harvest_round
from leap_kg.ontology.shapes import validate
from tests.ingest.shelf import BASE, catalog_source, published_source, silent

SOURCES = (catalog_source, published_source)


def harvest(home: Path, mirror: Path) -> list[str]:
    """One round over the mirror; the outcome of each source."""
    with MirrorFetcher(read_mirror(mirror), Limits()) as fetcher:
        sources = [make() for make in SOURCES]
        return [o.report.outcome for o in harvest_round(Home(home), BASE, sources, fetcher, progress=silent)]


def harvest_for_ever(home: Path, mirrors: list[Path]) -> None:
    progress = os.open(f"{home}.progress", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(progress, b"started\n")
    for mirror in cycle(mirrors):
        os.write(progress, f"{mirror.parent.name} {' '.join(harvest(home, mirror))}\n".encode())


def main() -> None:
    """Serve lines until standard input ends."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    validate([], BASE)  # reads the shapes once, for all children
    for line in sys.stdin:
        home, *mirrors = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            try:
                harvest_for_ever(Path(home), [Path(mirror) for mirror in mirrors])
            finally:
                os._exit(1)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(status, flush=True)


if __name__ == "__main__":
    main()
