"""What the index keeps of a node for the STAC API: which object it is there, and the document it was published with.

A document is kept apart from its links, so that an answer is put together from texts. Links to other objects of its
catalogue are dropped, since those of the API take their place; all others stay.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urljoin

from pyoxigraph import NamedNode

from leap_kg.graph.index.extent import NOT, seconds
from leap_kg.graph.index.said import Others, Said
from leap_kg.ontology.iri import part
from leap_kg.ontology.namespaces import DCAT, DCT, PROV, SCHEMA, STAC

_ITEM, _COLLECTION, _CATALOG = (STAC(name).value for name in ("Item", "Collection", "Catalog"))
_FORMS = {_ITEM: "item", _COLLECTION: "collection", _CATALOG: "catalog"}
_WHOLES = (DCAT("inSeries").value, DCT("isPartOf").value)
_SOURCE, _VALUE = DCT("source").value, PROV("value").value
_MEASURED = SCHEMA("variableMeasured").value
_KNOWN = (DCT("spatial").value, DCT("temporal").value, _MEASURED)
# What leads to the same from everywhere.
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_OWN_LINKS = frozenset(
    ("self", "root", "parent", "collection", "items", "item", "child", "data", "search", "next", "prev", "conformance")
)


class Object(NamedTuple):
    """An object of the API: `form` is `item`, `collection` or `catalog`.

    `series` is the IRI of the collection of an item, `at` its moment in seconds from 1970 on; `plain` says that its
    geometry is its box, `made` that it was not published as an object of STAC, so that there is no `document`.
    """

    form: str
    name: str
    series: str
    at: float
    plain: bool
    made: bool
    document: str | None
    links: str


def object_of(iri: str, name: str, kind: str, types: Sequence[str], said: Said, others: Others) -> Object | None:
    """The object that the node of a kind is in the API; one that was published elsewhere has this name there."""
    form = next((_FORMS[each] for each in (_ITEM, _COLLECTION, _CATALOG) if each in types), "")
    if form:
        texts = others.said(part(NamedNode(iri), "document", "stac").value).texts.get(_VALUE)
        return _published(form, json.loads(min(texts)), said) if texts else None
    if kind == "dataset" or (kind == "store" and any(predicate in said.links for predicate in _KNOWN)):
        return Object("collection", name, "", -NOT, plain=True, made=True, document=None, links="")
    return None


def _published(form: str, value: dict[str, Any], said: Said) -> Object:
    found = min(said.links.get(_SOURCE, ("",)))
    links = [_absolute(link, found) for link in _objects(value.pop("links", None)) if link.get("rel") not in _OWN_LINKS]
    assets = value.get("assets")
    if isinstance(assets, dict):
        value["assets"] = {
            key: _absolute(asset, found) if isinstance(asset, dict) else asset for key, asset in assets.items()
        }
    if form == "item" and "collection" in value:
        # First, where it can be exchanged for the collection that the API has the item in.
        value = {"collection": value.pop("collection"), **value}
    return Object(
        form=form,
        name=str(value.get("id", "")),
        series=min((whole for predicate in _WHOLES for whole in said.links.get(predicate, ())[:1]), default=""),
        at=_moment(value),
        plain=_is_box(value.get("geometry"), value.get("bbox")),
        made=False,
        document=_written(value),
        links=_written(links)[1:-1],
    )


def _absolute(link: dict[str, Any], base: str) -> dict[str, Any]:
    """The link, or asset, with an address that also holds elsewhere; one that does already stays as it was written."""
    href = link.get("href")
    if not isinstance(href, str) or not base or _SCHEME.match(href):
        return link
    # A query that is empty is a part of the address all the same, and is lost where addresses are joined.
    path, mark, rest = href.partition("?")
    kept = mark + rest if path and rest[:1] in ("", "#") else ""
    try:
        return {**link, "href": urljoin(base, path if kept else href) + kept}
    except ValueError:
        return link


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _moment(value: dict[str, Any]) -> float:
    properties = value.get("properties")
    if isinstance(properties, dict):
        for key in ("datetime", "start_datetime", "end_datetime"):
            text = properties.get(key)
            moment = seconds(text) if isinstance(text, str) else None
            if moment is not None:
                return moment
    return -NOT


def _is_box(geometry: object, bbox: object) -> bool:
    """Whether the geometry is no more than the box, so that nothing else need be looked at."""
    if not isinstance(geometry, dict):
        return True
    points: Any = geometry.get("coordinates")
    if geometry.get("type") == "Point":
        return True
    if geometry.get("type") != "Polygon" or not isinstance(bbox, list) or len(bbox) not in (4, 6):
        return False
    half = len(bbox) // 2
    corners = {(x, y) for x in (bbox[0], bbox[half]) for y in (bbox[1], bbox[half + 1])}
    try:
        (ring,) = points
        return len(ring) == 5 and {(point[0], point[1]) for point in ring} == corners
    except (TypeError, ValueError, IndexError, KeyError):
        return False
