"""Processes of dask that do many things for a recipe, watched so that nothing waits for one that was killed.

A cluster may hang when one of its processes is killed while it starts, is replaced, or ends. Each of that has its
bound here: what cannot go on fails and says so, and what is done already is not lost to a cluster that does not end.
"""

import gc
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import cloudpickle
import dask

from .failing import Failed, write_failure
from .parent import forks_end_with_us

Each = Callable[[Callable[..., Any], Sequence[Any]], Iterator[tuple[int, Any]]]
"""Does something with each of many things; gives the number and the outcome of each, as they are ready."""

STARTING = 60.0
"""Seconds after which a cluster without any process is given up, and one that does not start."""
CLOSING = 15.0
"""Seconds that a cluster has to end when all is done; what is left of it ends with this process."""


@contextmanager
def processes(job: Mapping[str, Any], module: ModuleType) -> Iterator[Each]:
    """As many as the job has `workers`: one process is this one; more are a cluster's.

    Raises `Failed` if they cannot be started, or are killed again and again; so does what is given.
    """
    if job["workers"] == 1:
        yield lambda do, things: ((number, do(thing)) for number, thing in enumerate(things))
        return
    from distributed import Client, LocalCluster, as_completed  # takes a while, and one process needs nothing of it
    from distributed.scheduler import KilledWorker

    cloudpickle.register_pickle_by_value(module)  # workers have no recipe.py
    # Forked workers have what was imported here, which takes each a second or two else. Nothing is read or written by
    # this process meanwhile, so no library holds a lock then.
    dask.config.set({"distributed.worker.multiprocessing-method": "fork"})
    # A process that is replaced on a busy machine needs longer than the 15 s after which it would be forgotten.
    dask.config.set({"distributed.deploy.lost-worker-timeout": f"{STARTING}s"})
    gc.freeze()  # or each worker copies all that was imported when it first looks for what nothing refers to
    forks_end_with_us()  # each holds the pipes by which others would notice that this process is gone
    watch = _Watch(Path(job["failure"]))
    with ExitStack() as stack:
        stack.callback(watch.end)
        try:
            cluster = LocalCluster(
                n_workers=job["workers"],
                threads_per_worker=1,
                dashboard_address=None,
                host="127.0.0.1",
                silence_logs=30,
                death_timeout=STARTING,
            )
        except Exception as error:  # what a cluster that has lost a process raises has many types
            reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
            raise Failed("killed", f"worker processes could not be started: {reason}. Run it again") from error
        stack.callback(_end, cluster.close)
        # From here on threads of this process may hold a lock at any moment, for which a forked process might wait
        # for ever.
        dask.config.set({"distributed.worker.multiprocessing-method": "spawn"})
        client = Client(cluster)
        stack.callback(_end, client.close)
        watch.look_at(lambda: len(cluster.scheduler.workers))

        def each(do: Callable[..., Any], things: Sequence[Any]) -> Iterator[tuple[int, Any]]:
            futures = client.map(do, things, pure=False)
            numbers = {future.key: number for number, future in enumerate(futures)}
            for future in as_completed(futures):
                try:
                    yield numbers[future.key], future.result()
                except KilledWorker:
                    raise Failed(
                        "killed",
                        "worker processes were killed again and again: each may need more memory than there is, so "
                        "write smaller chunks, or use fewer --workers",
                    ) from None

        yield each


class _Watch:
    """Ends this process with the reason if there is no process of the cluster for too long."""

    def __init__(self, failure: Path) -> None:
        self._failure, self._ended = failure, threading.Event()
        self._count: Callable[[], int] = lambda: 0
        threading.Thread(target=self._watch, daemon=True).start()

    def look_at(self, count: Callable[[], int]) -> None:
        self._count = count

    def end(self) -> None:
        self._ended.set()

    def _watch(self) -> None:
        seen = time.monotonic()
        # What starts has a bound of its own, which is met first if it can be.
        while time.monotonic() - seen < 2 * STARTING:
            if self._ended.wait(1):
                return
            if self._count():
                seen = time.monotonic()
        reason = Failed("killed", "the worker processes are gone and others could not be started: run it again")
        write_failure(self._failure, reason)
        os._exit(1)  # whoever waits for the cluster in this process would wait for ever


def _end(close: Callable[[], object]) -> None:
    """Close a part of the cluster, if that can be done in time: all that it did is here already."""

    def quietly() -> None:
        with suppress(Exception):
            close()

    closing = threading.Thread(target=quietly, daemon=True)
    closing.start()
    closing.join(CLOSING)
