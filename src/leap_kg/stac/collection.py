"""Collections: as they were published, or made of what the graph says of a dataset or store.

A made one has an asset for each store, with what xarray needs to open it, the variables as a data cube, the licence,
the providers with their roles, and links to its page, its paper and its recipe. Where it does not show all stores it
says so, to people in its description and to programs in `leap:stores`, and its link `next` leads to the others.
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pyoxigraph import NamedNode

from leap_kg.graph.statements import Statements
from leap_kg.ontology.iri import path_of
from leap_kg.ontology.namespaces import DCAT, DCT, PROV, SCHEMA
from leap_kg.stac.asset import asset
from leap_kg.stac.cube import cubes
from leap_kg.stac.links import link
from leap_kg.stac.moments import rfc3339
from leap_kg.stac.searching import Index, Row
from leap_kg.stac.stores import stores_of

VERSION = "1.1.0"
NOT_KNOWN = "leap:notKnown"
"""The field that names the parts of an extent that nobody knows."""

_CUBE = "https://stac-extensions.github.io/datacube/v2.3.0/schema.json"
_XARRAY = "https://stac-extensions.github.io/xarray-assets/v1.0.0/schema.json"
_SCIENTIFIC = "https://stac-extensions.github.io/scientific/v1.0.0/schema.json"
STORES, FIRST = "leap:stores", "stores-from"
"""The field that says how many of its stores a document shows, and the parameter that asks for those from one on."""

_SPDX = "https://spdx.org/licenses/"
_DOI = "https://doi.org/"
_ROLES = frozenset(("licensor", "producer", "processor", "host"))
_GLOBE = [-180.0, -90.0, 180.0, 90.0]
_Place = list[float] | None
_Period = list[str | None] | None


@dataclass(frozen=True, slots=True)
class Shown:
    """Which stores a document shows: so many, from one on that is counted from 1; `here` is the document's address."""

    most: int
    first: int = 1
    here: str = ""


def collection(row: Row, reading: Statements, index: Index, pages: str, shown: Shown | None = None) -> dict[str, Any]:
    """A collection, with those of its links that lead out of its catalogue or to the rest of its stores.

    `pages` is the address of the web pages, without a slash at its end. All stores are shown unless `shown` says which.
    """
    document: dict[str, Any] = json.loads(row.document)
    document["id"] = row.name
    document["links"] = json.loads(f"[{row.links}]")
    node = NamedNode(row.iri)
    # What was published may be older than a field that has to be there, or a catalogue.
    document = {"stac_version": VERSION, "license": _licence(reading, node), **document, "type": "Collection"}
    if not isinstance(document.get("description"), str) or not document["description"]:
        document["description"] = str(document.get("title") or row.name)
    is_open = not _is_extent(document.get("extent"))
    known = _extent(row, index) if is_open or row.made else (None, None)
    if is_open:
        _say_extent(document, *known)
    if row.made:
        _complete(document, reading, node, pages, shown, known)
    return document


def _complete(
    document: dict[str, Any],
    reading: Statements,
    node: NamedNode,
    pages: str,
    shown: Shown | None,
    known: tuple[_Place, _Period],
) -> None:
    """Say what the graph knows."""
    extensions = []
    every = stores_of(reading, node)
    stores = every if shown is None else every[shown.first - 1 : shown.first - 1 + shown.most]
    assets = {each.name: made for each in stores if (made := asset(reading, each.node)) is not None}
    without = len(stores) - len(assets)
    if shown is not None and len(stores) < len(every):
        _say_shown(document, shown, len(stores), len(every))
    if without and stores[0].node != node:
        document[STORES] = {"matched": len(every), "returned": len(stores), **document.get(STORES, {})}
        document[STORES]["withoutAddress"] = without
    if assets:
        document["assets"] = assets
        if any("xarray:open_kwargs" in each or "xarray:storage_options" in each for each in assets.values()):
            extensions.append(_XARRAY)
    found = cubes(reading, list(dict.fromkeys((node, *(each.node for each in every)))), *known)
    if found.whole:
        document.update(found.whole)
        extensions.append(_CUBE)
    for each in stores:
        if each.name in assets and each.node != node:
            assets[each.name].update(found.stores.get(each.node, {}))
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
    if keywords := reading.texts(node, DCAT("keyword")):
        document["keywords"] = keywords
    for key, predicate in (("created", DCT("created")), ("updated", DCT("modified"))):
        if (text := rfc3339(reading.text(node, predicate))) is not None:
            document[key] = text


def _say_shown(document: dict[str, Any], shown: Shown, number: int, every: int) -> None:
    """Say that these are not all stores, and where the others are."""
    last = shown.first + number - 1
    document[STORES] = {"matched": every, "returned": number, "first": shown.first}
    here = f"stores {shown.first:,} to {last:,}" if number else "none"
    said = f"Of its {every:,} stores this document shows {here}; its links next and prev lead to the others."
    document["description"] = f"{document['description']}\n\n{said}"
    if number and last < every:
        rest = f"Stores {last + 1:,} to {min(last + shown.most, every):,} of {every:,}"
        document["links"].append(link("next", f"{shown.here}?{urlencode({FIRST: last + 1})}", title=rest))
    if shown.first > 1:
        before = max(1, min(shown.first, every + 1) - shown.most)
        rest = f"Stores from {before:,} on of {every:,}"
        document["links"].append(link("prev", f"{shown.here}?{urlencode({FIRST: before})}", title=rest))


def _licence(reading: Statements, node: NamedNode) -> str:
    licences = [licence.value for licence in reading.nodes(node, DCT("license"))]
    return next((iri.removeprefix(_SPDX) for iri in licences if iri.startswith(_SPDX)), "other")


def _extent(row: Row, index: Index) -> tuple[_Place, _Period]:
    """Where, as west, south, east and north, and when the data are; `None` for what is not known."""
    box, period = index.extent(row.node)
    return (
        [box[0], box[2], box[1], box[3]] if box else None,
        [rfc3339(end) for end in period] if period else None,
    )


def _say_extent(document: dict[str, Any], place: _Place, period: _Period) -> None:
    """Say where and when the data are, so far as that is known.

    STAC demands an extent of every collection and has no word for one that is not known. The whole globe and open ends
    stand for it, as in other catalogues, and `leap:notKnown` says that they do.
    """
    document["extent"] = {
        "spatial": {"bbox": [place or _GLOBE]},
        "temporal": {"interval": [period or [None, None]]},
    }
    unknown = [name for name, found in (("spatial", place), ("temporal", period)) if found is None]
    if unknown:
        document[NOT_KNOWN] = unknown


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
