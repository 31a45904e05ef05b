"""From the reading of a feedstock to triples: pure, so the same files give the same triples, byte for byte."""

import json
import re

from pyoxigraph import NamedNode, Triple

from leap_kg.ingest.formats.reading import Reading
from leap_kg.ingest.leap.doubles import report_doubles
from leap_kg.ingest.leap.feedstock import CitationEntry, Feedstock
from leap_kg.ingest.leap.naming import Subject
from leap_kg.ingest.leap.parties import map_parties
from leap_kg.ingest.leap.recipes import map_recipes
from leap_kg.ingest.leap.stores import map_store
from leap_kg.ingest.mapping.code import describe_repository
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ontology.identifiers import Refusal, arxiv, doi, licence
from leap_kg.ontology.iri import digest, iri_text, mint, part, slug
from leap_kg.ontology.namespaces import DCAT, DCT, FABIO, FOAF, SCHEMA, XSD, ours


def map_feedstock(feedstock: Feedstock, subject: Subject, reading: Reading, base: str) -> list[Triple]:
    """All triples of a record except its findings, which are in `reading` afterwards."""
    leap = ours(base)
    dataset = subject.dataset
    say = Statements()
    say.type(dataset, DCAT("Dataset"))
    _describe(feedstock, dataset, reading, say)
    for source in subject.sources:
        say.link(dataset, DCT("source"), iri_text(source))
    if subject.repository is not None:
        say.link(dataset, leap("feedstock"), describe_repository(subject.repository, say))
    _licence(feedstock, dataset, reading, say)
    map_parties(feedstock, dataset, subject.path, reading, say, base)
    stores: dict[str, NamedNode] = {}
    for entry in feedstock.stores:
        store = map_store(entry, dataset, reading, say, base)
        if store is not None:
            stores |= {name: store for name in (entry.name, entry.id) if name}
    report_doubles(feedstock.stores, reading)
    if not feedstock.stores:
        hint = "List the stores, or link to the catalogue that does."
        reading.report("missing-stores", Severity.INFO, "the record lists no store", hint, ("stores",))
    map_recipes(feedstock, subject, stores, reading, say, base)
    for citation in feedstock.citations:
        _cite(citation, dataset, reading, say, base)
    _variables(feedstock, dataset, say, base)
    if reading.unmapped:
        kept = json.dumps(reading.unmapped, sort_keys=True, ensure_ascii=True, default=str)
        say.text(dataset, leap("unmapped"), kept)
    return say.triples()


def _describe(feedstock: Feedstock, dataset: NamedNode, reading: Reading, say: Statements) -> None:
    say.text(dataset, DCT("title"), feedstock.title)
    say.text(dataset, DCT("description"), feedstock.description)
    if not feedstock.description:
        hint = "Write two sentences on what the data are, from where and for when."
        reading.report("missing-description", Severity.WARNING, "the description is empty", hint, ("description",))
    for tag in feedstock.tags:
        say.text(dataset, DCAT("keyword"), tag)
    for link in feedstock.links:
        if link.url:
            say.link(dataset, FOAF("page"), say.document(link.url, link.label))
    say.link(dataset, FOAF("depiction"), feedstock.thumbnail)
    say.text(dataset, DCT("bibliographicCitation"), feedstock.citation_text)
    say.text(dataset, SCHEMA("creditText"), feedstock.acknowledgements)


def _licence(feedstock: Feedstock, dataset: NamedNode, reading: Reading, say: Statements) -> None:
    path = ("provenance", "license")
    say.text(dataset, DCT("rights"), feedstock.licence)
    link = feedstock.licence_link
    if not feedstock.licence and not link.url:
        hint = "Set provenance.license to an SPDX identifier such as CC-BY-4.0."
        reading.report("missing-licence", Severity.VIOLATION, "the record states no licence", hint, path)
        return
    known = licence.parse(feedstock.licence)
    if not isinstance(known, Refusal):
        node = NamedNode(known.iri)
        say.text(node, DCT("title"), known.name)
        say.text(node, DCT("identifier"), known.spdx_id)
        if link.url and link.url != known.iri:
            say.link(dataset, FOAF("page"), say.document(link.url, link.label))
    elif link.url:
        node = say.document(link.url, link.label)
    else:
        message = f"the licence {feedstock.licence!r} is not recognised: {known.reason}"
        hint = known.hint
        if "exact" not in hint and "license_link" not in hint:
            hint = f"{hint}; if its terms are no such licence, give them as license_link, with title and url"
        reading.report("unknown-licence", Severity.WARNING, message, hint, path, feedstock.licence)
        return
    say.type(node, DCT("LicenseDocument"))
    say.link(dataset, DCT("license"), node)


