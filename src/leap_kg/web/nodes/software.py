"""The page of software: of an image its releases and what each changed, of a package when which image changed it.

Both kinds are `schema:SoftwareApplication`; what points to them tells which it is. Other software, such as one
version of a package, has neither list.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode

from leap_kg.graph.lookup import stands
from leap_kg.ontology.identifiers import version
from leap_kg.ontology.namespaces import DCT, RDF, SCHEMA
from leap_kg.web.cells import Cell, Node
from leap_kg.web.links import url
from leap_kg.web.nodes.entity import EntityPage, entity_page
from leap_kg.web.nodes.packages import Changes, Packages
from leap_kg.web.nodes.panels import Panel
from leap_kg.web.nodes.releases import differences_path, images_named, line_named
from leap_kg.web.reading import Reading
from leap_kg.web.revision import Revision

UNKNOWN, ABSENT = "unknown", "absent"


@dataclass(frozen=True, slots=True)
class Issue:
    """A release of an image, under its tag: `packages` is how many it has, 0 if nobody listed them.

    `changes` is against the last release before it whose packages are known, `None` if there is none; `path` leads to
    the query that names them.
    """

    image: Node
    issued: str
    hubs: list[Node]
    packages: int
    changes: Changes | None
    path: str


@dataclass(frozen=True, slots=True)
class Step:
    """A release, under its tag, that has a package at another version than the one before.

    `before` is `UNKNOWN` for the first release; where a release lacks the package a text is `ABSENT`.
    """

    image: Node
    issued: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Line:
    """When a package changed in the releases of one image, newest first; `now` is the version in the `last` release.

    That is the last one whose packages are known; `path` leads to the query behind it.
    """

    name: Node
    now: str
    last: Node
    steps: list[Step]
    path: str


@dataclass(frozen=True, slots=True)
class SoftwarePage:
    """What the page of software shows beside what every page has (`entity`).

    `issues` are the releases of an image, newest first, `tags` its other tags; `lines` are the images that have or had
    the package, `versions` its versions, newest first, and `path` leads to the query for all releases that have it.
    """

    entity: EntityPage
    issues: list[Issue]
    tags: list[Node]
    lines: list[Line]
    versions: list[Node]
    path: str

    @property
    def anchors(self) -> set[str]:
        """The fragments that sections of this page carry."""
        return self.entity.anchors

    @property
    def panels(self) -> list[Panel]:
        """The panels, without what the lists tell already."""
        panels = self.entity.panels_except("record-findings")
        listed = {one.iri for one in (*(issue.image for issue in self.issues), *self.tags, *self.versions)}
        if not listed:
            return panels
        others = (replace(panel, rows=[row for row in panel.rows if not _is_told(row, listed)]) for panel in panels)
        return [panel for panel in others if panel.rows]


def software_page(revision: Revision, node: NamedNode) -> SoftwarePage:
    """The page of an image without its tag, of a package, or of any other software."""
    reading = revision.reading
    releases = [image for _, image in line_named(reading, node)]
    return SoftwarePage(
        entity=entity_page(revision, node),
        issues=list(_issues(reading, releases))[::-1],
        tags=[reading.link(image) for image in images_named(reading, node) if image not in releases],
        lines=list(_lines(reading, node)),
        versions=_versions(reading, node),
        path=url("/queries/questions/package-releases", package=reading.label(node)),
    )


def _issues(reading: Reading, releases: list[NamedNode]) -> Iterator[Issue]:
    """The releases as rows, oldest first as they are given."""
    packages, hub = Packages(reading), reading.leap("HubDeployment")
    previous, before = None, {}
    for image in releases:
        installed = packages.of(image)
        offering = reading.subjects(reading.leap("offersImage"), image)
        yield Issue(
            image=_by_tag(reading, image),
            issued=reading.text(image, DCT("issued")),
            hubs=[reading.link(one) for one in offering if hub in reading.types(one)],
            packages=len(installed),
            changes=packages.changes(before, installed) if previous and installed else None,
            path=differences_path(previous, image) if previous else "",
        )
        if installed:
            previous, before = image, installed


def _lines(reading: Reading, package: NamedNode) -> Iterator[Line]:
    """Each image that has or had the package in a release, by name."""
    container, versions = reading.leap("ContainerImage"), dict[NamedNode, set[str]]()
    for one in reading.subjects(DCT("isVersionOf"), package):
        text = reading.text(one, SCHEMA("softwareVersion"))
        for image in reading.subjects(SCHEMA("softwareRequirements"), one) if text else ():
            if container in reading.nodes(image, RDF("type")):
                versions.setdefault(image, set()).add(text)
    names = {name for image in versions for name in reading.nodes(image, DCT("isVersionOf"))}
    for name in sorted(names, key=lambda one: (reading.label(one), one.value)):
        releases = [image for _, image in line_named(reading, name)]
        known = [image for image in releases if stands(reading.snapshot.store, image, SCHEMA("softwareRequirements"))]
        if known:
            held = [", ".join(sorted(versions.get(image, ()))) or ABSENT for image in known]
            yield Line(
                name=reading.link(name),
                now=held[-1],
                last=reading.link(known[-1]),
                steps=_steps(reading, known, held)[::-1],
                path=url(
                    "/queries/questions/package-changes", package=reading.label(package), image=reading.label(name)
                ),
            )


def _steps(reading: Reading, releases: list[NamedNode], held: list[str]) -> list[Step]:
    """Where the version differs from that of the release before, and the first release if that has the package."""
    befores = [UNKNOWN, *held]
    return [
        Step(_by_tag(reading, image), reading.text(image, DCT("issued")), before, now)
        for image, before, now in zip(releases, befores, held, strict=False)
        if before != now and (before, now) != (UNKNOWN, ABSENT)
    ]


def _versions(reading: Reading, package: NamedNode) -> list[Node]:
    """What is said to be a version of it and is no image, newest first."""
    container = reading.leap("ContainerImage")
    found = [one for one in reading.subjects(DCT("isVersionOf"), package) if container not in reading.types(one)]
    ordered = sorted((version.order(reading.text(one, SCHEMA("softwareVersion"))), one.value, one) for one in found)
    return [reading.link(one) for _, _, one in reversed(ordered)]


def _by_tag(reading: Reading, image: NamedNode) -> Node:
    """A release without the name of the image, which would be the same in every row."""
    link = reading.link(image)
    return Node(link.label.rpartition(":")[2] or link.label, link.path, link.iri, external=link.external)


def _is_told(row: dict[str, Cell], listed: set[str]) -> bool:
    """Whether a row of what points here names one of these nodes."""
    user = row.get("user")
    return isinstance(user, Node) and user.iri in listed
