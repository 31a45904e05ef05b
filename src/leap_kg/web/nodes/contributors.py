"""Who contributed to a work, in the order in which it names them: its qualified attributions, one row each."""

from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import DCAT, DCT, PROV, SCHEMA
from leap_kg.web.cells import Cell, Node
from leap_kg.web.nodes.fragments import fragment_of
from leap_kg.web.reading import Reading

# What says in short what the attributions say in full.
CREDITS = frozenset(
    (PROV("qualifiedAttribution"), DCT("creator"), DCT("contributor"), DCT("rightsHolder"), SCHEMA("editor"))
)
_LAST = 10**18


@dataclass(frozen=True, slots=True)
class Contributor:
    """One attribution; `anchor` is its fragment on the page, `iri` its own IRI, `place` 0 if none is given."""

    anchor: str
    iri: str
    place: int
    agent: Node
    roles: list[Cell]
    affiliations: list[Cell]
    description: str


def contributors_of(reading: Reading, node: NamedNode) -> list[Contributor]:
    """The contributors of a work, those without a place last; an attribution to nobody is none."""
    found = []
    for attribution in reading.nodes(node, PROV("qualifiedAttribution")):
        agent, anchor = reading.one(attribution, PROV("agent")), fragment_of(node, attribution)
        if agent is None or not anchor:
            continue
        found.append(
            Contributor(
                anchor=anchor,
                iri=attribution.value,
                place=place_of(reading, attribution),
                agent=reading.link(agent),
                roles=[reading.cell(role) for role in reading.objects(attribution, DCAT("hadRole"))],
                affiliations=[reading.cell(body) for body in reading.objects(attribution, SCHEMA("affiliation"))],
                description=reading.text(attribution, DCT("description")),
            )
        )
    return sorted(found, key=lambda one: (one.place or _LAST, one.agent.label.lower(), one.iri))


def place_of(reading: Reading, attribution: NamedNode) -> int:
    """Which place a record gives an attribution among its others, counted from 1; 0 if it gives none."""
    place = reading.text(attribution, SCHEMA("position"))
    return int(place) if place.isascii() and place.isdecimal() and len(place) <= 9 else 0
