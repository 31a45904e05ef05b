"""Checks the files of feedstocks without running anything, and says what to mend in words for their maintainers.

What is looked at is what harvesting looks at, so the graph shows the same findings. A feedstock whose meta.yaml is in
another repository is checked together with that, if it is among those that were given.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.leap.naming import meta_url
from leap_kg.ingest.leap.record import map_files, read_mapping
from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.ingest.pangeoforge.code import read_code
from leap_kg.ingest.pangeoforge.mapping import MODULE, map_recipes_of
from leap_kg.ingest.recipes.checkout import NoFeedstock, part_of, read_checkout, repository_of
from leap_kg.ingest.recipes.requirements import check_requirements
from leap_kg.ingest.source import Part, RecordUnusable
from leap_kg.ontology.identifiers import Refusal, github

_ORDER = (Severity.VIOLATION, Severity.WARNING, Severity.INFO)
_OLD = re.compile(r"0\.[0-9](?:\.\d+)*")
_LONGEST = 256 * 2**10


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in one feedstock; `failure` says why it could not be read at all, `""` if it could."""

    name: str
    path: Path
    maintainers: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    failure: str = ""
    counts: Mapping[Severity, int] = field(init=False)

    def __post_init__(self) -> None:
        counts = {each: sum(found.severity is each for found in self.findings) for each in _ORDER}
        object.__setattr__(self, "counts", counts)

    @property
    def passes(self) -> bool:
        """Whether nothing has to be mended."""
        return not self.failure and not self.counts[Severity.VIOLATION]


def feedstocks_below(paths: Sequence[Path]) -> list[Path]:
    """The feedstocks among these folders and, where one is none, in it; in the order of their names."""
    found: dict[Path, None] = {}
    for path in paths:
        if _has_files(path):
            found[path] = None
        elif path.is_dir():
            found |= dict.fromkeys(sorted(each for each in path.iterdir() if each.is_dir() and _has_files(each)))
    return list(found)


def check_all(paths: Sequence[Path], installed: Mapping[str, str], base: str) -> Iterator[Report]:
    """A report on each feedstock; `installed` are the versions of the environment that recipes run in."""
    described = {}
    for path in paths:
        file = _folder(path) / "meta.yaml"
        if file.is_file() and not isinstance(repository := _named(path), str):
            described[repository.key] = file
    for path in paths:
        yield _check(path, described, installed, base)


def _check(path: Path, described: Mapping[str, Path], installed: Mapping[str, str], base: str) -> Report:
    repository = _named(path)
    if isinstance(repository, str):
        return Report(path.resolve().name, path, failure=repository)
    try:
        if (_folder(path) / "meta.yaml").is_file():
            found, maintainers = _whole(path, base)
        else:
            found, maintainers = _listed(path, repository, described, base), ()
    except (NoFeedstock, Unreadable) as error:
        return Report(repository.display, path, failure=str(error))
    except RecordUnusable as error:
        return Report(repository.display, path, failure=f"{error.url}: {error.reason}")
    found += _required(path, installed)
    found.sort(key=lambda each: (_ORDER.index(each.severity), each.file or "", each.pointer))
    return Report(repository.display, path, maintainers, tuple(found))


def _whole(path: Path, base: str) -> tuple[list[Finding], tuple[str, ...]]:
    """A feedstock that has its meta.yaml."""
    checkout = read_checkout(path)
    found = list(map_recipes_of(checkout.record, base).findings)
    modules = {part.role.removeprefix(MODULE): part for part in checkout.record.parts if part.role.startswith(MODULE)}
    reading = Reading({}, File(checkout.record.parts[0].url))
    for entry in checkout.feedstock.recipes:
        module = entry.object.partition(":")[0]
        if module.isidentifier() and module not in modules:
            message = f"{module}.py is not in this folder, so nobody can see whether it defines {entry.object}"
            hint = f"Put {module}.py beside meta.yaml, or correct object."
            severity = Severity.WARNING if checkout.commit else Severity.INFO
            reading.report("missing-object", severity, message, hint, (*entry.path, "object"), entry.object)
    version = checkout.feedstock.forge_version
    old = [name for name, part in modules.items() if _is_old(part)]
    if _OLD.fullmatch(version) or old:
        what = f"{old[0]}.py" if old else f"pangeo_forge_version {version}"
        message = f"{what} is of a form that pangeo-forge-recipes 0.10 and later do not run"
        hint = "Write the recipe as beam.Create(pattern.items()) | … | StoreToZarr(…)."
        reading.report("unknown-version", Severity.WARNING, message, hint, ("pangeo_forge_version",), version)
    return found + reading.findings, tuple(party.name for party in checkout.feedstock.maintainers if party.name)


def _listed(path: Path, repository: github.Repository, described: Mapping[str, Path], base: str) -> list[Finding]:
    """A feedstock that has a catalog.yaml only, and says where its meta.yaml is."""
    url = github.File(repository, "HEAD", "feedstock/catalog.yaml").blob_url
    catalog = part_of("catalog", _folder(path) / "catalog.yaml", url)
    address = meta_url(read_mapping(catalog).value)
    place = github.parse_file(address) if address else None
    if place is None or isinstance(place, Refusal):
        raise NoFeedstock("there is no meta.yaml, and catalog.yaml does not say where it is: add meta_yaml_url")
    file = described.get(place.repository.key)
    if file is None:
        read = read_mapping(catalog)
        reading = Reading({}, read.file)
        message = f"the meta.yaml of {place.repository.display} was not given, so only catalog.yaml could be read"
        reading.report("unreadable-file", Severity.INFO, message, f"Check it together with {address}.")
        return reading.findings
    return list(map_files(repository.key, catalog, part_of("meta", file, address), base).findings)


def _required(path: Path, installed: Mapping[str, str]) -> list[Finding]:
    file = _folder(path) / "requirements.txt"
    if not file.is_file():
        return []
    with file.open("rb") as opened:
        text = opened.read(_LONGEST).decode("utf-8", "replace")
    return list(check_requirements(text, None, installed))


def _is_old(module: Part) -> bool:
    """Whether a module makes recipes by the classes of Pangeo Forge before 0.10."""
    try:
        recipes = read_code(module.data, what=module.url).recipes
    except Unreadable:
        return False
    return any(step.endswith("Recipe") and step != "Recipe" for each in recipes for step in each.steps)


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
