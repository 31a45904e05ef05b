"""A feedstock in a folder of this machine: its files, which repository it is, and at which commit.

The record that is made of it is the one that harvesting the repository makes, so both describe the same nodes.
Nothing of it is run.
"""

import hashlib
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.formats.yamltext import MAX_BYTES, Unreadable
from leap_kg.ingest.leap.feedstock import Feedstock, read_feedstock
from leap_kg.ingest.leap.naming import meta_url
from leap_kg.ingest.leap.record import merge, read_mapping
from leap_kg.ingest.pangeoforge.mapping import MODULE, OWN
from leap_kg.ingest.source import Part, RawRecord, RecordUnusable
from leap_kg.ontology.identifiers import Refusal, github

_MODULE = re.compile(r"[A-Za-z_]\w{0,99}", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SECONDS = 20


class NoFeedstock(ValueError):
    """A folder cannot be taken for a feedstock; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Commit:
    """The commit of a checkout; `clean` if its files are as they were committed."""

    name: str
    clean: bool


@dataclass(frozen=True, slots=True)
class Checkout:
    """A feedstock as it lies in `folder`, which holds meta.yaml; `digest` is that of its files, in hexadecimal."""

    folder: Path
    repository: github.Repository
    commit: Commit | None
    record: RawRecord
    feedstock: Feedstock
    digest: str

    @property
    def commit_url(self) -> str:
        """The page of the commit that the files are those of, `""` if there is none."""
        if self.commit is None or not self.commit.clean:
            return ""
        return f"https://github.com/{self.repository.display}/commit/{self.commit.name}"


def feedstock_folder(path: Path) -> Path:
    """The folder that holds meta.yaml: this one, or `feedstock` in it; raises `NoFeedstock`."""
    for folder in (path / "feedstock", path):
        if (folder / "meta.yaml").is_file():
            return folder
    raise NoFeedstock(f"{path} is no feedstock: it has neither feedstock/meta.yaml nor meta.yaml")


def read_checkout(path: Path, name: str = "") -> Checkout:
    """The feedstock in a folder; `name` is its repository, `owner/name`, which else its remote or its files tell.

    Raises `NoFeedstock` or `Unreadable`.
    """
    folder = feedstock_folder(path)
    meta = part_of("meta", folder / "meta.yaml", "")
    own = part_of(OWN, folder / "catalog.yaml", "") if (folder / "catalog.yaml").is_file() else None
    stated = _stated(own)
    repository = repository_of(path, name)
    ref = stated.ref if stated is not None and stated.repository.key == repository.key else "HEAD"
    inside = folder.name if folder != path or folder.name == "feedstock" else ""
    parts = [
        Part(part.role, github.File(repository, ref, f"{inside}/{file}".lstrip("/")).blob_url, part.sha256, part.data)
        for part, file in ((meta, "meta.yaml"), (own, "catalog.yaml"))
        if part is not None
    ]
    try:
        described = read_mapping(parts[0])
        merged = merge(read_mapping(parts[1]).value if own else {}, described.value)
    except RecordUnusable as error:
        raise NoFeedstock(f"{folder}: {error.reason}") from None
    feedstock = read_feedstock(merged, Reading({}, File(parts[0].url)))
    for module in _modules(feedstock):
        file = folder / f"{module}.py"
        if file.is_file():
            url = github.File(repository, ref, f"{inside}/{file.name}".lstrip("/")).blob_url
            parts.append(part_of(f"{MODULE}{module}", file, url))
    total = hashlib.sha256("".join(f"{part.role}={part.sha256}\n" for part in parts).encode()).hexdigest()
    return Checkout(folder, repository, commit_of(folder), RawRecord(repository.key, tuple(parts)), feedstock, total)


def part_of(role: str, file: Path, url: str) -> Part:
    """A file as a part of a record, at this address, else at its own; raises `NoFeedstock`."""
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise NoFeedstock(f"{file} cannot be read: {error.strerror}") from None
    return Part(role, url or file.absolute().as_uri(), hashlib.sha256(data).hexdigest(), data)


def repository_of(path: Path, name: str = "") -> github.Repository:
    """The repository that a folder is; raises `NoFeedstock` if neither `name` nor the folder tells."""
    folder = path / "feedstock" if (path / "feedstock").is_dir() else path
    own = folder / "catalog.yaml"
    return _repository(path, folder, name, _stated(part_of(OWN, own, "") if own.is_file() else None))


def _stated(own: Part | None) -> github.File | None:
    """The meta.yaml that catalog.yaml points at, if it is a file on GitHub."""
    try:
        found = github.parse_file(meta_url(read_mapping(own).value)) if own else None
    except (RecordUnusable, Unreadable):
        return None
    return None if found is None or isinstance(found, Refusal) else found


def _repository(path: Path, folder: Path, name: str, stated: github.File | None) -> github.Repository:
    """By the name that is given, else the remote, else a folder called owner__name, else what catalog.yaml says."""
    if name:
        found = github.parse_repository(name)
        if isinstance(found, Refusal):
            raise NoFeedstock(f"--as {name}: {found.reason}; {found.hint}")
        return found
    absolute = path.resolve()
    called = absolute.parent.name if absolute.name == "feedstock" else absolute.name
    remote = _git(folder, "config", "--get", "remote.origin.url") if _is_checkout(absolute) else ""
    folded = called.replace("__", "/", 1) if "__" in called else ""
    for candidate in (remote, folded, stated.repository.display if stated else ""):
        told = github.parse_repository(candidate) if candidate else None
        if told is not None and not isinstance(told, Refusal):
            return told
    raise NoFeedstock(
        f"{path} does not say which repository it is: give it by --as OWNER/NAME, or as meta_yaml_url in catalog.yaml"
    )


def _modules(feedstock: Feedstock) -> Iterator[str]:
    names = dict.fromkeys(entry.object.partition(":")[0] for entry in feedstock.recipes)
    return (name for name in names if _MODULE.fullmatch(name))


def _is_checkout(folder: Path) -> bool:
    """Whether the folder, or that around it, is the root of a checkout: what lies within a larger one is not it."""
    return any((each / ".git").exists() for each in (folder, folder.parent if folder.name == "feedstock" else folder))


def commit_of(folder: Path) -> Commit | None:
    """The commit of a folder that is a checkout, or the feedstock in one; `None` for any other."""
    if not _is_checkout(folder.resolve()):
        return None
    name = _git(folder, "rev-parse", "HEAD")
    return Commit(name, not _git(folder, "status", "--porcelain", "--", ".")) if _COMMIT.fullmatch(name) else None


def _git(folder: Path, *arguments: str) -> str:
    """What git says, `""` if it says nothing; no program that the checkout's configuration names is started."""
    command = ["git", "-C", str(folder), "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
