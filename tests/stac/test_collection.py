"""Collections as the API and exports give them."""

import random
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Quad, Store
from pystac.validation import validate_dict

from leap_kg.graph.names import source_graph
from leap_kg.graph.statements import Statements
from leap_kg.ingest.mapping.extents import Box
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.stac.area import box_area
from leap_kg.stac.asked import Search
from leap_kg.stac.collection import collection
from leap_kg.stac.searching import Index
from tests.stac import made
from tests.stac.export import lab
from tests.web.platform import triples


def given(folder: Path, value: dict[str, Any]) -> dict[str, Any]:
    """What becomes of a collection that was published like this."""
    graph = lab.graph_of([value])
    index = Index(made.indexed(folder / "index.sqlite", graph))
    row = index.collection(value["id"])
    assert row is not None
    found = collection(row, Statements(graph, BASE), index, "https://kg.example.org")
    index.close()
    return found


@pytest.mark.parametrize("missing", ["extent", "license", "description", "stac_version"])
def test_what_every_collection_has_is_added_where_it_was_missing(tmp_path: Path, missing: str) -> None:
    whole = made.collection("calm")
    found = given(tmp_path, {key: value for key, value in whole.items() if key != missing})
    assert validate_dict(found, extensions=[])
    unknown = {"leap:notKnown": ["spatial", "temporal"]} if missing == "extent" else {}
    assert {**found, "links": 0, missing: 0} == {**whole, **unknown, "links": 0, missing: 0}


@pytest.mark.parametrize("extent", [{}, {"spatial": {"bbox": [[0, 0, 1, 1]]}}, "everywhere", None], ids=range(4))
def test_an_extent_that_is_none_gives_way_to_what_is_known(tmp_path: Path, extent: object) -> None:
    found = given(tmp_path, {**made.collection("calm"), "extent": extent})
    assert len(found["extent"]["spatial"]["bbox"][0]) == 4
    assert len(found["extent"]["temporal"]["interval"][0]) == 2
    assert "temporal" in found["leap:notKnown"]
    assert validate_dict(found, extensions=[])


def test_extents_are_on_the_globe_whatever_boxes_the_graph_has(tmp_path: Path) -> None:
    """GeoJSON's degrees: what leaves them is not known, and what crosses the antimeridian goes all round."""
    chance = random.Random(6)
    graph, name = Store(), source_graph(BASE, "boxes")
    for number in range(60):
        south, north = sorted(chance.uniform(-120, 120) for _ in range(2))
        box = Box(chance.uniform(-400, 400), south, chance.uniform(-400, 400), north)
        text = f'<DATASET/{number}> a dcat:Dataset ; dct:title "{number}" ; dct:spatial <DATASET/{number}#x> .\n'
        text += f'<DATASET/{number}#x> a dct:Location ; dcat:bbox "{box.wkt}" .\n'
        graph.extend(Quad(t.subject, t.predicate, t.object, name) for t in triples(text))
    index = Index(made.indexed(tmp_path / "index.sqlite", graph))
    rows = index.listed(Search(limit=100)).rows
    said = [collection(row, Statements(graph, BASE), index, "https://kg.example.org") for row in rows]
    index.close()
    boxes = [box for document in said for box in document["extent"]["spatial"]["bbox"]]
    assert len(boxes) == 60
    for west, south, east, north in boxes:
        assert -180 <= west <= 180
        assert -180 <= east <= 180
        assert -90 <= south <= north <= 90
    assert 0 < sum("leap:notKnown" in document and "spatial" in document["leap:notKnown"] for document in said) < 60


_ATOLL = """
<DATASET/atoll> a dcat:Dataset ; dct:title "An atoll" ; dcat:distribution <STORE/atoll.zarr> , <STORE/apart.zarr> .
<STORE/atoll.zarr> a leap:ZarrStore , dcat:Distribution ; dct:title "Atoll" ; dct:format <BASEformat/zarr> ;
    dct:identifier "atoll" ; leap:storageURI "gs://leap-test/atoll.zarr"^^xsd:anyURI ;
    dct:spatial <STORE/atoll.zarr#spatial-1> .
<STORE/atoll.zarr#spatial-1> a dct:Location ; dcat:bbox "POLYGON((10 -5,20 -5,20 5,10 5,10 -5))" .
<STORE/apart.zarr> a leap:ZarrStore , dcat:Distribution ; dct:title "Apart" ; dct:format <BASEformat/zarr> ;
    dct:identifier "apart" ; leap:storageURI "https://data.lab.org/apart.zarr"^^xsd:anyURI .
<STORE/apart.zarr#finding-1> a sh:ValidationResult ; sh:focusNode <STORE/apart.zarr> ;
    dct:type <BASEfinding-kind/not-consolidated> .
"""


def test_a_dataset_is_where_its_stores_are_and_else_says_that_nobody_knows(tmp_path: Path) -> None:
    graph = lab.graph_of([])
    name = source_graph(BASE, "atoll")
    graph.extend(Quad(each.subject, each.predicate, each.object, name) for each in triples(_ATOLL))
    index = Index(made.indexed(tmp_path / "index.sqlite", graph))

    def names(*box: float) -> set[str]:
        return {row.iri.rpartition("/")[2] for row in index.collections(Search(area=box_area(box))).rows}

    found = {row.iri.rpartition("/")[2]: row for row in index.collections(Search()).rows}
    atoll = collection(found["atoll"], Statements(graph, BASE), index, "https://kg.example.org")
    assert atoll["extent"]["spatial"]["bbox"] == [[10, -5, 20, 5]]
    assert atoll["leap:notKnown"] == ["temporal"]
    assert validate_dict(atoll, extensions=[])
    assert "atoll" in names(11, -1, 12, 1)
    assert "atoll" not in names(50, -1, 60, 1)
    # A library that knows only its address would open the one without variables.
    plain, apart = atoll["assets"]["atoll"], atoll["assets"]["apart"]
    assert plain["xarray:open_kwargs"] == {"engine": "zarr"}
    assert (apart["zarr:consolidated"], "xarray:open_kwargs" in apart) == (False, False)
    assert "not consolidated" in apart["description"]
    index.close()
