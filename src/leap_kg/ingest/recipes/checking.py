"""Checks the files of feedstocks without running anything, and says what to mend in words for their maintainers.

What is looked at is what harvesting looks at, so the graph shows the same findings, and beside it what builds the
data. What only concerns a run by leap-kg, or the way the files were given, is kept apart. A feedstock whose meta.yaml
is in another repository is checked together with that, if it is among those that were given.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from packaging.utils import canonicalize_name

from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.leap.feedstock import read_feedstock
from leap_kg.ingest.leap.mapping import map_feedstock
from leap_kg.ingest.leap.naming import META_KEYS, meta_url, subject_of
from leap_kg.ingest.leap.record import Read, map_files, own_meta_line, read_mapping, report_foreign
from leap_kg.ingest.leap.template import report_left
from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.ingest.pangeoforge.mapping import OWN, map_recipes_of
from leap_kg.ingest.recipes.building import check_building
from leap_kg.ingest.recipes.checkout import NoFeedstock, commit_of, part_of, read_checkout, repository_of
from leap_kg.ingest.recipes.imports import Provided, provided_by
from leap_kg.ingest.recipes.requirements import (
    Requirements,
    check_requirements,
    compare_requirements,
    read_requirements,
)
from leap_kg.ingest.recipes.where import Places, Where, split
from leap_kg.ingest.source import Part, RecordUnusable
from leap_kg.ontology.identifiers import Refusal, github

_ORDER = (Severity.VIOLATION, Severity.WARNING, Severity.INFO)
_LONGEST = 256 * 2**10
_SNAPSHOT = "_snapshot.json"
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REQUIREMENTS = "requirements.txt"


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in one feedstock; `failure` says why it could not be read at all, `""` if it could.

    `findings` are for the maintainers, `of_running` for who runs the recipes with leap-kg; `where` says where each is.
    `files` are those that were read, `commit` that of the feedstock, `""` if it is not known.
    """

    name: str
    path: Path
    maintainers: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    of_running: tuple[Finding, ...] = ()
    where: Mapping[Finding, Where] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    commit: str = ""
    failure: str = ""
    counts: Mapping[Severity, int] = field(init=False)

    def __post_init__(self) -> None:
        counts = {each: sum(found.severity is each for found in self.findings) for each in _ORDER}
        object.__setattr__(self, "counts", counts)

    @property
    def passes(self) -> bool:
        """Whether nothing has to be mended."""
        return not self.failure and not self.counts[Severity.VIOLATION]


@dataclass(slots=True)
class _Found:
    """What was read of a feedstock: its parts, in order, and what was found in them."""

    read: list[Read]
    parts: list[Part]
    to_mend: list[Finding]
    of_running: list[Finding] = field(default_factory=list)
    maintainers: tuple[str, ...] = ()


def feedstocks_below(paths: Sequence[Path]) -> list[Path]:
    """The feedstocks among these folders and, where one is none, in it; in the order of their names."""
    found: dict[Path, None] = {}
    for path in paths:
        if _has_files(path):
            found[path] = None
        elif path.is_dir():
            found |= dict.fromkeys(sorted(each for each in path.iterdir() if each.is_dir() and _has_files(each)))
    return list(found)


def check_all(
    paths: Sequence[Path], installed: Mapping[str, str], base: str, here: Provided | None = None
) -> Iterator[Report]:
    """A report on each feedstock.

    `installed` are the versions of the environment that recipes run in, by name; `here` is what recipes may import
    when they are run, what is installed without it.
    """
    versions = {str(canonicalize_name(name)): version for name, version in installed.items()}
    described, commits = {}, {}
    for path in paths:
        if not isinstance(repository := _named(path), str):
            commits[repository.key] = _commit(path, repository)
            if (file := _folder(path) / "meta.yaml").is_file():
                described[repository.key] = file
    for path in paths:
        yield _check(path, described, commits, versions, here or provided_by(versions, None), base)


