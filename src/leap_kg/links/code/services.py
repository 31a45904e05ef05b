"""Data that a service knows by a name of its own: collections of STAC, granules of NASA, reanalyses of Copernicus.

What is read is all that a search found, which no code tells; so what stands here are candidates. A deposit that is
downloaded by its DOI is another matter: just that is read.
"""

import ast
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from leap_kg.links.code import addresses, deposits
from leap_kg.links.code.ledger import QUERY
from leap_kg.links.code.values import (
    NOTHING,
    Alternative,
    External,
    Items,
    Table,
    Values,
    as_text,
    bounded,
    one,
    only,
)
from leap_kg.links.signal import UNKNOWN, Role

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_NAME = re.compile(r"[A-Za-z0-9][\w.@:/ +-]{1,200}\Z", re.ASCII)
_COPERNICUS = "https://cds.climate.copernicus.eu/datasets/"
_MARINE = "https://data.marine.copernicus.eu/products?q="
_EARTH_ENGINE = "https://developers.google.com/earth-engine/datasets/catalog/"
_NASA = "https://cmr.earthdata.nasa.gov/search/collections.umm_json?"
_KAGGLE = "https://www.kaggle.com/"
LIBRARIES = {
    "pystac_client", "pystac", "earthaccess", "cdsapi", "earthkit", "climetlab", "copernicusmarine", "ee", "arraylake",
    "zenodo_get", "kagglehub", "kaggle", "owslib",
}  # fmt: skip
"""Whose calls are looked at here."""
_CATALOGUED = {"get_collection", "get_child", "get_item"}
_MOST = 20


def noted(
    folder: "Folder", full: str, last: str, node: ast.Call, given: list[Values], named: dict[str, Values]
) -> Values | None:
    """What the call gives of a service's data; `None` for all other calls."""
    top = full.partition(".")[0]
    first = given[0] if given else NOTHING
    match top, last:
        case "pystac_client", "open":
            return _service(folder, named.get("url", first), node, Role.READS)
        case "owslib", "WebMapService" | "WebCoverageService" | "WebFeatureService" | "WebMapTileService":
            _service(folder, named.get("url", first), node)
            return NOTHING
        case "pystac", "from_file" | "read_file":
            return _service(folder, named.get("href", first), node, Role.READS)
        case "earthaccess", "search_data" | "search_datasets":
            return _granules(folder, named, node)
        case "earthaccess", "open":
            return first
        case "cdsapi", "Client":
            return one(External("cdsapi"))
        case "cdsapi", "retrieve":
            return _called(folder, _COPERNICUS, named.get("name", first), node, "cdsapi.retrieve")
        case "earthkit" | "climetlab", "from_source" | "load_source":
            return _source(folder, given, named, node)
        case "copernicusmarine", "open_dataset" | "subset" | "get" | "read_dataframe":
            return _called(folder, _MARINE, named.get("dataset_id", NOTHING), node, f"copernicusmarine.{last}")
        case "ee", "ImageCollection" | "Image" | "FeatureCollection":
            assets = tuple(Alternative(_asset(as_text(value)), when) for value, when in first)
            return _called(folder, _EARTH_ENGINE, assets, node, f"ee.{last}")
        case "arraylake", "Client" | "AsyncClient":
            return one(External("arraylake"))
        case "arraylake", "get_repo":
            return _called(folder, "https://app.earthmover.io/", first, node, "arraylake.get_repo")
        case "zenodo_get", "download" | "zenodo_get":
            every = only(first)
            told = list(every.each) if isinstance(every, Items) else [first, *named.values()]
            return deposits.noted(folder, told, node, "zenodo_get")
        case "kagglehub" | "kaggle", "dataset_download" | "dataset_download_files" | "dataset_load":
            return _called(folder, f"{_KAGGLE}datasets/", first, node, "kaggle", sure=True)
        case "kagglehub" | "kaggle", "competition_download" | "competition_download_files":
            return _called(folder, f"{_KAGGLE}competitions/", first, node, "kaggle", sure=True)
    return None


