"""Items and collections made up of a number, their index, and what a search of them has to find, worked out plainly."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import shapely
from pyoxigraph import NamedNode, Quad, Store
from shapely.geometry import shape

from leap_kg.graph.index.indexing import SearchWriter
from leap_kg.graph.names import source_graph
from leap_kg.ingest.source import Part, RawRecord
from leap_kg.ingest.stac.source import StacConfig
from leap_kg.settings import DEFAULT_BASE as BASE

ROOT = "https://stac.example.org/"
COLLECTIONS = ("calm", "rough", "empty")
NUMBER = 240
WORDS = ("storm", "swell", "Étale", "calm_sea", "50%")


def collection(name: str) -> dict[str, Any]:
    """A collection as it is published."""
    return {
        "type": "Collection",
        "stac_version": "1.1.0",
        "id": name,
        "title": f"The {name} collection",
        "description": f"Waves, {name}",
        "license": "CC-BY-4.0",
        "extent": {
            "spatial": {"bbox": [[-180, -90, 180, 90]] if name != "rough" else [[170, -10, -170, 10]]},
            "temporal": {"interval": [["1990-01-01T00:00:00Z", None]]},
        },
        "links": [{"rel": "self", "href": f"{ROOT}{name}.json"}, {"rel": "about", "href": "../about.html"}],
    }


def items() -> list[dict[str, Any]]:
    """All items, in no order."""
    chance = random.Random(5)
    return [_item(number, chance) for number in range(NUMBER)]


def _item(number: int, chance: random.Random) -> dict[str, Any]:
    west, south = round(chance.uniform(-179, 170), 4), round(chance.uniform(-89, 80), 4)
    east, north = round(min(180, west + chance.uniform(0.1, 40)), 4), round(min(90, south + chance.uniform(0.1, 30)), 4)
    box: list[float] = [west, south, east, north]
    geometry: dict[str, Any] = {"type": "Polygon", "coordinates": [_ring(west, south, east, north)]}
    form = number % 5
    if form == 1:
        geometry = {"type": "Polygon", "coordinates": [[[west, south], [east, south], [west, north], [west, south]]]}
    elif form == 2:
        geometry, box = {"type": "Point", "coordinates": [west, south]}, [west, south, west, south]
    elif form == 3:
        box = [170.5, south, -172.25, north]
        rings = [[_ring(170.5, south, 180, north)], [_ring(-180, south, -172.25, north)]]
        geometry = {"type": "MultiPolygon", "coordinates": rings}
    begin = datetime(1990, 1, 1, tzinfo=UTC) + timedelta(hours=chance.randrange(24 * 365 * 30))
    properties: dict[str, Any] = {"datetime": _text(begin), "word": chance.choice(WORDS), "gsd": chance.randrange(9)}
    if number % 7 == 0:
        end = begin + timedelta(days=chance.randrange(1, 900))
        properties |= {"datetime": None, "start_datetime": _text(begin), "end_datetime": _text(end)}
    if number % 3:
        properties["height"] = round(chance.uniform(-5, 5), 2)
    if number % 4 == 0:
        properties["open"] = number % 8 == 0
    name = COLLECTIONS[number % 2]
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": f"wave-{number:03d}",
        "collection": name,
        "geometry": geometry,
        "bbox": box,
        "properties": properties,
        "links": [{"rel": "collection", "href": f"{ROOT}{name}.json"}, {"rel": "via", "href": "raw.nc"}],
        "assets": {"data": {"href": "./wave.nc", "roles": ["data"]}},
    }


def address(value: dict[str, Any]) -> str:
    """Where an object was found."""
    kind = f"{value['collection']}/" if "collection" in value else ""
    return f"{ROOT}{kind}{value['id']}.json"


def store() -> Store:
    """A graph that says all of them."""
    source = StacConfig(id="stac", kind="stac", title="STAC", catalogs=(ROOT,)).source(Path(), BASE)
    graph, made = source_graph(BASE, "stac"), Store()
    for value in [*map(collection, COLLECTIONS), *items()]:
        url = address(value)
        mapped = source.map(RawRecord(url, (Part.cut("stac", url, json.dumps(value).encode()),)))
        made.extend(Quad(triple.subject, triple.predicate, triple.object, graph) for triple in mapped.triples)
    return made


def indexed(path: Path, graph: Store, *, whole: bool = True) -> Path:
    """The index of a graph, made at once or node by node."""
    with SearchWriter(path, BASE) as index:
        if whole:
            index.rebuild(graph, 1)
        else:
            for node in sorted({quad.subject for quad in graph}, key=str):
                if isinstance(node, NamedNode):
                    index.update(graph, 1, list(graph.quads_for_pattern(node, None, None, None)))
    return path


def meets(item: dict[str, Any], bbox: list[float]) -> bool:
    """Whether the geometry of an item has a point in common with a box, which may cross the antimeridian."""
    west, south, east, north = bbox
    spans = [(west, east)] if west <= east else [(west, 180), (-180, east)]
    where = shape(item["geometry"])
    # The hull of the corners is a point, a line or a polygon, whichever they make.
    corners = (shapely.MultiPoint([(x, y) for x in span for y in (south, north)]) for span in spans)
    return any(where.intersects(points.convex_hull) for points in corners)


def period(item: dict[str, Any]) -> tuple[str, str]:
    """First and last moment of an item; they compare as texts."""
    said = item["properties"]
    return said["datetime"] or said["start_datetime"], said["datetime"] or said["end_datetime"]


def _ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
