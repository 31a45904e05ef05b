"""How a recipe's process says why it failed: in words for people, and in a file that is read by whoever started it."""

import errno
import json
import sysconfig
import traceback
from pathlib import Path

_LONGEST = 20_000
# What Pangeo Forge says of a variable that lacks the dimension along which files are put together.
_KNOWN = {
    "does not align with Zarr chunks": ". If a variable lacks the dimension of concatenation, make it a coordinate, by "
    "set_coords, in a step before StoreToZarr",
    "conflicting sizes for dimension": ". If not all files have the same variables, leave out what some of them lack",
    "Stop must be greater than start": ". If a file has no element along the dimension of concatenation, leave out its "
    "key, or run a recipe that is declared with --runner dask",
}
_OURS = Path(__file__).parent
_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
_ENGINES = ("pipelines.py", "__main__.py", "loading.py", "cluster.py")
"""Those of ours through which everything goes that recipes and their libraries raise."""
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
    if _is_ours(error):
        return "raised", f"{type(error).__name__} was raised while leap-kg worked on the data: {text}"
    return "raised", f"the recipe raised {type(error).__name__}: {text}{hint}"


def _is_ours(error: BaseException) -> bool:
    """Whether an error comes from this package, or a library that it called, with no code of a recipe in between."""
    name = ""
    for cause in reversed(_causes(error)):
        for frame in traceback.extract_tb(cause.__traceback__):
            file = Path(frame.filename)
            if file.parent == _OURS:
                name = file.name
            elif not (frame.filename.startswith((*_LIBRARIES, "<frozen")) or "site-packages" in file.parts):
                return False
    return bool(name) and name not in _ENGINES


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
