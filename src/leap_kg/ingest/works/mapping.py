"""From a `Work` to triples: pure, so the same work gives the same triples, byte for byte."""

import re

from pyoxigraph import NamedNode, Triple

from leap_kg.ingest.formats.jsonvalue import canonical
from leap_kg.ingest.mapping.dates import Dated
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.works.agents import say_contributors, say_organization
from leap_kg.ingest.works.funding import say_funding
from leap_kg.ingest.works.kinds import Kind
from leap_kg.ingest.works.licences import say_licences
from leap_kg.ingest.works.membership import Members, say_membership
from leap_kg.ingest.works.reading import WorkReading
from leap_kg.ingest.works.relations import relation
from leap_kg.ingest.works.work import Container, Role, Status, Update, Work
from leap_kg.ontology.identifiers import Refusal, arxiv
from leap_kg.ontology.iri import digest, mint, part, slug
from leap_kg.ontology.namespaces import ADMS, CITO, DCAT, DCT, FOAF, ONTOLOGY_PATH, OWL, SCHEMA, XSD, Namespace

_MOST_CONTRIBUTORS = 2_000
_MOST_LINKS = 10_000
_SHOWN_AUTHORS = 6
_NOTICES = {
    Status.RETRACTED: (CITO("retracts"), CITO("isRetractedBy")),
    Status.PARTLY_RETRACTED: (CITO("retracts"), CITO("isRetractedBy")),
    Status.WITHDRAWN: (CITO("retracts"), CITO("isRetractedBy")),
    Status.REMOVED: (CITO("retracts"), CITO("isRetractedBy")),
    Status.CONCERN: (CITO("critiques"), CITO("isCritiquedBy")),
    Status.CORRECTED: (CITO("corrects"), CITO("isCorrectedBy")),
}
_SAID_IN_TITLES = re.compile(
    r"\W*(retracted|withdrawn|removed)\b(?=\s*(?:article|paper|chapter)?\s*[:\]])", re.IGNORECASE
)
_BY_WORD = {"retracted": Status.RETRACTED, "withdrawn": Status.WITHDRAWN, "removed": Status.REMOVED}


def map_work(work: Work, members: Members, reading: WorkReading, base: str) -> list[Triple]:
    """All triples of a work except its findings, which are in `reading` afterwards."""
    _bound(work, reading)
    say = Statements()
    _describe(work, reading, say)
    _place(work, say, base)
    nodes = say_contributors(work, say, base)
    if work.publisher is not None:
        say.link(work.node, DCT("publisher"), say_organization(work.publisher, say, base))
    say_licences(work, say)
    awarded = say_funding(work, members.awards, say, base)
    say_membership(work, members, awarded, nodes, reading, say, base)
    for iri in work.cited:
        say.link(work.node, CITO("cites"), iri)
    for related in work.related:
        _relate(work, related.relation, NamedNode(related.iri), say)
    for update in work.updates:
        say_update(update, say, base)
    _standing(work, reading, say, base)
    if reading.unmapped:
        say.text(work.node, Namespace(base + ONTOLOGY_PATH)("unmapped"), canonical(reading.unmapped))
    return say.triples()


def say_update(update: Update, say: Statements, base: str) -> None:
    """Say which notice changed the standing of a work, and what it is now."""
    changed, notice = NamedNode(update.of), NamedNode(update.by)
    does, suffers = _NOTICES[update.status]
    say.link(notice, does, changed)
    say.link(changed, suffers, notice)
    if update.day is not None:
        _date(notice, DCT("issued"), update.day, say)
    say_status(changed, update.status, say, base)


def say_status(node: NamedNode, status: Status, say: Statements, base: str) -> None:
    """Say what became of a work."""
    say.link(node, ADMS("status"), mint(base, "work-status", status.value))


def _bound(work: Work, reading: WorkReading) -> None:
    """Leave out contributors and links beyond any that are real, and say so."""
    for name, items, most in (
        ("contributors", work.contributors, _MOST_CONTRIBUTORS),
        ("references", work.cited, _MOST_LINKS),
        ("relations", work.related, _MOST_LINKS),
        ("funding", work.funding, _MOST_LINKS),
        ("keywords", work.keywords, _MOST_LINKS),
    ):
        if len(items) > most:
            message = f"the work has {len(items)} {name}; those after the first {most} were left out"
            reading.report("bad-value", Severity.WARNING, message, "Ask the register to correct its record.", (name,))
            del items[most:]


