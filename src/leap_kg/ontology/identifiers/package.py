"""Software packages as package URLs, https://github.com/package-url/purl-spec: `pkg:conda/zarr@2.11.0`.

A package of conda-forge and one of the Python index are two things, also where they share a name.
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from leap_kg.ontology.identifiers.result import Refusal
from leap_kg.ontology.identifiers.text import clean

_NOUN = "package"
_HINT = "write it as its index does, such as zarr==2.18.3"
_NAMES = {
    "conda": re.compile(r"[a-z0-9_](?:[a-z0-9_.+-]{0,126}[a-z0-9_+])?", re.ASCII),
    "pypi": re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,126}[a-z0-9])?", re.ASCII),
    "deb": re.compile(r"[a-z0-9][a-z0-9+.-]{0,126}", re.ASCII),
}
_VERSION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.!+*~:-]{0,99}", re.ASCII)
_PURL = re.compile(r"pkg:/*([a-z]+)/(?:([a-z]+)/)?([^@?#/]+)(?:@([^?#]+))?(?:[?#].*)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Package:
    """A package of an `ecosystem` (conda, pypi or deb), at one version or, if that is empty, as a whole."""

    ecosystem: str
    name: str
    version: str = ""

    @property
    def value(self) -> str:
        """The package URL."""
        namespace = "debian/" if self.ecosystem == "deb" else ""
        version = f"@{quote(self.version, safe=':')}" if self.version else ""
        return f"pkg:{self.ecosystem}/{namespace}{quote(self.name, safe='')}{version}"

    @property
    def iri(self) -> str:
        """The package URL, which is an IRI."""
        return self.value

    @property
    def whole(self) -> "Package":
        """The package whatever its version."""
        return replace(self, version="")

    @property
    def title(self) -> str:
        """Name and version for people."""
        return f"{self.name} {self.version}".strip()


def of(ecosystem: str, name: str, version: str = "") -> Package | Refusal:
    """The package that an index calls so; its name is brought to the index's own spelling."""
    cleaned = clean(name, _NOUN, 200)
    if isinstance(cleaned, Refusal):
        return cleaned
    known = cleaned.lower().replace("_", "-") if ecosystem == "pypi" else cleaned.lower()
    if ecosystem not in _NAMES:
        return Refusal("not a package of conda, of the Python index or of Debian", _HINT)
    if not _NAMES[ecosystem].fullmatch(known):
        return Refusal("not the name of a package", _HINT)
    version = version.strip()
    if version and not _VERSION.fullmatch(version):
        return Refusal("not the version of a package", _HINT)
    return Package(ecosystem, known, version)


def parse(text: str) -> Package | Refusal:
    """The package that a package URL names; qualifiers and subpaths are left out."""
    cleaned = clean(text, _NOUN)
    if isinstance(cleaned, Refusal):
        return cleaned
    match = _PURL.fullmatch(cleaned)
    if match is None:
        return Refusal("not a package URL", "write it as pkg:conda/zarr@2.18.3")
    return of(match[1].lower(), unquote(match[3]), unquote(match[4] or ""))
