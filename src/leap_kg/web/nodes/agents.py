"""The pages of people, organisations and repositories: what identifies them, and how they are reached elsewhere."""

from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import FOAF, ORG, SCHEMA
from leap_kg.web.cells import Node
from leap_kg.web.links import address_label, external_href
from leap_kg.web.nodes.entity import EntityPage, entity_page
from leap_kg.web.revision import Revision

_ORCID = "https://orcid.org/"
_GITHUB = "https://github.com/"
_ROR = "https://ror.org/"


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier of someone or something elsewhere: the register's name, and the link to its page there."""

    register: str
    node: Node


@dataclass(frozen=True, slots=True)
class AgentPage:
    """What the page of a person, an organisation or a repository shows beside what every page has (`entity`)."""

    entity: EntityPage
    identifiers: list[Identifier]
    other_names: list[str]
    related: list[Node]

    @property
    def anchors(self) -> set[str]:
        """The fragments that sections of this page carry."""
        return self.entity.anchors


def agent_page(revision: Revision, node: NamedNode) -> AgentPage:
    """The page of a person, an organisation or a repository."""
    reading = revision.reading
    addresses = [node.value]
    for predicate in (FOAF("account"), FOAF("homepage"), SCHEMA("codeRepository"), SCHEMA("sameAs")):
        addresses += [target.value for target in reading.nodes(node, predicate)]
    related = [*reading.nodes(node, ORG("memberOf")), *reading.nodes(node, SCHEMA("isPartOf"))]
    return AgentPage(
        entity=entity_page(revision, node),
        identifiers=[_identifier(iri) for iri in dict.fromkeys(addresses) if _elsewhere(iri, reading.base)],
        other_names=reading.texts(node, SCHEMA("alternateName")),
        related=[reading.link(other) for other in related],
    )


def _elsewhere(iri: str, base: str) -> bool:
    return bool(external_href(iri)) and not iri.startswith(base)


def _identifier(iri: str) -> Identifier:
    for register, prefix in (("ORCID", _ORCID), ("GitHub", _GITHUB), ("ROR", _ROR)):
        if iri.startswith(prefix):
            return Identifier(register, Node(iri.removeprefix(prefix), iri, iri, external=True))
    return Identifier("Web", Node(address_label(iri), iri, iri, external=True))
