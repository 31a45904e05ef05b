"""Awards and their funders: one node for an award, however its number is written.

An award is known by its funder and its number; the same number of another funder is another award. Awards that the
configuration names are recognised by their digits too (`OCE-2019625`, `NSF 2019625`), where their funder is named by
one of its identifiers, or by one of its names where the record gives no identifier.
"""

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pyoxigraph import NamedNode

from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.works.agents import say_organization
from leap_kg.ingest.works.work import Agency, Funding, Work
from leap_kg.ontology.identifiers import Refusal, doi, ror
from leap_kg.ontology.iri import mint, slug
from leap_kg.ontology.namespaces import DCT, FOAF, SCHEMA

_DIGITS = re.compile(r"(?<!\d)\d{5,}(?!\d)")


class Award(BaseModel):
    """An award of the platform: its number, its funder's name, other names, and identifiers (Crossref funder DOI, ROR).

    Parts of a funder, such as its directorates, have identifiers of their own; list those that papers name. `iri` is
    the award's node, where something else names it too; else the funder and the number name it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9./ -]{1,60}$")]
    title: str = ""
    iri: Annotated[str, Field(pattern=r"^$|^https?://[^\s<>\"{}|\\^`]+$")] = ""
    funder: Annotated[str, Field(min_length=1)]
    funder_names: tuple[str, ...] = ()
    funder_ids: Annotated[tuple[str, ...], Field(min_length=1)]

    @field_validator("funder_ids")
    @classmethod
    def _known(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_funder_iri(text) for text in given)

    @property
    def agency(self) -> Agency:
        """The funder, by the first of its identifiers."""
        return Agency(self.funder, self.funder_ids[0])

    def is_named(self, funding: Funding) -> bool:
        """Whether the funding is this award's."""
        if funding.funder.iri:
            if funding.funder.iri not in self.funder_ids:
                return False
        elif slug(funding.funder.name) not in map(slug, (self.funder, *self.funder_names)):
            return False
        return _key(funding.number) == _key(self.number) or self.number in _DIGITS.findall(funding.number)


def funder_iri(text: str) -> str:
    """The IRI of a funder given by DOI, by number in the funder registry or by ROR; `""` if it is none of these."""
    if re.fullmatch(r"\d{6,}", text.strip()):
        text = f"10.13039/{text.strip()}"
    organisation = ror.parse(text)
    if not isinstance(organisation, Refusal):
        return organisation.iri
    number = doi.parse(text)
    return "" if isinstance(number, Refusal) else number.iri


def _funder_iri(text: str) -> str:
    iri = funder_iri(text)
    if not iri:
        raise ValueError(f"{text[:100]!r} is neither a Crossref funder DOI, such as 10.13039/100000001, nor a ROR")
    return iri


def say_funding(work: Work, awards: tuple[Award, ...], say: Statements, base: str) -> list[tuple[Funding, NamedNode]]:
    """Say who paid for the work and by which awards; gives the awards of the platform that are among them."""
    ours: list[tuple[Funding, NamedNode]] = []
    for funding in work.funding:
        award = next((award for award in awards if funding.number and award.is_named(funding)), None)
        if award is not None:
            named = Funding(award.agency, funding.path, award.number, award.title, iri=award.iri)
            node = _say_grant(named, say, base)
            ours.append((funding, node))
        elif funding.number or funding.iri:
            node = _say_grant(funding, say, base)
        else:
            say.link(work.node, SCHEMA("funder"), say_organization(funding.funder, say, base))
            continue
        say.link(work.node, SCHEMA("funding"), node)
    return ours


def _say_grant(funding: Funding, say: Statements, base: str) -> NamedNode:
    funder = funding.funder
    by = re.sub(r"^https://(?:doi|ror)\.org/", "", funder.iri) or slug(funder.name or "unknown")
    node = NamedNode(funding.iri) if funding.iri else mint(base, "grant", by, _key(funding.number))
    say.type(node, SCHEMA("Grant"))
    name = f"{funder.name} {funding.number}".strip()
    say.text(node, DCT("title"), f"{name}: {funding.title}" if funding.title else name or node.value)
    say.text(node, DCT("identifier"), funding.number)
    if funder.name or funder.iri:
        say.link(node, SCHEMA("funder"), say_organization(funder, say, base))
    if funding.page:
        say.link(node, FOAF("page"), funding.page)
    return node


def _key(number: str) -> str:
    """An award number as names of nodes and comparisons have it."""
    return slug(number)
