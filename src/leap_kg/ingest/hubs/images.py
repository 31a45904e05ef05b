"""Container images as hubs name them: `registry/path/name:tag`."""

import re
from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.reading import Path, Reading, dotted
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ontology.iri import mint

# https://github.com/distribution/reference: host and path, then a tag, a digest, or both.
_IMAGE = re.compile(
    r"(?P<name>[a-z0-9][\w.-]*(?::\d{1,5}(?=/))?(?:/[a-z0-9][a-z0-9._-]*)*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Image:
    """An image by its name and its version: a tag, or a digest; without either it is the one tagged `latest`."""

    name: str
    version: str
    title: str

    def node(self, base: str) -> NamedNode:
        """The node of the image, one for all registries' spellings of Docker Hub."""
        return mint(base, "image", *self.name.split("/"), self.version)


def read_image(text: str, place: Path, reading: Reading) -> Image | None:
    """The image that `text` names; what names none, and what names no release, becomes a finding."""
    found = _IMAGE.fullmatch(text)
    if found is None:
        hint = "Write it as registry/name:tag."
        reading.report("bad-value", Severity.WARNING, f"{dotted(place)} is not an image", hint, place, text)
        return None
    name = found["name"].removeprefix("docker.io/")
    version = found["tag"] or found["digest"] or "latest"
    if version == "latest":
        message = f"{dotted(place)} names no release of {name}, so what runs may change from day to day"
        hint = "Name one tag, such as 2026.06.04, or a digest."
        reading.report("unknown-version", Severity.WARNING, message, hint, place, text)
    title = f"{name}:{version}" if found["tag"] or version == "latest" else f"{name}@{version}"
    return Image(name, version, title)