def _check(
    path: Path,
    described: Mapping[str, Path],
    commits: Mapping[str, str],
    versions: Mapping[str, str],
    here: Provided,
    base: str,
) -> Report:
    repository = _named(path)
    if isinstance(repository, str):
        return Report(path.resolve().name, path, failure=repository)
    try:
        if (_folder(path) / "meta.yaml").is_file():
            found = _whole(path, versions, here, base)
        else:
            found = _listed(path, repository, described, versions, base)
    except (NoFeedstock, Unreadable) as error:
        return Report(repository.display, path, failure=str(error))
    except RecordUnusable as error:
        return Report(repository.display, path, failure=f"{error.url}: {error.reason}")
    keys = {link: frozenset(read.value) for read in found.read if (link := read.file.link)}
    places = Places(repository, commits, keys)
    where = {each: places.of(each) for each in (*found.to_mend, *found.of_running)}
    files = sorted(places.name(part.url) for part in found.parts)

    def order(each: Finding) -> tuple[int, str, int]:
        return _ORDER.index(each.severity), where[each].file, where[each].line or 0

    return Report(
        repository.display,
        path,
        found.maintainers,
        tuple(sorted(_once(found.to_mend), key=order)),
        tuple(sorted(found.of_running, key=order)),
        where,
        tuple(files),
        commits.get(repository.key, ""),
    )


def _whole(path: Path, versions: Mapping[str, str], here: Provided, base: str) -> _Found:
    """A feedstock that has its meta.yaml."""
    checkout = read_checkout(path)
    record = checkout.record
    own, meta = record.part(OWN), read_mapping(record.parts[0])
    read = [meta, *([read_mapping(own)] if own else [])]
    found = _Found(read, list(record.parts), [])
    for each in map_recipes_of(record, base).findings:
        if each.kind == "missing-stores" and own is None:  # Pangeo Forge had its catalogue elsewhere
            message = "there is no catalog.yaml that would list stores"
            found.of_running.append(replace(each, message=message, hint="Nothing has to be done."))
        elif each.kind == "missing-object" and not each.value:  # data that are only linked
            found.of_running.append(each)
        else:
            found.to_mend.append(_of_fork(each, checkout.repository))
    if own is not None:
        found.to_mend += _unpointed(read[1])
    requirements = _required(path, record.parts[0].url, versions, found)
    building = check_building(checkout, meta.file, requirements, here)
    found.to_mend += building.to_mend
    found.of_running += building.of_running
    left = {(each.kind, each.severity, each.value) for each in found.to_mend}
    names = (party.name for party in checkout.feedstock.maintainers)
    found.maintainers = tuple(each for each in names if each and ("placeholder", Severity.WARNING, each) not in left)
    return found


def _listed(
    path: Path, repository: github.Repository, described: Mapping[str, Path], versions: Mapping[str, str], base: str
) -> _Found:
    """A feedstock that has a catalog.yaml only, and says where its meta.yaml is."""
    folder = _folder(path)
    inside = f"{folder.name}/" if folder != path or folder.name == "feedstock" else ""
    url = github.File(repository, "HEAD", f"{inside}catalog.yaml").blob_url
    catalog = part_of("catalog", folder / "catalog.yaml", url)
    listed = read_mapping(catalog)
    address = meta_url(listed.value)
    place = github.parse_file(address) if address else None
    if place is None or isinstance(place, Refusal):
        raise NoFeedstock("there is no meta.yaml, and catalog.yaml does not say where it is: add meta_yaml_url")
    file = described.get(place.repository.key)
    if file is None:
        found = _alone(listed, address, base)
        message = f"the meta.yaml of {place.repository.display} was not given, so only catalog.yaml was read"
        hint = f"Check it together with a clone of https://github.com/{place.repository.display}."
        found.of_running.append(Finding("unreadable-file", Severity.INFO, message, hint, file=listed.file.link))
    else:
        meta = part_of("meta", file, address)
        other = read_mapping(meta)
        found = _Found([listed, other], [catalog, meta], list(map_files(repository.key, catalog, meta, base).findings))
    found.to_mend = [_meant(each, place.repository, listed) for each in found.to_mend]
    _required(path, catalog.url, versions, found)
    return found


