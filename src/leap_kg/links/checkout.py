"""A local folder as a repository to mine: its name, branch and commit from git's own files, and the files in it.

A repository is mined as it is at its commit, because evidence names the commit: what is in the folder and not committed
is left out, and a finding says so. A folder without a commit is mined as it lies there.

Hazard: git runs programs that a repository's configuration names, so its files are read; `committed` starts git without
that configuration. Links out of the folder are not followed. A file may be larger than memory: it is listed with its
size, and never opened.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from leap_kg.ingest.github.files import LARGEST, smaller
from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.links.committed import Committed
from leap_kg.links.files import File, Listed, Unreachable
from leap_kg.ontology.identifiers import Refusal, github
from leap_kg.ontology.iri import mint, slug

_HASH = re.compile(r"[0-9a-f]{40}", re.ASCII)
_FOREIGN = frozenset({"node_modules", "vendor", "third_party", "site-packages", "venv", "__pycache__"})
_ORIGIN = re.compile(r'\[remote "origin"\](?:\n(?!\[)[^\n]*)*?\n\s*url\s*=\s*([^\n]+)')
_MOST_FILES = 20_000
_MOST_NAMED = 5
_LONGEST = 2**20
_FILL = "Commit its files and push them; take it off the list if it stays empty."


class NoFolder(ValueError):
    """The path is no folder that can be mined; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder with the IRI of the repository that it is, and its branch and commit (`""` where git does not say).

    `started` is false where git has no commit at all. `committed` are the files of the commit; where there is a commit
    and they cannot be had, nothing is said to be at that commit.
    """

    path: Path
    repository: str
    branch: str = ""
    commit: str = ""
    started: bool = True
    committed: Committed | None = field(default=None, compare=False)

    @classmethod
    def of(cls, path: Path, name: str, base: str) -> "Checkout":
        """The folder at `path`; it is the repository `name` (any form of GitHub's), else that of its remote "origin".

        A folder with neither is a repository of ours, named by the folder. Raises `NoFolder`, also for a folder that
        is no repository and has no file.
        """
        if not path.is_dir():
            raise NoFolder(f"{path} is no folder: name a checkout of a repository, or any folder with code")
        folder = path.resolve()
        git = _git(folder)
        started = _started(git)
        if not (folder / ".git").exists() and next(cls(folder, "")._paths(), None) is None:
            raise NoFolder(f"{path} is no repository and has no file to mine: name the folder that has the code")
        repository = github.parse_repository(name or _origin(git))
        if isinstance(repository, Refusal):
            if name:
                raise NoFolder(f"{name!r} names no repository: {repository.reason}; {repository.hint}")
            iri = mint(base, "repository", "local", slug(folder.name)).value
            return cls(folder, iri, started=started)
        branch, commit = _head(git)
        committed = Committed.at((_common(git) / "objects").absolute(), commit) if commit else None
        return cls(folder, repository.iri, branch, commit, started, committed)

    def lacking(self, files: int, reads: Callable[[str], bool] = lambda path: True) -> Finding | None:
        """What is wrong with the repository as a whole, which has so many files to mine; `reads` says which paths are
        of use.
        """
        if files and self.started:
            return self._uncommitted(reads)
        lacks = " and ".join(["no commit"] * (not self.started) + ["no file"] * (not files))
        hint = "Commit and push its files, so that evidence leads to them." if files else _FILL
        return Finding("empty-repository", Severity.WARNING, f"the repository has {lacks}", hint)

    def files(self) -> Iterator[Listed]:
        """The files in the order of their paths, as they are at the commit where there is one; hidden ones, links and
        other people's packages not.

        A file that is too large or cannot be opened is listed, and says so when it is loaded.
        """
        paths = self._paths() if self.committed is None else filter(_is_own, self.committed.files)
        for number, path in enumerate(sorted(paths)):
            if number >= _MOST_FILES:
                return
            if self.committed is not None and not self._as_committed(path):
                listed = self._from_objects(path, self.committed)
            else:
                listed = self._from_folder(path)
            if listed is not None:
                yield listed

    def _as_committed(self, path: str) -> bool:
        """Whether the file in the folder is that of the commit; one that is too large is not opened for it."""
        place = self.path / path
        try:
            if self.committed is None or place.is_symlink() or place.stat().st_size > LARGEST:
                return False
            return self.committed.has(path, place.read_bytes())
        except OSError:
            return False

    def _from_objects(self, path: str, committed: Committed) -> Listed | None:
        size = committed.files[path].size
        if size > LARGEST:
            return self._too_large(path, size)

        def load() -> bytes:
            data = committed.read(path)
            if data is None:
                raise Unreachable(f"{path} is not among the objects of the repository", "Fetch the commit as a whole.")
            return data

        try:
            return self._listed(path, load(), load) if size else None
        except Unreachable as lost:
            return self._listed(path, f"not read: {committed.files[path].name}".encode(), _refusing(lost))

    def _from_folder(self, path: str) -> Listed | None:
        place = self.path / path
        try:
            size = place.stat().st_size
            data = place.read_bytes() if size <= LARGEST else b""
        except FileNotFoundError:
            return None
        except OSError as error:
            return self._listed(path, f"not read: {error.strerror}".encode(), _refusing(_closed(place, error)))
        if size > LARGEST:
            return self._too_large(path, size)
        return self._listed(path, data, _loading(place)) if data else None

    def _too_large(self, path: str, size: int) -> Listed:
        # The size stands for the content, which is not read: of that, nothing could be said but the size.
        large = Unreachable(
            f"{path} has {size} bytes, of which none was searched for links: {LARGEST} are the most", smaller(path)
        )
        return self._listed(path, f"not read: {size} of {LARGEST}".encode(), _refusing(large))

    def _uncommitted(self, reads: Callable[[str], bool]) -> Finding | None:
        """That the folder is not as the commit has it."""
        if not self.commit:
            return None
        if self.committed is None:
            message = f"the files of the commit {self.commit[:7]} cannot be read, so no evidence points at it"
            return Finding("uncommitted-files", Severity.INFO, message, "Clone the repository as a whole, with git.")
        known = {path for path in self.committed.files if _is_own(path) and reads(path)}
        changed = sorted(path for path in known if not self._as_committed(path) and not self._is_large(path))
        new = sorted(path for path in self._paths() if path not in known and reads(path))
        if not changed and not new:
            return None
        told = ", ".join([*changed, *new][:_MOST_NAMED])
        message = (
            f"{len(changed)} files differ from the commit {self.commit[:7]}, {len(new)} are not in it; the commit was "
            f"mined: {told}{', …' if len(changed) + len(new) > _MOST_NAMED else ''}"
        )
        return Finding("uncommitted-files", Severity.INFO, message, "Commit and push them, then mine again.")

    def _is_large(self, path: str) -> bool:
        """Whether both are too large to be compared."""
        try:
            size = (self.path / path).stat().st_size
        except OSError:
            return False
        return self.committed is not None and size == self.committed.files[path].size and size > LARGEST

    def _paths(self) -> Iterator[str]:
        for folder, folders, names in os.walk(self.path):
            folders[:] = filter(_is_searched, folders)
            for name in names:
                file = Path(folder) / name
                if file.is_file() and not file.is_symlink():
                    yield file.relative_to(self.path).as_posix()

    def _listed(self, path: str, data: bytes, load: Callable[[], bytes]) -> Listed:
        digest = hashlib.sha256(data).hexdigest()
        repository = github.parse_repository(self.repository)
        if isinstance(repository, Refusal):
            node = at = mint(f"{self.repository}/", "file", *path.split("/")).value
        else:
            node = github.File(repository, self.branch or self.commit or "HEAD", path).iri
            at = github.File(repository, self.commit, path).iri if self.committed is not None else node
        return Listed(File(self.repository, path, at, digest, node), load)


def checkout_gone(repository: str) -> Finding:
    """That the folder of a checkout is gone; its path is nobody's business but the machine's."""
    message = "the folder that it was mined from is gone; what was found in it is kept"
    hint = f"Mine it from where it is now, or forget it: `leap-kg links forget {repository_name(repository)}`."
    return Finding("checkout-gone", Severity.INFO, message, hint)


def repository_name(iri: str) -> str:
    """The short name by which the command line takes a repository: `owner/name`, or `local/name` for one of ours."""
    named = github.parse_repository(iri)
    return f"local/{iri.rpartition('/')[2]}" if isinstance(named, Refusal) else named.display


def repository_iri(name: str, base: str) -> str:
    """The repository of a short name; raises `NoFolder` for what is none."""
    start, _, local = name.partition("/")
    if start == "local" and local:
        return mint(base, "repository", "local", slug(local)).value
    named = github.parse_repository(name)
    if isinstance(named, Refusal):
        raise NoFolder(f"{name!r} names no repository: write owner/name, or local/NAME for a folder without a name")
    return named.iri


def _is_searched(folder: str) -> bool:
    return folder not in _FOREIGN and not (folder[0] == "." and folder != ".binder")


def _is_own(path: str) -> bool:
    """Whether none of the folders of a path is hidden or other people's."""
    return all(map(_is_searched, path.split("/")[:-1]))


def _loading(place: Path) -> Callable[[], bytes]:
    def load() -> bytes:
        try:
            return place.read_bytes()
        except OSError as error:
            raise _closed(place, error) from None

    return load


def _refusing(problem: Unreachable) -> Callable[[], bytes]:
    def load() -> bytes:
        raise problem

    return load


def _closed(place: Path, error: OSError) -> Unreachable:
    return Unreachable(f"{place.name} cannot be read ({error.strerror})", "Make it readable for who runs the mining.")


def _started(git: Path) -> bool:
    """Whether there is a commit, as far as files tell: a repository without git's files has nothing to say."""
    common = _common(git)
    heads = common / "refs" / "heads"
    if not heads.is_dir():
        return True
    known = [common / "packed-refs", *(path for path in (common / "refs").rglob("*") if path.is_file())]
    return bool(_HASH.fullmatch(_text(git / "HEAD").strip()) or any(path.is_file() for path in known))


def _git(folder: Path) -> Path:
    """Git's folder, also where the checkout is one of several of one repository."""
    git = folder / ".git"
    pointer = _text(git) if git.is_file() else ""
    return folder / pointer.removeprefix("gitdir:").strip() if pointer.startswith("gitdir:") else git


def _common(git: Path) -> Path:
    common = _text(git / "commondir").strip()
    return git / common if common else git


def _origin(git: Path) -> str:
    found = _ORIGIN.search(_text(_common(git) / "config"))
    return found[1].strip() if found else ""


def _head(git: Path) -> tuple[str, str]:
    """Branch and commit."""
    head = _text(git / "HEAD").strip()
    if _HASH.fullmatch(head):
        return "", head
    name = head.removeprefix("ref:").strip()
    if not name.startswith("refs/heads/") or ".." in name:
        return "", ""
    branch = name.removeprefix("refs/heads/")
    for place in (git, _common(git)):
        commit = _text(place / name).strip()
        if _HASH.fullmatch(commit):
            return branch, commit
    packed = re.search(rf"(?m)^([0-9a-f]{{40}}) {re.escape(name)}$", _text(_common(git) / "packed-refs"))
    return branch, packed[1] if packed else ""


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(_LONGEST).decode("utf-8", "replace")
    except OSError:
        return ""
