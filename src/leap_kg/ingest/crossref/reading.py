"""One work of Crossref's JSON as a `Work`: https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md.

Every field is optional and any may have another type than it should; such a one is reported and left out.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.ingest.crossref.fields import (
    GRANTED_BY,
    KINDS,
    NEW_VERSIONS,
    SUBTYPES,
    UPDATES,
    date_of,
    licences_of,
)
from leap_kg.ingest.crossref.people import contributors
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.source import RecordUnusable
from leap_kg.ingest.works.contributors import agency_of
from leap_kg.ingest.works.funding import funder_iri
from leap_kg.ingest.works.identifying import container_of, doi_of, doi_or_link
from leap_kg.ingest.works.kinds import Kind
from leap_kg.ingest.works.reading import WorkReading
from leap_kg.ingest.works.relations import is_known
from leap_kg.ingest.works.work import Agency, Funding, Related, Role, Status, Update, Work
from leap_kg.ontology.identifiers import Refusal, doi
from leap_kg.ontology.namespaces import DCT

_ROLES = (
    ("author", Role.AUTHOR),
    ("editor", Role.EDITOR),
    ("translator", Role.TRANSLATOR),
    ("chair", Role.CONTRIBUTOR),
)
_DATES = (("accepted", DCT("dateAccepted")), ("posted", DCT("available")), ("published-online", DCT("available")))


def read_work(item: Mapping[str, Any], reading: WorkReading) -> Work:
    """The work that a record describes; raises `RecordUnusable` if it has no DOI, or nothing but it."""
    number = doi.parse(reading.text(item.get("DOI"), ("DOI",)))
    if isinstance(number, Refusal):
        raise RecordUnusable(f"DOI: {number.reason}; {number.hint}", reading.default.iri)
    work = Work(NamedNode(number.iri), _kind(item, reading), doi=number.value)
    _titles(item, work, reading)
    work.abstract = reading.plain(item.get("abstract"), ("abstract",))
    work.language = reading.text(item.get("language"), ("language",))
    _when(item, work, reading)
    for key, role in _ROLES:
        work.contributors += contributors(item.get(key), role, (key,), reading)
    work.publisher = agency_of(reading.plain(item.get("publisher"), ("publisher",)))
    _where(item, work, reading)
    work.keywords = [text for text, _ in reading.words(item.get("subject"), ("subject",))]
    work.licences = licences_of(reading.mappings(item.get("license"), ("license",)), reading)
    work.cited = list(_cited(item, reading))
    work.funding = list(_funding(item, reading))
    _relations(item, work, reading)
    _updates(item, work, reading)
    work.sources = [reading.default.iri]
    if not (work.title or item.get("type")):
        reason = "the record says nothing but its DOI; ask for it whole, without `select`, or drop it from the listing"
        raise RecordUnusable(reason, reading.default.iri)
    return work


def _kind(item: Mapping[str, Any], reading: WorkReading) -> Kind:
    name = reading.text(item.get("type"), ("type",))
    if name == "posted-content":
        return SUBTYPES.get(reading.text(item.get("subtype"), ("subtype",)), Kind.TEXT)
    kind = KINDS.get(name)
    if kind is None and name:
        message, hint = f"Crossref's type {name!r} is not known", "Add it to the kinds that leap-kg knows."
        reading.report("unknown-relation", Severity.INFO, message, hint, ("type",), name)
    return kind or (Kind.TEXT if name else Kind.OTHER)


def _titles(item: Mapping[str, Any], work: Work, reading: WorkReading) -> None:
    titles = [reading.plain(text, path) for text, path in reading.words(item.get("title"), ("title",))]
    subtitles = [reading.plain(text, path) for text, path in reading.words(item.get("subtitle"), ("subtitle",))]
    work.title = next(filter(None, titles), "").replace("\n", " ")
    if work.title and subtitles and subtitles[0] and subtitles[0].lower() not in work.title.lower():
        work.title = f"{work.title}: {subtitles[0]}"
    originals = [reading.plain(t, path) for t, path in reading.words(item.get("original-title"), ("original-title",))]
    work.alternatives = [title for title in (*titles[1:], *originals) if title]


def _when(item: Mapping[str, Any], work: Work, reading: WorkReading) -> None:
    for key in ("issued", "published", "published-online", "published-print", "posted"):
        work.issued = work.issued or date_of(item.get(key), (key,), reading)
    for key, predicate in _DATES:
        if (date := date_of(item.get(key), (key,), reading)) is not None:
            work.dates.append((predicate, date))


def _where(item: Mapping[str, Any], work: Work, reading: WorkReading) -> None:
    issns = [text for text, _ in reading.words(item.get("ISSN"), ("ISSN",))]
    typed = {
        reading.text(each.get("value"), (*at, "value")): reading.text(each.get("type"), (*at, "type"))
        for each, at in reading.mappings(item.get("issn-type"), ("issn-type",))
    }
    # Of the ISSNs of one journal the printed one names it, whichever this record gives first.
    issns.sort(key=lambda issn: (typed.get(issn) != "print", issn))
    isbns = [text for text, _ in reading.words(item.get("ISBN"), ("ISBN",))]
    titles = [
        reading.plain(text, path) for text, path in reading.words(item.get("container-title"), ("container-title",))
    ]
    title = next(filter(None, titles), "")
    if work.kind not in (Kind.BOOK, Kind.JOURNAL, Kind.PROCEEDINGS):
        work.container = container_of(title, issns, isbns, reading)
    for key, name in (("volume", "volume"), ("issue", "issue"), ("page", "pages")):
        setattr(work, name, reading.text(item.get(key), (key,)))
    work.pages = work.pages or reading.text(item.get("article-number"), ("article-number",))


def _cited(item: Mapping[str, Any], reading: WorkReading) -> Iterator[str]:
    """The works that the list of references names by DOI; those without one stay in the stored answer."""
    for entry, place in reading.mappings(item.get("reference"), ("reference",)):
        if (iri := doi_of(entry.get("DOI"), (*place, "DOI"), reading)) is not None:
            yield iri


def _funding(item: Mapping[str, Any], reading: WorkReading) -> Iterator[Funding]:
    for entry, place in reading.mappings(item.get("funder"), ("funder",)):
        name = reading.plain(entry.get("name"), (*place, "name"))
        stated = [reading.text(each.get("id"), at) for each, at in reading.mappings(entry.get("id"), (*place, "id"))]
        iris = [funder_iri(text) for text in (reading.text(entry.get("DOI"), (*place, "DOI")), *stated) if text]
        funder = Agency(name, next(filter(None, iris), ""))
        if not (funder.name or funder.iri):
            continue
        numbers = list(dict.fromkeys(reading.words(entry.get("award"), (*place, "award"))))
        for number, at in numbers:
            yield Funding(funder, at, number)
        if not numbers:
            yield Funding(funder, place)


def _relations(item: Mapping[str, Any], work: Work, reading: WorkReading) -> None:
    for name, entries in reading.mapping(item.get("relation"), ("relation",)).items():
        for entry, place in reading.mappings(entries, ("relation", name)):
            scheme = reading.text(entry.get("id-type"), (*place, "id-type"))
            iri = doi_or_link(entry.get("id"), scheme, (*place, "id"), reading)
            if iri is None:
                continue
            if not is_known(name):
                message, hint = f"Crossref's relation {name!r} is not known", "Add it to the relations that are known."
                reading.report("unknown-relation", Severity.INFO, message, hint, place, name)
            if name in GRANTED_BY:
                work.funding.append(Funding(Agency(""), place, iri=iri))
            else:
                work.related.append(Related(name, iri))


def _updates(item: Mapping[str, Any], work: Work, reading: WorkReading) -> None:
    """Notices about this work, and the works that this one is a notice about."""
    for key in ("updated-by", "update-to"):
        for entry, place in reading.mappings(item.get(key), (key,)):
            other = doi_of(entry.get("DOI"), (*place, "DOI"), reading)
            if other is None or other == work.node.value:
                continue
            kind = reading.text(entry.get("type"), (*place, "type")).lower().replace("-", "_")
            older, newer = (work.node.value, other) if key == "updated-by" else (other, work.node.value)
            if kind in NEW_VERSIONS:
                name = "is-previous-version-of" if key == "updated-by" else "is-new-version-of"
                work.related.append(Related(name, other))
                continue
            if kind not in UPDATES:
                message, hint = f"Crossref's update {kind!r} is not known", "Add it to the updates that are known."
                reading.report("unknown-relation", Severity.INFO, message, hint, place, kind)
            # Of itself a notice says when it appeared with its own dates.
            day = date_of(entry.get("updated"), (*place, "updated"), reading) if newer == other else None
            work.updates.append(Update(UPDATES.get(kind, Status.CORRECTED), older, newer, day))
