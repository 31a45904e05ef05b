"""A publication that changes one record in a hundred, against dropping the source's graph and inserting it anew."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from pyoxigraph import Store

from bench.graph import BASE, SOURCE, activity, datasets
from bench.measure import Comparison, compare
from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer, update_text

_DATASETS = 5_000


def comparisons(folder: Path) -> Iterator[Comparison]:
    """Log, store, flush, index and snapshot are in our time; the other way only replaces the store's graph."""
    versions = count(1)
    with Writer(Home(folder / "home"), BASE) as writer:
        writer.publish(SOURCE, datasets(_DATASETS), activity("first"))
        plain = Store(str(folder / "plain"))
        plain.update(update_text([], datasets(_DATASETS)))
        graph = source_graph(BASE, SOURCE)

        def ours() -> None:
            version = next(versions)
            writer.publish(SOURCE, datasets(_DATASETS, version, 0.01), activity(str(version)))

        def theirs() -> None:
            fresh = "".join(
                f"{q.subject} {q.predicate} {q.object} .\n" for q in datasets(_DATASETS, next(versions), 0.01)
            )
            plain.update(f"DROP GRAPH {graph} ; INSERT DATA {{ GRAPH {graph} {{ {fresh} }} }}")
            plain.flush()

        yield compare(
            f"publish {6 * _DATASETS:,} triples, 1 % changed", ours, "drop and insert, store only", theirs, runs=3
        )
