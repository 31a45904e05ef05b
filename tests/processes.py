"""The processes of this machine as the kernel tells of them.

Processes and threads come and go while one looks: whatever ends in between is left out.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def children(pid: int) -> set[int]:
    """The processes that `pid` has started and not waited for, zombies too."""
    return {child for child, parent in _parents().items() if parent == pid}


def below(pid: int) -> dict[int, str]:
    """The processes below `pid`, at any depth, with their command lines; a zombie has none."""
    parents = _parents()
    found: dict[int, str] = {}
    frontier = {pid}
    while frontier:
        frontier = {child for child, parent in parents.items() if parent in frontier}
        for child in frontier:
            with suppress(OSError):
                found[child] = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def alive(pids: Iterable[int]) -> set[int]:
    """Those that run; zombies do not."""
    return {pid for pid in pids if _fields(pid)[:1] not in ([], ["Z"])}


def ticks(pid: int) -> int:
    """Clock ticks that the process has computed for itself; 0 for one that has ended."""
    return int((_fields(pid) or ["0"] * 12)[11])


def _parents() -> dict[int, int]:
    pids = [int(stat.parent.name) for stat in Path("/proc").glob("[0-9]*/stat")]
    return {pid: int(fields[1]) for pid in pids if (fields := _fields(pid))}


def _fields(pid: int) -> list[str]:
    """The fields of `/proc/PID/stat` behind the name, the state first; none of a process that has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []
