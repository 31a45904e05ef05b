"""What narrows a search: places, times, what arrays mean and how they are cut, and what a dataset has by its stores."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from leap_kg.graph.index.indexing import SearchWriter
from leap_kg.graph.index.narrowing import Narrowing
from leap_kg.graph.index.search import SearchIndex
from leap_kg.graph.names import source_graph
from leap_kg.ontology.namespaces import DCAT
from tests.ontology.terms import BASE

GRAPH = source_graph(BASE, "one")
CF = "http://vocab.nerc.ac.uk/standard_name/"
TURTLE = f"""
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix leap: <{BASE}ontology#> . @prefix schema: <https://schema.org/> . @prefix kg: <{BASE}> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
<{BASE}dataset/sea> a dcat:Dataset ; dct:title "Sea" ; dcat:distribution <{BASE}store/sea>, <{BASE}store/gone> .
<{BASE}dataset/ice> a dcat:Dataset ; dct:title "Ice" ; dct:temporal <{BASE}dataset/ice#t> ;
    dct:spatial <{BASE}dataset/ice#s> ; schema:variableMeasured <{BASE}dataset/ice#v> .
<{BASE}dataset/ice#t> dcat:startDate "1990-01-01" .
<{BASE}dataset/ice#s> dcat:bbox "POLYGON((-180 60,180 60,180 90,-180 90,-180 60))" .
<{BASE}dataset/ice#v> schema:name "sic" ; schema:propertyID <{CF}sea_ice_area_fraction/> ; schema:unitText "percent" .
<{BASE}dataset/bare> a dcat:Dataset ; dct:title "Bare" .
<{BASE}store/sea> a dcat:Distribution , leap:ZarrStore ; dct:title "Sea store" ; dct:format <{BASE}format/zarr> ;
    dct:accessRights <{BASE}access/public> ;
    schema:variableMeasured <{BASE}store/sea#v>, <{BASE}store/sea#t> ; dct:spatial <{BASE}store/sea#s> ;
    dct:temporal <{BASE}store/sea#p> .
<{BASE}store/sea#v> schema:name "sst" ; schema:propertyID <{CF}old_surface_temperature/> ; schema:unitText "degree_C" ;
    leap:shape "time=24 lat=10 lon=20" ; leap:chunkShape "time=1 lat=10 lon=20" .
<{BASE}store/sea#t> schema:name "time" ; leap:shape "time=24" ; leap:chunkShape "time=24" ;
    schema:unitText "days since 1970-01-01" .
<{BASE}store/sea#s> dcat:bbox
    "MULTIPOLYGON(((170 -10,180 -10,180 10,170 10,170 -10)),((-180 -10,-170 -10,-170 10,-180 10,-180 -10)))" .
<{BASE}store/sea#p> dcat:startDate "2000-01-01" ; dcat:endDate "2001-12-31" .
<{CF}sea_surface_temperature/> a skos:Concept ; skos:prefLabel "sea_surface_temperature" ;
    skos:altLabel "old_surface_temperature" , "older_surface_temperature" .
<{CF}old_surface_temperature/> a skos:Concept ; skos:prefLabel "old_surface_temperature" ; owl:deprecated true .
<{CF}sea_ice_area_fraction/> a skos:Concept ; skos:prefLabel "sea_ice_area_fraction" .
"""
DAY = 86_400.0


def placed(turtle: str) -> list[Quad]:
    """The triples of a text, in the graph of these tests."""
    parsed = parse(turtle, format=RdfFormat.TURTLE)
    return [Quad(quad.subject, quad.predicate, quad.object, GRAPH) for quad in parsed]


@pytest.fixture(scope="module")
def store() -> Store:
    made = Store()
    made.extend(placed(TURTLE))
    return made


@pytest.fixture
def index(store: Store, tmp_path: Path) -> Iterator[SearchIndex]:
    with SearchWriter(tmp_path / "index.sqlite", BASE) as writer:
        writer.rebuild(store, 1)
    opened = SearchIndex(tmp_path / "index.sqlite")
    yield opened
    opened.close()


def named(index: SearchIndex, narrowing: Narrowing | None = None, facet: str = "kind", value: str = "") -> set[str]:
    given = {facet: [value]} if value else {}
    found = index.find("", {"kind": ["dataset", "store"], **given}, narrowing=narrowing or Narrowing())
    assert found.total == len(found.hits)
    return {hit.label for hit in found.hits}


@pytest.mark.parametrize(
    ("facet", "value", "expected"),
    [
        ("variable", "sst", {"Sea", "Sea store"}),
        ("variable", "sic", {"Ice"}),
        ("format", f"{BASE}format/zarr", {"Sea", "Sea store"}),
        ("access", f"{BASE}access/public", {"Sea", "Sea store"}),
        ("unit", "degC", {"Sea", "Sea store"}),
        ("unit", "%", {"Ice"}),
        ("chunking", "time", {"Sea", "Sea store"}),
        ("chunking", "whole", set()),
    ],
)
def test_a_dataset_has_what_its_stores_have(index: SearchIndex, facet: str, value: str, expected: set[str]) -> None:
    assert named(index, None, facet, value) == expected
    found = index.find("", {"kind": ["dataset", "store"]}, counted=[facet])
    hits = {count.facet.value: count.hits for count in found.facets[facet]}
    assert hits.get(value, 0) == len(expected)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((-5.0, 5.0, -5.0, 5.0), set()),
        ((175.0, 180.0, 0.0, 0.0), {"Sea", "Sea store"}),
        ((-175.0, -171.0, 0.0, 1.0), {"Sea", "Sea store"}),
        ((-180.0, 180.0, 90.0, 90.0), {"Ice"}),
        ((-180.0, 180.0, -90.0, 90.0), {"Ice", "Sea", "Sea store"}),
        ((180.0, 180.0, 10.0000001, 20.0), set()),
    ],
)
def test_places_are_found_at_the_antimeridian_and_the_poles(
    index: SearchIndex, box: tuple[float, float, float, float], expected: set[str]
) -> None:
    assert named(index, Narrowing(boxes=[box])) == expected


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ((0.0, DAY), set()),
        ((0.0, 1e12), {"Ice", "Sea", "Sea store"}),
        ((1_600_000_000.0, 1_600_000_001.0), {"Ice"}),
        ((978_307_200.0, 978_307_200.0), {"Ice", "Sea", "Sea store"}),
        ((-1e12, 631_152_000.0), {"Ice"}),
    ],
)
def test_periods_may_be_open(index: SearchIndex, period: tuple[float, float], expected: set[str]) -> None:
    assert named(index, Narrowing(period=period)) == expected


def test_place_and_time_have_to_meet_in_one_node(index: SearchIndex) -> None:
    pacific, arctic = (170.0, 180.0, 0.0, 5.0), (0.0, 1.0, 80.0, 81.0)
    late = (1_600_000_000.0, 1_700_000_000.0)
    assert named(index, Narrowing(boxes=[pacific], period=late)) == set()
    assert named(index, Narrowing(boxes=[pacific, arctic], period=late)) == {"Ice"}


@pytest.mark.parametrize("name", ["sea_surface_temperature", "old_surface_temperature", "older_surface_temperature"])
def test_a_standard_name_finds_data_under_all_its_names(index: SearchIndex, name: str) -> None:
    meanings = index.meanings([name])
    assert set(meanings) == {f"{CF}sea_surface_temperature/", f"{CF}old_surface_temperature/"}
    assert named(index, Narrowing(meanings=meanings)) == {"Sea", "Sea store"}
    assert index.meanings(["sea_ice_area_fraction"]) == [f"{CF}sea_ice_area_fraction/"]
    assert index.meanings(["nothing"]) == []
    assert named(index, Narrowing(meanings=[])) == set()


def test_a_value_is_known_by_its_label_or_the_end_of_its_iri(index: SearchIndex) -> None:
    assert index.meant("format", "ZARR") == [f"{BASE}format/zarr"]
    assert index.meant("format", f"{BASE}format/zarr") == [f"{BASE}format/zarr"]
    assert index.meant("format", "nothing") == ["nothing"]


def test_stores_that_come_and_go_take_what_they_have_with_them(store: Store, tmp_path: Path) -> None:
    path, changing = tmp_path / "index.sqlite", Store()
    changing.extend(store)
    link = Quad(NamedNode(f"{BASE}dataset/bare"), DCAT("distribution"), NamedNode(f"{BASE}store/sea"), GRAPH)
    about = list(store.quads_for_pattern(NamedNode(f"{BASE}store/sea"), None, None, None))
    rename = Quad(NamedNode(f"{BASE}store/sea"), DCAT("keyword"), Literal("new"), GRAPH)
    with SearchWriter(path, BASE) as writer:
        writer.rebuild(changing, 1)
        index = SearchIndex(path)
        for revision, (removed, added, expected) in enumerate(
            (
                ([], [link], {"Bare", "Sea", "Sea store"}),
                ([], [rename], {"Bare", "Sea", "Sea store"}),
                (about, [], set()),
                ([], about, {"Bare", "Sea", "Sea store"}),
                ([link], [], {"Sea", "Sea store"}),
            ),
            start=2,
        ):
            for quad in removed:
                changing.remove(quad)
            changing.extend(added)
            writer.update(changing, revision, [*removed, *added])
            assert named(index, None, "variable", "sst") == expected, revision
        index.close()


def test_shapes_that_are_none_say_nothing(tmp_path: Path) -> None:
    shapes = ("time", "time=24 lat=x", "0=3", "a=1 " * 40, "time=24 lat=3")
    chunks = ("time=1", "time=24 lat=3", "0=3", "a=1 " * 40, "lat=3 time=24")
    text = "".join(
        f"<{BASE}dataset/d{number}> a dcat:Dataset ; schema:variableMeasured <{BASE}dataset/d{number}#v> .\n"
        f'<{BASE}dataset/d{number}#v> leap:shape "{shape}" ; leap:chunkShape "{chunk}" .\n'
        for number, (shape, chunk) in enumerate(zip(shapes, chunks, strict=True))
    )
    made = Store()
    prefixes = TURTLE.partition(f"<{BASE}dataset/sea>")[0]
    made.extend(placed(prefixes + text))
    with SearchWriter(tmp_path / "index.sqlite", BASE) as writer:
        writer.rebuild(made, 1)
    index = SearchIndex(tmp_path / "index.sqlite")
    found = index.find(counted=["chunking"])
    assert [(c.facet.value, c.facet.label, c.hits) for c in found.facets["chunking"]] == [("whole", "in one piece", 2)]
    index.close()
