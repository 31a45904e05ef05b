"""Boxes and periods: what a map can draw, whatever turn the longitudes have."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from leap_kg.ingest.mapping.extents import Box, box, say_box, say_period, turned
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ontology.namespaces import DCAT, DCT, GEO
from tests.ingest.anyjson import VALUES

NODE = NamedNode("https://x.org/d")


def meets(where: Box, x: float, y: float) -> bool:
    """Whether the engine finds the point in the box."""
    rows = Store().query(
        "PREFIX geof: <http://www.opengis.net/def/function/geosparql/> "
        f'SELECT (geof:sfIntersects("POINT({x} {y})"^^<{GEO("wktLiteral").value}>, '
        f'"{where.wkt}"^^<{GEO("wktLiteral").value}>) AS ?in) {{}}'
    )
    assert isinstance(rows, QuerySolutions)
    (row,) = rows
    found = row["in"]
    assert isinstance(found, Literal), where.wkt
    return found.value == "true"


@pytest.mark.parametrize(
    ("numbers", "inside", "outside"),
    [
        ([-180, -90, 180, 90], [(0, 0), (-179, 80), (179, -80)], []),
        ([0, -90, 360, 90], [(-10, 0), (10, 0), (179, 0)], []),
        ([170, -10, -170, 10], [(175, 0), (-175, 0)], [(0, 0), (175, 20)]),
        ([350, 0, 370, 5], [(-5, 1), (5, 1)], [(20, 1), (-5, 6)]),
        ([181, 0, 185, 2], [(-177, 1)], [(177, 1)]),
        ([100, 0, 0, 105, 1, 1], [(102, 0.5)], [(102, 2)]),
        ([0.5, -89.5, 359.5, 89.5], [(10, 0), (-10, 0)], [(0, 0)]),
    ],
)
def test_a_box_holds_what_it_should(
    numbers: list[float], inside: list[tuple[float, float]], outside: list[tuple[float, float]]
) -> None:
    found = box(numbers)
    assert found is not None
    assert all(meets(found, *point) for point in inside)
    assert not any(meets(found, *point) for point in outside)


@pytest.mark.parametrize(
    "numbers",
    [None, "1,2,3,4", [], [1, 2, 3], [0, 10, 1, 5], [0, -91, 1, 0], [0, 0, 1, 91], [0, 0, None, 1], [True, 0, 1, 1],
     [float("nan"), 0, 1, 1], [10**400, 0, 1, 1], [-10000, 0, 0, 1], ["0", 0, 1, 1]],
)  # fmt: skip
def test_what_is_no_box_is_none(numbers: object) -> None:
    assert box(numbers) is None


@pytest.mark.parametrize("turn", [-360, 0, 360])
def test_a_line_on_the_antimeridian_is_not_the_globe(turn: int) -> None:
    found = turned(180 + turn, 0, 180 + turn, 5)
    assert found is not None
    assert (abs(found.west), found.width) == (180, 0)


@given(st.floats(-720, 720), st.floats(-90, 90), st.floats(0, 359), st.floats(0, 180))
def test_a_box_of_any_turn_holds_its_own_corners(west: float, south: float, width: float, height: float) -> None:
    north = min(90.0, south + height)
    found = turned(west, south, west + width, north)
    if abs(west) > 720 or abs(west + width) > 720:
        assert found is None
        return
    assert found is not None
    assert -180 <= found.west <= 180
    assert -180 <= found.east <= 180
    assert (
        (found.east - found.west - width) % 360 == pytest.approx(0, abs=1e-6)
        or width > 359.9
        or ((found.east - found.west - width) % 360) == pytest.approx(360, abs=1e-6)
    )
    assert "e" not in found.wkt.removeprefix("MULTIPOLYGON").removeprefix("POLYGON").lower()


@given(VALUES)
def test_any_value_is_a_box_or_none(value: Any) -> None:
    found = box(value)
    assert found is None or found.wkt.startswith(("POLYGON((", "MULTIPOLYGON(("))


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2000", "2001-06", {"2000-01-01T00:00:00Z", "2001-06-30T23:59:59Z"}),
        ("1999", "2000", {"1999-01-01T00:00:00Z", "2000-12-31T23:59:59Z"}),
        ("2000-02", "2000-02", {"2000-02-01T00:00:00Z", "2000-02-29T23:59:59Z"}),
        ("2000-02-03", "2000-02-03", {"2000-02-03T00:00:00Z", "2000-02-03T23:59:59Z"}),
        ("2000-06-01T00:00:00+02:00", "2000-05-31T23:00:00Z", {"2000-06-01T00:00:00+02:00", "2000-05-31T23:00:00Z"}),
        ("2000-02-03", "", {"2000-02-03T00:00:00Z"}),
        ("", "2000-02-03T04:05:06+01:00", {"2000-02-03T04:05:06+01:00"}),
        ("2000-02-03T04:05:06", "", {"2000-02-03T04:05:06Z"}),
        ("2000-02-03T04:05:06", "2000-02-30", set()),
        ("2014-13", "2015-01", set()),
        ("2014-01", "2013-01", set()),
        ("", "", set()),
        ("yesterday", "", set()),
    ],
)
def test_a_period_is_of_moments_that_compare(start: str, end: str, said: set[str]) -> None:
    say = Statements()
    assert say_period(NODE, start, end, say) == bool(said)
    dates = {t.object.value for t in say.triples() if t.predicate in (DCAT("startDate"), DCAT("endDate"))}  # type: ignore[union-attr]
    assert dates == said


def test_a_box_is_a_location_of_its_own() -> None:
    say = Statements()
    say_box(NODE, Box(0, 1, 2, 3), say)
    (link,) = (t for t in say.triples() if t.predicate == DCT("spatial"))
    (shape,) = (t.object for t in say.triples() if t.subject == link.object and t.predicate == DCAT("bbox"))
    assert shape == Literal("POLYGON((0 1,2 1,2 3,0 3,0 1))", datatype=GEO("wktLiteral"))
