"""One process a source, and one at a time that asks other people's hosts: leases that end with the process.

Two that asked one host at once would not know of each other's requests, and be twice as fast as the host wants.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import structlog

from leap_kg.graph.home import Home, unwritable

_POLL = 0.5
"""Seconds between two looks at a lease that another process has."""

log = structlog.get_logger(__name__)


@contextmanager
def leased(home: Home, sources: Sequence[str]) -> Iterator[dict[str, str]]:
    """Hold those of the sources that nobody has; gives the others, each with the pid of the process that has it.

    Raises `HomeError` if the home cannot be written.
    """
    folder, busy = home.path / "harvesting", dict[str, str]()
    with ExitStack() as stack:
        try:
            folder.mkdir(exist_ok=True)
            for source in sorted(sources):
                file = stack.enter_context((folder / f"{source}.lock").open("a+"))
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    file.seek(0)
                    busy[source] = file.read().strip() or "unknown"
                    continue
                file.truncate(0)
                file.write(str(os.getpid()))
                file.flush()
        except OSError as error:
            raise unwritable(home.path, error) from None
        yield busy


@contextmanager
def fetching(home: Home, waiting: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Be the one process that fetches into the home; waits for another to finish, and calls `waiting` before.

    Raises `HomeError`.
    """
    try:
        file = (home.path / "harvesting" / "fetching.lock").open("a")
    except OSError as error:
        raise unwritable(home.path, error) from None
    with file:
        told = False
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not told:
                    log.info("waiting for another harvest to finish")
                    waiting()
                    told = True
                time.sleep(_POLL)
        yield
