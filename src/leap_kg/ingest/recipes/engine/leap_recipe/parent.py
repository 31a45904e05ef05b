"""Ties processes together: one that is started here ends when whoever started it is killed.

`python -m leap_recipe.parent PID COMMAND…` becomes the command, and ends with the process PID.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with(parent: int) -> None:
    """End this process when its parent ends, also if that was killed; ends it at once if that is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("whoever started this process is gone")


if __name__ == "__main__":
    end_with(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - what is asked for is the command
