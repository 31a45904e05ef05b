"""Harvesting: how fast records are mapped; what a table of many rows costs at first, unchanged and changed a little.

`LEAP_KG_BENCH_ROWS` sets the size of the table; the goals are stated for 400000, which takes some ten minutes. The
records that are mapped are the example platform's feedstocks.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import yaml
from pyoxigraph import Quad, Store

from bench.measure import Comparison, compare
from bench.table import Table
from leap_kg.graph.names import source_graph
from leap_kg.ingest.fetch import Limits
from leap_kg.ingest.leap.catalog import LeapCatalog
from leap_kg.ingest.mirror import MirrorFetcher
from leap_kg.ingest.source import Listing, Part, RawRecord
from leap_kg.settings import DEFAULT_BASE

_ROWS = int(os.environ.get("LEAP_KG_BENCH_ROWS", "40000"))
_FEEDSTOCKS = Path(__file__).parents[1] / "examples/platform/feedstocks"
_MAPPED = 100


def comparisons(folder: Path) -> Iterator[Comparison]:
    """The other way maps every row each time, drops the graph and inserts it; it checks and remembers nothing."""
    yield _mapping()
    home, plain = folder / "home", Store(str(folder / "plain"))
    versions = count(1)

    def theirs(changed: int) -> Callable[[], None]:
        return lambda: _drop_and_insert(plain, Table(_ROWS, next(versions), changed))

    def first() -> None:
        shutil.rmtree(home, ignore_errors=True)
        _harvest(home, 0, 0)

    other = "map all, drop and insert"
    yield compare(f"{_ROWS:,} rows for the first time", first, other, theirs(0), runs=1)
    yield compare(f"{_ROWS:,} rows, none changed", lambda: _harvest(home, 0, 0), other, theirs(0), runs=1)
    part = _ROWS // 100
    yield compare(
        f"{_ROWS:,} rows, 1 % changed", lambda: _harvest(home, next(versions), part), other, theirs(part), runs=1
    )


def _harvest(home: Path, version: int, changed: int) -> None:
    command = [sys.executable, "-m", "bench.table", str(home), str(_ROWS), str(version), str(changed)]
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    print(f"{_ROWS:,} rows: {ran.stdout.strip()}")


def _drop_and_insert(store: Store, table: Table) -> None:
    graph = source_graph(DEFAULT_BASE, table.id)
    with MirrorFetcher((), Limits()) as nothing:
        refs = table.enumerate(Listing(nothing))
        mapped = (table.map(RawRecord(ref.key, ref.found)) for ref in refs)
        quads = (Quad(t.subject, t.predicate, t.object, graph) for record in mapped for t in record.triples)
        store.clear_graph(graph)
        store.extend(quads)
        store.flush()


def _mapping() -> Comparison:
    """Feedstocks to triples and findings, against reading their YAML with the C library and doing nothing with it."""
    source = LeapCatalog("bench", "Feedstocks", "https://example.org/input.yaml", timedelta(days=1), DEFAULT_BASE)
    records = [_record(file) for file in sorted(_FEEDSTOCKS.glob("*/feedstock/catalog.yaml"))]
    records = [record for record in records if len(record.parts) == 2]
    if not records:
        raise RuntimeError(f"there are no feedstocks below {_FEEDSTOCKS}")

    def ours() -> None:
        for _ in range(_MAPPED):
            for record in records:
                source.map(record)

    def theirs() -> None:
        for _ in range(_MAPPED):
            for record in records:
                for part in record.parts:
                    yaml.load(part.data, Loader=yaml.CSafeLoader)

    ours()  # SPDX's list is read once a process, which 300 records would not outweigh
    began = time.process_time()
    ours()
    number = _MAPPED * len(records)
    print(f"mapping: {number / (time.process_time() - began):,.0f} records a second of one core")
    return compare(f"map {number:,} feedstocks", ours, "read their YAML only", theirs, runs=3)


def _record(file: Path) -> RawRecord:
    address = f"https://github.com/{file.parts[-3].replace('__', '/')}/blob/main/feedstock"
    names = [name for name in ("catalog", "meta") if file.with_name(f"{name}.yaml").is_file()]
    parts = (Part.cut(name, f"{address}/{name}.yaml", file.with_name(f"{name}.yaml").read_bytes()) for name in names)
    return RawRecord(file.parts[-3], tuple(parts))


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        for found in comparisons(Path(place)):
            print(f"{found.what}: {found.ours:.2f} s, {found.other}: {found.theirs:.2f} s, ratio {found.ratio:.2f}")