def _alone(listed: Read, address: str, base: str) -> _Found:
    """A catalog.yaml without its meta.yaml: what it says is checked, not what it leaves to the other."""
    reading = Reading({}, listed.file)
    report_foreign(listed, address, reading)
    feedstock = read_feedstock(listed.value, reading)
    subject = subject_of(listed.part.url, address, (listed.part.url,), base)
    report_left(feedstock, subject.repository, reading)
    map_feedstock(feedstock, subject, reading, base)
    said = [each for each in reading.findings if not each.kind.startswith("missing-") or "[" in split(each.pointer)[0]]
    return _Found([listed], [listed.part], said)


def _of_fork(found: Finding, here: github.Repository) -> Finding:
    """That a catalog.yaml points at a repository of the same name is as it should be in a fork of that."""
    other = github.parse_repository(found.value) if found.kind == "foreign-meta" else None
    if not isinstance(other, github.Repository) or other.name.lower() != here.name.lower():
        return found
    return replace(found, severity=Severity.INFO, hint=f"In a fork nothing has to be done. {found.hint}")


def _meant(found: Finding, other: github.Repository, listed: Read) -> Finding:
    """That the description is in another repository, where there is none beside the catalog.yaml, may be meant."""
    here = github.parse_file(listed.part.url)
    if found.kind != "foreign-meta" or isinstance(here, Refusal):
        return found
    message = f"the description is that of {other.display}; there is no meta.yaml here"
    key = split(found.pointer)[0]
    hint = f"To keep it here, copy that meta.yaml beside catalog.yaml, and write there: {own_meta_line(here, key)}."
    return replace(found, severity=Severity.INFO, message=message, hint=hint)


def _unpointed(own: Read) -> list[Finding]:
    """A catalog.yaml that does not say where its meta.yaml is."""
    place = github.parse_file(own.part.url)
    if meta_url(own.value) or isinstance(place, Refusal):
        return []
    reading = Reading({}, own.file)
    hint = f"Add the line {own_meta_line(place)}"
    message = "catalog.yaml does not say where its meta.yaml is"
    reading.report("missing-meta-url", Severity.WARNING, message, hint, (META_KEYS[0],))
    return reading.findings


def _required(path: Path, beside: str, versions: Mapping[str, str], found: _Found) -> Requirements | None:
    """What requirements.txt asks for; `beside` is the address of a file next to it."""
    file = _folder(path) / _REQUIREMENTS
    if not file.is_file():
        return None
    url = f"{beside.rpartition('/')[0]}/{_REQUIREMENTS}"
    part = part_of("requirements", file, url)
    link = File(url).link
    asked = read_requirements(part.data[:_LONGEST].decode("utf-8", "replace"))
    found.parts.append(part)
    found.to_mend += check_requirements(asked, link)
    found.of_running += compare_requirements(asked, link, versions)
    return asked


def _once(findings: Sequence[Finding]) -> list[Finding]:
    """The findings, each once; that a placeholder is no licence goes without saying."""
    left = {(each.file, each.pointer) for each in findings if each.kind == "placeholder"}
    apart = dict.fromkeys(findings)
    return [each for each in apart if each.kind != "unknown-licence" or (each.file, each.pointer) not in left]


def _commit(path: Path, repository: github.Repository) -> str:
    """The commit that the files are those of, `""` if it is not known or they were changed since.

    A copy without git says it in `_snapshot.json`, as `repo` and `commit`.
    """
    commit = commit_of(_folder(path))
    if commit is not None:
        return commit.name if commit.clean else ""
    try:
        with (path / _SNAPSHOT).open("rb") as opened:
            said = json.loads(opened.read(_LONGEST))
    except (OSError, ValueError, RecursionError):
        return ""
    name, repo = (said.get("commit"), said.get("repo")) if isinstance(said, dict) else (None, None)
    same = isinstance(repo, str) and repo.lower() == repository.key
    return name if same and isinstance(name, str) and _COMMIT.fullmatch(name) else ""


def _named(path: Path) -> github.Repository | str:
    """The repository of a feedstock, or why it is not known."""
    try:
        return repository_of(path)
    except NoFeedstock as error:
        return str(error)


def _folder(path: Path) -> Path:
    return path / "feedstock" if (path / "feedstock").is_dir() else path


def _has_files(path: Path) -> bool:
    return any((_folder(path) / name).is_file() for name in ("meta.yaml", "catalog.yaml"))