def _cite(entry: CitationEntry, dataset: NamedNode, reading: Reading, say: Statements, base: str) -> None:
    node, article = _paper(entry, reading, base)
    if node is None:
        texts = (entry.authors, entry.year, entry.journal, entry.volume, entry.pages)
        reading.keep(entry.path, [text for text in texts if text])
        return
    say.link(dataset, SCHEMA("citation"), node)
    say.type(node, SCHEMA("ScholarlyArticle"), *((FABIO("JournalArticle"),) if article else ()))
    say.text(node, DCT("title"), entry.title.rstrip(".") or entry.doi)
    say.text(node, DCT("bibliographicCitation"), _reference(entry))
    if re.fullmatch(r"[12]\d{3}", entry.year, re.ASCII):
        say.text(node, SCHEMA("datePublished"), entry.year, XSD("gYear"))
    if not article:
        return
    # The name that mappings of registers give the same journal where they know no ISSN.
    journal = mint(base, "journal", f"{slug(entry.journal)}-{digest(entry.journal.lower())}")
    say.link(node, DCT("isPartOf"), say.type(journal, FABIO("Journal"), SCHEMA("Periodical")))
    say.text(journal, DCT("title"), entry.journal)
    say.text(node, SCHEMA("volumeNumber"), entry.volume)
    say.text(node, SCHEMA("pagination"), entry.pages)


def _paper(entry: CitationEntry, reading: Reading, base: str) -> tuple[NamedNode | None, bool]:
    """The paper's node, by DOI or arXiv number if it has one; and whether a journal published it."""
    if entry.doi:
        path = (*entry.path, "doi")
        number = doi.parse(entry.doi)
        if not isinstance(number, Refusal):
            return NamedNode(number.iri), bool(entry.journal)
        preprint = arxiv.parse(entry.doi)
        if not isinstance(preprint, Refusal):
            hint = f"Write the DOI of the article, or 10.48550/arXiv.{preprint.value} for the preprint."
            reading.report("bad-identifier", Severity.INFO, "doi holds an arXiv number", hint, path, entry.doi)
            return NamedNode(preprint.iri), False
        reading.report("bad-identifier", Severity.WARNING, f"doi: {number.reason}", number.hint, path, entry.doi)
        reading.keep(path, entry.doi)
    if entry.title:
        return mint(base, "paper", f"{slug(entry.title)}-{digest(entry.title, entry.year)}"), bool(entry.journal)
    return None, False


def _reference(entry: CitationEntry) -> str:
    """The paper in one line: authors (year). Title. Journal volume, pages."""
    volume = f"{entry.journal} {entry.volume}".strip()
    place = ", ".join(text for text in (volume, entry.pages) if text)
    year = f"({entry.year})" if entry.year else ""
    # The dot after an initial belongs to the name.
    authors = entry.authors if re.search(r"\b[A-Z]\.$", entry.authors) else entry.authors.rstrip(".")
    sentences = (f"{authors} {year}".strip(), entry.title, place)
    return " ".join(f"{text.rstrip('.')}." for text in sentences if text.strip("."))


def _variables(feedstock: Feedstock, dataset: NamedNode, say: Statements, base: str) -> None:
    leap = ours(base)
    for variable in feedstock.variables:
        node = part(dataset, "variable", variable.name, variable.symbol)
        say.link(dataset, SCHEMA("variableMeasured"), node)
        say.type(node, leap("Variable"))
        say.text(node, SCHEMA("name"), variable.name)
        say.text(node, SCHEMA("alternateName"), variable.symbol)
        say.text(node, DCT("description"), variable.description)
