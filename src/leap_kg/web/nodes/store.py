"""The page of a store: where it lies, how to open it, and what it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode

from leap_kg.ontology.iri import path_of
from leap_kg.ontology.namespaces import ADMS, DCAT, DCT, PROV
from leap_kg.stac.asset import arrays_of
from leap_kg.web.cells import Node
from leap_kg.web.data.reachable import reachable
from leap_kg.web.links import external_href
from leap_kg.web.nodes.access import Access, access_of
from leap_kg.web.nodes.entity import EntityPage, entity_page
from leap_kg.web.nodes.extents import Coverage, coverage_of
from leap_kg.web.nodes.opening import doubt, why_not
from leap_kg.web.nodes.payment import Payment, payment_of
from leap_kg.web.nodes.picture import Picture, picture_of
from leap_kg.web.nodes.snippets import Address, Snippet, snippet
from leap_kg.web.nodes.variables import Variables, size, variables_of
from leap_kg.web.reading import Reading
from leap_kg.web.revision import Revision


@dataclass(frozen=True, slots=True)
class StoreEntry:
    """A store as lists show it; `form` is its format, `web` its address for browsers, if it has one.

    `unopened` says why there is no code that opens it, where there is none.

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
    access: Access
    modified: str
    status: Node | None
    status_day: str
    use_case: str
    snippet: Snippet | None
    unopened: str
    address: Address

    @property
    def form_name(self) -> str:
        """The last word of the format's IRI, such as `zarr`; `""` if the format is not known."""
        return self.form.iri.rsplit("/", 1)[-1] if self.form else ""

    @property
    def arguments(self) -> Mapping[str, object]:
        """The arguments with which the code opens it."""
        return self.snippet.arguments if self.snippet else {}


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
    coverage: Coverage
    picture: Picture | None
    preview: str
    payment: Payment

    @property
    def anchors(self) -> set[str]:
        """The fragments that sections of this page carry."""
        return self.entity.anchors | self.variables.anchors | {extent.anchor for extent in self.coverage.extents}


def store_entry(reading: Reading, store: NamedNode) -> StoreEntry:
    """A store with the code that opens it."""
    form, web = reading.one(store, DCT("format")), reading.one(store, DCAT("accessURL"))
    status = reading.one(store, ADMS("status"))
    uri, endpoint = (
        reading.text(store, reading.leap("storageURI")),
        reading.text(store, reading.leap("storageEndpoint")),
    )
    href = external_href(web.value) if web else ""
    access = access_of(reading, store, uri)
    address = Address(uri, endpoint, href, public=access.public, closed=access.closed)
    kwargs = reading.text(store, reading.leap("openKwargs"))
    named, found = (node.value.rsplit("/", 1)[-1] if node else "" for node in (form, status))
    day = reading.text(store, DCT("date")) if status else ""
    unopened = why_not(address, named, found, day) if uri else "The graph does not say where it lies."
    arrays = arrays_of(reading, store)
    if not unopened and not arrays.names and arrays.unseen(address.url):
        unopened = (
            "Its metadata are not consolidated, its host may list no files, and nobody knows which arrays it has."
        )
    code = snippet(address, named, kwargs, seen=found == "answers", arrays=arrays) if not unopened else None
    if code is not None and (warning := doubt(found)):
        code = replace(code, notes=(*code.notes, warning))
    return StoreEntry(
        node=reading.link(store),
        identifier=reading.text(store, DCT("identifier")),
        description=reading.text(store, DCT("description")),
        form=reading.link(form) if form else None,
        uri=uri,
        endpoint=endpoint if address.scheme == "s3" else "",
        web=Node(href, href, href, external=True) if href else None,
        access=access,
        modified=reading.text(store, DCT("modified")),
        status=reading.link(status) if status else None,
        status_day=day,
        use_case=reading.text(store, reading.leap("useCase")),
        snippet=code,
        unopened=unopened,
        address=address,
    )


def store_page(revision: Revision, node: NamedNode) -> StorePage:
    """The page of a store."""
    reading, path = revision.reading, path_of(revision.reading.base, node.value)
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
        coverage=coverage_of(reading, node),
        picture=picture_of(reading, node),
        preview=f"{path}/preview" if "?" not in path and reachable(reading, node) else "",
        payment=payment_of(reading, node),
    )
