"""What files ask for: `environment.yml`, `requirements.txt`, `pyproject.toml` and `conda-lock.yml`.

A requirement is kept as it is written; only one that leaves a single version (`zarr==2.18.3`, and in conda a build too,
`jaxlib=0.4.31=cuda12`) says which version there will be. Nothing is solved here and no other file is followed.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from leap_kg.ingest.formats.yamltext import Path, Unreadable, read_yaml
from leap_kg.ingest.images.packagelist import Fault, Installed, lines
from leap_kg.ontology.identifiers import Refusal, Repository, github, package
from leap_kg.ontology.identifiers.package import Package

_LONGEST = 1000
_MOST = 5000
_CONDA = re.compile(r"(?:[^\s:\[\]=<>!~]+::)?([A-Za-z0-9_][\w.+-]*)\s*(\[.*\])?\s*(.*)", re.ASCII | re.DOTALL)
_BUILT = re.compile(r"=?\s*(\w[\w.!+]*)\s*=\s*[\w.*]+", re.ASCII)
_EXACT = re.compile(r"={2,3}\s*(\w[\w.!+]*)", re.ASCII)
_EXACT_BUILT = re.compile(r"==\s*(\w[\w.!+]*)\s*=\s*[\w.*]+", re.ASCII)
_NUMBER = re.compile(r"[\d_.+-]*", re.ASCII)
_EGG = re.compile(r"#(?:.*&)?egg=([\w.-]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One requirement: the package, at a version only if the file leaves no other, and the words of the file."""

    package: Package
    written: str


@dataclass(slots=True)
class Requirements:
    """What a file asks for, what it says besides (`name`, `python`), and what could not be understood.

    `repositories` are those that pip is to fetch code from without being told the name of the package.
    """

    wanted: list[Wanted] = field(default_factory=list)
    repositories: list[tuple[Repository, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    name: str = ""
    python: str = ""

    def conda(self, text: str, line: int) -> None:
        """Note a match specification of conda."""
        match = _CONDA.fullmatch(text.strip()) if len(text) <= _LONGEST else None
        if match is None or _NUMBER.fullmatch(match[1]):
            self._take(line, text, Refusal("not a requirement that conda knows", ""))
            return
        bound = match[3].strip()
        one = (_EXACT, _EXACT_BUILT) if bound.startswith("==") else (_BUILT,)
        exact = next((found for form in one if (found := form.fullmatch(bound))), None)
        self._take(line, text, package.of("conda", match[1], exact[1] if exact else ""))

    def pip(self, text: str, line: int) -> None:
        """Note a requirement of pip; a bare address is named by its `#egg=`, or by its repository on GitHub."""
        words = text if len(text) <= _LONGEST else ""
        if words.startswith(("git+", "http://", "https://", "file:")):
            self._address(words, line)
            return
        try:
            wanted = Requirement(re.split(r"\s+#|\s--", words, maxsplit=1)[0])
        except (InvalidRequirement, ValueError, RecursionError):
            self._take(line, text, Refusal("not a requirement that pip knows", ""))
            return
        bounds = list(wanted.specifier)
        exact = bounds[0] if len(bounds) == 1 and bounds[0].operator in ("==", "===") else None
        version = exact.version if exact is not None and not exact.version.endswith(".*") else ""
        self._take(line, text, package.of("pypi", wanted.name, version))

    def _address(self, text: str, line: int) -> None:
        if egg := _EGG.search(text):
            self._take(line, text, package.of("pypi", egg[1]))
            return
        repository = github.parse_repository(re.split(r"\s", text, maxsplit=1)[0])
        if isinstance(repository, Refusal):
            self._take(line, text, Refusal("an address that does not say which package is there", ""))
        elif len(self.repositories) < _MOST:
            self.repositories.append((repository, text.strip()))

    def _take(self, line: int, text: str, found: Package | Refusal) -> None:
        if isinstance(found, Refusal):
            self.faults.append(Fault(line, text[:200], found.reason))
        elif len(self.wanted) < _MOST:
            self.wanted.append(Wanted(found, text.strip()))


def read_environment(data: bytes, *, what: str) -> Requirements:
    """An `environment.yml` of conda; raises `Unreadable`."""
    document = read_yaml(data, what=what)
    if not isinstance(document.value, dict):
        raise Unreadable("is no environment: write name, channels and dependencies", what=what)
    found = Requirements(name=_word(document.value.get("name")))
    listed = document.value.get("dependencies")
    for number, item in enumerate(listed if isinstance(listed, list) else []):
        place: Path = ("dependencies", number)
        line = document.lines.get(place, 0)
        if isinstance(item, str):
            found.conda(item, line)
        elif isinstance(item, dict) and isinstance(pip := item.get("pip"), list):
            for each, text in enumerate(pip):
                at = document.lines.get((*place, "pip", each), line)
                if isinstance(text, str) and text.startswith("-"):
                    found.faults.append(Fault(at, text[:200], "another file, which is not followed"))
                elif isinstance(text, str):
                    found.pip(text, at)
        else:
            found.faults.append(Fault(line, str(item)[:200], "neither a package nor a list for pip"))
    return found


def read_requirements(data: bytes, *, what: str) -> Requirements:
    """A `requirements.txt` of pip; raises `Unreadable`. Other files that it names are not followed."""
    found = Requirements()
    for number, line in _logical(data, what):
        if line.startswith("#"):
            continue
        if line.startswith(("-e ", "--editable ")):
            found.pip(line.partition(" ")[2].strip(), number)
        elif line.startswith(("-r", "-c", "--requirement", "--constraint")):
            found.faults.append(Fault(number, line[:200], "another file, which is not followed"))
        elif not line.startswith("-"):
            found.pip(line, number)
    return found


def read_pyproject(data: bytes, *, what: str) -> Requirements:
    """The `[project]` of a `pyproject.toml`; raises `Unreadable`."""
    text = "\n".join(line for _, line in lines(data, what))
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as problem:
        raise Unreadable(f"is no TOML: {problem}", what=what) from None
    project = _table(document.get("project"))
    found = Requirements(name=_word(project.get("name")), python=_word(project.get("requires-python")))
    for text in _texts(project.get("dependencies")):
        found.pip(text, 0)
    return found


def read_conda_lock(data: bytes, *, what: str, platform: str = "linux-64") -> Installed:
    """A `conda-lock.yml`, for one platform; raises `Unreadable`."""
    document = read_yaml(data, what=what)
    listed = document.value.get("package") if isinstance(document.value, dict) else None
    if not isinstance(listed, list):
        raise Unreadable("is no lock of conda-lock: it has no list under 'package'", what=what)
    installed = Installed()
    for number, item in enumerate(listed):
        entry = _table(item)
        if entry.get("platform", platform) == platform:
            ecosystem = "pypi" if entry.get("manager") == "pip" else "conda"
            named = package.of(ecosystem, _word(entry.get("name")), _word(entry.get("version")))
            installed.take(document.lines.get(("package", number), 0), str(item), named)
    return installed


def _logical(data: bytes, what: str) -> Iterator[tuple[int, str]]:
    """Lines with those that end in a backslash joined to the next."""
    held, start = "", 0
    for number, line in lines(data, what):
        start = start if held else number
        if line.endswith("\\") and not line.startswith("#"):
            held += line[:-1] + " "
            continue
        yield start, (held + line).strip()
        held = ""
    if held.strip():
        yield start, held.strip()


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: object) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
