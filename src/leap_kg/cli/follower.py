"""The process that follows a source for `leap-kg replica`: `python -m leap_kg.cli.follower URL SECONDS`.

It ends when its standard input closes, after the step that it is in: so it never outlives the server that started it.
A source that is away is asked again after a growing pause; one whose log was rewritten is told as an error each time,
and what was taken over before is served meanwhile.
"""

import random
import signal
import sys
import threading

import structlog

from leap_kg.graph.copies.replica import Diverged, Replica
from leap_kg.graph.copies.storage import Storage
from leap_kg.graph.home import Home, HomeError
from leap_kg.settings import Settings
from leap_kg.web.operations.logs import configure

LONGEST_PAUSE = 300.0

log = structlog.get_logger(__name__)


def main(arguments: list[str]) -> int:
    """Follow `arguments[0]`, looking every `arguments[1]` seconds, until standard input closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's; it closes our standard input
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    settings = Settings.from_environment()
    configure(settings)
    ended = threading.Event()
    threading.Thread(target=_watch, args=(ended,), daemon=True).start()
    try:
        with Replica(Home.of(settings), settings.base, Storage(arguments[0])) as replica:
            follow(replica, float(arguments[1]), ended)
    except HomeError as error:
        log.error("cannot follow", reason=str(error))  # noqa: TRY400 - the reason says it; where it arose does not
        return 1
    return 0


def follow(replica: Replica, every: float, ended: threading.Event) -> None:
    """Take over what is new, again and again, until `ended`."""
    pause = every
    while not ended.is_set():
        try:
            taken = replica.step()
        except HomeError as error:
            pause = min(pause * 2, max(LONGEST_PAUSE, every))
            tell = log.error if isinstance(error, Diverged) else log.warning
            tell("cannot follow", reason=str(error), again=round(pause, 1))
        else:
            pause = every
            if taken:
                log.info("followed", revision=replica.status.revision, new=taken)
        # Replicas that were started together must not ask together.
        ended.wait(pause * random.uniform(0.8, 1.2))  # noqa: S311


def _watch(ended: threading.Event) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    ended.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
