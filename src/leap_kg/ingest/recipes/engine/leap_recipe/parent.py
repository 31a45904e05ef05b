"""Ties processes together: one that is started here ends when whoever started it is killed.

`python -m leap_recipe.parent PID COMMAND…` becomes the command, and ends with the process PID.
"""

import ctypes
import os
import signal
import sys
from functools import cache

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def end_with(parent: int, by: signal.Signals = signal.SIGKILL) -> None:
    """End this process, by this signal, when its parent ends, also if that was killed; ends it at once if that is gone
    already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, by)
    if os.getppid() != parent:
        sys.exit("whoever started this process is gone")


def adopt() -> None:
    """What is started below this process stays below it, also if it is detached from what started it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


@cache
def forks_end_with_us() -> None:
    """From here on, each process that is forked from this one ends when this one does, also if that was killed.

    A thread that forks has to live as long as what it forked.
    """
    parent = os.getpid()

    def before() -> None:
        nonlocal parent
        parent = os.getpid()

    def after() -> None:
        try:
            end_with(parent)
        except SystemExit:  # it would be ignored here
            os._exit(1)

    os.register_at_fork(before=before, after_in_child=after)


if __name__ == "__main__":
    end_with(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - what is asked for is the command
