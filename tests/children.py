"""Processes that a test starts, one after the other, to kill them.

A module with a `main` that calls `serve` is the parent: it imports everything once and opens no store, so a child that
it forks is ready in milliseconds, and forking is safe. `parent_of` starts it. Children tell what they have done, a line
at a time, in a file beside their home.

Hazard: the number of a process that has ended may soon be another's. A child is therefore waited for only when `ended`
is called, and keeps its number till then.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]


class Children:
    """The process that starts them."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._pid = 0

    def start(self, home: Path, *words: object) -> int:
        """The pid of a child that is given the home and these words; nothing is told of the home so far."""
        _told(home).write_text("")
        self._write("\t".join(map(str, (home, *words))))
        self._pid = int(self._line())
        return self._pid

    def kill(self) -> None:
        """Kill the child that was started last with -9; one that has ended already is not harmed."""
        os.kill(self._pid, signal.SIGKILL)

    def ended(self) -> int:
        """Wait for the child that was started last; the signal that ended it, 0 for none."""
        self._write("")
        return os.WTERMSIG(int(self._line()))

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def parent_of(module: str) -> Iterator[Children]:
    """Start `module` as the parent; it ends with the block."""
    command = [sys.executable, "-m", module]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Children(process)
    finally:
        process.communicate(timeout=60)


def serve(act: Callable[..., object]) -> None:
    """Be the parent: each child calls `act` with the home, as a path, and the other words."""
    for line in sys.stdin:
        home, *words = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            try:
                act(Path(home), *words)
            finally:
                os._exit(0)
        print(child, flush=True)
        sys.stdin.readline()
        print(os.waitpid(child, 0)[1], flush=True)


def teller(home: Path) -> Callable[[str], object]:
    """What a child tells lines with, each with one write."""
    file = os.open(_told(home), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    return lambda line: os.write(file, f"{line}\n".encode())


def told(home: Path) -> list[str]:
    """What the child that was started last has told so far, whole lines only."""
    return _told(home).read_text().split("\n")[:-1]


def wait_until(reached: Callable[[], object]) -> None:
    """Wait until this is so, for a minute at the most."""
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline, "the process never got there"
        time.sleep(0.002)


def _told(home: Path) -> Path:
    return Path(f"{home}.progress")
