"""Releases of container images: when an image was released, what came before it, and what has come since.

An image at a tag is one of a line of releases where a source has listed them; an image that only a hub names may belong
to such a line without being in it, which its IRI tells: `image/NAME/TAG`.
"""

from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import DCT, RDF, SCHEMA
from leap_kg.web.cells import Node
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
    container, order = reading.leap("ContainerImage"), reading.leap("versionOrder")
    found = [(reading.text(node, order), node) for node in reading.subjects(DCT("isVersionOf"), name)]
    of_images = ((place, node) for place, node in found if place and container in reading.nodes(node, RDF("type")))
    return sorted(of_images, key=lambda one: (one[0], one[1].value))
