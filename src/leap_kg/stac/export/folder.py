"""Puts what is written where it was asked for, once it is complete.

Hazard: an export may be interrupted, and programs may already look at its place. So it is written into a folder beside,
or inside a folder that is there and empty (it may be a mount), and appears by renaming.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Unwritable(RuntimeError):
    """The export cannot be put there; the text says why and what to do."""


@contextmanager
def folder(target: Path, last: str) -> Iterator[Path]:
    """An empty folder that becomes `target` when the block ends; if it fails, nothing is left of it.

    In a folder that was there, `last` appears after all else: it is what programs open. Raises `Unwritable`.
    """
    place = target.absolute()
    try:
        there = place.is_dir()
        _require_free(target, place)
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = (place if there else place.parent) / f".{place.name or 'export'}.{os.getpid()}.partial"
        partial.mkdir()
    except OSError as error:
        raise _unwritable(target, error) from None
    try:
        yield partial
        if there:
            for entry in sorted(partial.iterdir(), key=lambda entry: entry.name == last):
                entry.rename(place / entry.name)
            partial.rmdir()
        else:
            partial.rename(place)
    except OSError as error:
        raise _unwritable(target, error) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _require_free(target: Path, place: Path) -> None:
    if place.is_dir():
        found = next(iter(sorted(entry.name for entry in place.iterdir())), "")
        if found:
            raise Unwritable(f"{target} is not empty (it has {found}); name a folder that is new or empty")
        return
    for there in (place, *place.parents):
        if there.is_symlink() or there.exists():
            if not there.is_dir():
                raise Unwritable(f"{there} is no folder; name a folder that is new or empty")
            return


def _unwritable(target: Path, error: OSError) -> Unwritable:
    reason = error.strerror or str(error)
    return Unwritable(f"{target} cannot be written: {reason}; name a folder that can be, with enough room")
