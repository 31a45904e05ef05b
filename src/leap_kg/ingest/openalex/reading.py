"""One work of OpenAlex as triples: https://developers.openalex.org/api-reference/works/get-a-single-work.

Only what the registers of DOIs lack is said: open copies, counts of citations, retractions. Its people are clusters
that a program made of names, so none of them is said to have written anything.
"""

import re
from collections.abc import Mapping
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.ingest.mapping import dates
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.source import Mapped, Part, RecordUnusable
from leap_kg.ingest.works.document import read_object
from leap_kg.ingest.works.funding import say_funding
from leap_kg.ingest.works.kinds import Kind
from leap_kg.ingest.works.mapping import say_status
from leap_kg.ingest.works.membership import Members, say_membership
from leap_kg.ingest.works.reading import WorkReading, reading_of
from leap_kg.ingest.works.work import Agency, Contributor, Funding, Role, Status, Work
from leap_kg.ontology.identifiers import Refusal, doi, orcid, ror
from leap_kg.ontology.iri import iri_text, mint, part
from leap_kg.ontology.namespaces import DCT, FABIO, OWL, RDFS, SCHEMA, XSD

_ID = re.compile(r"(?:https?://(?:api\.)?openalex\.org/(?:works/)?)?([Ww][1-9][0-9]{0,14})(?:[?/].*)?")
_SITE = "https://openalex.org/"
_WAYS = frozenset({"diamond", "gold", "hybrid", "bronze", "green", "closed"})
_KINDS: dict[str, Kind] = {
    "article": Kind.ARTICLE,
    "review": Kind.ARTICLE,
    "letter": Kind.ARTICLE,
    "editorial": Kind.ARTICLE,
    "preprint": Kind.PREPRINT,
    "book": Kind.BOOK,
    "book-chapter": Kind.CHAPTER,
    "dissertation": Kind.THESIS,
    "report": Kind.REPORT,
    "reference-entry": Kind.ENTRY,
}


def name_of(item: Mapping[str, Any]) -> tuple[str, str] | None:
    """The OpenAlex id of a work, and its DOI or `""`; `None` without an id."""
    stated, number = item.get("id"), item.get("doi")
    found = _ID.fullmatch(stated) if isinstance(stated, str) else None
    if found is None:
        return None
    known = doi.parse(number) if isinstance(number, str) else None
    return found[1].upper(), known.value if isinstance(known, doi.Doi) else ""


def map_part(key: str, stored: Part, members: Members, base: str) -> Mapped:
    """One work as triples; raises `Unreadable` or `RecordUnusable`."""
    item = read_object(stored.data, stored.url)
    names = name_of(item)
    if names is None:
        raise RecordUnusable("the answer holds no work with an id; open its address, and ask OpenAlex", stored.url)
    identifier, number = names
    reading, say = reading_of(stored.url), Statements()
    own = _SITE + identifier
    known = reading.identifier(item.get("doi"), ("doi",), doi.parse)
    node = NamedNode(known.iri if known is not None else own)
    work = Work(node, _KINDS.get(reading.text(item.get("type"), ("type",)), Kind.OTHER), doi=number)
    _describe(work, item, reading, say)
    if node.value != own:
        say.link(node, SCHEMA("sameAs"), own)
    _merged(stored.url, identifier, say)
    _open(node, item, reading, say, base)
    _cited(node, item, reading, say)
    _members(work, item, members, reading, say, base)
    if item.get("is_retracted") is True:
        say_status(node, Status.RETRACTED, say, base)
        message, hint = "OpenAlex says that the work is retracted", "Look for the notice before you use or cite it."
        reading.report("retracted", Severity.WARNING, message, hint, ("is_retracted",))
    return Mapped(key, node, say.triples(), list(reading.findings))


def _describe(work: Work, item: Mapping[str, Any], reading: WorkReading, say: Statements) -> None:
    telling = work.kind.classes[0]
    say.type(work.node, telling if telling.value.startswith(FABIO) else SCHEMA("CreativeWork"))
    say.text(work.node, RDFS("label"), reading.plain(item.get("title"), ("title",)).replace("\n", " "))
    year = dates.parse(reading.text(item.get("publication_year"), ("publication_year",)))
    if year is not None and year.datatype == XSD("gYear"):
        say.text(work.node, SCHEMA("datePublished"), year.text, year.datatype)


