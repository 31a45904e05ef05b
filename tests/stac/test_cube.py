"""Variables of stores as data cubes."""

from typing import Any

import pytest
from pyoxigraph import NamedNode, Quad, Store

from leap_kg.graph.names import source_graph
from leap_kg.graph.statements import Statements
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.stac.cube import Cubes, cubes
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
    return cubes(Statements(store, BASE), [STORE], box, TIMES if box else None).whole


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
def test_a_variable_of_which_nobody_knows_the_dimensions_is_left_out(shape: str) -> None:
    assert made(shape, [10, -5, 30, 5]) == {}


def of_several(**shapes: str) -> Cubes:
    """The cubes of a dataset whose record names a variable in words, of stores that have `sst` in these shapes."""
    parts = {STORE.value: ("sea surface temperature", ""), **{each: ("sst", shapes[each]) for each in shapes}}
    store, name = Store(), source_graph(BASE, "x")
    nodes = []
    for iri, (label, shape) in parts.items():
        nodes.append(NamedNode(iri if ":" in iri else f"{BASE}store/{iri}"))
        text = f'''<{nodes[-1].value}> schema:variableMeasured <{nodes[-1].value}#v> .
<{nodes[-1].value}#v> a leap:Variable ; schema:name "{label}" {f'; leap:shape "{shape}"' if shape else ""} .'''
        store.extend(Quad(triple.subject, triple.predicate, triple.object, name) for triple in triples(text))
    return cubes(Statements(store, BASE), nodes, None, None)


def test_a_dataset_has_the_variables_of_its_stores_by_their_names() -> None:
    one = of_several(a="time=24 lat=36")
    assert one.whole["cube:variables"] == {"sst": {"dimensions": ["time", "lat"], "type": "data", "shape": [24, 36]}}
    assert one.stores == {}
    two = of_several(a="time=24 lat=36", b="time=12 lat=36")
    assert two.whole["cube:variables"] == {"sst": {"dimensions": ["time", "lat"], "type": "data"}}
    assert two.whole["cube:dimensions"] == {
        "time": {"type": "temporal", "extent": [None, None]},
        "lat": {"type": "index", "size": 36},
    }


def test_a_store_whose_variable_lies_along_other_dimensions_has_a_cube_of_its_own() -> None:
    found = of_several(a="month=12 lat=36", b="time=24 lat=36", c="time=12 lat=36")
    assert found.whole["cube:variables"]["sst"]["dimensions"] == ["time", "lat"]
    assert set(found.whole["cube:dimensions"]) == {"time", "lat"}
    (of_months,) = found.stores.items()
    assert of_months[0].value == f"{BASE}store/a"
    assert of_months[1]["cube:variables"]["sst"]["dimensions"] == ["month", "lat"]


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
