"""Use of catalogues: an entry by its keys, a search by its facets.

The target of such a signal is the catalogue's address, then `#` and the keys with dots between them
(`https://host/master.yaml#ocean.altimetry`), or `?` and the facets, sorted (`https://host/cmip6.json?variable_id=tos`),
where several values of a facet repeat its name.
"""

import ast
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from leap_kg.links.code import localcatalogues
from leap_kg.links.code.ledger import ENTRY, QUERY
from leap_kg.links.code.values import NOTHING, Catalogue, Items, Table, Value, Values, as_text, one
from leap_kg.links.signal import UNKNOWN

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

OPENERS = {"Catalog", "open_catalog", "open_esm_datastore", "esm_datastore", "from_yaml_file", "open_stac_catalog"}
_TAKING = {
    "to_dask", "read", "to_xarray", "to_dataset_dict", "to_datatree", "read_chunked", "read_partition",
    "to_pandas", "to_iris", "to_zarr",
}  # fmt: skip
_ALL = {"to_dataset_dict", "to_datatree", "to_dask"}
"""What opens everything that a search found."""
_OTHER = {
    "df", "keys", "walk", "describe", "items", "values", "gui", "name", "metadata", "esmcat", "unique",
    "nunique", "plot", "hvplot", "discover", "force_reload", "reload", "key_template", "head", "save",
    "serialize", "columns", "version", "shape", "yaml", "filter", "derivedcat", "aggregations", "esmcol_data",
    "urlpath", "cat", "entries",
}  # fmt: skip
_MOST_FACETS = 20
_MOST_KEYS = 12


def target(catalogue: Catalogue) -> str:
    """The address of the entry or the search."""
    if catalogue.keys:
        return f"{catalogue.address}#{'.'.join(catalogue.keys)}"
    facets = "&".join(f"{quote(name)}={quote(value, safe='*{}')}" for name, value in sorted(catalogue.facets))
    return f"{catalogue.address}?{facets}" if facets else catalogue.address


def below(catalogue: Catalogue, name: str) -> Values:
    """`catalogue.name`: a group or an entry, unless it is a method; `df` is its rows."""
    if name == "df" and catalogue.address and not catalogue.keys:
        return one(Table(catalogue.address))
    if name.startswith("_") or name in _OTHER or name in _TAKING or len(catalogue.keys) >= _MOST_KEYS:
        return NOTHING
    return one(replace(catalogue, keys=(*catalogue.keys, name)))


def entry(catalogue: Catalogue, key: Value, node: ast.Subscript, folder: "Folder") -> Values:
    """`catalogue[key]`: a signal, unless a longer chain of keys or a call takes it up."""
    if not catalogue.address or not folder.concerned(catalogue.address) or len(catalogue.keys) >= _MOST_KEYS:
        return NOTHING
    folder.ledger.consume(catalogue.origin)
    text = as_text(key)
    if UNKNOWN in text:
        return one(replace(catalogue, keys=(*catalogue.keys, UNKNOWN), origin=-1))
    found = replace(catalogue, keys=(*catalogue.keys, text))
    place = folder.place(node, node.slice)
    origin = folder.ledger.pend_entry(target(found), ENTRY, place, "catalogue entry")
    return one(replace(found, origin=origin))


def method(catalogue: Catalogue, name: str, node: ast.Call, named: dict[str, Values], folder: "Folder") -> Values:
    """`catalogue.name(…)`."""
    if not catalogue.address or not folder.concerned(catalogue.address):
        return NOTHING
    if name == "search":
        return _search(catalogue, node, named, folder)
    if name in {"get", "configure_new"} and catalogue.keys:
        return one(catalogue)
    if name in _TAKING:
        if catalogue.keys and _opened(catalogue, node, name, folder):
            return NOTHING
        if catalogue.keys and not any(UNKNOWN in key for key in catalogue.keys):
            folder.ledger.consume(catalogue.origin)
            folder.ledger.entry(target(catalogue), ENTRY, folder.place(node, node.func), name)
        elif not catalogue.keys and name in _ALL:
            folder.ledger.consume(catalogue.origin)
            told = target(catalogue) if catalogue.facets else f"{catalogue.address}#{UNKNOWN}"
            folder.ledger.entry(told, QUERY, folder.place(node, node.func), name)
        return NOTHING
    found = below(catalogue, name)
    return found if found is not NOTHING else NOTHING


def _opened(catalogue: Catalogue, node: ast.Call, name: str, folder: "Folder") -> bool:
    """Whether the catalogue is the repository's own and tells what the entry opens, which is noted then."""
    told = localcatalogues.opened(folder, catalogue.address, catalogue.keys)
    if told:
        folder.ledger.consume(catalogue.origin)
    for address in told:
        sure = ENTRY if UNKNOWN not in address else QUERY
        folder.ledger.entry(address, sure, folder.place(node, node.func), f"catalogue entry {name}")
    return bool(told)


def _search(catalogue: Catalogue, node: ast.Call, named: dict[str, Values], folder: "Folder") -> Values:
    facets = list(catalogue.facets)
    for name, values in named.items():
        if name not in {"require_all_on", "require_all"}:
            facets += [(name, text) for text in _texts(values)]
    if not facets or catalogue.keys:
        return one(catalogue)
    folder.ledger.consume(catalogue.origin)
    found = replace(catalogue, facets=tuple(dict.fromkeys(facets))[:_MOST_FACETS])
    place = folder.place(node)
    return one(replace(found, origin=folder.ledger.pend_entry(target(found), QUERY, place, "search")))


def _texts(values: Values) -> list[str]:
    found: dict[str, None] = {}
    for value, _ in values:
        each = [inner for item in value.each for inner, _ in item] if isinstance(value, Items) else [value]
        found |= dict.fromkeys(map(as_text, each))
    return [text[:200] for text in found]
