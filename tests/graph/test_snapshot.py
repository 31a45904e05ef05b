"""Snapshots: a reader keeps the revision it opened, whatever the writer does meanwhile."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ontology.namespaces import DCT
from tests.graph.samples import activity, dataset, export, graph_of
from tests.ontology.terms import BASE

ROOT = Path(__file__).parents[2]


def publish(writer: Writer, *titles: str) -> None:
    for title in titles:
        writer.publish("one", dataset("x", title), activity())


def names(home: Home) -> list[str]:
    return sorted(path.name for path in home.snapshots.iterdir())


def test_there_is_none_before_the_first_publication(home: Home, writer: Writer) -> None:
    assert Snapshots(home).current() is None
    assert Snapshots(home).newest() == 0
    assert Snapshots(Home(home.path / "not there")).current() is None


def test_a_reader_keeps_its_revision_while_another_is_published(home: Home, writer: Writer) -> None:
    publish(writer, "First")
    reader = Snapshots(home)
    first = reader.current()
    assert first is not None
    assert reader.current() is first
    before = export(first.store)
    publish(writer, "Second", "Third")
    assert (first.revision, export(first.store)) == (1, before)
    assert graph_of(first.store, "one") == dataset("x", "First")
    third = reader.current()
    assert third is not None
    assert (third.revision, graph_of(third.store, "one")) == (3, dataset("x", "Third"))
    assert export(first.store) == before


def test_a_reader_outlives_its_snapshots_removal(home: Home, writer: Writer) -> None:
    writer.publish("one", set().union(*(dataset(f"n{n}", f"Title {n}") for n in range(300))), activity())
    kept = Snapshots(home).current()
    assert kept is not None
    publish(writer, "Second")
    os.utime(kept.directory, (0, 0))
    publish(writer, *(f"Title {number}" for number in range(8)))
    assert not kept.directory.exists()
    assert len(graph_of(kept.store, "one")) == 300 * 3 + 2
    found: Any = kept.store.query("SELECT * { GRAPH ?g { ?s ?p ?o } FILTER(STRENDS(?o, '299')) }")
    assert len(list(found)) == 1


def test_the_newest_and_the_young_ones_are_kept(home: Home, writer: Writer) -> None:
    publish(writer, *(f"Title {number}" for number in range(12)))
    assert names(home) == [f"{number:08d}" for number in range(1, 13)]
    for number in (1, 2, 4, 11, 12):
        os.utime(home.snapshots / f"{number:08d}", (time.time() - 3600,) * 2)
    publish(writer, "Last")
    assert names(home) == [f"{number:08d}" for number in (3, *range(5, 14))]


def test_what_a_dead_writer_left_half_made_is_no_snapshot(home: Home, writer: Writer) -> None:
    publish(writer, "First")
    (home.snapshots / "00000002.partial" / "deep").mkdir(parents=True)
    (home.snapshots / "00000077.partial").mkdir()
    (home.snapshots / "notes").write_text("x")
    assert Snapshots(home).newest() == 1
    publish(writer, "Second")
    assert names(home) == ["00000001", "00000002", "notes"]


def test_a_snapshot_made_anew_replaces_the_old_one(home: Home, writer: Writer) -> None:
    publish(writer, "First", "Second")
    Snapshots(home).create(writer.store, 1)
    assert names(home) == ["00000001", "00000002"]


def test_snapshots_of_a_lost_future_are_forgotten(home: Home, writer: Writer) -> None:
    publish(writer, "First", "Second", "Third")
    Snapshots(home).forget(after=1)
    assert names(home) == ["00000001"]


def test_a_snapshot_cannot_be_written(home: Home, writer: Writer) -> None:
    publish(writer, "First")
    snapshot = Snapshots(home).current()
    assert snapshot is not None
    before, store = export(snapshot.store), snapshot.store
    assert isinstance(store, Store)
    quad = Quad(NamedNode(BASE), DCT("title"), Literal("x"), NamedNode(BASE))
    writes: list[Callable[[], None]] = [
        lambda: store.add(quad),
        lambda: store.extend([quad]),
        lambda: store.clear(),
        lambda: store.update("INSERT DATA { <a:b> <a:b> <a:b> }"),
    ]
    for write in writes:
        with pytest.raises((OSError, RuntimeError), match=r"read-write|read-only"):
            write()
    assert export(snapshot.store) == before


READER = """
import sys
from pathlib import Path
from leap_kg.graph.home import Home
from leap_kg.graph.snapshot import Snapshots
snapshots = Snapshots(Home(Path(sys.argv[1])))
kept = []
for line in sys.stdin:
    kept.append(snapshots.current())
    sizes = [sum(1 for _ in snapshot.store) for snapshot in kept]
    print(*(f"{snapshot.revision}:{size}" for snapshot, size in zip(kept, sizes)), flush=True)
"""


def test_readers_in_other_processes_see_whole_revisions(home: Home, writer: Writer) -> None:
    publish(writer, "First")
    command = [sys.executable, "-c", READER, str(home.path)]
    readers = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in "ab"
    ]
    try:
        sizes: list[str] = []
        for revision in (1, 2, 3):
            sizes.append(f"{revision}:{len(writer.store)}")
            for reader in readers:
                assert reader.stdin is not None
                assert reader.stdout is not None
                reader.stdin.write("look\n")
                reader.stdin.flush()
                assert reader.stdout.readline().split() == sizes
            writer.publish("one", dataset("x", "Next", keywords=(f"k{n}" for n in range(revision))), activity())
    finally:
        for reader in readers:
            reader.communicate()
