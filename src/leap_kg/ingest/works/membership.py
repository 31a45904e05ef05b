"""Why a work belongs to the platform: it names one of its awards, people or organisations, or is on its list.

The reason is found in the record itself, so that it goes when the record no longer gives it, and stands on the work
as a `prov:Influence` with the place in the record that says so, and how sure that makes it.

Hazard: people of the platform write papers that have nothing to do with it. A person alone makes a candidate, which
only a curator takes in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from pydantic import BaseModel, ConfigDict, field_validator
from pyoxigraph import NamedNode

from leap_kg.ingest.formats.reading import Path
from leap_kg.ingest.mapping.finding import Place
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.works.funding import Award
from leap_kg.ingest.works.reading import WorkReading
from leap_kg.ingest.works.work import Contributor, Funding, Work
from leap_kg.ontology.identifiers import Refusal, doi, orcid, ror
from leap_kg.ontology.iri import part
from leap_kg.ontology.namespaces import DCT, ONTOLOGY_PATH, PROV, RDFS, XSD, Namespace


class Why(Enum):
    """Kinds of reasons: how likely a work belongs that has one of them alone, and the words for it."""

    LISTED = ("1.0", "is on the platform's list of works")
    AWARD = ("0.99", "names an award of the platform")
    ORGANISATION = ("0.9", "names an organisation of the platform")
    PERSON = ("0.6", "names a person of the platform")
    CLAIMED = ("0.6", "is on the list of works of a person of the platform")


class Members(BaseModel):
    """What makes a work the platform's: awards, people by ORCID, organisations by ROR, works by DOI."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    awards: tuple[Award, ...] = ()
    people: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    works: tuple[str, ...] = ()

    @field_validator("people")
    @classmethod
    def _people(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_value(orcid.parse(text), text) for text in given)

    @field_validator("organisations")
    @classmethod
    def _organisations(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_value(ror.parse(text), text) for text in given)

    @field_validator("works")
    @classmethod
    def _works(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_value(doi.parse(text), text) for text in given))


def _value(parsed: orcid.Orcid | ror.Ror | doi.Doi | Refusal, text: str) -> str:
    if isinstance(parsed, Refusal):
        raise ValueError(f"{text[:100]!r}: {parsed.reason}; {parsed.hint}")
    return parsed.value


@dataclass(frozen=True, slots=True)
class _Reason:
    why: Why
    by: NamedNode | None
    path: Path


def say_membership(
    work: Work,
    members: Members,
    awarded: Sequence[tuple[Funding, NamedNode]],
    nodes: dict[Contributor, NamedNode],
    reading: WorkReading,
    say: Statements,
    base: str,
) -> None:
    """Say each reason for which the work belongs to the platform; `awarded` are its awards that are the platform's."""
    for reason in _reasons(work, members, awarded, nodes):
        say_reason(work.node, reason.why, reason.by, reading.place(reason.path), say, base)


def say_reason(work: NamedNode, why: Why, by: NamedNode | None, place: Place, say: Statements, base: str) -> None:
    """Say one reason for which the work belongs to the platform, and where that is written."""
    leap = Namespace(base + ONTOLOGY_PATH)
    confidence, words = why.value
    node = part(work, "membership", words, by.value if by else "")
    say.link(work, PROV("qualifiedInfluence"), node)
    say.type(node, PROV("Influence"))
    say.link(node, PROV("influencer"), by)
    say.text(node, RDFS("label"), words)
    say.text(node, leap("confidence"), confidence, XSD("decimal"))
    say.text(node, leap("pointer"), place.pointer)
    say.link(node, DCT("source"), place.file)


def _reasons(
    work: Work, members: Members, awarded: Sequence[tuple[Funding, NamedNode]], nodes: dict[Contributor, NamedNode]
) -> Iterator[_Reason]:
    if work.doi in members.works:
        yield _Reason(Why.LISTED, None, ())
    for funding, grant in awarded:
        yield _Reason(Why.AWARD, grant, funding.path)
    for contributor in work.contributors:
        if contributor.orcid.rpartition("/")[2] in members.people:
            yield _Reason(Why.PERSON, nodes[contributor], contributor.path)
        for affiliation in contributor.affiliations:
            if affiliation.iri and affiliation.iri.rpartition("/")[2] in members.organisations:
                agency = NamedNode(affiliation.iri)
                yield _Reason(Why.ORGANISATION, agency, contributor.path)