def _describe(work: Work, reading: WorkReading, say: Statements) -> None:
    node = say.type(work.node, *work.kind.classes)
    if not work.title:
        hint = "Ask the register to add it."
        reading.report("missing-title", Severity.WARNING, f"the {work.kind.value} has no title", hint, ("title",))
    say.text(node, DCT("title"), work.title or work.doi or node.value)
    for title in work.alternatives:
        if title != work.title:
            say.text(node, DCT("alternative"), title)
    say.text(node, DCT("identifier"), work.doi)
    preprint = arxiv.parse(work.doi)
    if not isinstance(preprint, Refusal):
        # arXiv's DOI and its own number name one paper; versions have neither of their own here.
        say.link(node, OWL("sameAs"), preprint.iri)
    say.text(
        node, DCT("abstract") if SCHEMA("ScholarlyArticle") in work.kind.classes else DCT("description"), work.abstract
    )
    say.text(node, DCT("language"), work.language)
    say.text(node, SCHEMA("version"), work.version)
    say.text(node, SCHEMA("pagination"), work.pages)
    for keyword in work.keywords:
        say.text(node, DCAT("keyword"), keyword)
    if work.free is not None:
        say.text(node, SCHEMA("isAccessibleForFree"), str(work.free).lower(), XSD("boolean"))
    for page in work.pages_at:
        say.link(node, FOAF("page"), page)
    for source in work.sources:
        say.link(node, DCT("source"), source)
    if work.issued is not None:
        _date(node, DCT("issued"), work.issued, say)
        say.text(node, SCHEMA("datePublished"), work.issued.text[:4], XSD("gYear"))
    for predicate, date in work.dates:
        _date(node, predicate, date, say)


def _date(node: NamedNode, predicate: NamedNode, date: Dated, say: Statements) -> None:
    say.text(node, predicate, date.text, date.datatype)


def _place(work: Work, say: Statements, base: str) -> None:
    """Say where the work appeared, and how it is cited."""
    container = work.container
    if container is not None:
        say.link(work.node, DCT("isPartOf"), say_container(work, container, say, base))
    say.text(work.node, SCHEMA("volumeNumber"), work.volume)
    say.text(work.node, SCHEMA("issueNumber"), work.issue)
    say.text(work.node, DCT("bibliographicCitation"), _reference(work))


def say_container(work: Work, container: Container, say: Statements, base: str) -> NamedNode:
    """The node of the journal or book: by ISSN or ISBN, else a journal by its name and a book as a part of the work."""
    if container.iri:
        node = NamedNode(container.iri)
    elif container.kind is Kind.JOURNAL:
        node = mint(base, "journal", f"{slug(container.title)}-{digest(container.title.lower())}")
    else:
        node = part(work.node, "container", container.title)
    say.type(node, *container.kind.classes)
    say.text(node, DCT("title"), container.title or container.iri)
    for issn in container.issns:
        say.text(node, SCHEMA("issn"), issn)
    return node


def _reference(work: Work) -> str:
    """The work in one line: authors (year). Title. Container volume(issue), pages. Publisher. DOI."""
    if not work.title:
        return ""
    authors = [each.name for each in work.contributors if each.role is Role.AUTHOR]
    names = ", ".join(authors[:_SHOWN_AUTHORS]) + (" et al." if len(authors) > _SHOWN_AUTHORS else "")
    year = f"({work.issued.text[:4]})" if work.issued else ""
    issue = f"({work.issue})" if work.issue else ""
    volume = f"{work.container.title if work.container else ''} {work.volume}{issue}".strip()
    place = ", ".join(text for text in (volume, work.pages) if text)
    publisher = work.publisher.name if work.publisher and not work.container else ""
    sentences = (f"{names} {year}".strip(), work.title, place, publisher)
    said = " ".join(f"{text.rstrip('.')}." for text in sentences if text.strip("."))
    return f"{said} https://doi.org/{work.doi}" if work.doi else said


def _relate(work: Work, name: str, other: NamedNode, say: Statements) -> None:
    known = relation(name)
    if other == work.node:
        return
    if known.inverse:
        say.link(other, known.predicate, work.node)
    else:
        say.link(work.node, known.predicate, other)
    if known.other is not None:
        say.type(other, known.other)


def _standing(work: Work, reading: WorkReading, say: Statements, base: str) -> None:
    """Report a work that no longer stands, by a notice or by what its publisher put before its title."""
    lost: list[Status] = [
        each.status for each in work.updates if each.of == work.node.value and each.status is not Status.CORRECTED
    ]
    said = _SAID_IN_TITLES.match(work.title)
    status = work.status or (_BY_WORD[said[1].lower()] if said else None)
    if not lost and status is not None:
        lost = [status]
        say_status(work.node, status, say, base)
    if lost:
        words = lost[0].value.replace("-", " ")
        message = (
            f"the {work.kind.value} is {words}" if lost[0] is not Status.CONCERN else "an expression of concern stands"
        )
        hint = "Read the notice before you use or cite it, and look for what was built on it."
        reading.report("retracted", Severity.WARNING, message, hint)
