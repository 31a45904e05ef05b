"""Backup, restore and replica as an operator types them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from pyoxigraph import Store

from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from tests.cli.conftest import Command, Run, harvest
from tests.graph.samples import activity, dataset, export
from tests.ontology.terms import BASE
from tests.processes import alive, below, children

MAIN = "from leap_kg.cli import main; main()"


def home_of(run: Run) -> str:
    """The home that a command works on."""
    done = run("export")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.all
def test_a_restored_home_exports_the_same_and_harvests_nothing_new(
    leap_kg: Run, platform: Path, home: Path, tmp_path: Path, command_at: Command
) -> None:
    assert harvest(leap_kg, platform).returncode == 0
    backup = str(tmp_path / "backup")
    done = leap_kg("backup", backup)
    assert done.returncode == 0, done.stderr
    assert "Revision 2 is in" in done.stdout
    checked = leap_kg("backup", backup, "--verify")
    assert checked.returncode == 0, checked.stderr
    assert "is whole" in checked.stdout
    restored = command_at(tmp_path / "restored")
    done = restored("restore", backup)
    assert done.returncode == 0, done.stderr
    assert "is revision 2, as backed up at" in done.stdout
    assert home_of(restored) == home_of(leap_kg)
    assert restored("dead-letters", "--json").stdout == leap_kg("dead-letters", "--json").stdout
    again = harvest(restored, platform)
    assert again.returncode == 0, again.stderr
    assert home_of(restored) == home_of(leap_kg)


def test_what_cannot_be_done_is_one_line(harvested: Run, leap_kg: Run, tmp_path: Path) -> None:
    for run, arguments, message in (
        (leap_kg, ("backup", "b"), "nothing is published"),
        (harvested, ("restore", "nowhere"), "holds no whole backup"),
        (harvested, ("backup", "nowhere", "--verify"), "is not there"),
        (leap_kg, ("replica", "--from", str(tmp_path / "nowhere"), "--once"), "neither a log nor a manifest"),
        (harvested, ("replica", "--from", str(tmp_path), "--once"), "holds a graph that is no replica"),
    ):
        done = run(*arguments)
        assert done.returncode == 1, arguments
        assert message in done.stderr, arguments
        assert len(done.stderr.splitlines()) == 1, done.stderr


def test_a_spoilt_backup_is_named(harvested: Run, tmp_path: Path, command_at: Command) -> None:
    backup = tmp_path / "backup"
    assert harvested("backup", str(backup)).returncode == 0
    patch = min((backup / "log").iterdir())
    patch.write_bytes(patch.read_bytes()[:-1])
    for done in (harvested("backup", str(backup), "--verify"), command_at(tmp_path / "new")("restore", str(backup))):
        assert done.returncode == 1
        assert patch.name in done.stderr
    assert not (tmp_path / "new" / "log").exists()


def grow(home: Home, first: int, last: int) -> None:
    with Writer(home, BASE) as writer:
        for number in range(first, last + 1):
            writer.publish("one", dataset("changed", f"Revision {number}"), activity())


def dump(home: Home) -> bytes:
    snapshot = Snapshots(home).current()
    assert snapshot is not None
    return export(Store.read_only(str(snapshot.directory)))


@contextmanager
def serving(home: Path, source: Path, ends: int = 0, **environment: str) -> Iterator[tuple[str, int]]:
    """A replica with its server; its address and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("LEAP_KG_")}
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, "replica", "--from", str(source), "--port", str(port), "--every", "0.2"],
        env={**variables, "LEAP_KG_HOME": str(home), "LEAP_KG_LOG_LEVEL": "warning", **environment},
    )
    try:
        origin = f"http://127.0.0.1:{port}"
        wait_for(lambda: requests.get(f"{origin}/health", timeout=5).ok, process)
        yield origin, process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == ends
    finally:
        process.kill()
        process.wait()


def wait_for(holds: Callable[[], bool], process: "subprocess.Popen[bytes] | None" = None) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process is None or process.poll() is None
        try:
            if holds():
                return
        except requests.RequestException:
            pass
        time.sleep(0.1)
    raise AssertionError("it never held")


