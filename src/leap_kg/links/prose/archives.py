"""Badges: pictures that link a repository to where it is archived, or to its paper.

A badge says more than a link in a sentence does: whoever puts it there speaks of this repository. Zenodo makes two:
one of a DOI, one of the number by which GitHub knows the repository (`latestdoi`), both of which have a picture and a
page, which are one badge.
"""

import re
from collections.abc import Sequence

from leap_kg.links.prose.addresses import Address

_REPOSITORY = re.compile(
    r"https?://(?:www\.)?zenodo\.org/badge/(?:latestdoi/|latest/|doi/)?([0-9]{4,12}(?:/[\w.-]{1,100}/[\w.-]{1,100}?)?)"
    r"(?:\.svg)?(?:[?#].*)?",
    re.IGNORECASE | re.ASCII,
)
_PICTURE = re.compile(r"!\[[^\[\]]{0,300}\](?:\([^()\s]{0,500}(?:\s\"[^\"]{0,100}\")?\)|\[[^\[\]]{0,200}\])\](\(|\[)")
_LABEL = re.compile(r"([^\[\]]{1,200})\]")
_DEFINITION = re.compile(r"\s{0,3}\[([^\[\]]{1,200})\]:\s")
_DIRECTIVE = re.compile(r"\s{0,8}\.\. (?:\|[^|]{1,100}\| )?image::", re.IGNORECASE)
_MARKED = re.compile(r"zenodo\.org/badge/|joss\.theoj\.org/papers/.{0,100}\.svg|shields\.io/badge/", re.IGNORECASE)
# Who gives DOIs to archived software and data rather than to papers: Zenodo, figshare, Code Ocean, OSTI, OSF,
# Dataverse, Dryad, 4TU, NCAR, USGS, HydroShare, Hugging Face.
_ARCHIVES = re.compile(
    r"https://doi\.org/10\.(?:5281/zenodo|6084/m9\.figshare|24433/co|11578/dc|17605/osf|7910/dvn|5061/dryad|4121/|5065/"
    r"|5066/|4211/hs|57967/hf)"
)
_MOST_LINES = 4  # between a directive of reStructuredText and its target


def is_archive(iri: str) -> bool:
    """Whether the DOI is one of those that software and data get which are archived."""
    return bool(_ARCHIVES.match(iri))


def repository_badge(url: str) -> str:
    """The address at Zenodo of the archive of a repository that a badge names by its number, `""` for another."""
    found = _REPOSITORY.fullmatch(url)
    return f"https://zenodo.org/badge/latestdoi/{found[1]}" if found else ""


def badge_labels(lines: Sequence[str]) -> frozenset[str]:
    """The labels to which a badge of Markdown links whose target is defined elsewhere in the text."""
    labels = set()
    for line in lines:
        for picture in _PICTURE.finditer(line) if "![" in line else ():
            if picture[1] == "[" and (label := _LABEL.match(line, picture.end())):
                labels.add(label[1].lower())
    return frozenset(labels)


def is_badge(address: Address, number: int, lines: Sequence[str], labels: frozenset[str]) -> bool:
    """Whether the address on line `number` (from 1) is the picture of a badge, or what such a picture links to."""
    line = lines[number - 1]
    if _MARKED.search(address.text):
        return True
    if line[max(0, address.start - 3) : address.start] == ")](" and "![" in line[: address.start]:
        return True
    before, after = line[: address.start].rstrip("\"'"), line[address.end : address.end + 60].lower()
    if before.endswith("href=") and "<img" in after:
        return True
    if ":target:" in before:
        return any(_DIRECTIVE.match(each) for each in lines[max(0, number - 1 - _MOST_LINES) : number])
    definition = _DEFINITION.match(line)
    return definition is not None and definition[1].lower() in labels
