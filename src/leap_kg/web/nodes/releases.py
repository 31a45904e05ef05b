"""Releases of container images: when an image was released, what came before it, and what has come since.

An image at a tag is one of a line of releases where a source has listed them; an image that only a hub names may belong
to such a line without being in it, which its IRI tells: `image/NAME/TAG`.
"""

from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import DCT, RDF, SCHEMA
from leap_kg.web.cells import Node
from leap_kg.web.links import url
from leap_kg.web.reading import Reading

RELEASE = "release"
UNLISTED = "not among the releases that were read"
MOVING = "a tag that moves, no release"
UNKNOWN = "unknown: its releases were never read"


@dataclass(frozen=True, slots=True)
class Release:
    """An image as lists show it.

    `issued` is a day or `""`; `state` says whether it is a release at all; `newer` counts the releases after it, `None`
    where that cannot be said, and `newest` is the last of them.
    """

    node: Node
    issued: str
    state: str
    newer: int | None
    newest: Node | None


def release_of(reading: Reading, image: NamedNode) -> Release:
    """What is known of the place of an image among its releases."""
    order = reading.text(image, reading.leap("versionOrder"))
    known = line_of(reading, image)
    later = [node for place, node in known if place > order] if order else []
    moving = reading.one(image, DCT("isVersionOf")) is not None
    return Release(
        node=reading.link(image),
        issued=reading.text(image, DCT("issued")),
        state=RELEASE if order else MOVING if moving else UNLISTED if known else UNKNOWN,
        newer=len(later) if order else None,
        newest=reading.link(later[-1]) if later else reading.link(known[-1][1]) if known and not order else None,
    )


def previous_of(reading: Reading, image: NamedNode) -> NamedNode | None:
    """The last release before this one whose packages are known."""
    order = reading.text(image, reading.leap("versionOrder"))
    earlier = [node for place, node in line_of(reading, image) if order and place < order]
    return next((node for node in reversed(earlier) if reading.one(node, SCHEMA("softwareRequirements"))), None)


def line_of(reading: Reading, image: NamedNode) -> list[tuple[str, NamedNode]]:
    """All releases of the same image with what they are ordered by, oldest first."""
    name = reading.one(image, DCT("isVersionOf")) or NamedNode(image.value.rpartition("/")[0] or image.value)
    return line_named(reading, name)


def line_named(reading: Reading, name: NamedNode) -> list[tuple[str, NamedNode]]:
    """The releases of the image of that name with what they are ordered by, oldest first."""
    order = reading.leap("versionOrder")
    found = ((reading.text(image, order), image) for image in images_named(reading, name))
    return sorted(((place, image) for place, image in found if place), key=lambda one: (one[0], one[1].value))


def images_named(reading: Reading, name: NamedNode) -> list[NamedNode]:
    """The images of that name at all tags, releases or not."""
    container = reading.leap("ContainerImage")
    found = reading.subjects(DCT("isVersionOf"), name)
    return [image for image in found if container in reading.nodes(image, RDF("type"))]


def differences_path(before: NamedNode, now: NamedNode) -> str:
    """Where the query answers that says what differs between two images."""
    return url("/queries/questions/image-differences", first=before.value, second=now.value)
