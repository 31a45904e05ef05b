"""A replica ends up with the same log and the same graph, whatever happens on the way; and refuses another history."""

import functools
import http.server
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem
from pyoxigraph import Store

from leap_kg.graph.copies import replica as replica_module
from leap_kg.graph.copies.backup import Backup
from leap_kg.graph.copies.replica import Diverged, Replica, read_status
from leap_kg.graph.copies.storage import Storage, StorageError
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from tests.graph.samples import activity, dataset, export, index_rows
from tests.ontology.terms import BASE

ROOT = Path(__file__).parents[3]


def grow(home: Home, first: int, last: int, title: str = "Revision") -> None:
    """Publish these revisions."""
    with Writer(home, BASE) as writer:
        for number in range(first, last + 1):
            quads = dataset("kept", "Always the same") | dataset("changed", f"{title} {number}", keywords=("sea",))
            assert writer.publish("one", quads, activity()).revision == number


def follow(home: Home, source: str | Path) -> int:
    with Replica(home, BASE, Storage(str(source))) as replica:
        return replica.step()


def assert_same(copy: Home, home: Home) -> None:
    assert {p.name: p.read_bytes() for p in copy.log.iterdir()} == {p.name: p.read_bytes() for p in home.log.iterdir()}
    ours, theirs = Snapshots(copy).current(), Snapshots(home).current()
    assert ours is not None
    assert theirs is not None
    assert ours.revision == theirs.revision
    mine, other = (Store.read_only(str(snapshot.directory)) for snapshot in (ours, theirs))
    assert export(mine) == export(other)
    assert index_rows(copy.index) == index_rows(home.index)


@pytest.fixture
def copy(tmp_path: Path) -> Home:
    return Home(tmp_path / "copy")


