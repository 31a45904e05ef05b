"""What a process started does not outlive it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leap_kg.ingest.recipes.process import ENGINE

FORKING = """
import multiprocessing, sys, threading, time
from leap_recipe.parent import forks_end_with_us

forks_end_with_us()
forks_end_with_us()
context = multiprocessing.get_context("fork")
children = [context.Process(target=time.sleep, args=(300,)) for _ in range(2)]
for child in children:
    child.start()
print(*(child.pid for child in children), flush=True)
time.sleep(300)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends processes with their parent")
def test_processes_that_were_forked_end_when_the_one_that_forked_them_is_killed() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", FORKING],
        env={**os.environ, "PYTHONPATH": str(ENGINE)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    children = [int(word) for word in process.stdout.readline().split()]
    assert len(children) == 2
    assert all(Path("/proc", str(child)).exists() for child in children)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)
    until = time.monotonic() + 10
    while (left := [child for child in children if _works(child)]) and time.monotonic() < until:
        time.sleep(0.02)
    assert not left


def _works(pid: int) -> bool:
    """Whether the process is there, and more than an entry that nobody has asked for yet."""
    try:
        return Path("/proc", str(pid), "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
