"""Providers of data, of whom a record gives a name and nothing that says what bears it.

Hazard: records put organisations, people and lists of both there (`NASA, Jane Doe`, `J. Doe et al.`). Only a name that
no person bears makes an organisation; any other one is an agent of that name, and no list is taken apart.
"""

import re

from pyoxigraph import NamedNode

from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ontology.iri import digest, mint, slug
from leap_kg.ontology.namespaces import FOAF, ORG

_LONGEST_SLUG = 80
# Words of which one suffices, in any case; none of them is a family name.
_WORDS = frozenset(
    (
        "academy", "administration", "agency", "amazon", "association", "authority", "bureau", "center", "centre",
        "centro", "commission", "committee", "company", "consortium", "corporation", "council", "department",
        "directorate", "facility", "figshare", "foundation", "github", "gmbh", "google", "inc", "institut", "institute",
        "institution", "instituto", "laboratoire", "laboratories", "laboratory", "lab", "llc", "ltd", "microsoft",
        "ministry", "mission", "museum", "network", "observatory", "office", "organisation", "organization",
        "programme", "program", "project", "research", "service", "services", "society", "survey", "union",
        "universidad", "universita", "universitat", "université", "university", "zenodo",
    )
)  # fmt: skip
# The same, in capitals only: Jane Doe is not the department.
_LETTERS = frozenset(
    (
        "AWS", "BNU", "CNRS", "CSIC", "CSIRO", "DAAC", "DKRZ", "DLR", "DOE", "DWD", "ECMWF", "EPA", "ESA", "ESGF",
        "EUMETSAT", "GFDL", "INRAE", "JAMSTEC", "JAXA", "JMA", "JPL", "KNMI", "LDEO", "NASA", "NCAR", "NCEI", "NCI",
        "NOAA", "NSF", "NSIDC", "ORNL", "PODAAC", "UCAR", "USDA", "USGS", "WDCC", "WMO",
    )
)  # fmt: skip
_NAMES = frozenset(("hugging face",))
_WORD = re.compile(r"[^\W_]+")
# One word in capitals, also with strokes and hyphens, is an abbreviation; two of them can be a person's name.
_ABBREVIATION = re.compile(r"[A-Z0-9]{3,12}(?:[/-][A-Z0-9]{2,12})*")
_LIST = re.compile(r",(?! *(?:inc|ltd|llc|gmbh|corp)\b\.?$)|;|\band\b [A-Z][a-z]+ [A-Z]|\bet\.? al\b", re.IGNORECASE)


def is_organisation(name: str) -> bool:
    """Whether only an organisation bears this name; a list of several is none."""
    if _LIST.search(name):
        return False
    words = set(_WORD.findall(name))
    told = words & _LETTERS or {word.casefold() for word in words} & _WORDS or name.strip().casefold() in _NAMES
    return bool(told or _ABBREVIATION.fullmatch(name.strip()))


def say_party(name: str, say: Statements, base: str) -> NamedNode:
    """The node of a provider that has only a name: an organisation where the name tells, else an agent."""
    # Long names are cut, and two of them may begin alike.
    short = slug(name) if len(name) <= _LONGEST_SLUG else f"{slug(name)}-{digest(name)}"
    party = mint(base, "organization", short)
    say.type(party, ORG("Organization") if is_organisation(name) else FOAF("Agent"))
    say.text(party, FOAF("name"), name)
    return party
