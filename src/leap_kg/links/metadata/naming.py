"""Works and archives by the identifiers that metadata give, and which of them archive software."""

import re
from dataclasses import dataclass

from leap_kg.links.prose.addresses import addresses
from leap_kg.links.prose.archives import is_archive
from leap_kg.links.prose.papers import bare_works, named
from leap_kg.ontology.identifiers import Refusal, arxiv, doi

_SOFTWARE_HERITAGE = re.compile(
    r"(?:https?://(?:archive|identifiers)\.softwareheritage\.org/)?(swh:1:(?:cnt|dir|rev|rel|snp):[0-9a-f]{40})"
)


@dataclass(frozen=True, slots=True)
class Identified:
    """A work or an archive by `iri`; `archive` says that software and data get such identifiers, papers do not."""

    iri: str
    archive: bool = False


def identified(text: object) -> Identified | None:
    """What a value that is meant to be an identifier names: a DOI, an arXiv paper, an archive of Software Heritage."""
    if not isinstance(text, str) or not text.strip() or len(text) > 2000:
        return None
    text = text.strip()
    if kept := _SOFTWARE_HERITAGE.match(text):
        return Identified(f"https://archive.softwareheritage.org/{kept[1]}", archive=True)
    known = doi.parse(text)
    if not isinstance(known, Refusal):
        return Identified(known.iri, is_archive(known.iri))
    preprint = arxiv.parse(text)
    if not isinstance(preprint, Refusal):
        return Identified(preprint.iri)
    iri = named(text)
    return Identified(iri, is_archive(iri)) if iri else None


def identified_in(text: object) -> Identified | None:
    """The first work that a sentence names, such as a reference written out."""
    if not isinstance(text, str):
        return None
    line = " ".join(text[:5000].split())
    for address in addresses(line):
        if iri := named(address.text):
            return Identified(iri, is_archive(iri))
    found = next(bare_works(line), None)
    return Identified(found.iri, is_archive(found.iri)) if found else None
