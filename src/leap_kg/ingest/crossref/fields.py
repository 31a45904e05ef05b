"""Crossref's words and how they are meant: types of works, of updates, dates in parts, versions of licences."""

from typing import Any

from leap_kg.ingest.formats.reading import Path
from leap_kg.ingest.mapping import dates
from leap_kg.ingest.mapping.dates import Dated
from leap_kg.ingest.works.kinds import Kind
from leap_kg.ingest.works.reading import WorkReading
from leap_kg.ingest.works.work import Status

# https://api.crossref.org/types
KINDS: dict[str, Kind] = {
    "journal-article": Kind.ARTICLE,
    "proceedings-article": Kind.CONFERENCE_PAPER,
    "dissertation": Kind.THESIS,
    "report": Kind.REPORT,
    "report-component": Kind.REPORT,
    "report-series": Kind.COLLECTION,
    "standard": Kind.TEXT,
    "other": Kind.OTHER,
    "book": Kind.BOOK,
    "monograph": Kind.BOOK,
    "edited-book": Kind.BOOK,
    "reference-book": Kind.BOOK,
    "book-set": Kind.COLLECTION,
    "book-series": Kind.COLLECTION,
    "book-chapter": Kind.CHAPTER,
    "book-section": Kind.CHAPTER,
    "book-part": Kind.CHAPTER,
    "book-track": Kind.CHAPTER,
    "reference-entry": Kind.ENTRY,
    "proceedings": Kind.PROCEEDINGS,
    "proceedings-series": Kind.COLLECTION,
    "journal": Kind.JOURNAL,
    "journal-issue": Kind.ISSUE,
    "journal-volume": Kind.ISSUE,
    "peer-review": Kind.REVIEW,
    "dataset": Kind.DATASET,
    "database": Kind.DATASET,
    "component": Kind.OTHER,
    "grant": Kind.OTHER,
}

# What `posted-content` is; blog posts and the like are `other`.
SUBTYPES: dict[str, Kind] = {"preprint": Kind.PREPRINT, "working_paper": Kind.PREPRINT, "dissertation": Kind.THESIS}

# https://www.crossref.org/documentation/register-maintain-records/maintaining-your-metadata/registering-updates/
UPDATES: dict[str, Status] = {
    "addendum": Status.CORRECTED,
    "clarification": Status.CORRECTED,
    "correction": Status.CORRECTED,
    "corrigendum": Status.CORRECTED,
    "erratum": Status.CORRECTED,
    "expression_of_concern": Status.CONCERN,
    "partial_retraction": Status.PARTLY_RETRACTED,
    "removal": Status.REMOVED,
    "retraction": Status.RETRACTED,
    "withdrawal": Status.WITHDRAWN,
}
NEW_VERSIONS = frozenset({"new_edition", "new_version"})
GRANTED_BY = frozenset({"is-financed-by"})

# Terms for text mining are no licence of the work; of the others that of the published version counts first.
_VERSIONS = ("vor", "unspecified", "am", "stm-asf")


def date_of(value: object, path: Path, reading: WorkReading) -> Dated | None:
    """A date in parts (`{"date-parts": [[2020, 5]]}`), as precise as it is; `None` where there is none."""
    parts = reading.mapping(value, path).get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    numbers = first if isinstance(first, list) else []
    known = [number for number in numbers[:3] if type(number) is int]
    if len(known) != len(numbers[:3]) or not known or not 0 < known[0] < 10_000:
        if any(number is not None for number in numbers):
            reading.wrong(value, "a date", path)
        return None
    for length in range(len(known), 0, -1):
        text = "-".join(f"{number:0{4 if at == 0 else 2}d}" for at, number in enumerate(known[:length]))
        if (date := dates.parse(text)) is not None:
            if length < len(known):
                reading.wrong(value, "a date that a calendar has", path)
            return date
    return None


def licences_of(entries: list[tuple[dict[str, Any], Path]], reading: WorkReading) -> list[str]:
    """The addresses of the licences of the work itself, the published version's first."""
    found: list[tuple[int, str]] = []
    for entry, place in entries:
        address = reading.text(entry.get("URL"), (*place, "URL"))
        held = reading.text(entry.get("content-version"), (*place, "content-version"))
        if address and held in _VERSIONS:
            found.append((_VERSIONS.index(held), address))
        elif address and "creativecommons.org" in address:
            # Some publishers give a work's licence for mining alone.
            found.append((len(_VERSIONS), address))
    return list(dict.fromkeys(address for _, address in sorted(found, key=lambda each: each[0])))
