"""A dataset as DCAT-AP 3 has it, as triples without blank nodes; a feed of many as a catalogue with its records.

https://semiceu.github.io/DCAT-AP/releases/3.0.1/. Each thing that the profile wants to be of a class says so itself:
whoever validates a document has no more than the document. The access URL of a store that no browser reaches is the
address that libraries open.
"""

import re
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.catalog.coverage import lasting, short
from leap_kg.catalog.formats import registered
from leap_kg.catalog.page import DCAT_AP, DCAT_TURTLE, DESCRIPTIONS, Place
from leap_kg.catalog.record import Agent, Licence, Period, Record, Store
from leap_kg.catalog.record import Place as Where
from leap_kg.ontology.iri import iri_text
from leap_kg.ontology.namespaces import (
    ADMS,
    DCAT,
    DCT,
    FOAF,
    GEO,
    ORG,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    SKOS,
    VCARD,
    XSD,
    Namespace,
)
from leap_kg.outputs.party import Party

HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d\d", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_DATES = ((_DAY, "date"), (_MOMENT, "dateTime"), (_MONTH, "gYearMonth"), (_YEAR, "gYear"))


class Said:
    """Triples in the order in which they were said."""

    def __init__(self) -> None:
        self.triples: list[Triple] = []

    def link(self, subject: NamedNode, predicate: NamedNode, target: str) -> NamedNode | None:
        """A link, unless there is no address or it is none."""
        iri = iri_text(target) if target else None
        if iri is None:
            return None
        self.triples.append(Triple(subject, predicate, NamedNode(iri)))
        return NamedNode(iri)

    def typed(self, subject: NamedNode, predicate: NamedNode, target: str, *classes: NamedNode) -> NamedNode | None:
        """A link to a thing of these classes."""
        node = self.link(subject, predicate, target)
        if node is not None:
            self.classes(node, *classes)
        return node

    def classes(self, node: NamedNode, *classes: NamedNode) -> None:
        """The classes of a node."""
        self.triples += [Triple(node, RDF("type"), each) for each in classes]

    def text(self, subject: NamedNode, predicate: NamedNode, text: str, datatype: NamedNode | None = None) -> None:
        """A text, unless it is empty."""
        if text:
            self.triples.append(Triple(subject, predicate, Literal(text, datatype=datatype)))

    def date(self, subject: NamedNode, predicate: NamedNode, text: str) -> None:
        """A date with the datatype it is written for; any other text stays a text."""
        name = next((name for pattern, name in _DATES if pattern.fullmatch(text)), "")
        self.text(subject, predicate, text, XSD(name) if name else None)


def dcat_ap(record: Record, place: Place) -> list[Triple]:
    """Everything that the profile has room for."""
    say = Said()
    dataset = NamedNode(record.iri)
    say.classes(dataset, DCAT("Dataset"), DCAT("Resource"))
    if record.is_series:
        say.classes(dataset, DCAT("DatasetSeries"))
    _describe(say, dataset, record, place)
    _people(say, dataset, record)
    _licence(say, dataset, record.licence)
    _rights(say, dataset, DCT("accessRights"), record.access)
    for where in record.places:
        _where(say, dataset, where)
    for period in record.periods:
        _when(say, dataset, period)
    _relations(say, dataset, record)
    for store in record.stores:
        say_distribution(say, dataset, store, record)
    return list(dict.fromkeys(say.triples))


def stores_said(record: Record, place: Place) -> list[Triple]:
    """Which of its stores a document about the dataset has, and where the others are; nothing where it has all.

    Not typed as a page of Hydra: harvesters take one for a page of the catalogue.
    """
    say = Said()
    if record.span.left_out:
        here = NamedNode(place.twin(record.iri, DCAT_TURTLE.suffix, record.span.first))
        say.typed(NamedNode(record.iri), HYDRA("view"), here.value, FOAF("Document"))
        say.text(here, DCT("title"), f"{record.title}, {record.span.words}")
        say.text(here, HYDRA("totalItems"), str(record.span.total), XSD("integer"))
        for relation, first in record.span.around.items():
            name = {"prev": "previous"}.get(relation, relation)
            say.link(here, HYDRA(name), place.twin(record.iri, DCAT_TURTLE.suffix, first))
    return say.triples


