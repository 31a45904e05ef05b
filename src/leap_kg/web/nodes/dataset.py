"""The page of a dataset: its stores and how to open them, its licence, people, code, and how to cite it."""

from dataclasses import dataclass, replace

from pyoxigraph import NamedNode

from leap_kg.catalog.page import from_store
from leap_kg.catalog.span import MOST_STORES, Span
from leap_kg.ontology.iri import path_of
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, PROV, SCHEMA, VCARD
from leap_kg.web.cells import Node
from leap_kg.web.links import external_href, url
from leap_kg.web.nodes.citing import Cited, cited_of
from leap_kg.web.nodes.contributors import place_of
from leap_kg.web.nodes.entity import EntityPage, entity_page
from leap_kg.web.nodes.extents import Coverage, Extent, coverage_of
from leap_kg.web.nodes.picture import Picture, picture_of_any
from leap_kg.web.nodes.store import StoreEntry, store_entry
from leap_kg.web.nodes.variables import Variables, variables_in
from leap_kg.web.reading import Reading
from leap_kg.web.revision import Revision

_LAST = 10**18


@dataclass(frozen=True, slots=True)
class Provider:
    """Who had a part in a dataset, in which roles; `anchor` is the fragment of the attribution.

    `place` is the provider's in the record, 0 if it is not known.
    """

    anchor: str
    agent: Node
    roles: list[Node]
    description: str
    page: Node | None
    place: int


@dataclass(frozen=True, slots=True)
class Licence:
    """The licence as recognised and the text as the record has it; either may be missing."""

    node: Node | None
    elsewhere: str
    text: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """Code that builds the dataset or one of its stores."""

    node: Node
    entry_point: str
    file: Node | None
    images: list[Node]
    packages: list[Node]


@dataclass(frozen=True, slots=True)
class Contact:
    """Where to ask about a dataset."""

    anchor: str
    address: Node


@dataclass(frozen=True, slots=True)
class StorePages:
    """The page with the stores before (`prev`) or after (`next`) those of this one."""

    relation: str
    words: str
    path: str


@dataclass(frozen=True, slots=True)
class DatasetPage:
    """What the page of a dataset shows beside what every page has (`entity`)."""

    entity: EntityPage
    stores: list[StoreEntry]
    span: Span
    pages: list[StorePages]
    licence: Licence
    providers: list[Provider]
    maintainers: list[Node]
    contacts: list[Contact]
    feedstock: Node | None
    recipes: list[Recipe]
    images: list[Node]
    cited: Cited
    credit: str
    documents: list[Node]
    tags: list[Node]
    variables: Variables
    coverage: Coverage
    picture: Picture | None
    thumbnail: Node | None
    entries: list[Node]
    series: list[Node]

    @property
    def anchors(self) -> set[str]:
        """The fragments that sections of this page carry; the list of all statements carries the others."""
        anchors = {provider.anchor for provider in self.providers}
        anchors |= {contact.anchor for contact in self.contacts}
        anchors |= self.variables.anchors | {extent.anchor for extent in self.extents}
        return anchors | self.entity.anchors

    @property
    def extents(self) -> list[Extent]:
        """The periods and places that it covers."""
        return self.coverage.extents


