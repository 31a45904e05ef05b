"""Words found by the index, against CONTAINS in SPARQL on the same snapshot."""

from collections.abc import Iterator
from pathlib import Path

from bench.graph import BASE, SOURCE, activity, datasets
from bench.measure import Comparison, compare
from leap_kg.graph.home import Home
from leap_kg.graph.index.search import SearchIndex
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from leap_kg.sparql.run import select

_DATASETS = 5_000
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
