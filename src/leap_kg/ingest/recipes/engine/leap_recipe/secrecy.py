"""Keeps the variables of one process from others: any program may read those of its user's processes in /proc.

Linux only; elsewhere nothing happens.
"""

import ctypes
import sys

_PR_SET_DUMPABLE = 4
_PR_CAPBSET_DROP = 24
_LOOKING = {"CAP_SYS_PTRACE": 19, "CAP_SYS_ADMIN": 21, "CAP_PERFMON": 38}
"""What lets an administrator read the memory of any process; see fs/proc/base.c and kernel/fork.c of Linux."""
_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Half(ctypes.Structure):
    """32 of the 64 capabilities."""

    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def conceal(hidden: bool = True) -> None:
    """Nobody but an administrator may read this process's variables and memory; or, with `False`, its user again."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0 if hidden else 1)


def look_at_nobody() -> None:
    """Give up, for this process and all that it starts, what an administrator may look into others' processes by."""
    if sys.platform != "linux":
        return
    system = ctypes.CDLL(None)
    header, halves = _Header(_VERSION_3, 0), (_Half * 2)()
    if system.capget(ctypes.byref(header), halves) != 0:
        return
    for number in _LOOKING.values():
        system.prctl(_PR_CAPBSET_DROP, number)
        half, bit = halves[number // 32], 1 << number % 32
        half.effective, half.permitted, half.inheritable = (
            each & ~bit for each in (half.effective, half.permitted, half.inheritable)
        )
    system.capset(ctypes.byref(header), halves)
