"""The works of an ORCID record: one node for each group, which is what ORCID holds for one work.

A title stands as a label, a kind as FaBiO's class alone: registers describe these works better, and several people may
list one work under titles of their own. That a person of the platform lists a work makes it a candidate for being the
platform's, no more.
"""

from collections.abc import Mapping
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.reading import Path
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.orcid.person import date_of, value_of
from leap_kg.ingest.works.identifying import doi_or_link
from leap_kg.ingest.works.kinds import Kind
from leap_kg.ingest.works.membership import Why, say_reason
from leap_kg.ingest.works.reading import WorkReading
from leap_kg.ingest.works.relations import relation
from leap_kg.ontology.identifiers import Refusal, issn
from leap_kg.ontology.iri import iri_text, mint
from leap_kg.ontology.namespaces import DCT, FABIO, FOAF, RDFS, SCHEMA, XSD

# https://info.orcid.org/documentation/integration-guide/work-types/
_KINDS: dict[str, Kind] = {
    "book": Kind.BOOK,
    "book-chapter": Kind.CHAPTER,
    "conference-abstract": Kind.TALK,
    "conference-paper": Kind.CONFERENCE_PAPER,
    "conference-poster": Kind.POSTER,
    "conference-presentation": Kind.TALK,
    "conference-proceedings": Kind.PROCEEDINGS,
    "dictionary-entry": Kind.ENTRY,
    "dissertation": Kind.THESIS,
    "dissertation-thesis": Kind.THESIS,
    "edited-book": Kind.BOOK,
    "encyclopedia-entry": Kind.ENTRY,
    "journal-article": Kind.ARTICLE,
    "journal-issue": Kind.ISSUE,
    "lecture-speech": Kind.TALK,
    "preprint": Kind.PREPRINT,
    "public-speech": Kind.TALK,
    "report": Kind.REPORT,
    "supervised-student-publication": Kind.THESIS,
    "technical-standard": Kind.REPORT,
    "working-paper": Kind.PREPRINT,
}
_RELATED = {"version-of": "has-version", "part-of": "is-part-of"}
_MOST_WORKS = 5_000
_NAMES = frozenset({"doi", "arxiv"})


def say_works(person: NamedNode, section: Mapping[str, Any], reading: WorkReading, say: Statements, base: str) -> None:
    """Say the works that the person lists."""
    groups = reading.mappings(section.get("group"), ("group",))
    if len(groups) > _MOST_WORKS:
        message = f"the person lists {len(groups)} works; those after the first {_MOST_WORKS} were left out"
        hint = "Ask ORCID whether the record is real."
        reading.report("bad-value", Severity.WARNING, message, hint, ("group",))
    for group, place in groups[:_MOST_WORKS]:
        summaries = reading.mappings(group.get("work-summary"), (*place, "work-summary"))
        if summaries:
            _say_work(person, group, place, summaries[0], reading, say, base)


def _say_work(
    person: NamedNode,
    group: Mapping[str, Any],
    path: Path,
    preferred: tuple[dict[str, Any], Path],
    reading: WorkReading,
    say: Statements,
    base: str,
) -> None:
    summary, place = preferred
    stated = [*_identifiers(group, path, reading), *_identifiers(summary, place, reading)]
    own = [iri for scheme, how, iri in stated if how == "self" and scheme in _NAMES]
    put_code = reading.text(summary.get("put-code"), (*place, "put-code"))
    if not own and not put_code:
        reading.wrong(summary, "a work with an identifier", place)
        return
    node = NamedNode(own[0]) if own else mint(base, "work", person.value.rpartition("/")[2], put_code)
    say.link(node, DCT("contributor"), person)
    say_reason(node, Why.CLAIMED, person, reading.place(place), say, base)
    kind = _KINDS.get(reading.text(summary.get("type"), (*place, "type")), Kind.OTHER)
    telling = kind.classes[0]
    say.type(node, telling if telling.value.startswith(FABIO) else SCHEMA("CreativeWork"))
    title = value_of(reading.mapping(summary.get("title"), (*place, "title")), "title", (*place, "title"), reading)
    say.text(node, RDFS("label"), title.replace("\n", " "))
    if (date := date_of(summary.get("publication-date"), (*place, "publication-date"), reading)) is not None:
        say.text(node, DCT("issued"), date.text, date.datatype)
        say.text(node, SCHEMA("datePublished"), date.text[:4], XSD("gYear"))
    for _, how, iri in stated:
        if iri != node.value:
            say.link(node, relation(_RELATED.get(how, "")).predicate, iri)
            if how == "part-of":
                _say_journal(iri, summary, place, reading, say)
    page = iri_text(value_of(summary, "url", place, reading))
    if not own and page and page.startswith(("http://", "https://")):
        say.link(node, FOAF("page"), page)


def _identifiers(holder: Mapping[str, Any], path: Path, reading: WorkReading) -> list[tuple[str, str, str]]:
    """Scheme, relationship and IRI of each identifier that has one."""
    found: dict[tuple[str, str, str], None] = {}
    ids = reading.mapping(holder.get("external-ids"), (*path, "external-ids"))
    for entry, place in reading.mappings(ids.get("external-id"), (*path, "external-ids", "external-id")):
        scheme = reading.text(entry.get("external-id-type"), (*place, "external-id-type")).lower()
        how = reading.text(entry.get("external-id-relationship"), (*place, "external-id-relationship")).lower()
        if how == "funded-by":
            continue
        value = entry.get("external-id-value")
        if (iri := doi_or_link(value, scheme, (*place, "external-id-value"), reading)) is not None:
            found[(scheme, how, iri)] = None
    return list(found)


def _say_journal(iri: str, summary: Mapping[str, Any], place: Path, reading: WorkReading, say: Statements) -> None:
    known = issn.parse(iri)
    title = value_of(summary, "journal-title", place, reading)
    if not isinstance(known, Refusal) and title:
        journal = say.type(NamedNode(iri), *Kind.JOURNAL.classes)
        say.text(journal, DCT("title"), title)
