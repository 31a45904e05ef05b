"""Reads the requirements.txt of a feedstock: what its recipe asks for, against what its environment here will have."""

from collections.abc import Iterator, Mapping

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from leap_kg.ingest.mapping.finding import Finding, Severity

_MOST_LINES = 1000
_LONGEST = 500
_ELSEWHERE = ("gcsfs", "s3fs", "leap-data-management-utils", "pangeo-forge-runner")
"""What recipes ask for to reach the storage and the catalogue of LEAP; a run here needs neither."""


def check_requirements(text: str, file: str | None, installed: Mapping[str, str]) -> Iterator[Finding]:
    """What to mend; `file` is the IRI of the file, `installed` the versions of the environment by name."""
    for number, line in enumerate(text.splitlines()[:_MOST_LINES], 1):
        wanted = line.partition(" #")[0].strip()
        if not wanted or wanted.startswith(("#", "-")):
            continue
        finding = _checked(wanted[:_LONGEST], installed)
        if finding is not None:
            severity, message, hint = finding
            pointer = f"requirements.txt (line {number})"
            yield Finding("requirement", severity, message, hint, pointer, wanted[:_LONGEST], file)


def _checked(wanted: str, installed: Mapping[str, str]) -> tuple[Severity, str, str] | None:
    if wanted.startswith(("git+", "http://", "https://")) or " @ " in wanted:
        message = f"{wanted} is what a branch or an address holds today: the recipe may not run tomorrow"
        return Severity.WARNING, message, "Name a release, such as name==1.2.3, or at least a commit."
    try:
        asked = Requirement(wanted)
    except InvalidRequirement as error:
        reason = str(error).splitlines()[0]
        return Severity.WARNING, f"{wanted!r} is no requirement ({reason})", "Write it as name==1.2.3."
    here = installed.get(canonicalize_name(asked.name))
    if here is None:
        if asked.name in _ELSEWHERE:
            return None
        message = f"{asked.name} is not in the environment that `leap-kg recipe run` has"
        return Severity.INFO, message, "Do without it if the recipe can."
    if asked.specifier and not asked.specifier.contains(here, prereleases=True):
        message = f"{wanted} is asked for, and the environment of `leap-kg recipe run` has {here}"
        return Severity.INFO, message, f"See whether the recipe runs with {asked.name} {here}."
    if not asked.specifier:
        message = f"{asked.name} has no version: what is installed changes from one build to the next"
        return Severity.INFO, message, f"Write {asked.name}=={here}, or the release it was last built with."
    return None
