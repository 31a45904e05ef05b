"""Runs a command within bounds, and ends it with all that it started when whoever asked for it is gone.

`python warden.py PARENT MEMORY SIZE COMMAND…` leads a group of processes. Bytes of memory bound each of them, bytes of
size each file that they write. It ends with 128 and the signal if that ended the command.
"""

import ctypes
import os
import resource
import signal
import sys
from types import FrameType

_PR_SET_PDEATHSIG = 1


def main(parent: int, memory: int, size: int, command: list[str]) -> int:
    """The status of the command."""
    signal.signal(signal.SIGTERM, _end)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        return 1
    for limit, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, size), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(limit, (most, most))
    # Python ignores these two, and what it starts would, too.
    heeded = [signal.SIGPIPE, signal.SIGXFSZ]
    status = os.waitstatus_to_exitcode(
        os.waitpid(os.posix_spawn(command[0], command, os.environ, setsigdef=heeded), 0)[1]
    )
    return status if status >= 0 else 128 - status


def _end(number: int, frame: FrameType | None) -> None:
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]))