def _merged(asked: str, identifier: str, say: Statements) -> None:
    """Say that the id which was asked for is the one that answered."""
    wanted = _ID.fullmatch(asked.rpartition("/works/")[2])
    if wanted is not None and wanted[1].upper() != identifier:
        say.link(NamedNode(_SITE + wanted[1].upper()), OWL("sameAs"), _SITE + identifier)


def _open(node: NamedNode, item: Mapping[str, Any], reading: WorkReading, say: Statements, base: str) -> None:
    """Say whether and where the work can be read without paying."""
    stated = reading.mapping(item.get("open_access"), ("open_access",))
    free = reading.flag(stated.get("is_oa"), ("open_access", "is_oa"))
    if free is not None:
        say.text(node, SCHEMA("isAccessibleForFree"), str(free).lower(), XSD("boolean"))
    way = reading.text(stated.get("oa_status"), ("open_access", "oa_status")).lower()
    if way in _WAYS:
        say.link(node, DCT("accessRights"), mint(base, "open-access", way))
    elif way:
        message, hint = f"OpenAlex's open-access status {way!r} is not known", "Add it to those that leap-kg knows."
        reading.report("unknown-relation", Severity.INFO, message, hint, ("open_access", "oa_status"), way)
    place = reading.mapping(item.get("best_oa_location"), ("best_oa_location",))
    for key in ("pdf_url", "landing_page_url"):
        address = iri_text(reading.text(place.get(key), ("best_oa_location", key)))
        if free and address and address.lower().startswith(("http://", "https://")) and address != node.value:
            version = reading.text(place.get("version"), ("best_oa_location", "version"))
            copy = say.document(address, f"Open copy ({version})" if version else "Open copy")
            say.text(copy, DCT("rights"), reading.text(place.get("license"), ("best_oa_location", "license")))
            say.link(node, DCT("hasFormat"), copy)
            break


def _cited(node: NamedNode, item: Mapping[str, Any], reading: WorkReading, say: Statements) -> None:
    """Say how often the work was cited, and by when that was counted."""
    count = item.get("cited_by_count")
    if type(count) is not int or not 0 <= count < 10**9:
        if count is not None:
            reading.wrong(count, "a count", ("cited_by_count",))
        return
    counter = part(node, "citations", "openalex")
    say.type(counter, SCHEMA("InteractionCounter"))
    say.text(counter, SCHEMA("name"), "Citations counted by OpenAlex")
    say.text(counter, SCHEMA("userInteractionCount"), str(count), XSD("integer"))
    day = dates.parse(reading.text(item.get("updated_date"), ("updated_date",))[:10])
    if day is not None:
        say.text(counter, SCHEMA("endTime"), day.text, day.datatype)
    say.link(node, SCHEMA("interactionStatistic"), counter)


def _members(
    work: Work, item: Mapping[str, Any], members: Members, reading: WorkReading, say: Statements, base: str
) -> None:
    """Say why the work is the platform's; of its awards, people and organisations only those that are."""
    for entry, place in reading.mappings(item.get("awards"), ("awards",)):
        number = reading.text(entry.get("funder_award_id"), (*place, "funder_award_id"))
        funding = Funding(Agency(reading.text(entry.get("funder_display_name"), place)), place, number)
        if number and any(award.is_named(funding) for award in members.awards):
            work.funding.append(funding)
    for entry, place in reading.mappings(item.get("authorships"), ("authorships",)):
        author = reading.mapping(entry.get("author"), (*place, "author"))
        person = orcid.parse(reading.text(author.get("orcid"), (*place, "author", "orcid")))
        institutions = reading.mappings(entry.get("institutions"), (*place, "institutions"))
        rors = (ror.parse(reading.text(each.get("ror"), (*at, "ror"))) for each, at in institutions)
        work.contributors.append(
            Contributor(
                name="",
                role=Role.AUTHOR,
                path=place,
                orcid="" if isinstance(person, Refusal) else person.iri,
                affiliations=tuple(Agency("", each.iri) for each in rors if not isinstance(each, Refusal)),
            )
        )
    nodes = {each: NamedNode(each.orcid) for each in work.contributors if each.orcid}
    awarded = say_funding(work, members.awards, say, base)
    say_membership(work, members, awarded, nodes, reading, say, base)