def _describe(say: Said, dataset: NamedNode, record: Record, place: Place) -> None:
    say.text(dataset, DCT("title"), record.title)
    say.text(dataset, DCT("description"), record.description)
    for text in dict.fromkeys((record.iri, record.doi, *record.identifiers)):
        say.text(dataset, DCT("identifier"), text)
    for keyword in record.keywords:
        say.text(dataset, DCAT("keyword"), keyword)
    say.text(dataset, DCAT("version"), record.version)
    for predicate, date in (("issued", record.issued or record.created), ("modified", record.modified)):
        say.date(dataset, DCT(predicate), short(date))
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", record.resolution, re.ASCII):
        say.text(dataset, DCAT("spatialResolutionInMeters"), record.resolution, XSD("decimal"))
    say.text(dataset, DCT("bibliographicCitation"), record.citation)
    say.typed(dataset, DCAT("landingPage"), place.page(record.iri), FOAF("Document"))
    for page in (*record.pages, *record.same):
        say.typed(dataset, FOAF("page"), page, FOAF("Document"))
    for twin in DESCRIPTIONS:
        say.link(dataset, RDFS("seeAlso"), place.twin(record.iri, twin.suffix))


def _people(say: Said, dataset: NamedNode, record: Record) -> None:
    for agent in record.creators:
        _agent(say, dataset, DCT("creator"), agent)
    for agent in record.publishers[:1]:
        _agent(say, dataset, DCT("publisher"), agent)
    # The profile has one publisher; all others had a part too.
    for agent in (*record.publishers[1:], *record.maintainers):
        _agent(say, dataset, DCT("contributor"), agent)
    for credit in record.credits:
        part = say.typed(dataset, PROV("qualifiedAttribution"), credit.part, PROV("Attribution"))
        if part is None:
            continue
        _agent(say, part, PROV("agent"), credit.agent)
        for iri, name in credit.roles:
            role = say.typed(part, DCAT("hadRole"), iri, DCAT("Role"))
            if role is not None:
                say.text(role, SKOS("prefLabel"), name)
    for contact, address in record.contacts:
        card = say.typed(dataset, DCAT("contactPoint"), contact, VCARD("Kind"))
        if card is not None:
            say.link(card, VCARD("hasEmail"), address)


_PARTIES: dict[Party, tuple[NamedNode, ...]] = {
    Party.PERSON: (FOAF("Person"),),
    Party.ORGANISATION: (ORG("Organization"),),
    Party.UNKNOWN: (),
}


def _agent(say: Said, subject: NamedNode, predicate: NamedNode, agent: Agent) -> None:
    node = say.typed(subject, predicate, agent.iri, FOAF("Agent"), *_PARTIES[agent.party])
    if node is not None:
        say.text(node, FOAF("name"), agent.name)


def _licence(say: Said, subject: NamedNode, licence: Licence) -> None:
    node = say.typed(subject, DCT("license"), licence.iri, DCT("LicenseDocument"))
    if node is not None:
        say.text(node, DCT("title"), licence.name)
    if licence.text:
        rights = say.typed(subject, DCT("rights"), f"{subject.value}#rights", DCT("RightsStatement"))
        if rights is not None:
            say.text(rights, RDFS("label"), licence.text)


def _rights(say: Said, subject: NamedNode, predicate: NamedNode, access: str) -> None:
    say.typed(subject, predicate, access, DCT("RightsStatement"))


def _where(say: Said, subject: NamedNode, where: Where) -> None:
    node = say.typed(subject, DCT("spatial"), where.part, DCT("Location"))
    if node is not None:
        say.text(node, DCAT("bbox"), where.wkt, GEO("wktLiteral"))


def _when(say: Said, subject: NamedNode, period: Period) -> None:
    node = say.typed(subject, DCT("temporal"), period.part, DCT("PeriodOfTime"))
    found = lasting([period]) if node is not None else None
    if node is not None and found is not None:
        say.date(node, DCAT("startDate"), found[0])
        say.date(node, DCAT("endDate"), found[1])


