"""A backup that is taken while others write, added to, killed, spoilt, and restored to the same graph."""

import fcntl
import gzip
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Store

from leap_kg.graph.copies.archive import ArchiveError, Entry, Manifest, check_files, list_text, read_list, read_manifest
from leap_kg.graph.copies.backup import BackedUp, Backup
from leap_kg.graph.copies.restore import restore
from leap_kg.graph.copies.storage import Storage
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from leap_kg.graph.tokens import Tokens
from tests.graph.samples import activity, dataset, export, replay
from tests.ontology.terms import BASE

ROOT = Path(__file__).parents[3]


def grow(home: Home, first: int, last: int) -> None:
    """Publish these revisions, each with other content."""
    with Writer(home, BASE) as writer:
        for number in range(first, last + 1):
            quads = dataset("kept", "Always the same") | dataset("changed", f"Revision {number}", keywords=("sea",))
            assert writer.publish("one", quads, activity()).revision == number


def put_body(home: Home, data: bytes) -> Path:
    """A raw body under its hash."""
    name = hashlib.sha256(data).hexdigest()
    path = home.raw / name[:2] / f"{name}.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, mtime=0))
    return path


def put_state(home: Home, value: str) -> None:
    """Something that harvesting remembers, in a database that is in use."""
    with closing(sqlite3.connect(home.state)) as database, database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE IF NOT EXISTS kept (value TEXT)")
        database.execute("INSERT INTO kept VALUES (?)", (value,))


def get_state(home: Home) -> list[str]:
    with closing(sqlite3.connect(home.state)) as database:
        return [value for (value,) in database.execute("SELECT value FROM kept ORDER BY rowid")]


def dump(home: Home) -> bytes:
    """The newest snapshot as sorted N-Quads."""
    snapshot = Snapshots(home).current()
    assert snapshot is not None
    return export(Store.read_only(str(snapshot.directory)))


def assert_equal(restored: Home, source: Home) -> None:
    assert dump(restored) == dump(source)
    assert {p.name: p.read_bytes() for p in restored.log.iterdir()} == {
        p.name: p.read_bytes() for p in source.log.iterdir()
    }
    assert replay(PatchLog(restored.log)) == set(_current(restored))
    assert {p.name: p.read_bytes() for p in restored.raw.glob("*/*.gz")} == {
        p.name: p.read_bytes() for p in source.raw.glob("*/*.gz")
    }
    assert get_state(restored) == get_state(source)


def _current(home: Home) -> Store:
    snapshot = Snapshots(home).current()
    assert snapshot is not None
    return Store.read_only(str(snapshot.directory))


@pytest.fixture
def filled(home: Home) -> Home:
    grow(home, 1, 3)
    put_state(home, "first")
    put_body(home, b"a body")
    return home


@pytest.fixture(params=["folder", "file", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty place for a backup, in every kind of address that needs no network."""
    kinds = {"folder": str(tmp_path / "a backup"), "file": (tmp_path / "b").as_uri(), "memory": "memory://backup"}
    yield kinds[request.param]
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]


@pytest.fixture
def disk(tmp_path: Path) -> str:
    """An empty folder for a backup."""
    return str(tmp_path / "a backup")


def back_up(home: Home, place: str) -> BackedUp:
    return Backup(home, BASE, Storage(place)).run()


def test_what_is_restored_is_what_was_backed_up(filled: Home, place: str, tmp_path: Path) -> None:
    _, secret = Tokens(filled).create("harvester", ["publish:one"])
    done = back_up(filled, place)
    assert (done.revision, done.damaged) == (3, ())
    check_files(Storage(place), read_list(Storage(place), read_manifest(Storage(place)).list))
    restored = Home(tmp_path / "new" / "home")
    report = restore(Storage(place), restored, BASE)
    assert report.revision == 3
    assert_equal(restored, filled)
    assert Tokens(restored).check(secret) is not None
    assert (restored.path / "tokens.sqlite").stat().st_mode & 0o777 == 0o600
    grow(restored, 4, 4)


def test_the_next_backup_copies_only_what_is_new(filled: Home, place: str, tmp_path: Path) -> None:
    first = back_up(filled, place)
    assert first.copied == first.files
    again = back_up(filled, place)
    assert (again.files, again.copied) == (first.files, 0)
    grow(filled, 4, 5)
    put_body(filled, b"another body")
    put_state(filled, "second")
    before = Storage(place).sizes()
    third = back_up(filled, place)
    new = Storage(place).sizes().keys() - before.keys()
    assert third.revision == 5
    assert sorted(path for path in new if path.startswith("log/")) == [
        "log/00000004-one.rdfp.gz",
        "log/00000005-one.rdfp.gz",
    ]
    assert len([path for path in new if path.startswith("raw/")]) == 1
    restored = Home(tmp_path / "new")
    restore(Storage(place), restored, BASE)
    assert_equal(restored, filled)


def test_old_objects_go_when_two_newer_backups_are_whole(filled: Home, disk: str) -> None:
    sizes = []
    for revision in range(4, 9):
        grow(filled, revision, revision)
        back_up(filled, disk)
        sizes.append(len([path for path in Storage(disk).sizes() if path.startswith("objects/")]))
    assert max(sizes) <= 3 * sizes[0]
    storage = Storage(disk)
    manifest = read_manifest(storage)
    for number in (manifest.list, manifest.list_before):
        check_files(storage, read_list(storage, number))


@pytest.mark.all
def test_writers_go_on_while_a_backup_is_taken(filled: Home, tmp_path: Path) -> None:
    """Each backup is some whole state that the graph had."""
    ended = threading.Event()
    states = {3: dump(filled)}

    def publish() -> None:
        try:
            for revision in range(4, 24):
                grow(filled, revision, revision)
                states[revision] = dump(filled)
                put_state(filled, str(revision))
                put_body(filled, str(revision).encode())
        finally:
            ended.set()

    writing = threading.Thread(target=publish)
    writing.start()
    try:
        taken: list[tuple[Home, int]] = []
        while not ended.is_set() or len(taken) < 3:
            place = str(tmp_path / f"backup {len(taken) % 3}")
            revision = back_up(filled, place).revision
            restored = Home(tmp_path / f"restored {len(taken)}")
            assert restore(Storage(place), restored, BASE).revision == revision
            taken.append((restored, revision))
    finally:
        writing.join()
    assert len({revision for _, revision in taken}) > 1
    for restored, revision in taken:
        assert dump(restored) == states[revision]
        # What was remembered may be behind the graph, but never ahead of it.
        assert max(map(int, get_state(restored)[1:]), default=0) <= revision


SPOILS: dict[str, Callable[[Path], object]] = {
    "a flipped byte": lambda path: path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:]),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
}


@pytest.mark.parametrize("spoil", SPOILS)
@pytest.mark.parametrize("pattern", ["log/*2-one*", "raw/*/*", "objects/*/*", "manifest.json"])
def test_a_spoilt_backup_is_refused_by_the_name_of_the_file(
    filled: Home, tmp_path: Path, pattern: str, spoil: str
) -> None:
    place, target = tmp_path / "backup", Home(tmp_path / "new")
    back_up(filled, str(place))
    files = sorted(place.glob(pattern))
    assert files
    for file in files:
        broken = tmp_path / f"broken {file.name}"
        shutil.copytree(place, broken)
        spoilt = broken / file.relative_to(place)
        SPOILS[spoil](spoilt)
        with pytest.raises(HomeError) as refused:
            restore(Storage(str(broken)), target, BASE)
        named = spoilt.name if spoil != "missing" or pattern != "manifest.json" else "manifest"
        assert named in str(refused.value)
        assert not target.exists()
        shutil.rmtree(broken)
    restore(Storage(str(place)), target, BASE)  # a restore that was refused is in nobody's way
    assert dump(target) == dump(filled)


def test_a_spoilt_backup_is_mended_by_the_next(filled: Home, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    back_up(filled, str(place))
    for file in [*place.glob("log/*"), *place.glob("raw/*/*"), *place.glob("objects/*/*")]:
        SPOILS["cut short"](file)
    back_up(filled, str(place))
    restore(Storage(str(place)), Home(tmp_path / "new"), BASE)
    assert_equal(Home(tmp_path / "new"), filled)


def forge(place: Path, manifest: Manifest, entries: list[Entry]) -> None:
    """A list and a manifest of it, with hashes that fit."""
    listed = list_text(entries)
    name = hashlib.sha256(listed).hexdigest()
    (place / "objects" / name[:2]).mkdir(exist_ok=True)
    (place / "objects" / name[:2] / name).write_bytes(listed)
    (place / "manifest.json").write_bytes(replace(manifest, list=name).text())


@pytest.mark.parametrize("path", ["../outside", "log/../../x", "/etc/passwd", "store/..", "writer.lock", "raw/ab/x"])
def test_a_forged_list_cannot_write_elsewhere(filled: Home, tmp_path: Path, path: str) -> None:
    place = tmp_path / "backup"
    back_up(filled, str(place))
    storage = Storage(str(place))
    manifest = read_manifest(storage)
    entries = [*read_list(storage, manifest.list).values()]
    forge(place, manifest, [*entries, Entry(path, entries[0].size, entries[0].sha256)])
    with pytest.raises(ArchiveError, match="no home has"):
        restore(storage, Home(tmp_path / "new"), BASE)
    assert not (tmp_path / "new").exists()


def test_a_backup_that_was_put_together_from_two_is_refused(filled: Home, tmp_path: Path) -> None:
    """Every file is as listed, but the store is not what the log says."""
    other = Home(tmp_path / "other")
    grow(other, 1, 2)
    with Writer(other, BASE) as writer:
        writer.publish("one", dataset("another", "Another"), activity())
    place, elsewhere = tmp_path / "one", tmp_path / "two"
    back_up(filled, str(place))
    back_up(other, str(elsewhere))
    one, two = Storage(str(place)), Storage(str(elsewhere))
    manifest = read_manifest(one)
    mixed = {p: e for p, e in read_list(one, manifest.list).items() if not p.startswith("store/")}
    mixed |= {p: e for p, e in read_list(two, read_manifest(two).list).items() if p.startswith("store/")}
    shutil.copytree(elsewhere / "objects", place / "objects", dirs_exist_ok=True)
    forge(place, manifest, list(mixed.values()))
    with pytest.raises(HomeError, match="not the state that the backup names"):
        restore(one, Home(tmp_path / "new"), BASE)


def test_a_home_with_data_is_not_overwritten(filled: Home, disk: str, tmp_path: Path) -> None:
    back_up(filled, disk)
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "thesis.txt").write_text("years of work")
    for home in (Home(taken), filled):
        with pytest.raises(HomeError, match="is not empty"):
            restore(Storage(disk), home, BASE)
    assert (taken / "thesis.txt").read_text() == "years of work"


def test_a_volume_that_is_empty_but_for_the_file_system_can_be_restored_to(
    filled: Home, disk: str, tmp_path: Path
) -> None:
    back_up(filled, disk)
    volume = Home(tmp_path / "volume")
    (volume.path / "lost+found").mkdir(parents=True)
    restore(Storage(disk), volume, BASE)
    assert dump(volume) == dump(filled)


def test_another_base_is_refused(filled: Home, disk: str, tmp_path: Path) -> None:
    back_up(filled, disk)
    with pytest.raises(HomeError, match="set LEAP_KG_BASE to that"):
        restore(Storage(disk), Home(tmp_path / "new"), "https://other.example/")


def test_the_backup_of_another_graph_is_not_overwritten(filled: Home, disk: str, tmp_path: Path) -> None:
    back_up(filled, disk)
    other = Home(tmp_path / "other")
    grow(other, 1, 3)
    with pytest.raises(ArchiveError, match="of another graph"):
        back_up(other, disk)
    behind = Home(tmp_path / "behind")
    restore(Storage(disk), behind, BASE)
    grow(filled, 4, 4)
    back_up(filled, disk)
    with pytest.raises(ArchiveError, match="a later state of this one"):
        back_up(behind, disk)


def test_a_damaged_body_is_left_out_and_named(filled: Home, disk: str, tmp_path: Path) -> None:
    bad = put_body(filled, b"will be damaged")
    bad.write_bytes(gzip.compress(b"something else"))
    assert back_up(filled, disk).damaged == (bad,)
    restore(Storage(disk), Home(tmp_path / "new"), BASE)
    assert dump(Home(tmp_path / "new")) == dump(filled)


def test_a_damaged_patch_or_database_stops_the_backup(filled: Home, disk: str, tmp_path: Path) -> None:
    back_up(filled, disk)
    before = read_manifest(Storage(disk))
    grow(filled, 4, 4)
    patch = PatchLog(filled.log).files()[4]
    whole = patch.read_bytes()
    patch.write_bytes(whole[:-9] + b"\0" * 9)
    with pytest.raises(HomeError, match=patch.name):
        back_up(filled, disk)
    patch.write_bytes(whole)
    filled.state.unlink()
    filled.state.write_bytes(b"no database" * 1000)
    with pytest.raises(HomeError, match=r"state\.sqlite cannot be backed up"):
        back_up(filled, disk)
    assert read_manifest(Storage(disk)) == before


def test_an_empty_home_has_nothing_to_back_up(home: Home, disk: str) -> None:
    with pytest.raises(HomeError, match="nothing is published"):
        back_up(home, disk)


def test_a_place_that_cannot_be_reached_is_named_without_its_password(filled: Home) -> None:
    for url in ("nosuch://user:secret@host/folder", "file:///proc/1/nowhere"):
        with pytest.raises(HomeError) as refused:
            back_up(filled, url)
        assert "secret" not in str(refused.value)
        assert url.rpartition("/")[2] in str(refused.value)


KILLED = """
import sys
from pathlib import Path
from leap_kg.graph.copies.backup import Backup
from leap_kg.graph.home import Home
from leap_kg.graph.copies.storage import Storage
print("ready", flush=True)
sys.stdin.readline()
while True:
    Backup(Home(Path(sys.argv[1])), sys.argv[3], Storage(sys.argv[2])).run()
"""


@pytest.mark.all
def test_a_backup_that_is_killed_leaves_the_one_before(filled: Home, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    back_up(filled, str(place))
    states = {3: dump(filled)}
    for trial in range(6):
        revision = 4 + trial
        grow(filled, revision, revision)
        put_body(filled, os.urandom(200_000))
        put_state(filled, "x" * 100_000)
        states[revision] = dump(filled)
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(filled.path), str(place), BASE],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
        )  # fmt: skip
        with child:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdout.readline()
            child.stdin.write(b"\n")
            child.stdin.flush()
            time.sleep(random.uniform(0, 0.12))
            os.kill(child.pid, signal.SIGKILL)
        manifest = read_manifest(Storage(str(place)))
        restored = Home(tmp_path / f"restored {trial}")
        restore(Storage(str(place)), restored, BASE)
        assert dump(restored) == states[manifest.revision]
    back_up(filled, str(place))
    assert read_manifest(Storage(str(place))).revision == revision
    assert not list(filled.path.glob("backup.partial"))


def test_a_restore_that_is_interrupted_is_run_again(filled: Home, tmp_path: Path) -> None:
    place = str(tmp_path / "backup")
    back_up(filled, place)
    home = Home(tmp_path / "new")
    (home.path / "restore.partial" / "log").mkdir(parents=True)
    (home.path / "store").mkdir()
    (home.path / "store" / "CURRENT").write_text("half")
    restore(Storage(place), home, BASE)
    assert_equal(home, filled)


def test_two_backups_of_one_home_take_turns(filled: Home, tmp_path: Path) -> None:
    with (filled.path / "backup.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(HomeError, match="another backup"):
            back_up(filled, str(tmp_path / "backup"))
    assert back_up(filled, str(tmp_path / "backup")).revision == 3


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    document=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["base", "revision", "id", "list", "sha256", "format"]) | st.text(), inner
            )
        ),
    )
)
def test_whatever_stands_in_a_manifest_is_refused_with_its_name(document: object, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(document))
    with pytest.raises(ArchiveError, match=r"manifest\.json"):
        read_manifest(Storage(str(tmp_path)))


def test_how_long_a_backup_takes_is_no_reason_to_lose_a_snapshot(filled: Home, tmp_path: Path) -> None:
    """Retention removes the snapshot while it is copied; the links of the backup hold its files."""
    backup = Backup(filled, BASE, Storage(str(tmp_path / "backup")))
    put = backup._storage.put

    def slow(files: object) -> None:
        shutil.rmtree(filled.snapshots / "00000003", ignore_errors=True)
        put(files)  # type: ignore[arg-type]

    backup._storage.put = slow  # type: ignore[method-assign]
    assert backup.run().revision == 3
    restored = Home(tmp_path / "new")
    restore(Storage(str(tmp_path / "backup")), restored, BASE)
    with Writer(filled, BASE) as writer:
        assert dump(restored) == export(writer.store)
