"""The links of the API's objects to each other, as JSON, and documents with their links.

Documents are kept as texts and never parsed for an answer: the links go before the last brace.
"""

import json
from typing import Any
from urllib.parse import quote

from leap_kg.stac.searching import Row

_JSON, _GEOJSON = "application/json", "application/geo+json"


def item_text(row: Row, place: str, collection: str) -> str:
    """An item as the API serves it below `place`, which ends without a slash."""
    home = f"{place}/collections/{quote(collection, safe='')}"
    own = [
        link("self", f"{home}/items/{quote(row.name, safe='')}", _GEOJSON),
        link("parent", home),
        link("collection", home),
        link("root", f"{place}/"),
    ]
    return with_links(row.document, own, row.links, collection)


def collection_links(name: str, place: str, *, items: bool) -> list[dict[str, Any]]:
    """The links of a collection within the API."""
    home = f"{place}/collections/{quote(name, safe='')}"
    own = [
        link("self", home, title="This collection"),
        link("parent", f"{place}/", title="The catalogue"),
        link("root", f"{place}/", title="The catalogue"),
    ]
    if items:
        own.append(link("items", f"{home}/items", _GEOJSON, title="Its items"))
    queryables = link(
        "http://www.opengis.net/def/rel/ogc/1.0/queryables",
        f"{home}/queryables",
        "application/schema+json",
        title="Filters",
    )
    return [*own, queryables]


def with_links(document: str, own: list[dict[str, Any]], kept: str, collection: str = "") -> str:
    """The document with its own links and those that were kept, and with the collection it has here."""
    mine = json.dumps(own, ensure_ascii=False, separators=(",", ":"))[1:-1]
    where = (
        f',"collection":{json.dumps(collection)}'
        if collection and f'"collection":"{collection}"' not in document
        else ""
    )
    return f'{document[:-1]}{where},"links":[{mine}{"," if kept else ""}{kept}]}}'


def link(relation: str, href: str, media_type: str = _JSON, **more: object) -> dict[str, Any]:
    """One link."""
    return {"rel": relation, "href": href, "type": media_type, **more}
