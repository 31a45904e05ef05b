"""The page of a store: where it lies, how to open it, and what it belongs to."""

from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import ADMS, DCAT, DCT, PROV
from leap_kg.web.cells import Node
from leap_kg.web.links import external_href
from leap_kg.web.nodes.entity import EntityPage, entity_page
from leap_kg.web.nodes.snippets import Address, Snippet, snippet
from leap_kg.web.reading import Reading
from leap_kg.web.revision import Revision

_PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"


@dataclass(frozen=True, slots=True)
class StoreEntry:
    """A store as lists show it; `form` is its format, `web` its address for browsers, if it has one."""

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

    @property
    def anchors(self) -> set[str]:
        """The fragments that sections of this page carry."""
        return {finding.anchor for finding in self.entity.own_findings}


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
        endpoint=endpoint,
        web=Node(href, href, href, external=True) if href else None,
        public=address.public,
        modified=reading.text(store, DCT("modified")),
        status=reading.link(status) if status else None,
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
    )
