"""A local folder as a repository to mine: its name, branch and commit from git's own files, and the files in it.

Hazard: git runs programs that a repository's configuration names, so git is not started: its files are read. Links
out of the folder are not followed, and what is not committed is mined as if it were: commit first. A file may be larger
than memory: it is listed with its size, and never opened.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from leap_kg.ingest.github.files import LARGEST, smaller
from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.links.files import File, Listed, Unreachable
from leap_kg.ontology.identifiers import Refusal, github
from leap_kg.ontology.iri import mint, slug

_HASH = re.compile(r"[0-9a-f]{40}", re.ASCII)
_FOREIGN = frozenset({"node_modules", "vendor", "third_party", "site-packages", "venv", "__pycache__"})
_ORIGIN = re.compile(r'\[remote "origin"\](?:\n(?!\[)[^\n]*)*?\n\s*url\s*=\s*([^\n]+)')
_MOST_FILES = 20_000
_LONGEST = 2**20
_FILL = "Commit its files and push them; take it off the list if it stays empty."


class NoFolder(ValueError):
    """The path is no folder that can be mined; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder with the IRI of the repository that it is, and its branch and commit (`""` where git does not say).

    `started` is false where git has no commit at all.
    """

    path: Path
    repository: str
    branch: str = ""
    commit: str = ""
    started: bool = True

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
        return cls(folder, repository.iri, branch, commit, started)

    def lacking(self, files: int) -> Finding | None:
        """What is wrong with the repository as a whole, which has so many files to mine."""
        if files and self.started:
            return None
        lacks = " and ".join(["no commit"] * (not self.started) + ["no file"] * (not files))
        hint = "Commit and push its files, so that evidence leads to them." if files else _FILL
        return Finding("empty-repository", Severity.WARNING, f"the repository has {lacks}", hint)

    def files(self) -> Iterator[Listed]:
        """The files of the folder in the order of their paths; hidden ones, links and other people's packages not.

        A file that is too large or cannot be opened is listed, and says so when it is loaded.
        """
        for number, path in enumerate(sorted(self._paths())):
            if number >= _MOST_FILES:
                return
            place = self.path / path
            try:
                size = place.stat().st_size
                data = place.read_bytes() if size <= LARGEST else b""
            except FileNotFoundError:
                continue
            except OSError as error:
                yield self._listed(path, f"not read: {error.strerror}".encode(), _refusing(_closed(place, error)))
                continue
            if size > LARGEST:
                # The size stands for the content, which is not read: of that, nothing could be said but the size.
                large = Unreachable(
                    f"{path} has {size} bytes, of which none was searched for links: {LARGEST} are the most",
                    smaller(path),
                )
                yield self._listed(path, f"not read: {size} of {LARGEST}".encode(), _refusing(large))
            elif data:
                yield self._listed(path, data, _loading(place))

    def _paths(self) -> Iterator[str]:
        for folder, folders, names in os.walk(self.path):
            folders[:] = [
                name for name in folders if name not in _FOREIGN and not (name[0] == "." and name != ".binder")
            ]
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
            at = github.File(repository, self.commit, path).iri if self.commit else node
        return Listed(File(self.repository, path, at, digest, node), load)


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
