"""Processes of a cluster that are stopped or killed at bad moments: what waits for them ends, and says why."""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from leap_kg.ingest.recipes.environments import Environment
from leap_kg.ingest.recipes.process import ENGINE

pytestmark = [pytest.mark.all, pytest.mark.timeout(300)]

WORK = """
import os, sys, time, types
from leap_recipe import cluster
from leap_recipe.failing import Failed

cluster.STARTING, cluster.CLOSING = float(sys.argv[2]), 1.0
module = types.ModuleType("recipe")
sys.modules["recipe"] = module


def square(number):
    time.sleep(0.2)
    return number**2


try:
    with cluster.processes({"workers": 2, "failure": sys.argv[1]}, module) as each:
        print("ready", flush=True)
        print(sorted(each(square, range(20))), flush=True)
        sys.stdin.readline()
    print("done", flush=True)
except Failed as error:
    print(error.kind, error, flush=True)
sys.stdout.flush()
os._exit(0)
"""
SQUARES = str([(number, number**2) for number in range(20)])


@contextmanager
def work(environments: Home, folder: Path, patience: float = 60) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [str(Environment.of("dask", environments).python), "-c", WORK, str(folder / "failure.json"), str(patience)],
        env={**os.environ, "PYTHONPATH": str(ENGINE), "TMPDIR": str(folder)},
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def workers(parent: int) -> list[int]:
    """The processes that it started, but the one of the system that tidies up after them."""
    found = [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    for task in Path(f"/proc/{parent}/task").iterdir():
        with suppress(OSError):
            found += [int(pid) for pid in (task / "children").read_text().split()]
    named = dict.fromkeys(found, b"")
    for pid in named:
        with suppress(OSError):
            named[pid] = Path(f"/proc/{pid}/cmdline").read_bytes()
    return [pid for pid, name in named.items() if b"resource_tracker" not in name]


@contextmanager
def meanwhile(process: subprocess.Popen[str], number: signal.Signals, pause: float) -> Iterator[Callable[[], int]]:
    """Each process that the cluster starts gets the signal when it is seen twice; gives how many have.

    Once is not enough: who starts a program waits until the new process has become it, all threads with it.
    """
    met, seen, done = set[int](), set[int](), threading.Event()

    def signalling() -> None:
        nonlocal seen
        while not done.wait(pause):
            with suppress(OSError):
                now = set(workers(process.pid))
                for pid in now & seen:
                    with suppress(ProcessLookupError):
                        os.kill(pid, number)
                        met.add(pid)
                seen = now

    thread = threading.Thread(target=signalling)
    thread.start()
    try:
        yield lambda: len(met)
    finally:
        done.set()
        thread.join()


def lines(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_processes_that_are_killed_are_replaced_by_others(environments: Home, tmp_path: Path) -> None:
    with work(environments, tmp_path) as process:
        assert lines(process) == "ready"
        for pid in (first := workers(process.pid)):
            os.kill(pid, signal.SIGKILL)
        assert len(first) == 2
        assert lines(process) == SQUARES
        assert not set(first) & set(workers(process.pid))
        process.communicate("end\n", timeout=30)
        assert process.returncode == 0
    assert not (tmp_path / "failure.json").exists()


def test_when_all_are_killed_again_and_again_the_work_ends(environments: Home, tmp_path: Path) -> None:
    with work(environments, tmp_path, 3) as process:
        assert lines(process) == "ready"
        with meanwhile(process, signal.SIGKILL, 0.02) as killed:
            said, _ = process.communicate(timeout=120)
        assert killed() > 2
    if process.returncode:
        told = json.loads((tmp_path / "failure.json").read_text())
        assert told["kind"] == "killed"
        assert "run it again" in told["message"]
    else:
        assert said.startswith("killed worker processes were killed again and again")


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_processes_that_never_start_are_given_up(environments: Home, tmp_path: Path, number: signal.Signals) -> None:
    with work(environments, tmp_path, 3) as process, meanwhile(process, number, 0.01) as met:
        process.wait(120)  # one that is stopped holds what would be read
        assert met()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        said, _ = process.communicate()
    assert "ready" not in said
    told = said.removeprefix("killed ")
    if process.returncode:
        told = json.loads((tmp_path / "failure.json").read_text())["message"]
    assert told.startswith(("worker processes could not be started", "the worker processes are gone"))


def test_what_is_done_is_not_lost_to_a_cluster_that_does_not_end(environments: Home, tmp_path: Path) -> None:
    with work(environments, tmp_path) as process:
        assert lines(process) == "ready"
        assert lines(process) == SQUARES
        with meanwhile(process, signal.SIGSTOP, 0.02) as stopped:
            while stopped() < 2:
                pass
            said, _ = process.communicate("end\n", timeout=60)
        assert said.strip() == "done"
        assert process.returncode == 0
