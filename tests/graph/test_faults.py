"""Disks that fill up, files that change under us, clocks that go backwards, two writers: nothing published is lost."""

import gzip
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyoxigraph import Quad

from leap_kg.graph import publish
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.index.indexing import SearchWriter
from leap_kg.graph.log.digest import digest_of
from leap_kg.graph.log.patch import LogError, PatchLog
from leap_kg.graph.publication import applying, committing, sorting
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ontology.namespaces import DCT
from tests.graph.samples import activity, dataset, export, graph_of, index_rows, replay
from tests.ontology.terms import BASE

ROOT = Path(__file__).parents[2]


def publish_three(home: Home) -> None:
    with Writer(home, BASE) as writer:
        for number in range(1, 4):
            writer.publish("one", dataset("x", f"Title {number}", keywords=("ocean",)), activity())


def assert_in_step(home: Home, tmp_path: Path) -> int:
    """Open the home; log, store, snapshot, index and digest must agree. Gives the revision."""
    with Writer(home, BASE) as writer:
        log, revision = PatchLog(home.log), writer.revision
        assert revision == log.last()
        assert replay(log) == set(writer.store)
        snapshot = Snapshots(home).current()
        assert snapshot is not None
        assert snapshot.revision == revision
        assert export(snapshot.store) == export(writer.store)
        assert log.header(revision).digest == digest_of(writer.store)
        fresh = tmp_path / f"fresh {revision} {time.monotonic_ns()}.sqlite"
        with SearchWriter(fresh, BASE) as index:
            index.rebuild(writer.store, revision)
        assert index_rows(home.index) == index_rows(fresh)
        return revision


# --- a disk that fills up -----------------------------------------------------------------------------------------