def _relations(say: Said, dataset: NamedNode, record: Record) -> None:
    for series in record.series:
        # The profile wants each series to be described.
        described = bool(series.description)
        predicate, classes = (DCAT("inSeries"), (DCAT("DatasetSeries"),)) if described else (DCT("isPartOf"), ())
        whole = say.typed(dataset, predicate, series.iri, *classes)
        if whole is not None:
            say.text(whole, DCT("title"), series.title)
            say.text(whole, DCT("description"), series.description)
    for work in record.works:
        node = say.link(dataset, DCT("isReferencedBy"), work.iri)
        if node is not None:
            say.text(node, DCT("title"), work.title)
    for source in record.derived_from:
        say.link(dataset, PROV("wasDerivedFrom"), source)
    for recipe in (record.feedstock, *record.recipes):
        say.link(dataset, DCT("relation"), recipe)
    for iri, name in record.funding:
        grant = say.typed(dataset, SCHEMA("funding"), iri, SCHEMA("Grant"))
        if grant is not None:
            say.text(grant, DCT("title"), name)


def say_distribution(say: Said, dataset: NamedNode | None, store: Store, record: Record | None) -> None:
    """A store, as a distribution of the dataset with this record if there is one."""
    node = NamedNode(store.iri)
    say.classes(node, DCAT("Distribution"))
    if dataset is not None:
        say.link(dataset, DCAT("distribution"), store.iri)
    say.link(node, DCAT("accessURL"), store.address or store.uri)
    say.text(node, DCT("title"), store.title)
    say.text(node, DCT("description"), store.description)
    say.text(node, DCT("identifier"), store.uri)
    form = say.typed(node, DCT("format"), store.form, DCT("MediaTypeOrExtent"))
    if form is not None:
        say.text(form, RDFS("label"), store.form_name)
    say.typed(node, DCAT("mediaType"), registered(store.media_type), DCT("MediaType"))
    for standard in store.conforms_to:
        say.typed(node, DCT("conformsTo"), standard, DCT("Standard"))
    # A store of several datasets is under no licence of one of them.
    ours = Licence(record.licence.iri, record.licence.name) if record is not None and store.alone else Licence()
    _licence(say, node, store.licence if store.licence.iri else ours)
    _rights(say, node, DCT("rights"), store.access)
    if store.size >= 0:
        say.text(node, DCAT("byteSize"), str(store.size), XSD("nonNegativeInteger"))
    for predicate, date in (("issued", store.issued or store.created), ("modified", store.modified)):
        say.date(node, DCT(predicate), short(date))
    status = say.typed(node, ADMS("status"), store.status, SKOS("Concept"))
    if status is not None:
        say.text(status, SKOS("prefLabel"), store.status_name)


def records(record: Record, place: Place, changed: str) -> Iterator[Triple]:
    """The entry of a dataset in the catalogue, which its description last changed at the moment `changed`."""
    say = Said()
    catalogue, dataset = NamedNode(place.catalogue), NamedNode(record.iri)
    entry = NamedNode(place.twin(record.iri, DESCRIPTIONS[1].suffix))
    say.link(catalogue, DCAT("dataset"), dataset.value)
    say.typed(catalogue, DCAT("record"), entry.value, DCAT("CatalogRecord"))
    say.link(entry, FOAF("primaryTopic"), dataset.value)
    say.date(entry, DCT("modified"), changed)
    say.text(entry, DCT("title"), record.title)
    say.typed(entry, DCT("conformsTo"), DCAT_AP, DCT("Standard"))
    yield from say.triples


def catalogue_triples(place: Place, changed: str, licence: str) -> list[Triple]:
    """The catalogue itself, without its datasets."""
    say = Said()
    node, publisher = NamedNode(place.catalogue), f"{place.catalogue}#publisher"
    say.classes(node, DCAT("Catalog"), DCAT("Resource"))
    say.text(node, DCT("title"), place.name)
    say.text(node, DCT("description"), f"Every dataset that {place.name} knows, as DCAT-AP 3.")
    agent = say.typed(node, DCT("publisher"), publisher, FOAF("Agent"), ORG("Organization"))
    if agent is not None:
        say.text(agent, FOAF("name"), place.name)
    say.typed(node, FOAF("homepage"), f"{place.origin}/", FOAF("Document"))
    say.date(node, DCT("modified"), changed)
    say.typed(node, DCT("license"), licence, DCT("LicenseDocument"))
    return say.triples
