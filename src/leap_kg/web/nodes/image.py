"""The page of a container image: how old it is, who offers it, what is in it, and what its last release changed."""

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import CODEMETA, DCT, PROV, SCHEMA
from leap_kg.web.cells import Column, Node
from leap_kg.web.links import url
from leap_kg.web.nodes.entity import EntityPage, entity_page
from leap_kg.web.nodes.releases import Release, previous_of, release_of
from leap_kg.web.reading import Reading
from leap_kg.web.revision import Revision

ABSENT = "–"
COLUMNS = (Column("package", "Package"), Column("version", "Version"))


@dataclass(frozen=True, slots=True)
class Package:
    """A package with the versions of it that an image has, usually one; `version` leads to the page of the first."""

    package: Node
    version: Node


@dataclass(frozen=True, slots=True)
class Difference:
    """A package that two releases do not have alike; a text is `ABSENT` where a release lacks the package."""

    package: Node
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs from an earlier release; `path` leads to the query that says so."""

    before: Node
    came: int
    went: int
    changed: int
    differences: list[Difference]
    path: str


@dataclass(frozen=True, slots=True)
class ImagePage:
    """What the page of an image shows beside what every page has (`entity`).

    `asked` are the packages that its environment asks for by name, as they are installed, `others` all others.
    """

    entity: EntityPage
    release: Release
    name: str
    code: list[Node]
    bases: list[Node]
    environments: list[Node]
    system: int
    asked: list[Package]
    others: list[Package]
    columns: tuple[Column, ...]
    comparison: Comparison | None

    @property
    def anchors(self) -> set[str]:
        """The fragments that sections of this page carry."""
        return self.entity.anchors


def image_page(revision: Revision, node: NamedNode) -> ImagePage:
    """The page of a container image."""
    reading = revision.reading
    line = reading.one(node, DCT("isVersionOf"))
    installed = _installed(reading, node)
    environments = [file for file in reading.nodes(node, DCT("source")) if _is_environment(reading, file)]
    packages = [_package(reading, package, versions) for package, versions in installed.items()]
    asked = {package for environment in environments for package in _asked(reading, environment)}
    return ImagePage(
        entity=entity_page(revision, node),
        release=release_of(reading, node),
        name=reading.label(line) if line else "",
        code=[reading.link(code) for code in reading.nodes(node, CODEMETA("hasSourceCode"))],
        bases=[reading.link(base) for base in reading.nodes(node, PROV("wasDerivedFrom"))],
        environments=[reading.link(environment) for environment in environments],
        system=len(reading.nodes(node, DCT("requires"))),
        asked=_by_name(one for one in packages if one.package.iri in asked),
        others=_by_name(one for one in packages if one.package.iri not in asked),
        columns=COLUMNS,
        comparison=_comparison(reading, node, installed),
    )


def _installed(reading: Reading, image: NamedNode) -> dict[NamedNode, list[NamedNode]]:
    """The packages of an image with those of their versions that it has."""
    found: dict[NamedNode, list[NamedNode]] = {}
    for version in reading.nodes(image, SCHEMA("softwareRequirements")):
        found.setdefault(reading.one(version, DCT("isVersionOf")) or version, []).append(version)
    return found


def _package(reading: Reading, package: NamedNode, versions: list[NamedNode]) -> Package:
    first = reading.link(versions[0])
    return Package(_plain(reading, package), Node(_versions(reading, versions) or first.label, first.path, first.iri))


def _plain(reading: Reading, package: NamedNode) -> Node:
    """A package without the mark of its kind, which would be the same in hundreds of rows."""
    link = reading.link(package)
    return Node(link.label, link.path, link.iri, external=link.external)


def _versions(reading: Reading, versions: list[NamedNode]) -> str:
    return ", ".join(sorted({text for one in versions if (text := reading.text(one, SCHEMA("softwareVersion")))}))


def _by_name(packages: Iterable[Package]) -> list[Package]:
    return sorted(packages, key=lambda one: (one.package.label.lower(), one.package.iri))


def _is_environment(reading: Reading, file: NamedNode) -> bool:
    return reading.leap("Environment") in reading.types(file)


def _asked(reading: Reading, environment: NamedNode) -> set[str]:
    """The packages that an environment names, whether it fixes a version or not."""
    fixed = reading.nodes(environment, SCHEMA("softwareRequirements"))
    named = [reading.one(version, DCT("isVersionOf")) or version for version in fixed]
    return {package.value for package in (*reading.nodes(environment, DCT("requires")), *named)}


def _comparison(reading: Reading, node: NamedNode, now: dict[NamedNode, list[NamedNode]]) -> Comparison | None:
    before = previous_of(reading, node) if now else None
    if before is None:
        return None
    earlier = _installed(reading, before)
    found = []
    for package in {*now, *earlier}:
        had, has = (_versions(reading, held.get(package, [])) or ABSENT for held in (earlier, now))
        if had != has:
            found.append(Difference(_plain(reading, package), had, has))
    return Comparison(
        before=reading.link(before),
        came=sum(one.before == ABSENT for one in found),
        went=sum(one.now == ABSENT for one in found),
        changed=sum(ABSENT not in (one.before, one.now) for one in found),
        differences=sorted(found, key=lambda one: (one.package.label.lower(), one.package.iri)),
        path=url("/queries/questions/image-differences", first=before.value, second=node.value),
    )
