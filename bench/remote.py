"""A page and a publication with an existing SPARQL server, against the embedded store."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from bench.graph import BASE, SOURCE, activity, datasets
from bench.measure import Comparison, compare
from leap_kg.graph.followers import followed_writer
from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from tests.graph.engines.servers import Absent, fuseki, virtuoso
from tests.web.server import Server, running

_DATASETS = 2_000
_PAGES = 40


def comparisons(folder: Path) -> Iterator[Comparison]:
    """Both sides do the same on homes of their own; a server that is not installed is left out."""
    with ExitStack() as opened:
        for number, make in enumerate((fuseki, virtuoso)):
            place = folder / str(number)
            place.mkdir()
            try:
                server = opened.enter_context(make(place))
            except Absent:
                continue
            homes = Home(place / "remote", server.remote), Home(place / "embedded")
            yield from _published(homes, server.name)
            environment = {"LEAP_KG_STORE": f"sparql+{server.remote.query}"}
            with running(homes[0].path, environment) as theirs, running(homes[1].path) as ours:
                yield _read(theirs, ours, server.name)


def _published(homes: tuple[Home, Home], name: str) -> Iterator[Comparison]:
    versions = count(1)
    with followed_writer(homes[0], BASE) as remote, followed_writer(homes[1], BASE) as embedded:
        for writer in (remote, embedded):
            writer.publish(SOURCE, datasets(_DATASETS), activity("first"))

        def publish(writer: Writer) -> None:
            version = next(versions)
            writer.publish(SOURCE, datasets(_DATASETS, version, 0.01), activity(str(version)))

        what = f"publish {6 * _DATASETS:,} triples, 1 % changed, with {name}"
        yield compare(what, lambda: publish(remote), "without a server", lambda: publish(embedded))


def _read(theirs: Server, ours: Server, name: str) -> Comparison:
    starts = count(0, _PAGES)

    def pages(site: Server, first: int) -> None:
        for number in range(first, first + _PAGES):
            site.get(f"/dataset/bench/d{number % _DATASETS}").raise_for_status()

    # Pages that nobody has seen yet: what a process has once read of a revision it remembers.
    return compare(
        f"{_PAGES} pages, each for the first time, from {name}",
        lambda: pages(theirs, next(starts)),
        "from the embedded store",
        lambda: pages(ours, next(starts)),
    )
