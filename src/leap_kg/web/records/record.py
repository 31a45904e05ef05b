"""The record of one node: a GeoJSON feature of what it is, where and when, who has to do with it, and where it lies.

Hazard: the graph holds what strangers wrote. What cannot be said as the standard wants it is left out.
"""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from pyoxigraph import NamedNode

from leap_kg.graph.index.entry import Stored, label_in, object_name
from leap_kg.graph.index.extent import EVER, NOT, Extent, extents
from leap_kg.graph.lookup import looked_up
from leap_kg.ontology.iri import iri_of, path_of
from leap_kg.ontology.namespaces import ADMS, DCAT, DCT, PROV, RDF, SCHEMA, STAC
from leap_kg.stac.asset import asset, format_of
from leap_kg.stac.links import GEOJSON, link
from leap_kg.stac.moments import rfc3339
from leap_kg.web.reading import Reading

CORE = "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core"
_DESCRIPTIONS = (DCT("description"), DCT("abstract"))
_CREATED = (DCT("created"), DCT("issued"), SCHEMA("datePublished"))
_THEMES = (DCAT("theme"), DCT("subject"))
_SPDX, _DOI = "https://spdx.org/licenses/", "https://doi.org/"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_MOST = 50
_MOST_MEANINGS = 200


def record(reading: Reading, node: NamedNode, kind: str, home: str, site: str) -> dict[str, Any]:
    """The record of a node of a kind; `home` is the address of its collection, `site` that of the web pages."""
    stores = reading.nodes(node, DCAT("distribution"))[:_MOST]
    where = _extents(reading, node, stores)
    texts = (reading.text(node, predicate) for predicate in _DESCRIPTIONS)
    properties: dict[str, Any] = {
        "type": kind,
        "title": reading.label(node),
        "description": next(filter(None, texts), ""),
        "keywords": reading.texts(node, DCAT("keyword"))[:_MOST],
        "language": _language(reading, node),
        "created": next((said for each in _CREATED if (said := _moment(reading.text(node, each)))), None),
        "updated": _moment(reading.text(node, DCT("modified"))),
        "license": _licence(reading, node),
        "themes": _themes(reading, node, stores),
        "contacts": _contacts(reading, node),
        "formats": _formats(reading, stores or [node]),
        "externalIds": _ids(reading, node),
    }
    told = {key: value for key, value in properties.items() if value or key in ("type", "title")}
    return {
        "id": id_of(reading, node),
        "type": "Feature",
        "conformsTo": [CORE],
        "geometry": _geometry(where),
        "time": _time(where),
        "properties": told,
        "links": [
            *_own_links(reading, node, home, site),
            *_data_links(reading, stores or [node]),
            *_rest(reading, node, site),
        ],
    }


def id_of(reading: Reading, node: NamedNode) -> str:
    """What a record is called: the path of its page, or its IRI where no path is its own."""
    path = path_of(reading.base, node.value)
    return node.value if "?" in path else path.lstrip("/")


def node_of(reading: Reading, name: str) -> NamedNode | None:
    """The node of a record's id, or of an IRI or DOI that it is known by; `None` for what cannot be one."""
    name = re.sub(r"^doi:(?://)?", _DOI, name, flags=re.IGNORECASE)
    if re.fullmatch(r"10\.\d{4,9}/\S+", name):
        name = _DOI + name
    # No first segment of a path of ours has a colon, and every IRI has one there.
    is_iri = ":" in name.partition("/")[0]
    try:
        return NamedNode(name if is_iri else iri_of(reading.base, f"/{name}"))
    except ValueError:
        return None


def address(home: str, name: str) -> str:
    """Where the record of an id is; one that is an IRI goes into the address as a whole."""
    return f"{home}/items/{quote(name, safe='' if '//' in name else '/:@,;=+$!*()')}"


def _extents(reading: Reading, node: NamedNode, stores: Sequence[NamedNode]) -> list[Extent]:
    """What the search index has of it: its own places and periods, or those of its stores."""
    stored = Stored(reading.store)
    own = list(extents(stored.said(node.value), stored))
    return own or [each for store in stores for each in extents(stored.said(store.value), stored)]


def _geometry(where: list[Extent]) -> dict[str, Any] | None:
    boxes = sorted({each[:4] for each in where if each.west < NOT})[:_MOST]
    polygons = [[[[w, s], [e, s], [e, n], [w, n], [w, s]]] for w, e, s, n in boxes]
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons} if polygons else None


def _time(where: list[Extent]) -> dict[str, Any] | None:
    periods = [each for each in where if each.start < NOT]
    if not periods:
        return None
    ends = (min(each.start for each in periods), max(each.end for each in periods))
    told = [rfc3339(end) if abs(end) < EVER else None for end in ends]
    return {"interval": [end or ".." for end in told]} if any(told) else None


def _moment(text: str) -> str | None:
    """A date or moment as the standard writes it."""
    return rfc3339(text) if text else None


def _language(reading: Reading, node: NamedNode) -> dict[str, str] | None:
    said = reading.text(node, DCT("language")) or reading.text(node, SCHEMA("inLanguage"))
    return {"code": said} if _LANGUAGE.fullmatch(said) else None


