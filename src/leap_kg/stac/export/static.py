"""A static catalogue: `catalog.json`, and a folder for each collection with its items.

Links between its files are relative, so that it can be put anywhere; with a `root`, the address where `catalog.json`
will be, they are absolute and each file says its own.
"""

import json
import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leap_kg.stac.collection import STORES, VERSION
from leap_kg.stac.export.contents import Collected, Contents
from leap_kg.stac.export.names import Names
from leap_kg.stac.links import GEOJSON, JSON, link, with_links
from leap_kg.stac.searching import Row

CATALOG = "catalog.json"
_COLLECTION = "collection.json"
_ITEMS = "items"


class Static:
    """Writes one catalogue into a folder; `collections`, `items` and `stores`, which are assets of the collections that
    the graph makes, count what was written, `without_address` the stores that were not.
    """

    def __init__(self, contents: Contents, into: Path, root: str = "") -> None:
        self._contents = contents
        self._into = into
        self._root = root.removesuffix(CATALOG).rstrip("/")
        self.collections = self.items = self.stores = self.without_address = 0

    def write(self) -> None:
        """Write all of it; raises `OSError`."""
        names, children = Names(CATALOG, _ITEMS), []
        for each in self._contents.collections():
            folder, title = names.of(each.row.name), _title(each)
            self._collection(each, folder, title)
            children.append(link("child", self._href(CATALOG, f"{folder}/{_COLLECTION}"), title=title))
        loose = self._items(self._contents.loose(), CATALOG, self._contents.name)
        document = {
            "type": "Catalog",
            "stac_version": VERSION,
            "id": "leap-kg",
            "title": self._contents.name,
            "description": "Datasets, stores and items of the graph",
            "links": [*self._own(CATALOG), *children, *loose],
        }
        _write(self._into / CATALOG, document)

    def _collection(self, each: Collected, folder: str, title: str) -> None:
        (self._into / folder).mkdir()
        path = f"{folder}/{_COLLECTION}"
        items = self._items(self._contents.items(each.row.name), path, title, each.row.name)
        parent = link("parent", self._href(path, CATALOG), title=self._contents.name)
        links = [*self._own(path), parent, *items, *each.document["links"]]
        _write(self._into / path, {**each.document, "id": each.row.name, "links": links})
        self.collections += 1
        self.stores += len(each.document.get("assets", ())) if each.row.made else 0
        self.without_address += each.document.get(STORES, {}).get("withoutAddress", 0)

    def _items(self, rows: Iterator[Row], parent: str, title: str, collection: str = "") -> list[dict[str, Any]]:
        """Write the items of a collection, or of none, into a folder beside the file `parent`; the links to them."""
        names, links = Names(), list[dict[str, Any]]()
        folder = posixpath.join(posixpath.dirname(parent), _ITEMS)
        for row in rows:
            if not links:
                (self._into / folder).mkdir()
            path = f"{folder}/{names.of(row.name)}.json"
            up = self._href(path, parent)
            own = [*self._own(path, GEOJSON), link("parent", up, title=title)]
            if collection:
                text = with_links(row.document, [*own, link("collection", up, title=title)], row.links, collection)
            else:
                text = with_links(_without_collection(row), own, row.links)
            (self._into / path).write_text(text, encoding="utf-8")
            links.append(link("item", self._href(parent, path), GEOJSON))
            self.items += 1
        return links

    def _own(self, path: str, media_type: str = JSON) -> list[dict[str, Any]]:
        root = link("root", self._href(path, CATALOG), title=self._contents.name)
        return [root, link("self", f"{self._root}/{path}", media_type)] if self._root else [root]

    def _href(self, here: str, path: str) -> str:
        """The address of a file as another names it; both are paths below the catalogue's folder."""
        if self._root:
            return f"{self._root}/{path}"
        relative = posixpath.relpath(path, posixpath.dirname(here) or ".")
        return relative if relative.startswith("../") else f"./{relative}"


def _title(each: Collected) -> str:
    return str(each.document.get("title") or each.row.name)


def _without_collection(row: Row) -> str:
    """The document of an item whose collection is not here."""
    document = json.loads(row.document)
    document.pop("collection", None)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
