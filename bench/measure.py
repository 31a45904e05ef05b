"""Runs two ways of doing a thing in turn and compares their medians; and tells how much memory a process had."""

import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Comparison:
    """Medians in seconds of ours and of the other way, over `runs` runs each."""

    what: str
    other: str
    ours: float
    theirs: float
    runs: int

    @property
    def ratio(self) -> float:
        """How much of the other's time ours takes."""
        return self.ours / self.theirs


def compare(
    what: str, ours: Callable[[], object], other: str, theirs: Callable[[], object], runs: int = 5
) -> Comparison:
    """Alternate between the two, after one run of each that does not count."""
    times: tuple[list[float], list[float]] = ([], [])
    for run in range(runs + 1):
        for side, way in enumerate((ours, theirs)):
            began = time.perf_counter()
            way()
            if run:
                times[side].append(time.perf_counter() - began)
    return Comparison(what, other, statistics.median(times[0]), statistics.median(times[1]), runs)


def most_memory() -> int:
    """The most memory that this process has held, in MiB.

    What `getrusage` says would count what the process that started this one held at that moment.
    """
    (kilobytes,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(kilobytes) // 1024
