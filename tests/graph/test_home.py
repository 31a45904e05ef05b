"""The home directory: one writer, and clear words when the disk does not play along."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leap_kg.graph.home import Home, HomeError, WriterLock
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.publish import Writer
from tests.graph.samples import activity, dataset, graph_of, replay
from tests.ontology.terms import BASE

ROOT = Path(__file__).parents[2]


def test_a_home_exists_once_it_was_made(home: Home) -> None:
    assert not home.exists()
    home.create()
    home.create()
    assert home.exists()
    assert {path.name for path in home.path.iterdir()} == {"snapshots", "log", "raw"}


@pytest.mark.parametrize("inside", ["file", "file/home", "file/a/b"])
def test_a_place_that_cannot_be_written_is_named_with_a_hint(tmp_path: Path, inside: str) -> None:
    (tmp_path / "file").write_text("in the way")
    place = tmp_path / inside
    with (
        pytest.raises(HomeError, match=r"cannot write .*file.*: (Not a directory|File exists); set LEAP_KG_HOME"),
        Writer(Home(place), BASE),
    ):
        pass
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.mark.parametrize("part", ["writer.lock", "store", "index.sqlite", "log", "snapshots"])
def test_something_else_in_the_place_of_a_part_is_an_error_that_names_the_home(home: Home, part: str) -> None:
    home.path.mkdir()
    if part in ("writer.lock", "index.sqlite"):
        (home.path / part).mkdir()
    else:
        (home.path / part).write_text("in the way")
    with pytest.raises(HomeError, match=r"cannot (use|write) .*home of #1 % graph\?"), Writer(home, BASE):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_without_permission_is_named(home: Home) -> None:
    home.create()
    home.path.chmod(0o500)
    try:
        with (
            pytest.raises(HomeError, match=r"cannot write .*: Permission denied; set LEAP_KG_HOME"),
            Writer(home, BASE),
        ):
            pass
    finally:
        home.path.chmod(0o700)


def test_a_second_writer_of_the_same_process_is_refused_at_once(home: Home, writer: Writer) -> None:
    before = time.monotonic()
    with pytest.raises(HomeError, match=rf"another process \(pid {os.getpid()}\) is writing to"), Writer(home, BASE):
        pass
    assert time.monotonic() - before < 1
    assert writer.publish("one", dataset("x", "Still here"), activity()).revision == 1


def test_the_lock_is_free_after_its_holder_closed_or_failed(home: Home) -> None:
    home.create()
    for _ in range(2):
        with WriterLock(home), pytest.raises(HomeError), WriterLock(home):
            pass
    with pytest.raises(ZeroDivisionError), Writer(home, BASE):
        raise ZeroDivisionError
    (home.store / "CURRENT").write_text("spoilt")
    for _ in range(2):
        with pytest.raises(HomeError, match="Without its folder `store`"), Writer(home, BASE):
            pass


def test_two_homes_do_not_hinder_each_other(tmp_path: Path) -> None:
    with Writer(Home(tmp_path / "a"), BASE), Writer(Home(tmp_path / "b"), BASE) as writer:
        assert writer.publish("one", dataset("x", "Here"), activity()).revision == 1


# --- a disk that fills up -----------------------------------------------------------------------------------------

# No file may grow beyond the limit, which is what a full disk or a quota does. A text of random letters fails in
# the log; one letter many times packs well and fails in the store, after the log has it.
FULL_DISK = """
import random, resource, sys
from pathlib import Path
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.publish import Writer
from tests.graph.samples import activity, dataset
from tests.ontology.terms import BASE
path, kind = sys.argv[1:]
with Writer(Home(Path(path)), BASE) as writer:
    writer.publish("one", dataset("x", "First"), activity(run="first"))
    letters = random.Random(1).choices("abcdefghijklmnopqrstuvwxyz", k=3_000_000) if kind == "log" else "a" * 3_000_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))
    for attempt in range(2):
        try:
            writer.publish("one", dataset("x", "".join(letters)), activity(run=f"second {attempt}"))
        except HomeError as error:
            print(error, flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@pytest.mark.parametrize(("kind", "logged"), [("log", 1), ("store", 2)])
def test_a_full_disk_is_told_and_harms_nothing(home: Home, kind: str, logged: int) -> None:
    command = [sys.executable, "-c", FULL_DISK, str(home.path), kind]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count(f" {home.path}: ") == 2, ran.stdout
    with Writer(home, BASE) as writer:
        assert writer.revision == PatchLog(home.log).last() == logged
        assert replay(PatchLog(home.log)) == set(writer.store)
        if kind == "log":
            assert graph_of(writer.store, "one") == dataset("x", "First")
        assert writer.publish("one", dataset("x", "Third"), activity(run="third")).revision == logged + 1
        assert graph_of(writer.store, "one") == dataset("x", "Third")
