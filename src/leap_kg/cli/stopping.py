"""Leaving on SIGTERM: at once if Python is running, within seconds if it is not, with nothing lost in either case.

What was fetched is noted as it comes, and a publication that is cut off is made good by whoever opens the home next:
leaving in the middle of anything is safe.
"""

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from leap_kg.cli.output import fail

STATUS = 128 + signal.SIGTERM
_KEPT = "what was fetched is kept, and the next harvest goes on from there"
_SECONDS = 8
"""How long leaving may take before the operating system ends the process."""


class Stopped(BaseException):
    """SIGTERM came."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Leave on SIGTERM within ten seconds, or on Ctrl-C, with a message and the status that shells know for it.

    A signal handler of Python waits for the engine to return, which may take a while: so a thread, woken by the
    operating system, sets an alarm that waits for nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    handler, wakeup = signal.signal(signal.SIGTERM, _stop), signal.set_wakeup_fd(theirs.fileno())
    watcher = threading.Thread(target=_watch, args=(ours,), daemon=True)
    watcher.start()
    try:
        yield
    except Stopped:
        fail(f"stopped by SIGTERM; {_KEPT}", STATUS)
    except KeyboardInterrupt:
        fail(f"stopped by Ctrl-C; {_KEPT}", 128 + signal.SIGINT)
    finally:
        signal.set_wakeup_fd(wakeup)
        signal.signal(signal.SIGTERM, handler)
        theirs.close()
        watcher.join()
        ours.close()


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


def _watch(wakeups: socket.socket) -> None:
    with suppress(OSError):
        while woken := wakeups.recv(16):
            if signal.SIGTERM in woken:
                signal.alarm(_SECONDS)
                return
