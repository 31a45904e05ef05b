"""STAC documents made up for a test, and fetchers that serve them."""

import json
from typing import Any

from leap_kg.ingest.fetch import Ask, Body, Fetcher, FetchFailed

ROOT = "https://stac.example.org/"

ITEM: dict[str, Any] = {
    "type": "Feature",
    "stac_version": "1.0.0",
    "stac_extensions": ["https://stac-extensions.github.io/datacube/v2.2.0/schema.json"],
    "id": "one",
    "geometry": {"type": "Point", "coordinates": [1.5, 2.5]},
    "bbox": [1, 2, 3, 4],
    "collection": "c",
    "properties": {
        "title": "One item",
        "description": "What it is.",
        "datetime": "2020-01-02T03:04:05Z",
        "created": "2021-01-02T03:04:05Z",
        "updated": "2022-01-02T03:04:05Z",
        "license": "CC-BY-4.0",
        "gsd": 30,
        "keywords": ["sea", "ice"],
        "providers": [{"name": "The Lab", "roles": ["producer", "host"], "url": "https://lab.example.org/"}],
        "sci:doi": "10.5061/DRYAD.s2v81.2",
        "sci:citation": "Lab (2020). One item.",
        "sci:publications": [{"doi": "10.1000/xyz", "citation": "A paper."}],
        "weird:field": {"deep": [1, 1.0, 1e-7, None, True, "é\u0000"]},
        "cube:dimensions": {"time": {"type": "temporal", "extent": ["2020-01-01T00:00:00Z", None]}},
        "cube:variables": {
            "sst": {
                "type": "data",
                "dimensions": ["time", "lat"],
                "unit": "K",
                "description": "warmth of the sea",
                "shape": [12, 180],
                "chunks": [1, 180],
                "attrs": {"standard_name": "sea_surface_temperature", "units": "kelvin"},
            }
        },
    },
    "links": [
        {"rel": "self", "href": "https://elsewhere.example.org/one.json"},
        {"rel": "collection", "href": "../c.json"},
        {"rel": "about", "href": "https://lab.example.org/one", "title": "About"},
        {"rel": "license", "href": "https://lab.example.org/licence"},
        {"rel": "derived_from", "href": "zero.json"},
    ],
    "assets": {
        "zarr": {"href": "gs://lab/one.zarr", "type": "application/vnd+zarr", "roles": ["data"], "title": "The store"},
        "signed": {
            "href": "https://x.blob.example.net/c/one.nc?sig=abc",
            "type": "application/netcdf",
            "file:size": 12,
        },
        "blob": {"href": "abfs://container/one.zarr", "type": "application/vnd+zarr"},
        "thumbnail": {"href": "./one.png", "type": "image/png"},
    },
}

COLLECTION: dict[str, Any] = {
    "type": "Collection",
    "stac_version": "1.0.0",
    "id": "c",
    "description": "A series.",
    "license": "proprietary",
    "extent": {
        "spatial": {"bbox": [[170, -10, -170, 10]]},
        "temporal": {"interval": [["2000-01-01T00:00:00Z", None]]},
    },
    "links": [{"rel": "item", "href": "items/one.json"}, {"rel": "parent", "href": "catalog.json"}],
}

CATALOG: dict[str, Any] = {
    "type": "Catalog",
    "stac_version": "1.0.0",
    "id": "root",
    "description": "All of it.",
    "links": [{"rel": "child", "href": "c.json"}, {"rel": "root", "href": "catalog.json"}],
}

STATIC: dict[str, Any] = {"catalog.json": CATALOG, "c.json": COLLECTION, "items/one.json": ITEM}


class Served(Fetcher):
    """Documents in memory by address below `ROOT`; keeps what was asked for."""

    def __init__(self, documents: dict[str, Any]) -> None:
        self.documents = {ROOT + name: value for name, value in documents.items()}
        self.asked: list[Ask] = []

    def fetch(self, ask: Ask | str) -> Body:
        asked = Ask.of(ask)
        self.asked.append(asked)
        name = asked.url if asked.data is None else f"{asked.url} {asked.data.decode()}"
        if name not in self.documents:
            raise FetchFailed(asked.url, "404 Not Found: mend the address", "missing", 404)
        value = self.documents[name]
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        return Body.of(asked.url, asked.url, data, "application/json")


def item(identifier: str, **more: Any) -> dict[str, Any]:
    """A small item."""
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": identifier,
        "geometry": None,
        "properties": {"datetime": "2020-01-01T00:00:00Z"},
        "links": [],
        "assets": {},
        **more,
    }


def api(pages: list[list[str]], *, post: bool = False, matched: bool = True) -> dict[str, Any]:
    """An API with one collection `c`, whose items come in these pages."""
    total = sum(map(len, pages))
    listing = {"collections": [{**COLLECTION, "links": [{"rel": "items", "href": f"{ROOT}collections/c/items"}]}]}
    documents: dict[str, Any] = {
        "": {
            **CATALOG,
            "conformsTo": ["https://api.stacspec.org/v1.0.0/core"],
            "links": [
                {"rel": "data", "href": "/collections"},
                {"rel": "child", "href": "/collections/c"},
                {"rel": "search", "href": "/search"},
            ],
        },
        "collections": listing,
    }
    for number, names in enumerate(pages):
        page: dict[str, Any] = {"type": "FeatureCollection", "features": [item(name) for name in names]}
        if matched:
            page["numberMatched"] = total
        last = number + 1 == len(pages)
        if not last and post:
            body = {"token": str(number + 1)}
            page["links"] = [{"rel": "next", "href": "/search", "method": "POST", "body": body, "merge": True}]
        elif not last:
            page["links"] = [{"rel": "next", "href": f"?token={number + 1}"}]
        if number == 0:
            documents["collections/c/items?limit=2"] = page
        elif post:
            documents[f'search {{"token":"{number}"}}'] = page
        else:
            documents[f"collections/c/items?token={number}"] = page
    return documents
