"""Collections: as they were published, or made of what the graph says of a dataset or store.

A made one has an asset for each store, with what xarray needs to open it, the variables as a data cube, the licence,
the providers with their roles, and links to its page, its paper and its recipe.
"""

import json
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.graph.statements import Statements
from leap_kg.ontology.iri import path_of
from leap_kg.ontology.namespaces import DCAT, DCT, PROV, SCHEMA
from leap_kg.stac.asset import asset
from leap_kg.stac.cube import cube
from leap_kg.stac.links import link
from leap_kg.stac.moments import rfc3339
from leap_kg.stac.searching import Index, Row

VERSION = "1.1.0"
_CUBE = "https://stac-extensions.github.io/datacube/v2.3.0/schema.json"
_XARRAY = "https://stac-extensions.github.io/xarray-assets/v1.0.0/schema.json"
_SCIENTIFIC = "https://stac-extensions.github.io/scientific/v1.0.0/schema.json"
_MOST_ASSETS = 1000
_SPDX = "https://spdx.org/licenses/"
_DOI = "https://doi.org/"
_ROLES = frozenset(("licensor", "producer", "processor", "host"))
_GLOBE = [-180.0, -90.0, 180.0, 90.0]


def collection(row: Row, reading: Statements, index: Index, pages: str) -> dict[str, Any]:
    """A collection, with those of its links that lead out of its catalogue.

    `pages` is the address of the web pages, without a slash at its end.
    """
    document: dict[str, Any] = json.loads(row.document)
    document["id"] = row.name
    document["links"] = json.loads(f"[{row.links}]")
    node = NamedNode(row.iri)
    # What was published may be older than a field that has to be there, or a catalogue.
    document = {"stac_version": VERSION, "license": _licence(reading, node), **document, "type": "Collection"}
    if not isinstance(document.get("description"), str) or not document["description"]:
        document["description"] = str(document.get("title") or row.name)
    if not _is_extent(document.get("extent")):
        document["extent"] = _extent(row, index)
    if row.made:
        _complete(document, reading, node, pages)
    return document


def _complete(document: dict[str, Any], reading: Statements, node: NamedNode, pages: str) -> None:
    """Say what the graph knows."""
    extensions = []
    stores = reading.nodes(node, DCAT("distribution"))[:_MOST_ASSETS] or [node]
    assets = dict(found for store in stores if (found := asset(reading, store)) is not None)
    if assets:
        document["assets"] = assets
        if any("xarray:open_kwargs" in each or "xarray:storage_options" in each for each in assets.values()):
            extensions.append(_XARRAY)
    for source in (node, *stores[:1]) if len(stores) == 1 else (node,):
        if arrays := cube(reading, source, document["extent"]):
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
    document["links"] += _links(reading, node, pages)
    document["keywords"] = reading.texts(node, DCAT("keyword"))
    for key, predicate in (("created", DCT("created")), ("updated", DCT("modified"))):
        if (text := rfc3339(reading.text(node, predicate))) is not None:
            document[key] = text


def _licence(reading: Statements, node: NamedNode) -> str:
    licences = [licence.value for licence in reading.nodes(node, DCT("license"))]
    return next((iri.removeprefix(_SPDX) for iri in licences if iri.startswith(_SPDX)), "other")


def _extent(row: Row, index: Index) -> dict[str, Any]:
    box, period = index.extent(row.node)
    where = [box[0], box[2], box[1], box[3]] if box else _GLOBE
    when = [rfc3339(end) for end in period] if period else [None, None]
    return {"spatial": {"bbox": [where]}, "temporal": {"interval": [when]}}


def _is_extent(value: object) -> bool:
    """Whether it has a place and a time, as clients look for without asking."""
    if not isinstance(value, dict):
        return False
    space, time = value.get("spatial"), value.get("temporal")
    return isinstance(space, dict) and "bbox" in space and isinstance(time, dict) and "interval" in time


def _providers(reading: Statements, node: NamedNode) -> list[dict[str, Any]]:
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


def _links(reading: Statements, node: NamedNode, pages: str) -> list[dict[str, Any]]:
    """Links to the page and its other forms, the licence, the works and the code."""
    page = f"{pages}/{path_of(reading.base, node.value).lstrip('/')}"
    links = [link("about", page, "text/html", title=reading.label(node))]
    if "?" not in page:
        links.append(link("describedby", f"{page}.jsonld", "application/ld+json", title="The same as linked data"))
    for relation, predicate in (
        ("license", DCT("license")),
        ("cite-as", SCHEMA("citation")),
        ("via", reading.leap("feedstock")),
    ):
        links += [
            link(relation, target.value, "text/html", title=reading.label(target))
            for target in reading.nodes(node, predicate)[:10]
            if target.value.startswith(("https://", "http://"))
        ]
    return links
