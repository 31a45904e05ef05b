"""Other ways to open the stores of a page than xarray alone: through the STAC API of this server, and with intake.

Each is there only where what harvesting found allows it; the texts enter the code as literals, as in `snippets`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing

from fastapi import Request
from pyoxigraph import NamedNode

from leap_kg.stac.searching import Index
from leap_kg.unlisted import CLASS, IMPORTS, class_code
from leap_kg.web.answers import site_of
from leap_kg.web.nodes.dataset import DatasetPage
from leap_kg.web.nodes.snippets import Snippet, literal
from leap_kg.web.nodes.store import StoreEntry, StorePage
from leap_kg.web.revision import Revision
from leap_kg.web.stac.place import place_of

_ENGINE = "zarr"


def ways_of(request: Request, revision: Revision, node: NamedNode, view: object) -> Mapping[str, list[Snippet]]:
    """Code by the IRI of the store that it opens; none for a page of the past, which the API does not know."""
    if revision.fixed is not None or not isinstance(view, DatasetPage | StorePage):
        return {}
    stores = view.stores if isinstance(view, DatasetPage) else [view.store]
    offered = [store for store in stores if store.snippet is not None and store.form_name == _ENGINE]
    if not offered:
        return {}
    collection = _collection(request, node)
    keys = Counter(_key(store) for store in stores)
    found: dict[str, list[Snippet]] = {}
    for store in offered:
        # A reader of intake takes an address, and where arrays have to be named that does not do.
        ways = [] if store.snippet is not None and store.snippet.names else [_intake(store)]
        if collection and keys[_key(store)] == 1 and (href := _href(store)):
            ways.insert(0, _stac(store, f"{place_of(request)}/", collection, href))
        found[store.node.iri] = ways
    return found


def _collection(request: Request, node: NamedNode) -> str:
    """What the node is called in the API; `""` unless the API has made a collection of it."""
    with closing(Index(site_of(request).home.index)) as index:
        row = index.by_iri([node.value]).get(node.value)
    return row.name if row is not None and row.made else ""


def _key(store: StoreEntry) -> str:
    """The name of the store's asset, as `leap_kg.stac.asset` gives it."""
    return store.identifier or store.node.iri.rsplit("/", 1)[-1]


def _href(store: StoreEntry) -> str:
    """Where the asset has the address that the code for xarray uses; `""` if it has it nowhere."""
    address = store.address
    if address.url == address.uri or (address.scheme == "file" and "%" not in address.uri):
        return "asset.href"
    return 'asset.extra_fields["alternate"]["https"]["href"]' if address.url == address.https else ""


def _stac(store: StoreEntry, place: str, collection: str, href: str) -> Snippet:
    names = store.snippet.names if store.snippet is not None else ()
    found = (
        f"catalog = Client.open({literal(place)})\n"
        f"asset = catalog.get_collection({literal(collection)}).assets[{literal(_key(store))}]\n"
    )
    if names:
        given = {name: value for name, value in store.arguments.items() if name != "storage_options"}
        reaching = [href, *_options(store), "read_only=True"]
        opening = ["store", *(f"{name}={literal(value)}" for name, value in given.items())]
        code = (
            f"{IMPORTS}\nfrom pystac_client import Client\n\n\n{class_code(names)}\n\n{found}"
            f"store = {CLASS}(FsspecStore.from_url(\n{_lines(reaching)}))\n"
            f"ds = xr.open_dataset(\n{_lines(opening)})\nds"
        )
    else:
        arguments = [href, *_options(store), '**asset.extra_fields["xarray:open_kwargs"]']
        code = (
            f"import xarray as xr\nfrom pystac_client import Client\n\n{found}"
            f"ds = xr.open_dataset(\n{_lines(arguments)})\nds"
        )
    # The asset has an address with `file:`, which xarray leaves to fsspec; the code for xarray alone has a path.
    opener = ("fsspec",) if store.address.scheme == "file" else ()
    packages = tuple(dict.fromkeys(("pystac-client", *_packages(store), *opener)))
    return Snippet(code, packages, way="pystac-client")


def _intake(store: StoreEntry) -> Snippet:
    arguments = [literal(store.address.url), *_options(store)]
    given = [f"{name}={literal(value)}" for name, value in store.arguments.items() if name != "storage_options"]
    code = (
        "import intake\n\n"
        f"data = intake.readers.datatypes.Zarr(\n{_lines(arguments)})\n"
        f"ds = intake.readers.readers.XArrayDatasetReader(\n{_lines(['data', *given])}).read()\nds"
    )
    return Snippet(code, ("intake", *_packages(store)), way="intake")


def _options(store: StoreEntry) -> list[str]:
    options = store.arguments.get("storage_options")
    return [f"storage_options={literal(options)}"] if options else []


def _packages(store: StoreEntry) -> Sequence[str]:
    return store.snippet.packages if store.snippet is not None else ()


def _lines(arguments: Sequence[str]) -> str:
    return "".join(f"    {argument},\n" for argument in arguments)
