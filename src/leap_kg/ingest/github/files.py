"""Which files of a repository are read, and which are only listed, by their paths alone.

Hazard: a tree may hold a million paths, a copy of somebody else's packages, or a notebook of a gigabyte. What others
wrote is passed over, and everything is bounded.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from leap_kg.ontology.identifiers.text import has_dot_segment

DESCRIPTIONS = ("CITATION.cff", "codemeta.json")
PLAIN = (
    "README.md", "README.rst", "LICENSE", "LICENSE.md", "LICENSE.txt", *DESCRIPTIONS, ".zenodo.json", "CITATION.bib",
    "environment.yml", "requirements.txt", "pyproject.toml", "Dockerfile", "binder/environment.yml",
    "feedstock/requirements.txt",
)  # fmt: skip
"""What is looked for where no list of the files can be had."""

_README = re.compile(r"README(?:\.(?:md|rst|txt))?", re.IGNORECASE | re.ASCII)
_ENVIRONMENT = re.compile(r"environment[\w.-]*\.ya?ml", re.IGNORECASE | re.ASCII)
_REQUIREMENTS = re.compile(r"requirements[\w.-]*\.txt", re.IGNORECASE | re.ASCII)
_DOCKERFILE = re.compile(r"Dockerfile(?:\.[\w-]+)?|[\w-]+\.Dockerfile", re.ASCII)
_LOCK = re.compile(r"conda-[\w-]*\.lock|conda-lock\.yml|(?:[\w-]+\.)?conda-lock\.ya?ml|pixi\.lock", re.ASCII)
_FOREIGN = re.compile(
    r"(?:^|/)(?:node_modules|vendor|third_party|site-packages|\.ipynb_checkpoints|\.tox|\.venv|venv|\.git)/"
)
_WORKS = re.compile(r"\.zenodo\.json|[\w.-]+\.bib", re.ASCII)
_SHA = re.compile(r"[0-9a-f]{40}", re.ASCII)
_LONGEST_PATH = 1000

_LANGUAGES = {
    "r": "R", "rmd": "R Markdown", "qmd": "Quarto", "jl": "Julia", "jmd": "Julia", "sh": "Shell", "bash": "Shell",
}  # fmt: skip

MOST_ENVIRONMENTS = 40
MOST_LISTED = 3000
MOST_WORKS = 20
LARGEST = 8 * 2**20
LARGEST_MODULE = 2**18
"""Bytes of a file of code that is read; a larger one is data or was generated."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A file at a commit: its path, the SHA-1 that git knows its content by, and its size in bytes."""

    path: str
    sha: str
    size: int

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


@dataclass(slots=True)
class Chosen:
    """The files of a repository by what is done with them.

    `described`, `environments` and `works` (which name publications) are read, `notebooks`, `python` and `code` (that
    of other languages) as far as the source is allowed to, `locks` are only listed; `left_out` is how many there are of
    these beyond what is listed.
    """

    readme: str = ""
    described: list[Blob] = field(default_factory=list)
    environments: list[Blob] = field(default_factory=list)
    locks: list[Blob] = field(default_factory=list)
    notebooks: list[Blob] = field(default_factory=list)
    python: list[Blob] = field(default_factory=list)
    code: list[Blob] = field(default_factory=list)
    works: list[Blob] = field(default_factory=list)
    left_out: int = 0


def language_of(path: str) -> str | None:
    """The language of code that is not Python; `""` for files that say what code downloads, `None` for all others."""
    name = path.rpartition("/")[2]
    if name in ("Artifacts.toml", "Makefile", "GNUmakefile"):
        return ""
    return _LANGUAGES.get(name.rpartition(".")[2].lower()) if "." in name.lstrip(".") else None


def smaller(path: str) -> str:
    """What whoever owns a file that is too large to be read can do about it."""
    if path.endswith(".ipynb"):
        return "Clear the outputs of the notebook and save it again."
    return "Split the file, or keep data and what is generated out of it."


def reader_of(path: str) -> str:
    """The name in `images.describing.READERS` of what reads an environment file, `""` if it is none."""
    name = path.rpartition("/")[2]
    if _ENVIRONMENT.fullmatch(name):
        return "environment.yml"
    if _REQUIREMENTS.fullmatch(name):
        return "requirements.txt"
    if _DOCKERFILE.fullmatch(name):
        return "Dockerfile"
    return "pyproject.toml" if name == "pyproject.toml" else "apt.txt" if name == "apt.txt" else ""


def choose(blobs: Iterable[Blob]) -> Chosen:
    """What to do with each file; the files nearest to the root come first."""
    found = Chosen()
    for blob in sorted(blobs, key=lambda blob: (blob.path.count("/"), blob.path)):
        if _FOREIGN.search(blob.path):
            continue
        if blob.path in DESCRIPTIONS:
            found.described.append(blob)
        elif "/" not in blob.path and _README.fullmatch(blob.path):
            found.readme = found.readme or blob.path
        elif "/" not in blob.path and _WORKS.fullmatch(blob.path):
            if len(found.works) < MOST_WORKS:
                found.works.append(blob)
        elif _LOCK.fullmatch(blob.name):
            _list(found, found.locks, blob, MOST_ENVIRONMENTS)
        elif reader_of(blob.path):
            _list(found, found.environments, blob, MOST_ENVIRONMENTS)
        elif blob.path.endswith(".ipynb"):
            _list(found, found.notebooks, blob, MOST_LISTED)
        elif blob.path.endswith(".py"):
            _list(found, found.python, blob, MOST_LISTED)
        elif language_of(blob.path) is not None:
            _list(found, found.code, blob, MOST_LISTED)
    return found


def _list(found: Chosen, blobs: list[Blob], blob: Blob, most: int) -> None:
    if len(blobs) < most:
        blobs.append(blob)
    else:
        found.left_out += 1


def blobs_of(tree: Sequence[Any]) -> list[Blob]:
    """The files among the entries of a tree that GitHub gives; entries that make no sense are left out."""
    found = []
    for entry in tree:
        if not isinstance(entry, dict) or entry.get("type") != "blob":
            continue
        path, sha, size = entry.get("path"), entry.get("sha"), entry.get("size")
        if isinstance(path, str) and isinstance(sha, str) and _SHA.fullmatch(sha) and _is_path(path):
            found.append(Blob(path, sha, size if isinstance(size, int) else 0))
    return found


def _is_path(path: str) -> bool:
    return (
        0 < len(path) <= _LONGEST_PATH and path.isprintable() and not path.startswith("/") and not has_dot_segment(path)
    )
