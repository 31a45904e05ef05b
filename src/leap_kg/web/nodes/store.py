"""The page of a store: where it lies, how to open it, and what it belongs to."""

from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import ADMS, DCAT, DCT, PROV
from leap_kg.web.cells import Node
from leap_kg.web.links import external_href
from leap_kg.web.nodes.entity import EntityPage, entity_page
from leap_kg.web.nodes.extents import Extent, extents_of
from leap_kg.web.nodes.snippets import Address, Snippet, snippet
from leap_kg.web.nodes.variables import Variables, size, variables_of
from leap_kg.web.reading import Reading
from leap_kg.web.revision import Revision

_PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"


@dataclass(frozen=True, slots=True)
class StoreEntry:
    """A store as lists show it; `form` is its format, `web` its address for browsers, if it has one.

    `endpoint` is where the bucket of an S3-compatible store answers, `""` for any other store; `status` is whether the
    store answers, `status_day` the day on which it did not.
    """

    node: Node
    identifier: str
    description: str
    form: Node | None
    uri: str
    endpoint: str
    web: Node | None
    public: bool
    modified: str
    status: Node | None
    status_day: str
    use_case: str
    snippet: Snippet | None


@dataclass(frozen=True, slots=True)
class StorePage:
    """What the page of a store shows beside what every page has (`entity`)."""

    entity: EntityPage
    store: StoreEntry
    datasets: list[Node]
    recipes: list[Node]
    derived_from: list[Node]
    copies: list[Node]
    open_kwargs: str
    size: str
    conforms_to: list[Node]
    variables: Variables
    extents: list[Extent]

    @property
    def anchors(self) -> set[str]:
        """The fragments that sections of this page carry."""
        return self.entity.anchors | self.variables.anchors | {extent.anchor for extent in self.extents}


def store_entry(reading: Reading, store: NamedNode) -> StoreEntry:
    """A store with the code that opens it."""
    form, web = reading.one(store, DCT("format")), reading.one(store, DCAT("accessURL"))
    status = reading.one(store, ADMS("status"))
    rights = {node.value for node in reading.nodes(store, DCT("accessRights"))}
    uri, endpoint = (
        reading.text(store, reading.leap("storageURI")),
        reading.text(store, reading.leap("storageEndpoint")),
    )
    href = external_href(web.value) if web else ""
    address = Address(uri, endpoint, href, public=_PUBLIC in rights)
    kwargs = reading.text(store, reading.leap("openKwargs"))
    return StoreEntry(
        node=reading.link(store),
        identifier=reading.text(store, DCT("identifier")),
        description=reading.text(store, DCT("description")),
        form=reading.link(form) if form else None,
        uri=uri,
        endpoint=endpoint if address.scheme == "s3" else "",
        web=Node(href, href, href, external=True) if href else None,
        public=address.public,
        modified=reading.text(store, DCT("modified")),
        status=reading.link(status) if status else None,
        status_day=reading.text(store, DCT("date")) if status else "",
        use_case=reading.text(store, reading.leap("useCase")),
        snippet=snippet(address, form.value.rsplit("/", 1)[-1] if form else "", kwargs) if uri else None,
    )


def store_page(revision: Revision, node: NamedNode) -> StorePage:
    """The page of a store."""
    reading = revision.reading
    return StorePage(
        entity=entity_page(revision, node),
        store=store_entry(reading, node),
        datasets=[reading.link(dataset) for dataset in reading.subjects(DCAT("distribution"), node)],
        recipes=[reading.link(recipe) for recipe in reading.nodes(node, reading.leap("recipe"))],
        derived_from=[reading.link(source) for source in reading.nodes(node, PROV("wasDerivedFrom"))],
        copies=[reading.link(copy) for copy in reading.nodes(node, DCT("hasVersion"))],
        open_kwargs=reading.text(node, reading.leap("openKwargs")),
        size=size(reading.text(node, DCAT("byteSize"))),
        conforms_to=[reading.link(standard) for standard in reading.nodes(node, DCT("conformsTo"))],
        variables=variables_of(reading, node),
        extents=extents_of(reading, node),
    )
