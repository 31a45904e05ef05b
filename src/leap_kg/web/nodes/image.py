"""The page of a container image: how old it is, who offers it, what is in it, and what its last release changed."""

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import CODEMETA, DCT, PROV, SCHEMA
from leap_kg.web.cells import Column, Node
from leap_kg.web.nodes.entity import EntityPage, entity_page
from leap_kg.web.nodes.packages import Installed, Packages
from leap_kg.web.nodes.releases import Release, differences_path, previous_of, release_of
from leap_kg.web.reading import Reading
from leap_kg.web.revision import Revision

COLUMNS = (Column("package", "Package"), Column("version", "Version"))


@dataclass(frozen=True, slots=True)
class Package:
    """A package with the versions of it that an image has, usually one; `version` leads to the page of the first."""

    package: Node
    version: Node


@dataclass(frozen=True, slots=True)
class Difference:
    """A package that two releases do not have alike, with its versions as `Changes` has them."""

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
    looked_up = Packages(reading)
    installed = looked_up.of(node)
    environments = [file for file in reading.nodes(node, DCT("source")) if _is_environment(reading, file)]
    packages = [_package(reading, package, versions, looked_up) for package, versions in installed.items()]
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
        comparison=_comparison(reading, node, installed, looked_up),
    )


def _package(reading: Reading, package: NamedNode, versions: list[NamedNode], looked_up: Packages) -> Package:
    first = reading.link(versions[0])
    return Package(_plain(reading, package), Node(looked_up.versions(versions) or first.label, first.path, first.iri))


def _plain(reading: Reading, package: NamedNode) -> Node:
    """A package without the mark of its kind, which would be the same in hundreds of rows."""
    link = reading.link(package)
    return Node(link.label, link.path, link.iri, external=link.external)


def _by_name(packages: Iterable[Package]) -> list[Package]:
    return sorted(packages, key=lambda one: (one.package.label.lower(), one.package.iri))


def _is_environment(reading: Reading, file: NamedNode) -> bool:
    return reading.leap("Environment") in reading.types(file)


def _asked(reading: Reading, environment: NamedNode) -> set[str]:
    """The packages that an environment names, whether it fixes a version or not."""
    fixed = reading.nodes(environment, SCHEMA("softwareRequirements"))
    named = [reading.one(version, DCT("isVersionOf")) or version for version in fixed]
    return {package.value for package in (*reading.nodes(environment, DCT("requires")), *named)}


def _comparison(reading: Reading, node: NamedNode, now: Installed, looked_up: Packages) -> Comparison | None:
    before = previous_of(reading, node) if now else None
    if before is None:
        return None
    changes = looked_up.changes(looked_up.of(before), now)
    found = [Difference(_plain(reading, package), had, has) for package, (had, has) in changes.packages.items()]
    return Comparison(
        before=reading.link(before),
        came=changes.came,
        went=changes.went,
        changed=changes.changed,
        differences=sorted(found, key=lambda one: (one.package.label.lower(), one.package.iri)),
        path=differences_path(before, node),
    )