def follower_of(pid: int) -> int:
    (found,) = [child for child, command in below(pid).items() if "leap_kg.cli.follower" in command]
    return found


@pytest.mark.all
def test_a_replica_serves_what_it_follows_and_writes_nothing(tmp_path: Path) -> None:
    primary, copy = Home(tmp_path / "primary"), Home(tmp_path / "copy")
    grow(primary, 1, 2)
    with serving(copy.path, primary.path, LEAP_KG_PRIMARY="https://kg.example.org/") as (origin, pid):
        wait_for(lambda: requests.get(f"{origin}/health", timeout=5).json()["revision"] == 2)
        grow(primary, 3, 4)
        wait_for(lambda: requests.get(f"{origin}/health", timeout=5).json()["replica"]["behind"] == 0)
        wait_for(lambda: requests.get(f"{origin}/health", timeout=5).json()["revision"] == 4)
        told = requests.get(f"{origin}/health", timeout=5).json()
        assert told["replica"]["following"] is True
        assert told["replica"]["lag_seconds"] < 60
        assert requests.get(f"{origin}/ready", timeout=30).status_code == 200
        assert "leap_kg_replica_lag_seconds" in requests.get(f"{origin}/metrics", timeout=30).text
        update = {"Content-Type": "application/sparql-update"}
        for answer in (
            requests.post(f"{origin}/sparql", data="CLEAR ALL", headers=update, timeout=30),
            requests.post(f"{origin}/update", data={"update": "CLEAR ALL"}, timeout=30),
            requests.post(f"{origin}/sparql", data={"update": "CLEAR ALL"}, timeout=30),
            requests.put(f"{origin}/graph-store?default", data="", timeout=30),
            requests.delete(f"{origin}/graph-store?default", timeout=30),
        ):
            assert answer.status_code == 403
            assert answer.text == "this server is a read-only replica: write to https://kg.example.org/\n"
        asked = requests.post(f"{origin}/sparql", data={"query": "ASK {}"}, timeout=30)
        assert asked.status_code == 200
        os.kill(follower_of(pid), signal.SIGKILL)
        grow(primary, 5, 5)
        wait_for(lambda: requests.get(f"{origin}/health", timeout=5).json()["revision"] == 5)
        follower = follower_of(pid)
    assert not alive({follower})
    assert dump(copy) == dump(primary)


@pytest.mark.all
def test_no_follower_outlives_a_replica_that_is_killed(tmp_path: Path) -> None:
    primary, copy = Home(tmp_path / "primary"), Home(tmp_path / "copy")
    grow(primary, 1, 1)
    with serving(copy.path, primary.path, ends=-signal.SIGKILL, LEAP_KG_STOP_SECONDS="2") as (_, pid):
        started = {follower_of(pid), *children(pid)}
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not alive(started))


@pytest.mark.all
def test_a_source_that_is_away_and_comes_back(tmp_path: Path) -> None:
    """What was taken over is served meanwhile."""
    primary, copy = Home(tmp_path / "primary"), Home(tmp_path / "copy")
    grow(primary, 1, 2)
    with serving(copy.path, primary.path, LEAP_KG_READY_LAG="1") as (origin, _):
        wait_for(lambda: requests.get(f"{origin}/health", timeout=5).json()["revision"] == 2)
        primary.path.rename(tmp_path / "away")
        wait_for(lambda: requests.get(f"{origin}/health", timeout=5).json()["replica"]["following"] is False)
        wait_for(lambda: requests.get(f"{origin}/ready", timeout=30).status_code == 503)
        assert "cannot follow, see the log" in requests.get(f"{origin}/ready", timeout=30).json()["reason"]
        assert requests.get(f"{origin}/", timeout=30).status_code == 200
        (tmp_path / "away").rename(primary.path)
        grow(primary, 3, 3)
        wait_for(lambda: requests.get(f"{origin}/health", timeout=5).json()["revision"] == 3)
        wait_for(lambda: requests.get(f"{origin}/ready", timeout=30).status_code == 200)
