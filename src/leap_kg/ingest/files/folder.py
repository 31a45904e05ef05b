"""The files below a folder, and the bytes of each.

Hazard: whoever may add a file to the folder may add a link to any file of this machine, or a pipe that
never ends. Links that leave the folder are refused, and only plain files are opened.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from leap_kg.ingest.source import RecordUnusable

MAX_BYTES = 10 * 2**20

SUFFIXES = (".csv", ".jsonld", ".ttl", ".yaml", ".yml")


class Folder:
    """The files of the forms we read, by key: the path below the folder, with slashes.

    Names that begin with a dot are passed over.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()

    def keys(self) -> Iterator[str]:
        """The files there are now; a linked folder is named too, and refused by `read`."""
        for parent, folders, names in os.walk(self.path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            here = Path(parent)
            found = [name for name in names if not name.startswith(".") and name.endswith(SUFFIXES)]
            for name in (*found, *(name for name in folders if (here / name).is_symlink())):
                yield os.fsencode((here / name).relative_to(self.path)).decode(errors="backslashreplace")

    def read(self, key: str, url: str, most: int = MAX_BYTES) -> bytes:
        """The bytes of a file, `most` of them; raises `RecordUnusable`. `url` names the file in messages."""
        path = self.path / PurePosixPath(key)
        try:
            resolved = path.resolve(strict=True)
            if not resolved.is_relative_to(self.path):
                raise RecordUnusable("is a link that leads out of the folder: put the file itself there", url)
            if not stat.S_ISREG(resolved.stat().st_mode):
                raise RecordUnusable("is a linked folder or no plain file: put the files themselves there", url)
            with resolved.open("rb") as file:
                data = file.read(most + 1)
        except (OSError, RuntimeError, ValueError) as error:
            cause = error.strerror if isinstance(error, OSError) else str(error)
            reason = f"cannot be read ({cause}): check its name, which has to be UTF-8, and its permissions"
            raise RecordUnusable(reason, url) from None
        if len(data) > most:
            raise RecordUnusable(f"is larger than {most} bytes: split it", url)
        return data
