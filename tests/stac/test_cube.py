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


def made(shape: str, box: list[float] | None, more: str = "") -> dict[str, Any]:
    text = f"""
<BASEstore/lake.zarr> schema:variableMeasured <BASEstore/lake.zarr#v> .
<BASEstore/lake.zarr#v> a leap:Variable ; schema:name "level" {f'; leap:shape "{shape}"' if shape else ""} .
{more}"""
    name = source_graph(BASE, "x")
    store = Store()
    store.extend(Quad(triple.subject, triple.predicate, triple.object, name) for triple in triples(text))
    return cube(Statements(store, BASE), STORE, box, TIMES if box else None)


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


def test_dimensions_have_the_values_of_their_coordinates_and_no_invented_place() -> None:
    axes = {"lon": ("2.5", "357.5", "double"), "time": ("2023-01-15T00:00:00Z", "2023-02-15T00:00:00Z", "dateTime")}
    more = "".join(
        f"<BASEstore/lake.zarr> schema:variableMeasured <BASEstore/lake.zarr#{name}> . <BASEstore/lake.zarr#{name}> "
        f'a leap:Variable ; schema:name "{name}" ; schema:minValue "{low}"^^xsd:{kind} ; '
        f'schema:maxValue "{high}"^^xsd:{kind} .\n'
        for name, (low, high, kind) in axes.items()
    )
    globe = made("time=2 lat=36 lon=72", [-180, -90, 180, 90], more)["cube:dimensions"]
    assert globe["lon"]["extent"] == [2.5, 357.5]
    assert globe["time"]["extent"] == ["2023-01-15T00:00:00Z", "2023-02-15T00:00:00Z"]
    assert globe["lat"]["extent"] == [-90, 90]
    unknown = made("time=2 lat=36 lon=72", None)["cube:dimensions"]
    assert unknown["lat"] == {"type": "index", "size": 36}
    assert unknown["time"] == {"type": "temporal", "extent": [None, None]}
