"""Works that belong to the platform (P1): why, by the records that say so, and how sure that is together.

The harvest notes each reason on the work, as a `prov:Influence`: an award, an organisation, a person, a list. Here
these become one link from the work to the platform, which a curator can take or refuse as a whole. A reason without a
confidence was written by a person, and is taken at its word.
"""

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.graph.engine import Engine
from leap_kg.graph.index.entry import label_in
from leap_kg.links.assembling import Assembly
from leap_kg.links.assertion import Evidence
from leap_kg.links.resolving import Target
from leap_kg.links.signal import LONGEST_QUOTE
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCT, FOAF, ORG, PROV, RDF, RDFS, SCHEMA, ours

BELONGS = SCHEMA("sourceOrganization")
"""From a work to the platform on whose behalf it was made."""


def platform_node(base: str) -> NamedNode:
    """The platform that this graph is of."""
    return mint(base, "organization", "platform")


def add_members(store: Engine, assembly: Assembly) -> bool:
    """Add that works belong to the platform; whether there is any."""
    platform = Target(platform_node(assembly.base).value, known=True)
    any_work = False
    for quad in store.quads_for_pattern(None, PROV("qualifiedInfluence"), None, None):
        work, reason, graph = quad.subject, quad.object, quad.graph_name
        if not (isinstance(work, NamedNode) and isinstance(reason, NamedNode) and isinstance(graph, NamedNode)):
            continue
        evidence = _evidence(store, work, reason, graph, assembly.base)
        if evidence is not None:
            any_work = True
            assembly.add(work.value, BELONGS, platform, evidence)
    return any_work


def describe_platform(name: str, base: str) -> Iterator[Triple]:
    """What the platform is called."""
    yield Triple(platform_node(base), RDF("type"), ORG("Organization"))
    yield Triple(platform_node(base), FOAF("name"), Literal(name))


def _evidence(store: Engine, work: NamedNode, reason: NamedNode, graph: NamedNode, base: str) -> Evidence | None:
    """The reason as evidence; `None` for an influence without words, which says nothing."""

    def said(predicate: NamedNode) -> list[NamedNode | Literal]:
        found = (quad.object for quad in store.quads_for_pattern(reason, predicate, None, graph))
        return sorted((each for each in found if isinstance(each, NamedNode | Literal)), key=lambda each: each.value)

    words = next((each.value for each in said(RDFS("label"))), "")
    if not words:
        return None
    by = ", ".join(label_in(store, each) for each in said(PROV("influencer")) if isinstance(each, NamedNode))
    pointer = next((each.value for each in said(ours(base)("pointer"))), "")
    record = next((each.value for each in said(DCT("source")) if isinstance(each, NamedNode)), "")
    source = graph.value.rpartition("/")[2]
    return Evidence(
        "P1",
        _confidence(said(ours(base)("confidence"))),
        record or work.value,
        (f"{words}: {by}" if by else words)[:LONGEST_QUOTE],
        f"{pointer} of its record in {source}" if pointer else f"its record in {source}",
        record if record.startswith(("http://", "https://")) else "",
    )


def _confidence(stated: list[NamedNode | Literal]) -> float:
    """The confidence of a reason; what is no number makes it as unsure as can be, for a curator to look at."""
    if not stated:
        return 1.0
    try:
        number = float(stated[0].value)
    except ValueError:
        return 0.0
    return number if 0 <= number <= 1 else 0.0
