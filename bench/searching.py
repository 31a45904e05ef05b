"""Words found by the index: against CONTAINS in SPARQL on the same snapshot, and how late the latest answers come.

The second part says the 95th percentile over some hundred searches in a graph of 400,000 nodes beside the goal, as the
field of the pages asks for them while somebody types: twenty hits, their number up to 10,000, and other words where
those asked for are not there; then with the exact number, and with facets, as the page of the hits has them.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench.graph import BASE, SOURCE, activity, datasets
from bench.library import fill, questions
from bench.measure import Comparison, compare
from leap_kg.graph.home import Home
from leap_kg.graph.index.search import SearchIndex
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from leap_kg.sparql.run import select

_DATASETS = 5_000
_NODES = 400_000
_SEARCHES = 200
_GOAL = 0.05
_COUNTED_TO = 10_000
_COUNTED = ("kind", "licence", "tag")
_QUERY = """
SELECT ?node ?title WHERE {
  ?node <http://purl.org/dc/terms/title> ?title
  FILTER(CONTAINS(LCASE(?title), "heat") && CONTAINS(LCASE(?title), "ice"))
} LIMIT 20"""


def comparisons(folder: Path) -> Iterator[Comparison]:
    """The index also counts all hits and sorts them by rank; the query stops at twenty."""
    home = Home(folder)
    with Writer(home, BASE) as writer:
        writer.publish(SOURCE, datasets(_DATASETS), activity("first"))
    index = SearchIndex(home.index)
    snapshot = Snapshots(home).current()
    if snapshot is None:
        raise RuntimeError("the publication left no snapshot")

    def ours() -> object:
        return index.find("heat ice")

    def theirs() -> object:
        return select(snapshot.store, _QUERY)

    yield compare(f"two words in {_DATASETS:,} datasets", ours, "CONTAINS in SPARQL", theirs, runs=9)
    index.close()
    yield from latest(folder / "large.sqlite", _NODES)


def latest(path: Path, nodes: int) -> Iterator[Comparison]:
    """How long 95 of 100 searches take at most, by what is searched for."""
    asked = questions(fill(path, nodes), _SEARCHES)
    index = SearchIndex(path)
    everything = [text for texts in asked.values() for text in texts]

    def find(text: str) -> object:
        return index.find(text, tolerant=True, most=_COUNTED_TO)

    def exact(text: str) -> object:
        return index.find(text, tolerant=True)

    def counted(text: str) -> object:
        return index.find(text, counted=_COUNTED, tolerant=True)

    for what, texts, search in (
        *((what, texts, find) for what, texts in asked.items()),
        ("all of these", everything, find),
        ("all of these, counted to the end", everything, exact),
        ("a quarter of these, with facets", everything[::4], counted),
    ):
        took = _times(search, texts)
        late = statistics.quantiles(took, n=20)[-1]
        yield Comparison(f"p95 of searches in {nodes:,} nodes: {what}", "the goal", late, _GOAL, len(took))
    index.close()


def _times(search: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Seconds of each search, after some that do not count."""
    for text in texts[:10]:
        search(text)
    found = []
    for text in texts:
        began = time.perf_counter()
        search(text)
        found.append(time.perf_counter() - began)
    return found
