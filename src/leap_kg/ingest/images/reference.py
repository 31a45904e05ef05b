"""Container images by name and tag, as registries, hubs and Dockerfiles write them: one node for each."""

import re
from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCT, ONTOLOGY_PATH, SCHEMA, Namespace

# https://github.com/distribution/reference: host and path, then a tag, a digest, or both.
_IMAGE = re.compile(
    r"(?P<name>[a-z0-9][\w.-]*(?::\d{1,5}(?=/))?(?:/[a-z0-9][a-z0-9._-]*)*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?",
    re.ASCII,
)
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Image:
    """An image at a tag or digest; without either, `version` is empty and it is the image whatever its release."""

    name: str
    version: str

    @property
    def title(self) -> str:
        """The image as one asks a registry for it."""
        if not self.version:
            return self.name
        return f"{self.name}{'@' if self.version.startswith('sha256:') else ':'}{self.version}"

    def node(self, base: str) -> NamedNode:
        """The image's node."""
        return mint(base, "image", *self.name.split("/"), *([self.version] if self.version else []))


def parse_image(text: str) -> Image | None:
    """The image that a text names, `None` if it names none; `docker.io/` is left out, as everybody does."""
    found = _IMAGE.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    return Image(found["name"].removeprefix("docker.io/"), found["tag"] or found["digest"] or "")


def describe_image(image: Image, say: Statements, base: str) -> NamedNode:
    """The image's node, with its class and title said, and the image that it is a release of."""
    node = image.node(base)
    if not image.version:
        say.type(node, SCHEMA("SoftwareApplication"))
        say.text(node, DCT("title"), image.name)
        return node
    say.type(node, Namespace(base + ONTOLOGY_PATH)("ContainerImage"))
    say.text(node, DCT("title"), image.title)
    say.link(node, DCT("isVersionOf"), describe_image(Image(image.name, ""), say, base))
    return node
