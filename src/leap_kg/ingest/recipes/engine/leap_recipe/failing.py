"""How a recipe's process says why it failed: in words for people, and in a file that is read by whoever started it."""

import errno
import json
import traceback
from pathlib import Path

_LONGEST = 20_000
# What Pangeo Forge says of a variable that lacks the dimension along which files are put together.
_KNOWN = {
    "does not align with Zarr chunks": ". If a variable lacks the dimension of concatenation, make it a coordinate, by "
    "set_coords, in a step before StoreToZarr"
}
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Failed(Exception):
    """Something that somebody can mend; `kind` names what it is, the message says what to do."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def write_failure(path: Path, error: BaseException) -> None:
    """Note why the process ends."""
    kind, message = _told(error)
    trace = "".join(traceback.format_exception(error))[-_LONGEST:]
    path.write_text(json.dumps({"kind": kind, "message": message[:_LONGEST], "trace": trace}), encoding="utf-8")


def _told(error: BaseException) -> tuple[str, str]:
    for cause in _causes(error):
        if isinstance(cause, Failed):
            return cause.kind, str(cause)
        if isinstance(cause, OSError) and cause.errno in _FULL:
            return "disk-full", f"the disk is full ({cause.filename or cause.strerror}): make room, then run it again"
    if isinstance(error, MemoryError):
        return "memory", "the recipe needs more memory than there is: write smaller chunks, or use fewer workers"
    text = " ".join(str(error).split()) or "no message"
    hint = next((hint for sign, hint in _KNOWN.items() if sign in text), "")
    return "raised", f"the recipe raised {type(error).__name__}: {text}{hint}"


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
