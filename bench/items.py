"""Items of STAC made up for measuring, in twenty collections: as lines for the peer, as pages of an API for us.

Both are the same documents. The pages lie in files, with the rules that answer an API's addresses by them; neither way
of loading asks a network.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

COLLECTIONS = 20
YEARS = range(1980, 2025)
VARIABLES = ("sst", "pr", "tas", "zos")

_ROOT = "https://items.example.org"
_NAMES = ("sea_surface_temperature", "precipitation_flux", "air_temperature")
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Files:
    """Where the documents lie: `collections` and `items` as lines of JSON, `sources` and `mirror` to be harvested."""

    collections: Path
    items: Path
    sources: Path
    mirror: Path


def written(folder: Path, number: int) -> Files:
    """So many items, with their collections, in a new folder."""
    folder.mkdir()
    made = list(map(_collection, range(COLLECTIONS)))
    files = Files(*(folder / name for name in ("collections.ndjson", "items.ndjson", "sources.yaml", "mirror.yaml")))
    files.collections.write_text("".join(f"{json.dumps(each)}\n" for each in made))
    pages: dict[str, list[dict[str, Any]]] = {each["id"]: [] for each in made}
    with files.items.open("w") as lines:
        for item in _items(number):
            lines.write(f"{json.dumps(item)}\n")
            pages[item["collection"]].append(item)
    _write_api(folder, made, pages)
    files.sources.write_text(yaml.safe_dump({"sources": [_SOURCE]}))
    files.mirror.write_text(yaml.safe_dump(_RULES))
    return files


def item_name(number: int) -> tuple[str, str]:
    """Collection and id of an item."""
    return f"coll-{number % COLLECTIONS:02d}", f"item-{number:06d}"


def _collection(number: int) -> dict[str, Any]:
    name = f"coll-{number:02d}"
    return {
        "type": "Collection",
        "stac_version": "1.1.0",
        "id": name,
        "title": f"Collection {number}",
        "description": "Sea surface temperature, made up for measuring",
        "license": "CC-BY-4.0",
        "keywords": ["sst", "ocean"],
        "extent": {
            "spatial": {"bbox": [[-180, -90, 180, 90]]},
            "temporal": {"interval": [["1980-01-01T00:00:00Z", "2025-12-31T00:00:00Z"]]},
        },
        "links": [{"rel": "items", "href": f"{_ROOT}/collections/{name}/items"}],
    }


def _items(number: int) -> Iterator[dict[str, Any]]:
    """A place of up to five degrees a side, a second of 46 years, five properties and one store each."""
    chance, first = random.Random(0), datetime(1980, 1, 1, tzinfo=UTC)  # noqa: S311
    for place in range(number):
        collection, name = item_name(place)
        west, south = round(chance.uniform(-180, 175), 4), round(chance.uniform(-90, 85), 4)
        east, north = round(west + chance.uniform(0.1, 5), 4), round(south + chance.uniform(0.1, 5), 4)
        corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        moment = first + timedelta(seconds=chance.randrange(46 * 365 * 86_400))
        yield {
            "type": "Feature",
            "stac_version": "1.1.0",
            "id": name,
            "collection": collection,
            "bbox": [west, south, east, north],
            "geometry": {"type": "Polygon", "coordinates": [corners]},
            "properties": {
                "datetime": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
                "title": f"Item {place}",
                "variable": chance.choice(VARIABLES),
                "cf:standard_name": chance.choice(_NAMES),
                "eo:cloud_cover": chance.randrange(100),
                "license": "CC-BY-4.0",
            },
            "links": [{"rel": "collection", "href": f"{_ROOT}/collections/{collection}"}],
            "assets": {
                "zarr": {
                    "href": f"https://example.org/store/{place}.zarr",
                    "type": "application/vnd+zarr",
                    "roles": ["data"],
                }
            },
        }


def _write_api(folder: Path, collections: list[dict[str, Any]], pages: dict[str, list[dict[str, Any]]]) -> None:
    root = {
        "type": "Catalog",
        "stac_version": "1.1.0",
        "id": "items",
        "description": "Items made up for measuring",
        "conformsTo": ["https://api.stacspec.org/v1.0.0/core", "https://api.stacspec.org/v1.0.0/item-search"],
        "links": [{"rel": "data", "href": f"{_ROOT}/collections"}],
    }
    (folder / "root.json").write_text(json.dumps(root))
    (folder / "collections.json").write_text(json.dumps({"collections": collections, "links": []}))
    for name, items in pages.items():
        for number, first in enumerate(range(0, len(items), _PAGE)):
            link = {"rel": "next", "href": f"{_ROOT}/collections/{name}/items?page={number + 1}"}
            page = {
                "type": "FeatureCollection",
                "numberMatched": len(items),
                "features": items[first : first + _PAGE],
                "links": [link] if first + _PAGE < len(items) else [],
            }
            (folder / f"{name}-{number}.json").write_text(json.dumps(page))


_SOURCE = {"id": "items", "kind": "stac", "title": "Items", "catalogs": [f"{_ROOT}/"], "page_size": _PAGE}
_RULES = [
    {"match": r"https://items\.example\.org/", "file": "root.json"},
    {"match": r"https://items\.example\.org/collections", "file": "collections.json"},
    {"match": r"https://items\.example\.org/collections/([\w-]+)/items\?limit=\d+", "file": r"\1-0.json"},
    {"match": r"https://items\.example\.org/collections/([\w-]+)/items\?page=(\d+)", "file": r"\1-\2.json"},
]