def method(
    folder: "Folder", table: Table, name: str, node: ast.Call, given: list[Values], named: dict[str, Values]
) -> Values | None:
    """`client.search(collections=…)` and the like, of a service; `None` for other methods, and of other tables."""
    if table.entry:
        return None
    if name in _CATALOGUED and given:
        found = _collections(table, given[0])
    elif name == "search" and "collections" in named:
        found = _collections(table, named["collections"])
    else:
        return None
    for value, _ in found:
        if isinstance(value, Table) and folder.concerned(value.address):
            folder.ledger.entry(value.target, QUERY, folder.place(node), f"stac.{name}")
    return found


def _service(folder: "Folder", values: Values, node: ast.Call, role: Role | None = None) -> Values:
    """A service that answers searches: what is read through it the code does not say, so it is a candidate. A catalogue
    that is opened, in a file or by its service, is read by itself.
    """
    found: list[Alternative] = []
    for value, when in values:
        address = addresses.given(as_text(value))
        if address is None or UNKNOWN in address:
            continue
        if folder.concerned(address):
            place = folder.place(node, node.args[0] if node.args else None)
            if role is not None:
                folder.ledger.use(role, address, place, "pystac", sure=folder.sure_of(address))
            else:
                folder.ledger.entry(address, QUERY, place, "search service")
        found.append(Alternative(Table(address, ""), when))
    return bounded(found)


def _collections(table: Table, values: Values) -> Values:
    told = only(values)
    each = [inner for item in told.each[:_MOST] for inner in item] if isinstance(told, Items) else list(values)
    named = [(value, when) for value, when in each if isinstance(value, str) and _NAME.match(value)]
    return bounded(Alternative(Table(table.address, value), when) for value, when in named)


def _granules(folder: "Folder", named: dict[str, Values], node: ast.Call) -> Values:
    for key in ("doi", "short_name", "concept_id"):
        for value, _ in named.get(key, ()):
            text = as_text(value)
            if key == "doi" and (address := deposits.address(text)) is not None:
                return _candidate(folder, address, node, "earthaccess.search_data")
            if key != "doi" and _NAME.match(text) and "/" not in text:
                return _candidate(folder, f"{_NASA}{key}={quote(text)}", node, "earthaccess.search_data")
    return NOTHING


def _source(folder: "Folder", given: list[Values], named: dict[str, Values], node: ast.Call) -> Values | None:
    """`from_source("cds", "reanalysis-era5-single-levels", …)`; files and addresses are read as any other call's."""
    kind = only(given[0]) if given else None
    if kind in ("cds", "ads") and len(given) > 1:
        return _called(folder, _COPERNICUS, given[1], node, f"from_source {kind}")
    return None


def _called(folder: "Folder", place: str, names: Values, node: ast.Call, via: str, *, sure: bool = False) -> Values:
    """Data of a service by their names."""
    found: list[Alternative] = []
    for value, when in names:
        text = as_text(value)
        if not isinstance(value, str) or UNKNOWN in text or "://" in text or not _NAME.match(text):
            continue
        address = f"{place}{quote(text, safe='/')}"
        if sure and folder.concerned(text):
            folder.ledger.use(Role.READS, address, folder.place(node), via)
        elif not sure:
            found += [each._replace(choices=when) for each in _candidate(folder, address, node, via, text)]
    return bounded(found)


def _candidate(folder: "Folder", address: str, node: ast.Call, via: str, said: str = "") -> Values:
    if folder.concerned(said or address):
        folder.ledger.entry(address, QUERY, folder.place(node), via)
    return one(Table(address, ""))


def _asset(text: str) -> str:
    """The name of a public asset of Earth Engine in the address of its page; somebody's own has none."""
    return UNKNOWN if text.startswith(("users/", "projects/")) or "/" not in text else text.replace("/", "_")
