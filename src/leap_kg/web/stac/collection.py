"""Collections: as they were published, or made of what the graph says of a dataset or store.

A made one has an asset for each store, with what xarray needs to open it, the variables as a data cube, the licence,
the providers with their roles, and links to its page, its paper and its recipe.
"""

import json
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.ontology.iri import path_of
from leap_kg.ontology.namespaces import DCAT, DCT, PROV, SCHEMA
from leap_kg.stac.searching import Index, Row
from leap_kg.web.links import external_href
from leap_kg.web.nodes.store import store_entry
from leap_kg.web.nodes.variables import SHOWN_VARIABLES
from leap_kg.web.reading import Reading
from leap_kg.web.stac.cube import cube
from leap_kg.web.stac.links import collection_links, link
from leap_kg.web.stac.moments import rfc3339

VERSION = "1.1.0"
_CUBE = "https://stac-extensions.github.io/datacube/v2.3.0/schema.json"
_XARRAY = "https://stac-extensions.github.io/xarray-assets/v1.0.0/schema.json"
_SCIENTIFIC = "https://stac-extensions.github.io/scientific/v1.0.0/schema.json"
_MOST_ASSETS = 1000
_SPDX = "https://spdx.org/licenses/"
_DOI = "https://doi.org/"
_MEDIA = {
    "zarr": "application/vnd+zarr",
    "icechunk": "application/vnd+zarr",
    "kerchunk": "application/json",
    "netcdf": "application/x-netcdf",
}
_ROLES = frozenset(("licensor", "producer", "processor", "host"))
_GLOBE = [-180.0, -90.0, 180.0, 90.0]


def collection(row: Row, reading: Reading, index: Index, place: str, *, items: bool) -> dict[str, Any]:
    """A collection as the API serves it below `place`, which ends without a slash."""
    document: dict[str, Any] = json.loads(row.document)
    kept = json.loads(f"[{row.links}]")
    document["links"] = [*collection_links(row.name, place, items=items), *kept]
    if row.form == "collection" and not row.made:
        return document
    node = NamedNode(row.iri)
    document = {"type": "Collection", "stac_version": VERSION, "license": _licence(reading, node), **document}
    document["type"] = "Collection"
    document.setdefault("description", row.name)
    document.setdefault("extent", _extent(row, index))
    if row.made:
        _complete(document, reading, node, place)
    return document


def _complete(document: dict[str, Any], reading: Reading, node: NamedNode, place: str) -> None:
    """Say what the graph knows."""
    extensions = []
    stores = reading.nodes(node, DCAT("distribution"))[:_MOST_ASSETS] or [node]
    assets = {key: asset for store in stores for key, asset in _asset(reading, store)}
    if assets:
        document["assets"] = assets
        if any("xarray:open_kwargs" in asset or "xarray:storage_options" in asset for asset in assets.values()):
            extensions.append(_XARRAY)
    for source in (node, *stores[:1]) if len(stores) == 1 else (node,):
        if arrays := cube(reading, source, SHOWN_VARIABLES):
            document.update(arrays)
            extensions.append(_CUBE)
            break
    if providers := _providers(reading, node):
        document["providers"] = providers
    citations = reading.texts(node, DCT("bibliographicCitation"))
    doi = next((work.value for work in reading.nodes(node, DCT("isVersionOf")) if work.value.startswith(_DOI)), "")
    if citations or doi:
        extensions.append(_SCIENTIFIC)
        document.update({"sci:citation": citations[0]} if citations else {})
        document.update({"sci:doi": doi.removeprefix(_DOI)} if doi else {})
    document["stac_extensions"] = sorted(extensions)
    document["links"] += _links(reading, node, place)
    document["keywords"] = reading.texts(node, DCAT("keyword"))
    for key, predicate in (("created", DCT("created")), ("updated", DCT("modified"))):
        if (text := rfc3339(reading.text(node, predicate))) is not None:
            document[key] = text


def _licence(reading: Reading, node: NamedNode) -> str:
    licences = [licence.value for licence in reading.nodes(node, DCT("license"))]
    return next((iri.removeprefix(_SPDX) for iri in licences if iri.startswith(_SPDX)), "other")


def _extent(row: Row, index: Index) -> dict[str, Any]:
    box, period = index.extent(row.node)
    where = [box[0], box[2], box[1], box[3]] if box else _GLOBE
    when = [rfc3339(end) for end in period] if period else [None, None]
    return {"spatial": {"bbox": [where]}, "temporal": {"interval": [when]}}


def _asset(reading: Reading, store: NamedNode) -> list[tuple[str, dict[str, Any]]]:
    """The store as an asset, under a short name; none if it has no address."""
    entry = store_entry(reading, store)
    if not entry.uri:
        return []
    form = entry.form.iri.rsplit("/", 1)[-1] if entry.form and entry.form.iri else ""
    asset: dict[str, Any] = {
        "href": entry.uri,
        "title": entry.node.label,
        "roles": ["references", "data"] if form == "kerchunk" else ["data"],
    }
    if entry.description:
        asset["description"] = entry.description
    if form in _MEDIA:
        asset["type"] = _MEDIA[form]
    kwargs = _object(reading.text(store, reading.leap("openKwargs")))
    if form in ("zarr", "icechunk", "netcdf"):
        kwargs.setdefault("engine", "h5netcdf" if form == "netcdf" else "zarr")
    if kwargs:
        asset["xarray:open_kwargs"] = kwargs
    if entry.public and entry.uri.startswith(("gs://", "s3://")):
        anonymous: dict[str, Any] = {"token": "anon"} if entry.uri.startswith("gs://") else {"anon": True}
        if entry.endpoint:
            anonymous["client_kwargs"] = {"endpoint_url": entry.endpoint}
        asset["xarray:storage_options"] = anonymous
    if entry.web and entry.web.path != entry.uri:
        asset["alternate"] = {"https": {"href": entry.web.path, "title": "over https"}}
    return [(entry.identifier or store.value.rsplit("/", 1)[-1], asset)]


def _providers(reading: Reading, node: NamedNode) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for attribution in reading.nodes(node, PROV("qualifiedAttribution")):
        agent = reading.one(attribution, PROV("agent"))
        roles = {role.value.rsplit("/", 1)[-1] for role in reading.nodes(attribution, DCAT("hadRole"))} & _ROLES
        if agent is None or not roles:
            continue
        said = found.setdefault(agent.value, {"name": reading.label(agent), "roles": []})
        said["roles"] = sorted({*said["roles"], *roles})
        if agent.value.startswith(("https://", "http://")) and not agent.value.startswith(reading.base):
            said["url"] = agent.value
    return sorted(found.values(), key=lambda provider: provider["name"])


def _links(reading: Reading, node: NamedNode, place: str) -> list[dict[str, Any]]:
    """Links out of the API: to the page and its other forms, the licence, the works and the code."""
    page = f"{place.removesuffix('/stac')}/{path_of(reading.base, node.value).lstrip('/')}"
    links = [link("about", page, "text/html", title=reading.label(node))]
    if "?" not in page:
        links.append(link("describedby", f"{page}.jsonld", "application/ld+json"))
    for relation, predicate in (
        ("license", DCT("license")),
        ("cite-as", SCHEMA("citation")),
        ("via", reading.leap("feedstock")),
    ):
        links += [
            link(relation, href, "text/html", title=reading.label(target))
            for target in reading.nodes(node, predicate)[:10]
            if (href := external_href(target.value))
        ]
    return links


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text) if text else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
