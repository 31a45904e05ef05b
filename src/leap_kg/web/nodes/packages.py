"""What container images have installed, and what two of them do not have alike.

The same package stands in hundreds of images: within one page each version is looked up once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import DCT, SCHEMA
from leap_kg.web.reading import Reading

ABSENT = "–"


Installed = dict[NamedNode, list[NamedNode]]
"""The packages of an image with those of their versions that it has, in order."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs from an earlier release: for each package the versions before and now, or `ABSENT`."""

    packages: dict[NamedNode, tuple[str, str]]

    @property
    def came(self) -> int:
        """How many packages only the later one has."""
        return sum(before == ABSENT for before, _ in self.packages.values())

    @property
    def went(self) -> int:
        """How many packages only the earlier one has."""
        return sum(now == ABSENT for _, now in self.packages.values())

    @property
    def changed(self) -> int:
        """How many packages both have, at different versions."""
        return len(self.packages) - self.came - self.went

    @property
    def in_short(self) -> str:
        """The same in a few words."""
        counts = ((self.changed, "changed"), (self.came, "came"), (self.went, "went"))
        return ", ".join(f"{count:,} {word}" for count, word in counts if count) or "nothing"


class Packages:
    """Looks up what images have installed."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._packages = dict[NamedNode, NamedNode]()
        self._texts = dict[NamedNode, str]()

    def of(self, image: NamedNode) -> Installed:
        """What an image has installed; empty if nobody listed it."""
        found: Installed = {}
        for version in self._reading.nodes(image, SCHEMA("softwareRequirements")):
            found.setdefault(self._package(version), []).append(version)
        return found

    def versions(self, versions: Iterable[NamedNode]) -> str:
        """The versions as one text, `""` if none says what it is."""
        return ", ".join(sorted({text for one in versions if (text := self._text(one))}))

    def changes(self, before: Installed, now: Installed) -> Changes:
        """What differs between two images."""
        found = {}
        for package in {*now, *before}:
            versions = before.get(package, []), now.get(package, [])
            if versions[0] != versions[1]:
                had, has = (self.versions(held) or ABSENT for held in versions)
                if had != has:
                    found[package] = (had, has)
        return Changes(found)

    def _package(self, version: NamedNode) -> NamedNode:
        if version not in self._packages:
            self._packages[version] = self._reading.one(version, DCT("isVersionOf")) or version
        return self._packages[version]

    def _text(self, version: NamedNode) -> str:
        if version not in self._texts:
            self._texts[version] = self._reading.text(version, SCHEMA("softwareVersion"))
        return self._texts[version]
