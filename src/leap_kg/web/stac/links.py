"""The links of the API's objects to each other."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from pyoxigraph import NamedNode

from leap_kg.stac.links import GEOJSON, link, with_links
from leap_kg.stac.naming import LOOSE, marked, step
from leap_kg.stac.searching import Index, Page, Row

_REST = 100
_MOST_RELATED = 100


def item_text(row: Row, place: str, collection: str, *, alike: bool) -> str:
    """An item as the API serves it below `place`, which ends without a slash; `collection` is `""` if it has none here.

    `alike` says that its collection has another item with its id, as that of the items of no collection often has.
    """
    home = f"{place}/collections/{step(collection or LOOSE)}"
    name = marked(row.name, row.iri) if alike or collection in ("", LOOSE) else row.name
    own = [
        link("self", f"{home}/items/{step(name)}", GEOJSON),
        link("parent", home),
        link("collection", home),
        link("root", f"{place}/"),
    ]
    return with_links(row.document, own, row.links, collection or LOOSE)


def aggregation_links(home: str) -> list[dict[str, Any]]:
    """The links of a catalogue or collection to what can be counted over its items."""
    return [
        link("aggregate", f"{home}/aggregate", title="Counts over its items"),
        link("aggregations", f"{home}/aggregations", title="What can be counted"),
    ]


def collection_links(name: str, place: str, *, items: bool) -> list[dict[str, Any]]:
    """The links of a collection within the API."""
    home = f"{place}/collections/{step(name)}"
    own = [
        link("self", home, title="This collection"),
        link("parent", f"{place}/", title="The catalogue"),
        link("root", f"{place}/", title="The catalogue"),
    ]
    if items:
        own += [link("items", f"{home}/items", GEOJSON, title="Its items"), *aggregation_links(home)]
    queryables = link(
        "http://www.opengis.net/def/rel/ogc/1.0/queryables",
        f"{home}/queryables",
        "application/schema+json",
        title="Filters",
    )
    return [*own, queryables]


def related(nodes: Sequence[NamedNode], index: Index, place: str) -> list[dict[str, Any]]:
    """Links to the collections that these nodes are: the stores of a dataset, the datasets of a store."""
    found = index.by_iri([node.value for node in nodes[:_MOST_RELATED]])
    return [
        link(
            "related",
            f"{place}/collections/{step(row.name)}",
            title=json.loads(row.document).get("title", row.name),
        )
        for row in found.values()
        if row.form == "collection"
    ]


def children(found: Page, place: str) -> list[dict[str, Any]]:
    """Links to these collections, and, if there are more, to where the list of all of them goes on."""
    links = [
        link(
            "child",
            f"{place}/collections/{step(row.name)}",
            title=json.loads(row.document).get("title", row.name),
        )
        for row in found.rows
    ]
    if found.token:
        title = f"The other {found.matched - len(links):,} of {found.matched:,} collections"
        query = urlencode({"limit": _REST, "token": found.token})
        links.append(link("data", f"{place}/collections?{query}", title=title))
    return links