@pytest.fixture
def memory() -> Iterator[str]:
    yield "memory://source"
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """A web server that lists the folders below the test's own."""
    handler = functools.partial(_Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        pass


def test_a_replica_has_the_same_log_and_graph(home: Home, copy: Home) -> None:
    grow(home, 1, 3)
    assert follow(copy, home.path) == 3
    assert_same(copy, home)
    assert follow(copy, home.path) == 0
    grow(home, 4, 5)
    assert follow(copy, home.path.as_uri()) == 2
    assert_same(copy, home)
    status = read_status(copy)
    assert status is not None
    assert (status.revision, status.newest, status.behind, status.fault) == (5, 5, 0, "")
    assert 0 <= status.lag(time.time()) < 60


def test_a_replica_follows_a_backup_wherever_it_is(home: Home, copy: Home, memory: str) -> None:
    grow(home, 1, 3)
    Backup(home, BASE, Storage(memory)).run()
    assert follow(copy, memory) == 3
    assert_same(copy, home)
    grow(home, 4, 5)
    assert follow(copy, memory) == 0
    Backup(home, BASE, Storage(memory)).run()
    assert follow(copy, memory) == 2
    assert_same(copy, home)


@pytest.mark.parametrize("kind", ["a home whose folders are listed", "a backup"])
def test_a_replica_follows_over_http(home: Home, copy: Home, tmp_path: Path, web: str, kind: str) -> None:
    pytest.importorskip("aiohttp")
    source = Home(tmp_path / "home")
    grow(source, 1, 2)
    url = f"{web}/home"
    if kind == "a backup":
        url = f"{web}/backup"
        Backup(source, BASE, Storage(str(tmp_path / "backup"))).run()
    assert follow(copy, url) == 2
    assert_same(copy, source)


@pytest.mark.parametrize("kind", ["home", "backup"])
def test_a_long_log_begins_with_a_snapshot(
    home: Home, copy: Home, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica_module, "LONG_LOG", 5)
    monkeypatch.setattr(replica_module, "_BATCH", 2)
    grow(home, 1, 7)
    source = home.path
    if kind == "backup":
        source = tmp_path / "backup"
        Backup(home, BASE, Storage(str(source))).run()
    opened = _count_openings(monkeypatch)
    assert follow(copy, source) == 7
    assert len(opened) == 1
    assert_same(copy, home)


def _count_openings(monkeypatch: pytest.MonkeyPatch) -> list[Home]:
    opened: list[Home] = []
    enter = Writer.__enter__

    def counted(self: Writer) -> Writer:
        opened.append(self._home)
        return enter(self)

    monkeypatch.setattr(Writer, "__enter__", counted)
    return opened


def test_a_snapshot_that_is_not_what_the_log_names_is_refused(
    home: Home, copy: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica_module, "LONG_LOG", 3)
    grow(home, 1, 4)
    other = Home(tmp_path / "other")
    grow(other, 1, 4, "Another")
    shutil.rmtree(home.snapshots / "00000004")
    shutil.copytree(other.snapshots / "00000004", home.snapshots / "00000004")
    with pytest.raises(HomeError, match="is not the state that its log names"):
        follow(copy, home.path)
    assert not copy.store.exists()


def test_a_rewritten_log_is_refused_and_nothing_of_it_taken(home: Home, copy: Home, tmp_path: Path) -> None:
    grow(home, 1, 3)
    follow(copy, home.path)
    before = {path.name: path.read_bytes() for path in copy.log.iterdir()}
    other = Home(tmp_path / "other")
    grow(other, 1, 5, "Another")
    with pytest.raises(Diverged, match=r"revision \d of .* the log there was rewritten"):
        follow(copy, other.path)
    shorter = Home(tmp_path / "shorter")
    grow(shorter, 1, 2)
    with pytest.raises(Diverged, match="ends at revision 2, but this replica has 3"):
        follow(copy, shorter.path)
    assert {path.name: path.read_bytes() for path in copy.log.iterdir()} == before
    status = read_status(copy)
    assert status is not None
    assert "ends at revision 2" in status.fault
    grow(home, 4, 4)
    assert follow(copy, home.path) == 1


def test_a_history_that_parts_later_shows_at_the_next_patch(home: Home, copy: Home, tmp_path: Path) -> None:
    """Same numbers, names and sizes as far as we have them: the chain tells."""
    grow(home, 1, 2)
    shutil.copytree(home.path, tmp_path / "fork")
    fork = Home(tmp_path / "fork")
    follow(copy, home.path)
    grow(home, 3, 3, "Mine")
    follow(copy, home.path)
    grow(fork, 3, 4, "Fork")
    shutil.copy(PatchLog(home.log).files()[3], PatchLog(fork.log).files()[3])
    with pytest.raises(Diverged, match="revision 3 of"):
        follow(copy, fork.path)


def test_a_damaged_patch_is_not_taken_over(home: Home, copy: Home) -> None:
    grow(home, 1, 3)
    patch = PatchLog(home.log).files()[3]
    data = bytearray(patch.read_bytes())
    data[len(data) // 2] ^= 1
    patch.write_bytes(data)
    with pytest.raises(HomeError, match=patch.name):
        follow(copy, home.path)
    assert PatchLog(copy.log).last() == 0
    patch.unlink()
    grown = Home(copy.path)
    assert follow(grown, home.path) == 2


def test_a_source_that_is_away_is_told(home: Home, copy: Home, tmp_path: Path) -> None:
    grow(home, 1, 2)
    follow(copy, home.path)
    home.path.rename(tmp_path / "away")
    with pytest.raises(StorageError, match="has neither a log nor a manifest"):
        follow(copy, home.path)
    status = read_status(copy)
    assert status is not None
    assert status.revision == 2
    assert "neither a log" in status.fault
    (tmp_path / "away").rename(home.path)
    assert follow(copy, home.path) == 0


def test_a_home_of_its_own_does_not_become_a_replica(home: Home, copy: Home) -> None:
    grow(home, 1, 2)
    grow(copy, 1, 1, "Mine")
    with pytest.raises(HomeError, match="holds a graph that is no replica"):
        follow(copy, home.path)


FOLLOWER = """
import sys, time
from pathlib import Path
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.copies.replica import Replica
from leap_kg.graph.copies.storage import Storage
with Replica(Home(Path(sys.argv[1])), sys.argv[3], Storage(sys.argv[2])) as replica:
    print("ready", flush=True)
    while True:
        replica.step()
"""


@pytest.mark.all
def test_a_replica_that_is_killed_again_and_again_ends_up_the_same(home: Home, copy: Home) -> None:
    """The source publishes fifty times meanwhile."""
    grow(home, 1, 1)
    published = threading.Thread(target=grow, args=(home, 2, 51))
    published.start()
    killed = 0
    try:
        while published.is_alive() or killed < 5:
            command = [sys.executable, "-c", FOLLOWER, str(copy.path), str(home.path), BASE]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as child:
                assert child.stdout is not None
                assert child.stdout.readline() == b"ready\n", child.stderr and child.stderr.read()
                time.sleep(random.uniform(0, 0.4))
                assert child.poll() is None, child.stderr and child.stderr.read()
                os.kill(child.pid, signal.SIGKILL)
            killed += 1
    finally:
        published.join()
    follow(copy, home.path)
    assert_same(copy, home)
    assert Snapshots(copy).newest() == 51
