"""One process a source, and one at a time that asks other people's hosts: leases that end with the process.

Two that asked one host at once would not know of each other's requests, and be twice as fast as the host wants.
"""

import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import structlog

from leap_kg.graph.home import Home, HomeError, unwritable

_POLL = 0.5
"""Seconds between two looks at a lease that another process has."""

log = structlog.get_logger(__name__)


@contextmanager
def leased(home: Home, sources: Sequence[str]) -> Iterator[None]:
    """Hold these sources of the home; raises `HomeError` if another process harvests one of them."""
    folder = home.path / "harvesting"
    with ExitStack() as stack:
        try:
            folder.mkdir(exist_ok=True)
            for source in sorted(sources):
                file = stack.enter_context((folder / f"{source}.lock").open("a+"))
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    file.seek(0)
                    holder = file.read().strip() or "unknown"
                    raise HomeError(
                        f"another process (pid {holder}) harvests {source} into {home.path}; wait for it, or stop it"
                    ) from None
                file.truncate(0)
                file.write(str(os.getpid()))
                file.flush()
        except OSError as error:
            raise unwritable(home.path, error) from None
        yield


@contextmanager
def fetching(home: Home) -> Iterator[None]:
    """Be the one process that fetches into the home; waits for another to finish. Raises `HomeError`."""
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
                    told = True
                time.sleep(_POLL)
        yield
