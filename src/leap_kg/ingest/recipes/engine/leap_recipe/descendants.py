"""Finds what a process has started, by what Linux tells in /proc; elsewhere nothing is found.

A program may leave the group and the session of what started it, and outlive it. It is still known by its ancestors
while these live, and by the variables it was started with; what gives up both is not found.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MARK = "LEAP_RECIPE_JOB"
"""The variable by which all processes of a job are known."""
_PROC = Path("/proc")
_PAUSE = 0.02

Process = tuple[int, str]
"""The id of a process and when it began, as ids are given again."""


def below(process: int) -> set[Process]:
    """Everything that a process has started and what that has, but not the process itself."""
    children: dict[int, list[Process]] = {}
    for each, parent in _all():
        children.setdefault(parent, []).append(each)
    found, left = set[Process](), [process]
    while left:
        new = [each for each in children.get(left.pop(), ()) if each not in found]
        found |= set(new)
        left += [number for number, _ in new]
    return found


def marked(mark: str) -> set[Process]:
    """Everything that was started with this mark among its variables, but not this process itself."""
    sought = f"\0{MARK}={mark}\0".encode()
    return {each for each, _ in _all() if each[0] != os.getpid() and sought in _variables(each[0])}


def kill(processes: set[Process], patience: float) -> set[Process]:
    """Kill them and wait, at most so many seconds; returns those that are still there."""
    until = time.monotonic() + patience
    left = processes
    while left := {each for each in left if _began(each[0]) == each[1]}:
        for number, _ in left:
            with suppress(OSError):
                os.kill(number, signal.SIGKILL)
        if time.monotonic() > until:
            break
        time.sleep(_PAUSE)
    return left


def _all() -> Iterator[tuple[Process, int]]:
    """Each process that works, and its parent."""
    if _PROC.is_dir():
        for name in os.listdir(_PROC):  # noqa: PTH208 - thousands of paths are not wanted
            if name.isdecimal() and (fields := _read(int(name))):
                yield (int(name), fields[19]), int(fields[1])


def _began(process: int) -> str:
    fields = _read(process)
    return fields[19] if fields else ""


def _read(process: int) -> list[str] | None:
    """What is told of a process, from its state on; nothing of one that has ended."""
    try:
        fields = (_PROC / str(process) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields


def _variables(process: int) -> bytes:
    try:
        return b"\0" + (_PROC / str(process) / "environ").read_bytes()
    except OSError:
        return b""
