"""Variables of stores as data cubes."""

from typing import Any

import pytest
from pyoxigraph import NamedNode, Quad, Store

from leap_kg.graph.names import source_graph
from leap_kg.graph.statements import Statements
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.stac.cube import cube
from tests.web.platform import triples

STORE = NamedNode(f"{BASE}store/lake.zarr")
TIMES = ["1990-01-01T00:00:00Z", None]


def made(shape: str, box: list[float]) -> dict[str, Any]:
    text = f"""
<BASEstore/lake.zarr> schema:variableMeasured <BASEstore/lake.zarr#v> .
<BASEstore/lake.zarr#v> a leap:Variable ; schema:name "level" {f'; leap:shape "{shape}"' if shape else ""} .
"""
    name = source_graph(BASE, "x")
    store = Store()
    store.extend(Quad(triple.subject, triple.predicate, triple.object, name) for triple in triples(text))
    extent = {"spatial": {"bbox": [box]}, "temporal": {"interval": [TIMES]}}
    return cube(Statements(store, BASE), STORE, extent)


def test_dimensions_begin_and_end_where_the_data_do() -> None:
    found = made("time=12 lat=3 lon=4 depth=5 odd", [10, -5, 30, 5])
    assert found["cube:dimensions"] == {
        "time": {"type": "temporal", "extent": TIMES},
        "lat": {"type": "spatial", "axis": "y", "extent": [-5, 5]},
        "lon": {"type": "spatial", "axis": "x", "extent": [10, 30]},
        "depth": {"type": "index", "size": 5},
        "odd": {"type": "index"},
    }
    assert found["cube:variables"]["level"]["dimensions"] == ["time", "lat", "lon", "depth", "odd"]
    assert "shape" not in found["cube:variables"]["level"]


def test_across_the_antimeridian_longitude_goes_all_around() -> None:
    assert made("lon=4", [170, -5, -170, 5])["cube:dimensions"]["lon"]["extent"] == [-180, 180]


@pytest.mark.parametrize("shape", ["", " "], ids=["none", "blank"])
def test_without_shapes_there_are_only_variables(shape: str) -> None:
    assert made(shape, [10, -5, 30, 5]) == {"cube:variables": {"level": {"dimensions": [], "type": "data"}}}
