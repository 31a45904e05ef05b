"""The people and groups of a Crossref record, with their affiliations."""

from collections.abc import Iterator

from leap_kg.ingest.formats.reading import Path
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.works.contributors import agency_of, person_name
from leap_kg.ingest.works.reading import WorkReading
from leap_kg.ingest.works.work import Agency, Contributor, Role
from leap_kg.ontology.identifiers import orcid


def contributors(value: object, role: Role, path: Path, reading: WorkReading) -> Iterator[Contributor]:
    """One list of people and groups, who all have the same role, in its order."""
    for entry, place in reading.mappings(value, path):
        given = reading.plain(entry.get("given"), (*place, "given"))
        family = reading.plain(entry.get("family"), (*place, "family"))
        suffix = reading.plain(entry.get("suffix"), (*place, "suffix"))
        name = person_name(given, family, suffix)
        group = reading.plain(entry.get("name"), (*place, "name"))
        known = reading.identifier(entry.get("ORCID"), (*place, "ORCID"), orcid.parse)
        if not (name or group or known):
            message, hint = "a contributor has no name", "Ask the publisher to add it."
            reading.report("bad-value", Severity.INFO, message, hint, place)
            continue
        agency = agency_of(group) if group and not name else None
        yield Contributor(
            name=name or group or (known.value if known else ""),
            role=role,
            path=place,
            orcid=known.iri if known else "",
            agency=agency,
            affiliations=tuple(_affiliations(entry.get("affiliation"), (*place, "affiliation"), reading)),
        )


def _affiliations(value: object, path: Path, reading: WorkReading) -> Iterator[Agency]:
    for entry, place in reading.mappings(value, path):
        ids = [reading.text(each.get("id"), at) for each, at in reading.mappings(entry.get("id"), (*place, "id"))]
        agency = agency_of(reading.plain(entry.get("name"), (*place, "name")), *ids)
        if agency is not None:
            yield agency
