"""`python -m bench.loading HOME FILE`: publish a file of N-Quads into a new home, in a process of its own.

Prints the seconds that each step took and the most memory that this process and the ones it starts had, in MiB.
"""

import json
import resource
import sys
import time
from pathlib import Path

from pyoxigraph import parse

from bench.graph import BASE, SOURCE, activity
from bench.measure import most_memory
from leap_kg.graph import publish
from leap_kg.graph.home import Home
from leap_kg.graph.index.filling import Filling
from leap_kg.graph.publication import committing
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots

_STEPS = (
    (publish, "compare", "compare"),
    (committing.Committer, "_require_valid", "validate"),
    (committing.Committer, "_write", "log"),
    (committing, "apply", "load"),
    (Filling, "finish", "wait for the index"),
    (Snapshots, "create", "checkpoint"),
)


def main() -> None:
    folder, file = sys.argv[1:]
    seconds: dict[str, float] = {}
    for place, name, step in _STEPS:
        _time(place, name, step, seconds)
    with Writer(Home(Path(folder)), BASE) as writer:
        began = time.perf_counter()
        writer.publish(SOURCE, parse(path=file), activity("load"))
        seconds["all"] = time.perf_counter() - began
    seconds["read and sort"] = seconds["all"] - sum(spent for step, spent in seconds.items() if step != "all")
    # The process that fills the index has ended; this one is small when it starts it.
    peaks = [most_memory(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024]
    told = {step: round(spent, 1) for step, spent in seconds.items()}
    print(json.dumps({"seconds": told, "MiB": dict(zip(("publishing", "indexing"), peaks, strict=True))}))


def _time(place: object, name: str, step: str, seconds: dict[str, float]) -> None:
    original = getattr(place, name)

    def timed(*args: object, **more: object) -> object:
        began = time.perf_counter()
        try:
            return original(*args, **more)
        finally:
            seconds[step] = seconds.get(step, 0.0) + time.perf_counter() - began

    setattr(place, name, timed)


if __name__ == "__main__":
    main()