def dataset_page(revision: Revision, node: NamedNode, first: int = 1) -> DatasetPage:
    """The page of a dataset, with its stores from one on that is counted from 1."""
    reading = revision.reading
    stores = revision.catalog.stores(node)
    span = Span(len(stores), first)
    providers = _providers(reading, node)
    feedstock = reading.one(node, reading.leap("feedstock"))
    depiction = reading.one(node, FOAF("depiction"))
    entries = reading.subjects(FOAF("primaryTopic"), node)
    return DatasetPage(
        entity=entity_page(revision, node),
        stores=[store_entry(reading, store) for store in stores[first - 1 : span.last]],
        span=span,
        pages=_pages(path_of(reading.base, node.value), span),
        licence=_licence(reading, node),
        providers=providers,
        maintainers=[reading.link(person) for person in reading.nodes(node, SCHEMA("maintainer"))],
        contacts=_contacts(reading, node),
        feedstock=reading.link(feedstock) if feedstock else None,
        recipes=[_recipe(reading, recipe) for recipe in reading.nodes(node, reading.leap("recipe"))],
        images=[reading.link(image) for image in reading.nodes(node, reading.leap("runsIn"))],
        cited=cited_of(reading, node),
        credit=reading.text(node, SCHEMA("creditText")),
        documents=[reading.link(page) for page in reading.nodes(node, FOAF("page"))],
        tags=[_tag(reading, word) for word in reading.texts(node, DCAT("keyword"))],
        variables=variables_in(reading, revision.catalog.record(node, first)),
        coverage=coverage_of(reading, node, stores),
        picture=picture_of_any(reading, stores[:MOST_STORES]),
        thumbnail=reading.link(depiction) if depiction else None,
        entries=[page for entry in entries for page in _published(reading, entry)],
        series=[reading.link(whole) for whole in _series(reading, node)],
    )


def _pages(path: str, span: Span) -> list[StorePages]:
    return [
        StorePages(relation, replace(span, first=first).words, from_store(path, first))
        for relation, first in span.around.items()
    ]


def _series(reading: Reading, node: NamedNode) -> list[NamedNode]:
    """What the dataset is one of: a collection of STAC for one of its items."""
    return list(dict.fromkeys([*reading.nodes(node, DCAT("inSeries")), *reading.nodes(node, DCT("isPartOf"))]))


def _licence(reading: Reading, node: NamedNode) -> Licence:
    licence = reading.one(node, DCT("license"))
    return Licence(
        node=reading.link(licence) if licence else None,
        elsewhere=external_href(licence.value) if licence else "",
        text="\n".join(reading.texts(node, DCT("rights"))),
    )


def _providers(reading: Reading, node: NamedNode) -> list[Provider]:
    found = []
    maintainer = f"{reading.base}role/maintainer"
    for attribution in reading.nodes(node, PROV("qualifiedAttribution")):
        agent = reading.one(attribution, PROV("agent"))
        roles = reading.nodes(attribution, DCAT("hadRole"))
        if agent is None or [role.value for role in roles] == [maintainer]:
            continue
        page = reading.one(attribution, FOAF("page"))
        found.append(
            Provider(
                anchor=attribution.value.partition("#")[2],
                agent=reading.link(agent),
                roles=[reading.link(role) for role in roles],
                description=reading.text(attribution, DCT("description")),
                page=reading.link(page) if page else None,
                place=place_of(reading, attribution),
            )
        )
    return sorted(found, key=lambda provider: (provider.place or _LAST, provider.agent.label.lower()))


def _contacts(reading: Reading, node: NamedNode) -> list[Contact]:
    return [
        Contact(contact.value.partition("#")[2], reading.link(address))
        for contact in reading.nodes(node, DCAT("contactPoint"))
        for address in reading.nodes(contact, VCARD("hasEmail"))
    ]


def _recipe(reading: Reading, recipe: NamedNode) -> Recipe:
    file = reading.one(recipe, DCT("source"))
    return Recipe(
        node=reading.link(recipe),
        entry_point=reading.text(recipe, reading.leap("entryPoint")),
        file=reading.link(file) if file else None,
        images=[reading.link(image) for image in reading.nodes(recipe, reading.leap("runsIn"))],
        packages=[reading.link(package) for package in reading.nodes(recipe, SCHEMA("softwareRequirements"))],
    )


def _published(reading: Reading, entry: NamedNode) -> list[Node]:
    pages = [reading.link(page) for page in reading.nodes(entry, FOAF("page"))]
    return [Node(reading.label(entry), page.path, page.iri, external=True) for page in pages if page.external]


def _tag(reading: Reading, word: str) -> Node:
    return Node(word, url("/browse", kind="dataset", tag=word.lower()), "")
