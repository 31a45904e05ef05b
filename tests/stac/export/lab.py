"""A catalogue to export: the items made up for searches, a dataset whose stores lie on this disk, and hostile ids."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from pyoxigraph import Quad, Store

from leap_kg.graph.names import source_graph
from leap_kg.ingest.source import Part, RawRecord
from leap_kg.ingest.stac.source import StacConfig
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.stac import made
from tests.web.platform import triples

NAME = "The {env(HOME)} lab"
ODD = "odd"
ODD_IDS = ("../../out", "CON", "a/b", "A", "a", "é" * 90, "x" * 400, ".", "a b", "items")
LOOSE = "nobody's"

_LAKE = """
<DATASET/lake> a dcat:Dataset ; dct:title "A lake" ; dcat:keyword "water", "{env(HOME)}" ;
    dct:description "data(x) and {func(os:system)}, in braces" ;
    dct:license <https://spdx.org/licenses/CC-BY-4.0> ; dct:temporal <DATASET/lake#temporal-1> ;
    dcat:distribution <STORE/lake.zarr> , <STORE/lake.nc> , <STORE/lake.tif> , <STORE/env.zarr> , <STORE/func.zarr> .
<DATASET/lake#temporal-1> a dct:PeriodOfTime ; dcat:startDate "1990-01-01T00:00:00Z"^^xsd:dateTime .
<STORE/lake.zarr> a leap:ZarrStore , dcat:Distribution ; dct:title "Its water" ; dct:format <BASEformat/zarr> ;
    dct:identifier "water" ; leap:storageURI "AT-ZARR"^^xsd:anyURI ; leap:openKwargs "{\\"chunks\\": null}" .
<STORE/lake.nc> a dcat:Distribution ; dct:title "In one file" ; dct:identifier "file" ;
    dct:format <BASEformat/zarr> ; leap:openKwargs "{\\"engine\\": \\"zarr\\", \\"consolidated\\": true}" ;
    leap:storageURI "AT-NETCDF"^^xsd:anyURI .
<STORE/lake.tif> a dcat:Distribution ; dct:title "Its picture" ; dct:format <BASEformat/geotiff> ;
    leap:storageURI "https://example.org/lake.tif"^^xsd:anyURI .
<STORE/env.zarr> a leap:ZarrStore , dcat:Distribution ; dct:title "Elsewhere" ; dct:format <BASEformat/zarr> ;
    leap:storageURI "https://example.org/{env(SECRET)}.zarr"^^xsd:anyURI .
<STORE/func.zarr> a leap:ZarrStore , dcat:Distribution ; dct:title "A trap" ; dct:format <BASEformat/zarr> ;
    leap:storageURI "https://example.org/f.zarr"^^xsd:anyURI ;
    leap:openKwargs "{\\"engine\\": {\\"a\\": [\\"{import(os:system)}\\"]}}" .
"""


def water() -> xr.Dataset:
    """What the stores of the lake hold."""
    level = np.linspace(0, 5, 24, dtype="f4").reshape(2, 3, 4)
    return xr.Dataset({"level": (("time", "lat", "lon"), level)}, {"lat": [1.0, 2.0, 3.0], "time": [0, 1]})


def odd_items() -> list[dict[str, Any]]:
    """Items whose ids no file may have, and one of a collection that is nowhere."""
    whole = made.items()[0]
    odd = [{**whole, "id": identifier, "collection": ODD} for identifier in ODD_IDS]
    return [*odd, {**whole, "id": "stray", "collection": LOOSE}]


def store(folder: Path) -> Store:
    """A graph that says all of it, with the stores of the lake in a folder."""
    zarr, netcdf = folder / "lake.zarr", folder / "lake.nc"
    water().to_zarr(zarr, consolidated=True, zarr_format=2)
    water().to_netcdf(netcdf, engine="h5netcdf")
    text = _LAKE.replace("AT-ZARR", zarr.as_uri()).replace("AT-NETCDF", netcdf.as_uri())
    graph, name = made.store(), source_graph(BASE, "lake")
    graph.extend(Quad(triple.subject, triple.predicate, triple.object, name) for triple in triples(text))
    graph.extend(graph_of([made.collection(ODD), *odd_items()]))
    return graph


def graph_of(values: list[dict[str, Any]]) -> Store:
    """What the harvester of STAC makes of these collections and items."""
    source = StacConfig(id="odd", kind="stac", title="Odd", catalogs=(made.ROOT,)).source(Path(), BASE)
    name, graph = source_graph(BASE, "odd"), Store()
    for number, value in enumerate(values):
        address = f"{made.ROOT}{value['id']}.json"
        if "collection" in value:
            address = f"{made.ROOT}{value['collection']}/{number}.json"
            value = {**value, "links": [{"rel": "collection", "href": f"{made.ROOT}{value['collection']}.json"}]}
        part = Part.cut("stac", address, json.dumps(value).encode())
        mapped = source.map(RawRecord(address, (part,)))
        graph.extend(Quad(triple.subject, triple.predicate, triple.object, name) for triple in mapped.triples)
    return graph