def _licence(reading: Reading, node: NamedNode) -> str:
    licences = [licence.value for licence in reading.nodes(node, DCT("license"))]
    return next((iri.removeprefix(_SPDX) for iri in licences if iri.startswith(_SPDX)), next(iter(licences), ""))


def _themes(reading: Reading, node: NamedNode, stores: Sequence[NamedNode]) -> list[dict[str, Any]]:
    """What it is about, by vocabulary: its subjects, and what its variables mean in the CF convention."""
    concepts = [target for predicate in _THEMES for target in reading.nodes(node, predicate)]
    for whole in (node, *stores):
        for variable in reading.nodes(whole, SCHEMA("variableMeasured"))[:_MOST_MEANINGS]:
            concepts += reading.nodes(variable, SCHEMA("propertyID"))
    schemes: dict[str, dict[str, dict[str, str]]] = {}
    for concept in concepts:
        scheme, name = _parted(concept.value)
        if name:
            schemes.setdefault(scheme, {})[name] = {
                "id": name,
                "title": label_in(reading.store, concept),
                "url": concept.value,
            }
    return [
        {"concepts": [found[name] for name in sorted(found)][:_MOST_MEANINGS], "scheme": scheme}
        for scheme, found in sorted(schemes.items())
    ]


def _parted(iri: str) -> tuple[str, str]:
    """The vocabulary of a concept, and its name there."""
    plain = iri.rstrip("/#")
    cut = max(plain.rfind("/"), plain.rfind("#")) + 1
    return plain[:cut], plain[cut:]


def _contacts(reading: Reading, node: NamedNode) -> list[dict[str, Any]]:
    """Who has to do with it, each once with all roles."""
    roles: dict[NamedNode, list[str]] = {}
    for attribution in reading.nodes(node, PROV("qualifiedAttribution")):
        said = [role.value.rsplit("/", 1)[-1] for role in reading.nodes(attribution, DCAT("hadRole"))]
        for agent in reading.nodes(attribution, PROV("agent")):
            roles.setdefault(agent, []).extend(said)
    for role, predicate in (
        ("author", DCT("creator")),
        ("publisher", DCT("publisher")),
        ("maintainer", SCHEMA("maintainer")),
    ):
        for agent in reading.nodes(node, predicate):
            roles.setdefault(agent, []).append(role)
    found = []
    for agent, said in roles.items():
        person = reading.kind(agent)
        name = "organization" if person is not None and person.name == "organization" else "name"
        contact: dict[str, Any] = {name: reading.label(agent), "roles": sorted(set(said)) or ["contributor"]}
        if agent.value.startswith(("https://", "http://")):
            contact["identifier"] = agent.value
        found.append(contact)
    return sorted(found, key=lambda each: str(each.get("name") or each.get("organization")))[:_MOST]


def _formats(reading: Reading, stores: Sequence[NamedNode]) -> list[dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for store in stores:
        name, made = format_of(reading, store), asset(reading, store)
        if name:
            media = made.get("type") if made else None
            found[name] = {"name": name, **({"mediaType": media} if media else {})}
    return [found[name] for name in sorted(found)]


def _ids(reading: Reading, node: NamedNode) -> list[dict[str, str]]:
    same = [node, *reading.nodes(node, DCT("isVersionOf")), *reading.nodes(node, ADMS("identifier"))]
    dois = sorted({each.value.removeprefix(_DOI) for each in same if each.value.startswith(_DOI)})
    return [{"scheme": "doi", "value": doi} for doi in dois]


def _own_links(reading: Reading, node: NamedNode, home: str, site: str) -> list[dict[str, Any]]:
    page = f"{site}{path_of(reading.base, node.value)}"
    links = [
        link("self", address(home, id_of(reading, node)), GEOJSON),
        link("collection", home),
        link("alternate", page, "text/html", title=reading.label(node)),
    ]
    if "?" not in page:
        links.append(link("alternate", f"{page}.jsonld", "application/ld+json"))
    for relation, predicate in (("license", DCT("license")), ("cite-as", SCHEMA("citation"))):
        links += [
            link(relation, target.value, "text/html", title=reading.label(target))
            for target in reading.nodes(node, predicate)[:_MOST]
            if target.value.startswith(("https://", "http://"))
        ]
    return links


def _rest(reading: Reading, node: NamedNode, site: str) -> list[dict[str, Any]]:
    """Where the other stores are of a dataset that has more of them than a record links to."""
    every = len({quad.object for quad in looked_up(reading.store, node, DCAT("distribution"))})
    if every <= _MOST:
        return []
    title = f"All {every:,} stores, of which this record links to {_MOST}"
    if STAC("Collection") in reading.nodes(node, RDF("type")):
        return [link("related", f"{site}{path_of(reading.base, node.value)}", "text/html", title=title)]
    name = object_name(node.value, reading.base)
    return [link("related", f"{site}/stac/collections/{quote(name, safe='')}", title=title)]


def _data_links(reading: Reading, stores: Sequence[NamedNode]) -> list[dict[str, Any]]:
    """Where the data are."""
    links = []
    for store in stores:
        made = asset(reading, store)
        if made is not None:
            href = made.get("alternate", {}).get("https", made)["href"]
            links.append(link("enclosure", href, made.get("type", "application/octet-stream"), title=made["title"]))
    return links
