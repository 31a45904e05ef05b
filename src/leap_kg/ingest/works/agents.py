"""People and organisations of a work, each once, with the order in which the work names them.

The order is the `schema:position` of an attribution, a part of the work, because neither `dct:creator` nor any list
without blank nodes keeps one. A person without ORCID is a person of this work alone; two authors of one name are two.
"""

from collections import Counter

from pyoxigraph import NamedNode

from leap_kg.ingest.mapping.people import describe_person, person_iri
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.works.work import Agency, Contributor, Role, Work
from leap_kg.ontology.iri import digest, mint, part, slug
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, ORG, PROV, SCHEMA, SKOS, XSD

_LONGEST_SLUG = 80
# What these people are to the work, where it is more than a contribution.
_PROPERTIES = {Role.AUTHOR: DCT("creator"), Role.EDITOR: SCHEMA("editor"), Role.RIGHTS_HOLDER: DCT("rightsHolder")}


def say_contributors(work: Work, say: Statements, base: str) -> dict[Contributor, NamedNode]:
    """Say who contributed to the work, in which role and order; gives the node of each."""
    namesakes: Counter[tuple[Role, str]] = Counter()
    nodes: dict[Contributor, NamedNode] = {}
    for position, contributor in enumerate(work.contributors, start=1):
        agent = _agent(contributor, work, namesakes, say, base)
        nodes[contributor] = agent
        say.link(work.node, _PROPERTIES.get(contributor.role, DCT("contributor")), agent)
        attribution = part(work.node, "contribution", contributor.role.word, agent.value)
        say.link(work.node, PROV("qualifiedAttribution"), attribution)
        say.type(attribution, PROV("Attribution"))
        say.link(attribution, PROV("agent"), agent)
        say.link(attribution, DCAT("hadRole"), _role(contributor.role, say))
        say.text(attribution, SCHEMA("position"), str(position), XSD("integer"))
        for affiliation in contributor.affiliations:
            if affiliation.iri:
                say.link(attribution, SCHEMA("affiliation"), say_organization(affiliation, say, base))
            else:
                say.text(attribution, SCHEMA("affiliation"), affiliation.name)
    return nodes


def say_organization(agency: Agency, say: Statements, base: str) -> NamedNode:
    """The node of an organisation, by its identifier, else by its name as the catalogue's providers are."""
    name = agency.name or agency.iri.rsplit("/", 1)[-1]
    words = slug(name) if len(name) <= _LONGEST_SLUG else f"{slug(name)}-{digest(name)}"
    node = NamedNode(agency.iri) if agency.iri else mint(base, "organization", words)
    # An identifier is no name, and what has no name is not described here: others may know it.
    if agency.name:
        say.type(node, ORG("Organization"))
        say.text(node, FOAF("name"), name)
    return node


def _agent(
    contributor: Contributor, work: Work, namesakes: Counter[tuple[Role, str]], say: Statements, base: str
) -> NamedNode:
    if contributor.agency is not None and not contributor.orcid:
        return say_organization(contributor.agency, say, base)
    role_and_name = (contributor.role, contributor.name)
    namesakes[role_and_name] += not contributor.orcid
    word = f"{slug(contributor.name)}-{digest(contributor.name)}"
    if not contributor.orcid and namesakes[role_and_name] > 1:
        word += f"-{namesakes[role_and_name]}"
    own = work.doi or f"work-{digest(work.node.value)}"
    person = person_iri(contributor.orcid or None, None, (own, word), base)
    say.extend(describe_person(person, contributor.name, None))
    return person


def _role(role: Role, say: Statements) -> NamedNode:
    node = say.type(NamedNode(role.iri), SKOS("Concept"))
    say.text(node, SKOS("prefLabel"), role.word)
    return node
