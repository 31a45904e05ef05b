"""Reads the requirements.txt of a feedstock: what in it will not hold, and what an environment has instead."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from leap_kg.ingest.mapping.finding import Finding, Severity

_MOST_LINES = 1000
_LONGEST = 500
_COMMENT = re.compile(r"(?:^|\s)#.*")
_EGG = re.compile(r"[#&]egg=([\w.-]+)", re.ASCII)
_FIXED = re.compile(r"[0-9a-f]{7,40}|v?\d+(?:\.\d+)+\S*", re.ASCII)
_ELSEWHERE = ("gcsfs", "s3fs", "leap-data-management-utils", "pangeo-forge-runner")
"""What recipes ask for to reach the storage and the catalogue of LEAP; that they import one of them is told there."""


class Wanted(NamedTuple):
    """A line that asks for a package: `text` as written, `name` normalised, `""` for one that tells none.

    `asked` is what it asks for, `problem` why that cannot be read; `address` says that it is one, of `ref` if any.
    """

    line: int
    text: str
    name: str
    asked: Requirement | None = None
    problem: str = ""
    address: bool = False
    ref: str = ""


class Requirements(NamedTuple):
    """What a file asks for; `whole` says that nothing else, such as another file, adds to it."""

    wanted: tuple[Wanted, ...] = ()
    whole: bool = True

    @property
    def names(self) -> frozenset[str]:
        """The normalised names of the packages."""
        return frozenset(each.name for each in self.wanted if each.name)


def read_requirements(text: str) -> Requirements:
    """What the text of a requirements.txt asks for; any text can be read."""
    wanted, whole = [], True
    for number, line in enumerate(text.split("\n")[:_MOST_LINES], 1):
        # Hashes follow a backslash, or stand on the same line.
        written = _COMMENT.sub("", line).strip().removesuffix("\\").partition(" --")[0].strip()[:_LONGEST]
        if written.startswith("-"):
            whole = whole and written.startswith("--")
        elif written:
            wanted.append(_read(number, written))
    return Requirements(tuple(wanted), whole)


def check_requirements(found: Requirements, file: str | None) -> Iterator[Finding]:
    """What to mend, whoever runs the recipe; `file` is the IRI of the file."""
    first: dict[str, int] = {}
    for each in found.wanted:
        told = _told(each)
        before = first.setdefault(each.name, each.line) if each.name else each.line
        if before != each.line:
            told = (Severity.INFO, f"{each.text} is asked for in line {before}, too", "Keep one of the two lines.")
        if told is not None:
            yield _finding(each, *told, file)


def compare_requirements(found: Requirements, file: str | None, installed: Mapping[str, str]) -> Iterator[Finding]:
    """What an environment has instead; `installed` are its versions by normalised name."""
    for each in found.wanted:
        if each.asked is None or (each.name in _ELSEWHERE and each.name not in installed):
            continue
        here = installed.get(each.name)
        if here is None:
            message = f"{each.asked.name} is asked for, and what leap-kg runs recipes in has none"
            yield _finding(each, Severity.INFO, message, "Do without it if the recipe can.", file)
        elif each.asked.specifier and not each.asked.specifier.contains(here, prereleases=True):
            message = f"{each.text} is asked for, and what leap-kg runs recipes in has {here}"
            hint = f"See whether the recipe runs with {each.asked.name} {here}."
            yield _finding(each, Severity.INFO, message, hint, file)


def _read(number: int, written: str) -> Wanted:
    try:
        asked = Requirement(written)
    except InvalidRequirement as error:
        if written.startswith(("git+", "http://", "https://")):
            return Wanted(number, written, _named(written), address=True, ref=_ref(written))
        return Wanted(number, written, "", problem=str(error).splitlines()[0])
    name = canonicalize_name(asked.name)
    if asked.url:
        return Wanted(number, written, name, asked, address=True, ref=_ref(asked.url))
    return Wanted(number, written, name, asked)


def _ref(url: str) -> str:
    """The branch, tag or commit of an address of git, `""` for none."""
    path = url.partition("#")[0].partition("://")[2].partition("/")[2]
    return path.rpartition("@")[2] if "@" in path else ""


def _named(address: str) -> str:
    """The package at an address, which says so itself, or else is called as its repository most likely is."""
    if egg := _EGG.search(address):
        return canonicalize_name(egg[1])
    path = address.partition("#")[0].partition("://")[2].partition("/")[2]
    return canonicalize_name(path.partition("@")[0].rstrip("/").rpartition("/")[2].removesuffix(".git"))


def _told(each: Wanted) -> tuple[Severity, str, str] | None:
    if each.problem:
        message = f"{each.text!r} is no requirement ({each.problem})"
        return Severity.WARNING, message, "Write it as name==1.2.3."
    if each.address:
        if _FIXED.fullmatch(each.ref):
            return None
        message = f"{each.text} is whatever {f'the branch {each.ref}' if each.ref else 'that address'} holds today"
        return Severity.WARNING, message, "Name a release, such as name==1.2.3, or at least a commit."
    if each.asked is not None and not each.asked.specifier:
        message = f"{each.text} has no version"
        return Severity.INFO, message, "Write the releases that the data were built with, such as name==1.2.3."
    return None


def _finding(each: Wanted, severity: Severity, message: str, hint: str, file: str | None) -> Finding:
    pointer = f"requirements.txt (line {each.line})"
    return Finding("requirement", severity, message, hint, pointer, each.text, file)
