"""The processes of this machine as the kernel tells of them.

Processes and threads come and go while one looks: whatever ends in between is left out.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_STARTING = ("tests.web.forking", "tests.cli.forked")


def children(pid: int) -> set[int]:
    """The processes that `pid` has started and not waited for, zombies too.

    Of our own, those that start servers and commands for tests, and stay from one test to the next, are left out.
    """
    found = {child for child, parent in _parents().items() if parent == pid}
    return {child for child in found if pid != os.getpid() or not _starts_others(child)}


def below(pid: int) -> dict[int, str]:
    """The processes below `pid`, at any depth, with their command lines; a zombie has none."""
    parents = _parents()
    found: dict[int, str] = {}
    frontier = {pid}
    while frontier:
        frontier = {child for child, parent in parents.items() if parent in frontier}
        for child in frontier:
            with suppress(OSError):
                found[child] = _command(child)
    return found


def alive(pids: Iterable[int]) -> set[int]:
    """Those that run; zombies do not."""
    return {pid for pid in pids if _fields(pid)[:1] not in ([], ["Z"])}


def ticks(pid: int) -> int:
    """Clock ticks that the process has computed for itself; 0 for one that has ended."""
    return int((_fields(pid) or ["0"] * 12)[11])


def _starts_others(pid: int) -> bool:
    with suppress(OSError):
        return any(f" -m {module} " in _command(pid) for module in _STARTING)
    return False


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def _parents() -> dict[int, int]:
    pids = [int(stat.parent.name) for stat in Path("/proc").glob("[0-9]*/stat")]
    return {pid: int(fields[1]) for pid in pids if (fields := _fields(pid))}


def _fields(pid: int) -> list[str]:
    """The fields of `/proc/PID/stat` behind the name, the state first; none of a process that has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []
