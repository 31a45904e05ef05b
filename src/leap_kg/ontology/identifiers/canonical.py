"""One spelling for IRIs that people write in several: DOIs, and the pages of people and repositories on GitHub.

Hazard: only what these take whole is respelt. An address with a query, or of something within a repository, may tell
cases apart, and stays.
"""

import re

from leap_kg.ontology.identifiers import doi, github
from leap_kg.ontology.identifiers.result import Refusal

_DOI = re.compile(r"https?://(?:(?:www|dx)\.)?doi\.org/[^?]+", re.IGNORECASE)
_GITHUB = re.compile(r"https?://(?:www\.)?github\.com/+(?P<owner>[^/?]+)(?P<name>/[^/?]+)?/?", re.IGNORECASE)


def canonical(iri: str) -> str:
    """The IRI of what this one names as the graph spells it; any other IRI as it is. A fragment stays."""
    whole, mark, fragment = iri.partition("#")
    found: doi.Doi | github.Repository | github.Login | Refusal | None = None
    if _DOI.fullmatch(whole):
        found = doi.parse(whole)
    elif place := _GITHUB.fullmatch(whole):
        found = github.parse_repository(whole) if place["name"] else github.parse_login(whole)
    return iri if found is None or isinstance(found, Refusal) else f"{found.iri}{mark}{fragment}"
