"""The files of a commit, out of the objects of a repository on this machine: so that evidence which names a commit
quotes what is there, whatever lies in the folder.

Hazard: git runs programs that a repository's configuration names. So it is started on an empty repository that is made
for it, and only borrows the objects of the other; objects that are not there are not fetched.
"""

import hashlib
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

_MOST_SECONDS = 120
_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"


LOST = -1
"""The size of content that is not among the objects."""


@dataclass(frozen=True, slots=True)
class Blob:
    """The content of a file at a commit, by its name in git, and how many bytes it has."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Committed:
    """The plain files of a commit by their paths; `objects` is where their content is."""

    objects: Path = field(repr=False)
    files: Mapping[str, Blob] = field(repr=False)

    @classmethod
    def at(cls, objects: Path, commit: str) -> Self | None:
        """The files of a commit; `None` where they cannot be told: no git, no such commit, objects that are lost."""
        said = _git(objects, "ls-tree", "-r", "-l", "-z", commit)
        return None if said is None else cls(objects, dict(_entries(said)))

    def read(self, path: str) -> bytes | None:
        """The content of a file; `None` where it is not at hand."""
        blob = self.files.get(path)
        return None if blob is None else _git(self.objects, "cat-file", "blob", blob.name)

    def has(self, path: str, data: bytes) -> bool:
        """Whether this is the content of the file, but for ends of lines."""
        blob = self.files.get(path)
        return blob is not None and blob.name in (_name(data), _name(data.replace(b"\r\n", b"\n")))


def _entries(listing: bytes) -> Iterator[tuple[str, Blob]]:
    for entry in listing.split(b"\0"):
        told, _, path = entry.partition(b"\t")
        mode, kind, name, size = (*told.decode("ascii", "replace").split(), "", "", "", "")[:4]
        # Links lead elsewhere, and submodules are other repositories.
        if mode in ("100644", "100755") and kind == "blob":
            yield os.fsdecode(path), Blob(name, int(size) if size.isdigit() else LOST)


def _name(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _git(objects: Path, *arguments: str) -> bytes | None:
    with _borrowing(objects) as environment:
        try:
            command = ["git", "--no-pager", *arguments]
            said = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                env=environment,
                timeout=_MOST_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
    return said.stdout if said.returncode == 0 else None


@contextmanager
def _borrowing(objects: Path) -> Iterator[dict[str, str]]:
    """The environment of a git that knows no configuration but that of an empty repository."""
    with TemporaryDirectory(prefix="leap-kg-") as folder:
        git = Path(folder)
        (git / "refs").mkdir()
        (git / "objects").mkdir()
        (git / "HEAD").write_text("ref: refs/heads/none\n")
        (git / "config").write_text(_CONFIG)
        yield {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": os.devnull,
            "GIT_DIR": folder,
            "GIT_OBJECT_DIRECTORY": str(objects),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ALLOW_PROTOCOL": "none",
            "GIT_NO_LAZY_FETCH": "1",
        }
