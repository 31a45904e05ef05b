"""People by their ORCID iDs, through ORCID's public API, version 3.0: https://info.orcid.org/documentation/api-tutorials/.

One record is one person: who it is, and those of the sections `works` and `employments` that the configuration wants.
What ORCID says of works is what people say of their own; titles are labels here, and registers of DOIs go before.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pyoxigraph import NamedNode

from leap_kg.ingest.fetch import Ask, Fetcher
from leap_kg.ingest.mapping.finding import Place
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.orcid.person import say_employments, say_person
from leap_kg.ingest.orcid.works import say_works
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ingest.works.document import read_object
from leap_kg.ingest.works.reading import reading_of
from leap_kg.ingest.works.register import Address, ApiConfig, ApiSource
from leap_kg.ontology.identifiers import Refusal, orcid

_ACCEPT = "application/vnd.orcid+json, application/json"
Section = Literal["works", "employments"]


class OrcidPeople(ApiSource["OrcidConfig"]):
    """The people that the configuration names; a record's key is the ORCID iD."""

    def enumerate(self, listing: Listing) -> Iterable[Ref]:
        """Each person once."""
        listing.expected = len(self._config.people)
        return [Ref(person, self._address(person, "person")) for person in self._config.people]

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """The sections of one person's record."""
        sections = ("person", *self._config.sections)
        bodies = [(name, fetcher.fetch(Ask(self._address(ref.key, name), accept=_ACCEPT))) for name in sections]
        return RawRecord(ref.key, tuple(Part.of(name, body) for name, body in bodies))

    def map(self, record: RawRecord) -> Mapped:
        """The person, whom they worked for, and their works."""
        part = record.part("person")
        if part is None:
            raise RecordUnusable("the stored record lacks its person; harvest it again", record.key)
        return map_parts(record, part, self._base)

    def _address(self, person: str, section: str) -> str:
        return self._below(f"{person}/{section}")


class OrcidConfig(ApiConfig):
    """`people`: their ORCID iDs; `sections`: what is read of each beside the name."""

    api: Address = "https://pub.orcid.org/v3.0"
    people: Annotated[tuple[str, ...], Field(min_length=1)]
    sections: tuple[Section, ...] = ("works", "employments")

    @field_validator("people")
    @classmethod
    def _people(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for text in given:
            known = orcid.parse(text)
            if isinstance(known, Refusal):
                raise ValueError(f"{text[:100]!r}: {known.reason}; {known.hint}")
            found[known.value] = None
        return tuple(found)

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        return OrcidPeople(self, base)


def map_parts(record: RawRecord, part: Part, base: str) -> Mapped:
    """A person's sections as triples; raises `Unreadable` or `RecordUnusable`."""
    reading, say = reading_of(part.url), Statements()
    person = NamedNode(f"https://orcid.org/{record.key}")
    logins: dict[str, Place] = say_person(person, record.key, read_object(part.data, part.url), reading, say)
    if (employments := record.part("employments")) is not None:
        say_employments(person, read_object(employments.data, employments.url), reading, say, base)
    if (works := record.part("works")) is not None:
        say_works(person, read_object(works.data, works.url), reading, say, base)
    return Mapped(record.key, person, say.triples(), list(reading.findings), logins)
