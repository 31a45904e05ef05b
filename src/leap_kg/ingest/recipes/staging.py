"""Where a store is put together, and how it takes its place: by renaming, so that nobody ever sees half of one.

Everything lies below the target, in a folder whose name begins with a dot, so that a rename stays within one file
system. One run of a recipe at a time holds it; what a run that was killed has left there goes when the next begins.
"""

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from leap_kg.graph.home import HomeError, unwritable
from leap_kg.ontology.iri import digest, slug

_FOLDER = ".leap-staging"


class Busy(HomeError):
    """Another run has the recipe."""


@dataclass(frozen=True, slots=True)
class Staging:
    """The staging place of one recipe below a target."""

    target: Path
    name: str

    @classmethod
    def of(cls, target: Path, *recipe: str) -> "Staging":
        """That of the recipe so called."""
        return cls(target, f"{slug(recipe[-1])[:40]}-{digest(*recipe)}")

    @property
    def folder(self) -> Path:
        """Where its stores are put together."""
        return self.target / _FOLDER / self.name

    @contextmanager
    def held(self, run: str) -> Iterator[None]:
        """Hold the place for a run; raises `Busy`, or `HomeError` where nothing can be written."""
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            if not os.access(self.target, os.W_OK):  # the folder that is there may be of other times
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            file = self.folder.with_suffix(".lock").open("a+", encoding="utf-8")
        except OSError as error:
            remedy = "give a folder that can be written by --target"
            raise HomeError(f"{self.target} cannot be used ({error.strerror}): {remedy}") from None
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                other = file.read(200).strip() or "unknown"
                raise Busy(f"the recipe is being run already (run {other}): wait for it, or stop it") from None
            file.truncate(0)
            file.write(f"{run}, process {os.getpid()}")
            file.flush()
            self._recover()
            yield

    def clear(self) -> None:
        """Make the place empty."""
        shutil.rmtree(self.folder, ignore_errors=True)
        try:
            self.folder.mkdir(parents=True)
        except OSError as error:
            raise unwritable(self.folder, error) from None

    def drop(self) -> None:
        """Remove what is left of it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def taken(self) -> dict[str, str]:
        """What is in the target and was not put there by this recipe: names, and what to do about each."""
        names = (each.name for each in self.target.iterdir() if each.name != _FOLDER)
        return {name: _taken(self.target / name) for name in names if not self._is_ours(self._owner(name))}

    def holds(self, store: str, run: str) -> bool:
        """Whether the store in its place is what this run of the recipe put there."""
        try:
            return (self.target / store).is_dir() and self._owner(store).read_text(encoding="utf-8") == self._mark(run)
        except OSError:
            return False

    def promote(self, store: str, run: str = "") -> Path:
        """Put a staged store into its place; the one that the same recipe put there before makes way and is gone.

        One that is not staged any more was put there already. Raises `HomeError`, also if something else is there.
        """
        staged, final = self.folder / store, self.target / store
        if not staged.is_dir():
            return final
        replaced, owner = self._replaced / digest(store), self._owner(store)
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(replaced, ignore_errors=True)
            if final.exists() and not self._is_ours(owner):
                raise HomeError(_taken(final))
            owner.write_text(self._mark(run), encoding="utf-8")
            if final.exists():
                replaced.mkdir(parents=True)
                (replaced / "place.json").write_text(json.dumps(store), encoding="utf-8")
                final.rename(replaced / "store")
            staged.rename(final)
        except OSError as error:
            self._recover()
            raise unwritable(final, error) from None
        shutil.rmtree(self._replaced, ignore_errors=True)
        return final

    def _owner(self, store: str) -> Path:
        return self.target / _FOLDER / f"{digest(store)}.owner"

    def _mark(self, run: str) -> str:
        return f"{self.name}\n{run}"

    def _is_ours(self, owner: Path) -> bool:
        return owner.is_file() and owner.read_text(encoding="utf-8").partition("\n")[0] == self.name

    @property
    def _replaced(self) -> Path:
        return self.folder.with_suffix(".replaced")

    def _recover(self) -> None:
        """Put back what a run took away that was then killed before it put the new store there."""
        if not self._replaced.is_dir():
            return
        for each in self._replaced.iterdir():
            with suppress(OSError, ValueError):
                final = self.target / json.loads((each / "place.json").read_text(encoding="utf-8"))
                if (each / "store").is_dir() and not final.exists():
                    (each / "store").rename(final)
        shutil.rmtree(self._replaced, ignore_errors=True)


def _taken(final: Path) -> str:
    return f"{final} is there already and is not of this recipe: move it away, or take another target"
