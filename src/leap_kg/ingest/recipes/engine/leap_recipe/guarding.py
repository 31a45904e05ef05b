"""Stands between whoever starts a recipe and the recipe: when either ends, all that the recipe has started ends too.

The guard does nothing but wait, so nothing that a recipe does, in whatever language, keeps it from noticing. What has
left its parents, its group and its session is still below the guard, which Linux makes its parent.
"""

import os
import resource
import signal
import sys
import time

from .descendants import below, kill
from .parent import adopt, end_with

_GONE = signal.SIGHUP
_SIGNALS = (signal.SIGCHLD, signal.SIGTERM, _GONE)
_PATIENCE = 5.0
"""Seconds that what the recipe left behind may take to end."""


def guarded(parent: int) -> None:
    """Go on in a child of this process, which becomes its guard and ends as it does; returns in the child only.

    Linux only; elsewhere this process goes on.
    """
    if sys.platform != "linux":
        end_with(parent)
        return
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # whoever started this may have ignored it
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    end_with(parent, _GONE)
    adopt()
    guard = os.getpid()
    if recipe := os.fork():
        _guard(recipe)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    end_with(guard)
    adopt()


def _guard(recipe: int) -> None:
    status = None
    while status is None:
        number = signal.sigwait(_SIGNALS)
        if number == _GONE:
            break
        if number == signal.SIGTERM:
            os.kill(recipe, signal.SIGTERM)
        status = _ended(recipe)
    until = time.monotonic() + _PATIENCE
    while (left := below(os.getpid())) and time.monotonic() < until:
        kill(left, until - time.monotonic())
    if status is not None and status < 0:
        # Whoever waits for this process is told by which signal the recipe ended.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if -status != signal.SIGKILL:
            signal.signal(-status, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [-status])
        os.kill(os.getpid(), -status)
    os._exit(1 if status is None else status)


def _ended(recipe: int) -> int | None:
    """How the recipe ended, if it has; all else that has ended below it is let go."""
    found = None
    while True:
        try:
            number, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if not number:
            return found
        if number == recipe:
            found = os.waitstatus_to_exitcode(status)
