"""Files at a commit, out of clones that lie in a folder as `owner/name` or `owner+name`, with or without a work tree.

Hazard: git takes settings from a repository, and some name programs. Only objects are read, by `git cat-file`, which
runs none of these, and no settings but those of the clone itself are looked at.
"""

import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from leap_kg.links.evaluation.gold import Source

_ENVIRONMENT = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_OPTIONAL_LOCKS": "0"}


class Clones:
    """The clones below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def files(self, sources: Iterable[Source]) -> Iterator[tuple[Source, bytes]]:
        """The wanted files that are there."""
        wanted: dict[str, list[Source]] = {}
        for source in sources:
            wanted.setdefault(source.repository, []).append(source)
        for repository in sorted(wanted):
            git = self._git(repository)
            if git is not None:
                yield from _read(git, sorted(wanted[repository], key=lambda each: (each.commit, each.path)))

    def listed(self, repository: str, commit: str, suffixes: tuple[str, ...]) -> dict[str, bytes]:
        """All files of a repository with these suffixes, by path; empty where the clone or the commit is not there."""
        git = self._git(repository)
        if git is None:
            return {}
        command = [*_command(git), "ls-tree", "-r", "-z", "--name-only", commit]
        said = subprocess.run(command, capture_output=True, check=False, env=_environment())
        paths = [path for path in said.stdout.decode("utf-8", "replace").split("\0") if path.endswith(suffixes)]
        return {source.path: data for source, data in _read(git, [Source(repository, commit, path) for path in paths])}

    def _git(self, repository: str) -> Path | None:
        for name in (repository, repository.replace("/", "+")):
            below = self._folder / name
            for git in (below, below / ".git", below / "repo", *below.glob("*.git")):
                if (git / "objects").is_dir() and (git / "HEAD").is_file():
                    return git
        return None


def _command(git: Path) -> list[str]:
    return ["git", "-c", f"safe.directory={git}", f"--git-dir={git}"]


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": os.devnull, **_ENVIRONMENT}


def _read(git: Path, sources: list[Source]) -> Iterator[tuple[Source, bytes]]:
    names = "".join(f"{source.commit}:{source.path}\n" for source in sources if "\n" not in source.path)
    command = [*_command(git), "cat-file", "--batch"]
    said = subprocess.run(command, input=names.encode(), capture_output=True, check=False, env=_environment()).stdout
    position = 0
    for source in sources:
        if "\n" in source.path:
            continue
        end = said.find(b"\n", position)
        if end < 0:
            return
        head = said[position:end].split(b" ")
        position = end + 1
        if len(head) == 3 and head[1] == b"blob":
            size = int(head[2])
            yield source, said[position : position + size]
            position += size + 1