# No file may grow beyond a limit, which is what a full disk or a quota does to the one that needs room first. Random
# letters fill the log, one letter many times the store, many nodes the index.
FULL_DISK = """
import random, resource, sys
from itertools import count
from pathlib import Path
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.publish import Writer
from tests.graph.publishers import hold_little, records
from tests.graph.samples import activity, dataset
from tests.ontology.terms import BASE
path, limit, way, first = sys.argv[1:]
if way == "large":
    hold_little()
pick = random.Random(int(limit))
runs = count()

def publish(writer, quads):
    run = activity(run=f"{way}/{next(runs)}")
    if way == "records":
        return writer.publish_records("one", records(quads), run).revision
    return writer.publish("one", quads, run).revision

with Writer(Home(Path(path)), BASE) as writer:
    publish(writer, dataset("x", "First"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
    for attempt in range(6):
        kind = ("letters", "one letter", "nodes")[(attempt + int(first)) % 3]
        size = int(limit) * pick.choice((1, 4, 12)) // 4
        if kind == "nodes":
            quads = set().union(*(dataset(f"n{n}", f"Title {n} {attempt}") for n in range(size // 400 + 1)))
        else:
            letters = pick.choices("abcdefghijklmnopqrstuvwxyz", k=size) if kind == "letters" else "a" * size
            quads = dataset("x", "".join(letters) + str(attempt))
        try:
            print("published", publish(writer, quads), flush=True)
        except HomeError as error:
            print("refused", str(error).replace(chr(10), " "), flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@pytest.mark.parametrize(
    ("limit", "way", "first"),
    [
        (40_000, "whole", 0),
        (150_000, "whole", 2),
        (600_000, "whole", 0),
        (600_000, "whole", 1),
        (150_000, "records", 0),
        (150_000, "large", 2),
        (600_000, "large", 0),
    ],
)
def test_a_disk_that_fills_up_loses_nothing_and_is_mended(
    home: Home, tmp_path: Path, limit: int, way: str, first: int
) -> None:
    command = [sys.executable, "-c", FULL_DISK, str(home.path), str(limit), way, str(first)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    told = ran.stdout.splitlines()
    refused = [line for line in told if line.startswith("refused")]
    assert refused, (ran.stdout, ran.stderr)
    assert all(str(home.path) in line for line in refused)
    if ran.returncode:
        assert "HomeError" in ran.stderr or "sqlite3" in ran.stderr, ran.stderr
    published = [int(line.split()[1]) for line in told if line.startswith("published")]
    revision = assert_in_step(home, tmp_path)
    assert revision >= max(published, default=1)
    with Writer(home, BASE) as writer:
        assert writer.publish("one", dataset("x", "After"), activity(run="after")).revision == revision + 1
        assert graph_of(writer.store, "one") == dataset("x", "After")
    assert not list(home.log.glob("*.partial"))


# --- a log that was damaged ---------------------------------------------------------------------------------------


def test_a_truncated_last_patch_is_named_whatever_is_missing(home: Home) -> None:
    publish_three(home)
    path = PatchLog(home.log).files()[3]
    whole = path.read_bytes()
    for size in range(0, len(whole), 7):
        path.write_bytes(whole[:size])
        with pytest.raises(LogError, match=path.name):
            PatchLog(home.log).read(3)
    path.write_bytes(whole)
    assert PatchLog(home.log).read(3).revision == 3


def test_a_writer_says_which_patch_is_truncated_and_changes_nothing(home: Home) -> None:
    publish_three(home)
    path = PatchLog(home.log).files()[3]
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 3])
    before = {each.name: each.read_bytes() for each in home.log.iterdir()}
    for lost in ("nothing", "store"):
        if lost == "store":
            (home.path / "store").rename(home.path / "store of before")
        with pytest.raises(LogError, match=path.name), Writer(home, BASE):
            pass
        assert {each.name: each.read_bytes() for each in home.log.iterdir()} == before
    path.write_bytes(whole)
    with Writer(home, BASE) as writer:
        assert writer.revision == 3


def test_no_byte_of_a_patch_can_change_unseen(home: Home) -> None:
    publish_three(home)
    path = PatchLog(home.log).files()[2]
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with pytest.raises(LogError, match=path.name):
            PatchLog(home.log).read(2)


def test_a_log_written_before_there_were_digests_is_carried_on(home: Home, tmp_path: Path) -> None:
    """Files of one gzip member, without digests; the next revision has the digest of all of it."""
    publish_three(home)
    log = PatchLog(home.log)
    previous = None
    for revision, path in log.files().items():
        patch = log.read(revision)
        old = type(patch)(
            patch.revision, patch.source, patch.run, patch.at, patch.removed, patch.added, previous or patch.previous
        )
        path.write_bytes(gzip.compress(old.text().encode(), mtime=0))
        previous = old.id
    assert all(not PatchLog(home.log).header(revision).digest for revision in (1, 2, 3))
    with Writer(home, BASE) as writer:
        writer.publish("one", dataset("x", "Next"), activity())
    assert assert_in_step(home, tmp_path) == 4


# --- the clock ----------------------------------------------------------------------------------------------------


def test_commit_times_never_go_backwards(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = datetime.now(UTC)
    clock = [begun, begun + timedelta(days=400), begun - timedelta(days=400), begun + timedelta(seconds=1)]

    class Clock:
        @staticmethod
        def now(_: object) -> datetime:
            return clock.pop(0)

    monkeypatch.setattr(committing, "datetime", Clock)
    with Writer(home, BASE) as writer:
        for number in range(4):
            writer.publish("one", dataset("x", f"Title {number}"), activity())
    log = PatchLog(home.log)
    times = [log.header(revision).at for revision in (1, 2, 3, 4)]
    assert times == [begun, *[begun + timedelta(days=400)] * 3]
    assert all(at.utcoffset() == timedelta(0) for at in times)


# --- two writers --------------------------------------------------------------------------------------------------


def test_a_writer_waits_for_another_as_long_as_it_is_told_to(home: Home) -> None:
    with Writer(home, BASE) as first:
        began = time.monotonic()
        with (
            pytest.raises(
                HomeError, match=rf"\(pid {os.getpid()}\) is writing to .* and has been for 0.3 s; wait for it"
            ),
            Writer(home, BASE, wait=0.3),
        ):
            pass
        assert 0.3 <= time.monotonic() - began < 5
        first.publish("one", dataset("x", "First"), activity())
        opened: list[int] = []

        def second() -> None:
            with Writer(home, BASE, wait=60) as writer:
                opened.append(writer.publish("two", dataset("y", "Second", "two"), activity("two")).revision)

        other = threading.Thread(target=second)
        other.start()
        time.sleep(0.2)
        assert not opened
        first.publish("one", dataset("x", "Third"), activity())
    other.join(60)
    assert opened == [3]


def test_many_writers_take_turns(home: Home, tmp_path: Path) -> None:
    """Each publishes once into the same home; every publication becomes a revision of its own."""

    def one(name: str) -> None:
        with Writer(home, BASE, wait=120) as writer:
            writer.publish(name, dataset(name, name, name), activity(name))

    threads = [threading.Thread(target=one, args=(f"s{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert assert_in_step(home, tmp_path) == 8
    log = PatchLog(home.log)
    assert {log.header(revision).source for revision in range(1, 9)} == {f"s{number}" for number in range(8)}


# --- large ones take other steps, with the same result ------------------------------------------------------------


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, number in (
        (sorting, "MOST_HELD", 30),
        (committing, "_LARGE", 20),
        (applying, "ONE_UPDATE", 10),
        (applying, "_PORTION", 999),
        (publish, "_TOLD", 25),
    ):
        monkeypatch.setattr(module, name, number)


def _many(versions: dict[int, int]) -> set[Quad]:
    return set().union(*(dataset(f"n{n}", f"Title {version}") for n, version in versions.items()), dataset("z", "z"))


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("lose", [lambda _: None, lambda home: (home.path / "store").rename(home.path / "was")])
def test_a_large_source_is_published_changed_and_replayed(
    home: Home, tmp_path: Path, lose: Callable[[Home], object]
) -> None:
    states = [_many(dict.fromkeys(range(60), 1)), _many(dict.fromkeys(range(30, 90), 2)), _many({0: 1}), set()]
    with Writer(home, BASE) as writer:
        before: set[Quad] = set()
        for state in states:
            made = writer.publish("one", [*state, *state], activity())
            assert graph_of(writer.store, "one") == state
            assert set(made.difference.removed) == before - state
            assert set(made.difference.added) == state - before
            assert len(made.difference.removed) + len(made.difference.added) == len(before ^ state)
            assert not writer.publish("one", state, activity()).difference
            before = state
    lose(home)
    assert assert_in_step(home, tmp_path) == 4
    log = PatchLog(home.log)
    changes = [(added, quad) for added, quad in log.changes(1)]
    assert {quad for added, quad in changes if added} == set(log.read(1).added)
    assert [added for added, _ in changes] == sorted(added for added, _ in changes)


@pytest.mark.usefixtures("little_memory")
def test_a_large_source_that_breaks_a_shape_changes_nothing(home: Home, tmp_path: Path) -> None:
    good = _many(dict.fromkeys(range(60), 1))
    with Writer(home, BASE) as writer:
        writer.publish("one", dataset("x", "First"), activity())
        bad = good - {q for q in good if q.predicate == DCT("title") and "n33" in str(q.subject)}
        with pytest.raises(ValueError, match="n33: A dataset needs one title"):
            writer.publish("one", bad, activity())
        assert graph_of(writer.store, "one") == dataset("x", "First")
        assert not list(home.staging.iterdir())
    assert assert_in_step(home, tmp_path) == 1


@pytest.mark.usefixtures("little_memory")
def test_a_large_patch_is_written_as_a_small_one_would_be(home: Home) -> None:
    with Writer(home, BASE) as writer:
        writer.publish("one", _many(dict.fromkeys(range(60), 1)), activity())
    patch = PatchLog(home.log).read(1)
    assert gzip.decompress(PatchLog(home.log).files()[1].read_bytes()).decode() == patch.text()
    assert patch.id == PatchLog(home.log).header(1).id


def test_a_source_without_statements_makes_no_revision(writer: Writer) -> None:
    assert writer.publish("one", [], activity()).revision == 0
    assert writer.publish_records("one", [], activity()).revision == 0


def test_nothing_is_published_on_a_last_patch_that_was_damaged_since(home: Home) -> None:
    publish_three(home)
    path = PatchLog(home.log).files()[3]
    whole = path.read_bytes()
    for damaged in (whole[:-20], whole[:-30] + bytes([whole[-30] ^ 1]) + whole[-29:]):
        path.write_bytes(damaged)
        with pytest.raises(LogError, match=path.name), Writer(home, BASE):
            pass
        assert PatchLog(home.log).last() == 3
    path.write_bytes(whole)
    with Writer(home, BASE) as writer:
        assert writer.revision == 3
