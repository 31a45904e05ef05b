"""A writer that is killed loses nothing it has published, and the next one carries on."""

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Store

from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.index.indexing import SearchWriter
from leap_kg.graph.log.digest import digest_of
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from tests.children import Children, parent_of, told, wait_until
from tests.graph.publishers import LARGE_STAGES, STAGES, UNLOGGED, publish_next, wanted
from tests.graph.samples import export, graph_of, index_rows, replay
from tests.ontology.terms import BASE

LOOP = 1_000_000
_LONGEST = {"whole": 0.15, "records": 0.15, "large": 0.8}


@pytest.fixture(scope="module")
def publishers() -> Iterator[Children]:
    with parent_of("tests.graph.publishers") as found:
        yield found


def assert_readers_see_a_whole(home: Home) -> None:
    """What a reader finds, with no writer to mend anything, is one revision as the log has it."""
    found = Snapshots(home).current()
    if found is not None:
        assert isinstance(found.store, Store)
        assert set(found.store) == replay(PatchLog(home.log), found.revision)
        assert found.revision <= PatchLog(home.log).last()


def assert_whole(home: Home, tmp_path: Path, way: str) -> int:
    """Open the home as its next writer; everything in it must agree. Gives the revision found."""
    with Writer(home, BASE) as writer:
        revision = writer.revision
        assert revision == PatchLog(home.log).last()
        assert replay(PatchLog(home.log)) == set(writer.store)
        if revision:
            source, quads = wanted(revision)
            assert graph_of(writer.store, source) == quads
            assert PatchLog(home.log).header(revision).digest == digest_of(writer.store)
            snapshot = Snapshots(home).current()
            assert snapshot is not None
            assert isinstance(snapshot.store, Store)
            assert snapshot.revision == revision
            assert export(snapshot.store) == export(writer.store)
            fresh = tmp_path / "fresh.sqlite"
            fresh.unlink(missing_ok=True)
            with SearchWriter(fresh, BASE) as index:
                index.rebuild(writer.store, revision)
            assert index_rows(home.index) == index_rows(fresh)
        source, quads = wanted(revision + 1)
        assert publish_next(writer, way, f"check/{revision}") == revision + 1
        assert graph_of(writer.store, source) == quads
    assert not list(home.log.glob("*.partial"))
    assert not list(home.snapshots.glob("*.partial"))
    assert not home.staging.exists() or not list(home.staging.iterdir())
    return revision


def kill_at_random(publishers: Children, tmp_path: Path, trials: int, way: str) -> None:
    home = Home(tmp_path / "home")
    for trial in range(trials):
        if trial % 5 == 0:
            home = Home(tmp_path / f"home {trial}")
        publishers.start(home.path, "never", LOOP, way)
        if trial % 3:
            wait_until(lambda path=home.path: "open" in told(path))  # type: ignore[misc]
        time.sleep(random.uniform(0, _LONGEST[way]))
        publishers.kill()
        assert publishers.ended() == signal.SIGKILL
        revisions = [int(line) for line in told(home.path) if line.isdecimal()]
        assert not [line for line in told(home.path) if line.startswith("error")]
        assert_readers_see_a_whole(home)
        found = assert_whole(home, tmp_path, way)
        assert found - max(revisions, default=found) in (0, 1)


@pytest.mark.parametrize(("way", "trials"), [("whole", 12), ("records", 4), ("large", 4)])
def test_a_writer_killed_at_any_moment_loses_nothing(
    publishers: Children, tmp_path: Path, way: str, trials: int
) -> None:
    kill_at_random(publishers, tmp_path, trials, way)


@pytest.mark.all
@pytest.mark.parametrize(("way", "trials"), [("whole", 100), ("records", 100), ("large", 40)])
def test_a_writer_killed_again_and_again_loses_nothing(
    publishers: Children, tmp_path: Path, way: str, trials: int
) -> None:
    kill_at_random(publishers, tmp_path, trials, way)


@pytest.mark.parametrize(
    ("stage", "publications", "way"),
    [
        *((stage, 2, "whole") for stage in STAGES),
        ("patch not yet named", 1, "whole"),
        ("after the log", 1, "whole"),
        ("after the update", 1, "whole"),
        ("after the log", 3, "records"),
        ("after the snapshot", 3, "records"),
        ("half a patch file", 2, "large"),
        ("after the log", 2, "large"),
        *((stage, 3, "large") for stage in LARGE_STAGES),
        ("within the index", 2, "large"),
    ],
)
def test_a_writer_killed_between_two_steps_loses_nothing(
    publishers: Children, tmp_path: Path, stage: str, publications: int, way: str
) -> None:
    home = Home(tmp_path / "home")
    publishers.start(home.path, stage, publications, way)
    assert publishers.ended() == signal.SIGKILL
    assert told(home.path) == ["open", *(str(number) for number in range(1, publications))]
    assert_readers_see_a_whole(home)
    last = publications - 1 if stage in UNLOGGED else publications
    assert assert_whole(home, tmp_path, way) == last


def test_a_second_writer_is_told_who_holds_the_home(publishers: Children, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    child = publishers.start(home.path, "never", 1, "whole")
    wait_until(lambda: "1" in told(home.path))
    before = time.monotonic()
    with pytest.raises(HomeError, match=rf"\(pid {child}\) is writing to .*; wait for it"), Writer(home, BASE):
        pass
    assert time.monotonic() - before < 1
    publishers.kill()
    assert publishers.ended() == signal.SIGKILL
    with Writer(home, BASE) as writer:
        assert writer.revision == 1
        before = time.monotonic()
        publishers.start(home.path, "never", 1, "whole")
        assert publishers.ended() == 0
        assert time.monotonic() - before < 2
        assert told(home.path) == [
            f"error another process (pid {os.getpid()}) is writing to {home.path}; wait for it, or use another home"
        ]
        assert writer.revision == 1
