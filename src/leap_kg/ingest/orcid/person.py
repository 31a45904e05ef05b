"""The person and the employments of an ORCID record. Addresses, e-mail and country stay in the stored answer."""

from collections.abc import Mapping
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.reading import Path
from leap_kg.ingest.mapping import dates
from leap_kg.ingest.mapping.dates import Dated
from leap_kg.ingest.mapping.finding import Place
from leap_kg.ingest.mapping.people import describe_person
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.works.agents import say_organization
from leap_kg.ingest.works.contributors import agency_of, person_name
from leap_kg.ingest.works.reading import WorkReading
from leap_kg.ontology.identifiers import Refusal, github, orcid
from leap_kg.ontology.iri import iri_text, part
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, ORG, OWL, SCHEMA


def say_person(
    person: NamedNode, key: str, section: Mapping[str, Any], reading: WorkReading, say: Statements
) -> dict[str, Place]:
    """Say who the person is; gives the place of the GitHub login that they state, if they state one."""
    name = reading.mapping(section.get("name"), ("name",))
    given, family, credit = (
        value_of(name, part_of, ("name",), reading) for part_of in ("given-names", "family-name", "credit-name")
    )
    logins = _say_links(person, section, reading, say)
    say.extend(describe_person(person, credit or person_name(given, family) or key, next(iter(logins), None)))
    others = reading.mapping(section.get("other-names"), ("other-names",))
    names = [person_name(given, family)] if credit else []
    for entry, place in reading.mappings(others.get("other-name"), ("other-names", "other-name")):
        names.append(reading.plain(entry.get("content"), (*place, "content")))
    for other in dict.fromkeys(names):
        if other and other != credit:
            say.text(person, SCHEMA("alternateName"), other)
    biography = reading.mapping(section.get("biography"), ("biography",))
    say.text(person, DCT("description"), reading.plain(biography.get("content"), ("biography", "content")))
    keywords = reading.mapping(section.get("keywords"), ("keywords",))
    for entry, place in reading.mappings(keywords.get("keyword"), ("keywords", "keyword")):
        say.text(person, DCAT("keyword"), reading.plain(entry.get("content"), (*place, "content")))
    stated = orcid.parse(reading.text(name.get("path"), ("name", "path")))
    if not isinstance(stated, Refusal) and stated.value != key:
        # Two iDs of one person: ORCID answers for the one that was given up with the record of the other.
        say.link(person, OWL("sameAs"), stated.iri)
    return logins


def say_employments(
    person: NamedNode, section: Mapping[str, Any], reading: WorkReading, say: Statements, base: str
) -> None:
    """Say whom the person worked for, as what and when; an employment without end is where they are now."""
    for group, place in reading.mappings(section.get("affiliation-group"), ("affiliation-group",)):
        for summary, at in reading.mappings(group.get("summaries"), (*place, "summaries")):
            inner = (*at, "employment-summary")
            entry = reading.mapping(summary.get("employment-summary"), inner)
            organization = reading.mapping(entry.get("organization"), (*inner, "organization"))
            known = reading.mapping(organization.get("disambiguated-organization"), inner)
            identifier = reading.text(known.get("disambiguated-organization-identifier"), inner)
            agency = agency_of(reading.plain(organization.get("name"), (*inner, "organization", "name")), identifier)
            if agency is None:
                continue
            node = say_organization(agency, say, base)
            membership = part(person, "employment", reading.text(entry.get("put-code"), inner) or node.value)
            say.type(membership, ORG("Membership"))
            say.link(membership, ORG("member"), person)
            say.link(membership, ORG("organization"), node)
            say.link(person, ORG("hasMembership"), membership)
            say.text(membership, DCT("title"), reading.plain(entry.get("role-title"), (*inner, "role-title")))
            say.text(membership, SCHEMA("department"), reading.plain(entry.get("department-name"), inner))
            for key, predicate in (("start-date", SCHEMA("startDate")), ("end-date", SCHEMA("endDate"))):
                if (date := date_of(entry.get(key), (*inner, key), reading)) is not None:
                    say.text(membership, predicate, date.text, date.datatype)
            if not entry.get("end-date"):
                say.link(person, ORG("memberOf"), node)


def value_of(mapping: Mapping[str, Any], key: str, path: Path, reading: WorkReading) -> str:
    """The text of a field that ORCID wraps: `{"given-names": {"value": "Josiah"}}`."""
    place = (*path, key)
    return reading.plain(reading.mapping(mapping.get(key), place).get("value"), (*place, "value"))


def date_of(value: object, path: Path, reading: WorkReading) -> Dated | None:
    """A date of wrapped parts, as precise as it is."""
    parts = reading.mapping(value, path)
    texts = [value_of(parts, key, path, reading) for key in ("year", "month", "day")]
    for length in (3, 2, 1):
        known = texts[:length]
        if all(known) and (date := dates.parse("-".join(text.zfill(2) for text in known))) is not None:
            return date
    return None


def _say_links(
    person: NamedNode, section: Mapping[str, Any], reading: WorkReading, say: Statements
) -> dict[str, Place]:
    """Say the pages that the person links to; gives the GitHub account among them, if there is one and no more."""
    logins: dict[str, Place] = {}
    pages: list[tuple[str, str]] = []
    links = reading.mapping(section.get("researcher-urls"), ("researcher-urls",))
    for entry, place in reading.mappings(links.get("researcher-url"), ("researcher-urls", "researcher-url")):
        address = value_of(entry, "url", place, reading)
        iri = iri_text(address)
        if iri is None or not iri.lower().startswith(("http://", "https://")):
            reading.keep((*place, "url"), address)
            continue
        login = github.parse_login(address) if "github.com/" in address.lower() else None
        if isinstance(login, github.Login):
            logins[login.value] = reading.place((*place, "url"))
        pages.append((iri, reading.plain(entry.get("url-name"), (*place, "url-name"))))
    # One account is the person's own; of several, some are those of teams and projects.
    if len(logins) != 1:
        logins = {}
    for iri, label in pages:
        if iri.rstrip("/").lower().removeprefix("https://github.com/") not in logins:
            say.link(person, FOAF("page"), say.document(iri, label))
    return logins
