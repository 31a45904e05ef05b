"""The people and organisations of a DataCite record, in the shapes that versions 3 to 4.5 of its schema have."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from leap_kg.ingest.datacite.fields import COLLECTIVE, ROLES
from leap_kg.ingest.formats.reading import Path
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.works.contributors import agency_of, person_name, turned
from leap_kg.ingest.works.reading import WorkReading
from leap_kg.ingest.works.work import Agency, Contributor, Role
from leap_kg.ontology.identifiers import orcid


def people(record: Mapping[str, Any], key: str, reading: WorkReading) -> Iterator[Contributor]:
    """The `creators` or the `contributors` of a record, in their order."""
    for entry, place in reading.mappings(record.get(key), (key,)):
        role = Role.AUTHOR
        if key == "contributors":
            word = reading.text(entry.get("contributorType"), (*place, "contributorType"))
            role = ROLES.get(word.lower(), Role.CONTRIBUTOR)
        given = reading.plain(entry.get("givenName"), (*place, "givenName"))
        family = reading.plain(entry.get("familyName"), (*place, "familyName"))
        # Versions 4.0 and 4.1 name this key after the list.
        own = "name" if "name" in entry else f"{key.removesuffix('s')}Name"
        stated = reading.plain(entry.get(own), (*place, own))
        ids = list(_identifiers(entry.get("nameIdentifiers"), (*place, "nameIdentifiers"), reading))
        iris = list(dict.fromkeys(found for text, at in ids if (found := _orcid(text, at, reading))))
        person = iris[0] if iris else ""
        if len(iris) > 1:
            message, hint = "one person has two ORCID iDs; the first counts", "Ask its repository which is right."
            reading.report("bad-identifier", Severity.WARNING, message, hint, place, ", ".join(iris))
        agency = agency_of(stated, *(text for text, _ in ids))
        # Old records do not say which of the two a name is.
        told = entry.get("nameType") in ("Organizational", "Personal") or given or family
        collective = role in COLLECTIVE or (agency is not None and agency.iri)
        organised = not person and (entry.get("nameType") == "Organizational" if told else bool(collective))
        name = stated if organised else person_name(given, family) or turned(stated)
        if not (name or person):
            reading.report("bad-value", Severity.INFO, "a contributor has no name", "Ask its repository.", place)
            continue
        yield Contributor(
            name=name or person.rpartition("/")[2],
            role=role,
            path=place,
            orcid=person,
            agency=agency if organised else None,
            affiliations=tuple(_affiliations(entry, place, reading)),
        )


def _identifiers(value: object, path: Path, reading: WorkReading) -> Iterator[tuple[str, Path]]:
    for entry, place in reading.mappings(value, path):
        if text := reading.text(entry.get("nameIdentifier"), (*place, "nameIdentifier")):
            yield text, (*place, "nameIdentifier")


def _orcid(text: str, path: Path, reading: WorkReading) -> str:
    if not re.search(r"orcid|^[\dXx -]{15,}$", text, re.IGNORECASE):
        return ""
    known = reading.identifier(text, path, orcid.parse)
    return known.iri if known is not None else ""


def _affiliations(entry: Mapping[str, Any], path: Path, reading: WorkReading) -> Iterator[Agency]:
    values = entry.get("affiliation", entry.get("affiliations"))
    # Before version 4.1 there was one affiliation, and a text.
    for number, value in enumerate([values] if isinstance(values, str) else reading.items(values, path)):
        place = (*path, "affiliation", number)
        if isinstance(value, dict):
            name = reading.plain(value.get("name"), (*place, "name"))
            found = agency_of(name, reading.text(value.get("affiliationIdentifier"), place))
        else:
            found = agency_of(reading.plain(value, place))
        if found is not None:
            yield found


def publisher(value: object, reading: WorkReading) -> Agency | None:
    """The publisher, a text or (since version 4.5) an object."""
    if isinstance(value, dict):
        name = reading.plain(value.get("name"), ("publisher", "name"))
        return agency_of(name, reading.text(value.get("publisherIdentifier"), ("publisher", "publisherIdentifier")))
    return agency_of(reading.plain(value, ("publisher",)))
