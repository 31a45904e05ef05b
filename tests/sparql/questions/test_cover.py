"""Which data cover a place and time: on the circle of longitudes, at the poles, across the antimeridian."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Store

from leap_kg.ingest.mapping.extents import Box, say_box, say_period, turned
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ontology.namespaces import DCT, SCHEMA
from tests.sparql.questions.asked import ask, said, stored

Area = tuple[float, float, float, float]
NAME = NamedNode("http://vocab.nerc.ac.uk/standard_name/sea_surface_temperature/")

PLACES = {
    "urn:pacific": Box(150, -20, -120, 20),
    "urn:fiji": Box(177, -20, 180, 0),
    "urn:atlantic": Box(-60, -20, 10, 20),
    "urn:arctic": Box(-100, 80, -90, 90),
    "urn:globe": Box(-180, -90, 180, 90),
}

# Corners that meet, few enough to be met often, and others.
longitudes = st.sampled_from([-180.0, -170.5, -90.0, 0.0, 0.25, 170.0, 179.999999, 180.0, 190.0, 359.5, 360.0])
latitudes = st.sampled_from([-90.0, -89.999999, -45.5, 0.0, 45.0, 89.5, 90.0])
boxes_stated = st.tuples(longitudes, latitudes, longitudes, latitudes)
areas = boxes_stated.map(lambda area: (area[0], min(area[1], area[3]), area[2], max(area[1], area[3])))


def held(boxes: dict[str, Box]) -> Store:
    """Datasets with these boxes, written as the harvest writes them."""
    say = Statements()
    for iri, box in boxes.items():
        node, array = NamedNode(iri), NamedNode(f"{iri}#array")
        say.text(node, DCT("title"), iri)
        say.link(node, SCHEMA("variableMeasured"), array)
        say.link(array, SCHEMA("propertyID"), NAME)
        say.text(array, SCHEMA("name"), "sst")
        say_box(node, box, say)
        say_period(node, "2000-01-01", "2000-12-31", say)
    return stored(say.triples())


def meets(area: Area, box: Box) -> bool:
    """Whether they have a point of the globe in common, found by laying the area beside itself, turn by turn."""
    west, lower, east, upper = map(Fraction, area)
    if lower > box.north or upper < box.south:
        return False
    if upper == box.north == 90 or lower == box.south == -90:
        return True
    end = east if east >= west else east + 360 * -((east - west) // 360)
    ends = Fraction(box.east) + (360 if box.east < box.west else 0)
    turns = range(-4, 5)
    return any(west + 360 * turn <= ends and end + 360 * turn >= Fraction(box.west) for turn in turns)


def found(store: Store, area: Area, **more: str) -> set[str]:
    return {row["held"] for row in ask(store, "cover-place-time", area=" ".join(f"{n:f}" for n in area), **more)}


@given(stated=st.lists(boxes_stated, min_size=1, max_size=12), area=areas)
def test_boxes_are_found_wherever_they_and_the_area_lie(stated: list[Area], area: Area) -> None:
    boxes = {f"urn:{n}": box for n, each in enumerate(stated) if (box := turned(*each))}
    assert found(held(boxes), area) == {iri for iri, box in boxes.items() if meets(area, box)}


@pytest.mark.parametrize(
    ("area", "expected"),
    [
        ((170, -10, -170, 10), {"pacific", "fiji", "globe"}),
        ((170, -10, 190, 10), {"pacific", "fiji", "globe"}),
        ((-170, -10, 170, 10), {"pacific", "atlantic", "globe"}),
        ((-20, -10, 20, 10), {"atlantic", "globe"}),
        ((340, -10, 380, 10), {"atlantic", "globe"}),
        ((180, 0, 180, 0), {"fiji", "pacific", "globe"}),
        ((-180, 0, -180, 0), {"fiji", "pacific", "globe"}),
        ((10, 85, 20, 90), {"arctic", "globe"}),
        ((10, -90, 20, -85), {"globe"}),
        ((-180, -90, 180, 90), {"pacific", "fiji", "atlantic", "arctic", "globe"}),
    ],
)
def test_places_of_the_globe(area: Area, expected: set[str]) -> None:
    assert found(held(PLACES), area) == {f"urn:{name}" for name in expected}


def test_days_count_from_their_first_to_their_last_moment() -> None:
    store, globe = held({"urn:x": Box(0, 0, 1, 1)}), (-180.0, -90.0, 180.0, 90.0)
    assert found(store, globe, start="2000-12-31", end="2001-12-31") == {"urn:x"}
    assert found(store, globe, start="1999-01-01", end="2000-01-01") == {"urn:x"}
    assert found(store, globe, start="1999-01-01", end="1999-12-31") == set()
    assert found(store, globe, start="2001-01-01", end="2001-12-31") == set()


def test_a_rectangle_in_another_hand_is_one_too() -> None:
    """Clockwise, from another corner, with blanks; and one that is no rectangle at all."""
    world = said(
        """
        <urn:a> schema:variableMeasured <urn:v> ; dct:title "a" ; dct:temporal <urn:t> ; dct:spatial <urn:p> .
        <urn:b> schema:variableMeasured <urn:v> ; dct:title "b" ; dct:temporal <urn:t> ; dct:spatial <urn:q> .
        <urn:v> schema:name "sst" ;
            schema:propertyID <http://vocab.nerc.ac.uk/standard_name/sea_surface_temperature/> .
        <urn:t> dcat:startDate "2000-01-01T00:00:00Z"^^xsd:dateTime .
        <urn:p> dcat:bbox "POLYGON ((30 20, 30 0, 10 0, 10 20, 30 20))"^^geo:wktLiteral .
        <urn:q> dcat:bbox "somewhere"^^geo:wktLiteral .
        """
    )
    store = stored(world)
    assert found(store, (12, 1, 13, 2)) == {"urn:a"}
    assert found(store, (31, 1, 33, 2)) == set()
