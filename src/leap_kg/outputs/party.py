"""Whether somebody is a person or an organisation: what the graph says, and never more.

Hazard: records put people, organisations and lists of both into one field. Where nobody says which of them it is, or
sources contradict one another, it is a party of that name, whose name is not taken apart.
"""

from collections.abc import Set
from enum import Enum

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import FOAF, ORG
from leap_kg.outputs.output import ORCID

_ROR = "https://ror.org/"


class Party(Enum):
    """What a party is."""

    PERSON = "person"
    ORGANISATION = "organisation"
    UNKNOWN = "unknown"


def party_of(iri: str, types: Set[NamedNode]) -> Party:
    """What a node with these classes is; an identifier that only people or only organisations get outweighs them."""
    if iri.startswith(ORCID):
        return Party.PERSON
    if iri.startswith(_ROR):
        return Party.ORGANISATION
    person, body = FOAF("Person") in types, ORG("Organization") in types
    if person == body:
        return Party.UNKNOWN
    return Party.PERSON if person else Party.ORGANISATION
