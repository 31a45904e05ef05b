"""Packages, and the files that ask for them, as nodes: the same for every source that meets them.

A package at a version is what an environment has (`schema:softwareRequirements`); a package as a whole is what a file
asks for that leaves the version open (`dct:requires`). The words of the file stay on the file (`schema:text`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.reading import Reading
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.images.dockerfile import Dockerfile, read_dockerfile
from leap_kg.ingest.images.packagelist import Fault, Installed, read_apt, read_explicit, read_packages
from leap_kg.ingest.images.reference import describe_image
from leap_kg.ingest.images.requirements import (
    Requirements,
    read_conda_lock,
    read_environment,
    read_pyproject,
    read_requirements,
)
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.source import Part
from leap_kg.ontology.identifiers import version
from leap_kg.ontology.identifiers.package import Package
from leap_kg.ontology.namespaces import DCT, ONTOLOGY_PATH, PROV, SCHEMA, Namespace

Environment = Installed | Requirements | Dockerfile

READERS: Mapping[str, Callable[..., Environment]] = {
    "packages.txt": read_packages,
    "apt.txt": read_apt,
    "conda-linux-64.lock": read_explicit,
    "conda-lock.yml": read_conda_lock,
    "environment.yml": read_environment,
    "environment.yaml": read_environment,
    "requirements.txt": read_requirements,
    "pyproject.toml": read_pyproject,
    "Dockerfile": read_dockerfile,
}
"""How a file is read, by its name; each reader takes the bytes and, as `what`, the address."""

_MOST_FAULTS = 50


@dataclass(frozen=True, slots=True)
class Environments:
    """Says what environment files hold; `base` is the base IRI."""

    say: Statements
    base: str

    def package(self, package: Package) -> NamedNode:
        """The node of a package, at its version or as a whole."""
        node = NamedNode(package.iri)
        self.say.type(node, SCHEMA("SoftwareApplication"))
        self.say.text(node, DCT("title"), package.title)
        if package.version:
            leap = Namespace(self.base + ONTOLOGY_PATH)
            self.say.text(node, SCHEMA("softwareVersion"), package.version)
            self.say.text(node, leap("versionOrder"), version.order(package.version))
            self.say.link(node, DCT("isVersionOf"), self.package(package.whole))
        return node

    def installed(self, holder: NamedNode, packages: Sequence[Package]) -> None:
        """The holder has these packages; of one without a version it is said that the holder requires it."""
        for package in packages:
            predicate = SCHEMA("softwareRequirements") if package.version else DCT("requires")
            self.say.link(holder, predicate, self.package(package))

    def file(self, node: NamedNode, title: str, found: Environment) -> None:
        """The file `node` is an environment and asks for what was `found` in it."""
        self.say.type(node, Namespace(self.base + ONTOLOGY_PATH)("Environment"))
        self.say.text(node, DCT("title"), title)
        if isinstance(found, Installed):
            self.installed(node, list(found.packages))
        elif isinstance(found, Requirements):
            self.installed(node, [each.package for each in found.wanted])
            for repository, _ in found.repositories:
                self.say.link(node, DCT("requires"), repository.iri)
            written = [*(each.written for each in found.wanted), *(text for _, text in found.repositories)]
            self.say.text(node, SCHEMA("text"), "\n".join(written))
            self.say.text(node, SCHEMA("name"), found.name)
            self.say.text(node, SCHEMA("runtimePlatform"), f"Python {found.python}" if found.python else "")
        else:
            if found.base is not None:
                self.say.link(node, PROV("wasDerivedFrom"), describe_image(found.base, self.say, self.base))
            for image in found.copied:
                self.say.link(node, DCT("requires"), describe_image(image, self.say, self.base))


def read_part(part: Part, name: str, reading: Reading) -> Environment | None:
    """What a file says, read as its `name` tells; what is wrong with it becomes findings, all of it too."""
    try:
        found = READERS[name](part.data, what=part.url)
    except Unreadable as problem:
        hint = "Mend the file, so that what it asks for can be found."
        reading.report("unreadable-file", Severity.WARNING, f"{name} cannot be read: {problem.reason}", hint, (name,))
        return None
    if isinstance(found, Dockerfile):
        for text in found.unresolved:
            hint = "Give the ARG a default, or name the image."
            message = "the Dockerfile builds on an image that only its builder knows"
            reading.report("unknown-version", Severity.INFO, message, hint, (name,), text)
    else:
        _report(found.faults, name, reading)
    return found


def _report(faults: Sequence[Fault], name: str, reading: Reading) -> None:
    for fault in faults[:_MOST_FAULTS]:
        place = f"line {fault.line} of {name}" if fault.line else name
        message = f"{place} names no package that can be known: {fault.reason}"
        hint = "Write one package a line, as its index calls it."
        reading.report("bad-value", Severity.WARNING, message, hint, (name,), fault.text)
    if len(faults) > _MOST_FAULTS:
        message = f"{name} has {len(faults) - _MOST_FAULTS} more lines that name no package"
        hint = "Mend those that are listed first."
        reading.report("bad-value", Severity.WARNING, message, hint, (name,))
