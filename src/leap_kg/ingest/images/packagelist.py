"""Lists of what is installed: `packages.txt` in its two formats, `apt.txt`, and conda's explicit lock files.

`packages.txt` was written as `name-version` until 2022 and as `name==version` since; the older one cannot tell where
a name ends but by the last hyphen, which no version of conda has.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ontology.identifiers import Refusal, package
from leap_kg.ontology.identifiers.package import Package

MAX_BYTES = 8 * 2**20
MAX_LINES = 50_000

_ARCHIVE = re.compile(r"(.+)-([^-]+)-([^-]+)\.(?:conda|tar\.bz2)")
_WHEEL_LINE = re.compile(r"#\s*pip\s+([\w.-]+)(?:\[[^\]]*\])?\s+@\s+(\S+)", re.ASCII)
_WHEEL = re.compile(r"/([\w.]+)-([^-/]+)-[^/]+\.whl(?:#.*)?$", re.ASCII)
_SDIST = re.compile(r"/([\w.-]+)-([^-/]+?)\.(?:tar\.gz|tar\.bz2|zip)(?:#.*)?$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that names no package: its number from 1, the line, and why."""

    line: int
    text: str
    reason: str


@dataclass(slots=True)
class Installed:
    """The packages that a list names, each once, and the lines that could not be understood."""

    packages: dict[Package, None] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def take(self, number: int, text: str, found: Package | Refusal) -> None:
        """Note what a line says."""
        if isinstance(found, Refusal):
            self.faults.append(Fault(number, text[:200], found.reason))
        else:
            self.packages[found] = None


def read_packages(data: bytes, *, what: str) -> Installed:
    """A `packages.txt`; its packages are conda's. Raises `Unreadable`."""
    installed = Installed()
    for number, line in lines(data, what):
        if line.startswith("#"):
            continue
        name, exact, version = line.partition("==")
        if not exact:
            name, _, version = line.rpartition("-")
        if not any(character.isdigit() for character in version):
            found: Package | Refusal = Refusal("neither name==version nor name-version", "")
        else:
            found = package.of("conda", name, version)
        installed.take(number, line, found)
    return installed


def read_apt(data: bytes, *, what: str) -> Installed:
    """An `apt.txt`, one Debian package a line. Raises `Unreadable`."""
    installed = Installed()
    for number, line in lines(data, what):
        for word in line.partition("#")[0].split():
            name, _, version = word.partition("=")
            installed.take(number, line, package.of("deb", name, version))
    return installed


def read_explicit(data: bytes, *, what: str) -> Installed:
    """An explicit lock file of conda, `@EXPLICIT`; a line `# pip name @ url` is a package of the Python index."""
    installed = Installed()
    for number, line in lines(data, what):
        if pip := _WHEEL_LINE.fullmatch(line.strip()):
            built = _WHEEL.search(pip[2]) or _SDIST.search(pip[2])
            installed.take(number, line, package.of("pypi", pip[1], built[2] if built else ""))
        elif not line.startswith(("#", "@")):
            file = line.partition("#")[0].rpartition("/")[2]
            match = _ARCHIVE.fullmatch(file)
            installed.take(
                number,
                line,
                package.of("conda", match[1], match[2]) if match else Refusal("not the address of a package", ""),
            )
    return installed


def lines(data: bytes, what: str) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, stripped, each with its number from 1; raises `Unreadable`."""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"is larger than {MAX_BYTES} bytes: list fewer packages", what=what)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("is not UTF-8: save the file as UTF-8", what=what) from None
    if "\0" in text:
        raise Unreadable("holds a NUL, so it is no text: check the address", what=what)
    if text.lstrip()[:100].lower().startswith(("<!doctype html", "<html")):
        raise Unreadable("HTML where a list was due: give the address of the file itself", what=what)
    every = text.splitlines()
    if len(every) > MAX_LINES:
        raise Unreadable(f"has more than {MAX_LINES} lines: list fewer packages", what=what)
    for number, line in enumerate(every, start=1):
        if line.strip():
            yield number, line.strip()
