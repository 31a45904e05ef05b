"""Publishing: a little of a lot against dropping and inserting, a first load against the engine's own loader.

`LEAP_KG_BENCH_TRIPLES` sets the size of the first load and of the source of records; the goals are stated for
4000000, which takes some ten minutes.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

from pyoxigraph import Store

from bench.graph import BASE, SOURCE, activity, dataset, datasets
from bench.measure import Comparison, compare
from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.publication.records import Record
from leap_kg.graph.publish import Writer, update_text

_DATASETS = 5_000
_QUADS = 6
_TRIPLES = int(os.environ.get("LEAP_KG_BENCH_TRIPLES", "600000"))

_BULK_LOAD = """
import sys
from pyoxigraph import RdfFormat, Store
store = Store(sys.argv[1])
store.bulk_load(path=sys.argv[2], format=RdfFormat.N_QUADS)
store.flush()
"""


def comparisons(folder: Path) -> Iterator[Comparison]:
    """Log, validation, store, flush, index and snapshot are always in our time."""
    yield _little(folder / "little")
    yield _bulk(folder / "bulk")
    yield from _records(folder / "records")


def _little(folder: Path) -> Comparison:
    """One record in a hundred changes; the other way only replaces the graph in the store."""
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

        return compare(
            f"publish {_QUADS * _DATASETS:,} triples, 1 % changed", ours, "drop and insert, store only", theirs, runs=3
        )


def _bulk(folder: Path) -> Comparison:
    """The first load of a file, in a process of its own each time."""
    folder.mkdir()
    file, home, plain = folder / "quads.nq", folder / "home", folder / "plain"
    with file.open("w") as out:
        out.writelines(f"{quad} .\n" for quad in datasets(_TRIPLES // _QUADS))
    binary = shutil.which("oxigraph")
    loader = [binary, "load", "--location", str(plain), "--file", str(file)] if binary else None
    name = "oxigraph load" if loader else "bulk_load of pyoxigraph"

    def ours() -> None:
        shutil.rmtree(home, ignore_errors=True)
        ran = subprocess.run(
            [sys.executable, "-m", "bench.loading", str(home), str(file)], check=True, stdout=subprocess.PIPE, text=True
        )
        print(f"publish {_TRIPLES:,} triples: {ran.stdout.strip()}")

    def theirs() -> None:
        shutil.rmtree(plain, ignore_errors=True)
        command = loader or [sys.executable, "-c", _BULK_LOAD, str(plain), str(file)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return compare(f"publish {_TRIPLES:,} triples for the first time", ours, name, theirs, runs=1)


def _records(folder: Path) -> Iterator[Comparison]:
    """A source of records of which few or none have changed, against publishing all that it says."""
    number, versions = _TRIPLES // _QUADS, count(1)
    with Writer(Home(folder / "home"), BASE) as writer:
        writer.publish_records(SOURCE, _said(number, 0, 0.0), activity("first"))
        whole = Writer(Home(folder / "whole"), BASE)
        with whole as other:
            other.publish(SOURCE, datasets(number), activity("first"))

            def everything() -> None:
                version = next(versions)
                other.publish(SOURCE, datasets(number, version, 0.01), activity(str(version)))

            def changed() -> None:
                version = next(versions)
                writer.publish_records(SOURCE, _said(number, version, 0.01), activity(str(version)))

            yield compare(f"{number:,} records, 1 % changed", changed, "publish them all", everything, runs=1)
            said = list(_said(number, next(versions), 0.01))
            writer.publish_records(SOURCE, said, activity("last"))
            yield compare(
                f"{number:,} records, none changed",
                lambda: writer.publish_records(SOURCE, said, activity("none")),
                "publish them all",
                everything,
                runs=1,
            )


def _said(number: int, version: int, changed: float) -> Iterator[Record]:
    """The datasets as records; what a record says is made only when it is asked."""
    for place in range(number):
        stamp = version if place < changed * number else 0
        yield Record(f"d{place}", str(stamp), partial(dataset, place, stamp))
