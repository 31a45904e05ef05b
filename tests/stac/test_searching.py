"""Searches, against going through all items."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from leap_kg.graph.index.indexing import SearchWriter
from leap_kg.settings import DEFAULT_BASE
from leap_kg.stac.area import box_area, geometry_area
from leap_kg.stac.asked import Order, Search
from leap_kg.stac.interval import interval
from leap_kg.stac.refusal import BadSearch
from leap_kg.stac.searching import Index, TooLong
from tests.stac import made

ITEMS = made.items()
ALL = Search(limit=1000)


def names(index: Index, search: Search) -> list[str]:
    """What is found, over all pages."""
    page = index.items(search)
    found, matched = [row.name for row in page.rows], page.matched
    while page.token:
        page = index.items(Search(**{**_fields(search), "token": page.token}))
        assert page.matched == matched
        found += [row.name for row in page.rows]
    assert len(found) == matched
    return found


def _fields(search: Search) -> dict[str, Any]:
    return {name: getattr(search, name) for name in Search.__slots__}


def those(holds: Callable[[dict[str, Any]], bool]) -> set[str]:
    return {item["id"] for item in ITEMS if holds(item)}


@st.composite
def boxes(draw: st.DrawFn) -> list[float]:
    west, east = draw(st.integers(-180, 180)), draw(st.integers(-180, 180))
    south = draw(st.integers(-90, 90))
    return [west, south, east, draw(st.integers(south, 90))]


@given(boxes())
def test_a_box_finds_what_lies_in_it(index: Index, bbox: list[float]) -> None:
    assert set(names(index, Search(area=box_area(bbox), limit=50))) == those(lambda item: made.meets(item, bbox))


@given(boxes(), st.integers(1989, 2021), st.integers(0, 4))
def test_place_and_time_and_collection_together(index: Index, bbox: list[float], year: int, years: int) -> None:
    first, last = f"{year}-01-01T00:00:00Z", f"{year + years}-06-30T00:00:00Z"
    search = Search(collections=("rough",), area=box_area(bbox), times=interval(f"{first}/{last}"), limit=3)

    def holds(item: dict[str, Any]) -> bool:
        start, stop = made.period(item)
        return item["collection"] == "rough" and start <= last and stop >= first and made.meets(item, bbox)

    assert set(names(index, search)) == those(holds)


def test_a_geometry_finds_what_it_touches_and_not_what_only_its_box_does(index: Index) -> None:
    triangle = {"type": "Polygon", "coordinates": [[[-170, -80], [170, -80], [-170, 80], [-170, -80]]]}
    found = set(names(index, Search(area=geometry_area(triangle), limit=1000)))
    (area,) = geometry_area(triangle).geometries
    assert found == those(lambda item: bool(area.intersects(shape(item["geometry"]))))
    assert found < set(names(index, Search(area=box_area([-170, -80, 170, 80]), limit=1000)))


@given(
    st.integers(1, 60),
    st.lists(st.sampled_from(["height", "word", "id", "datetime", "gsd"]), max_size=3),
    st.booleans(),
)
def test_pages_give_each_item_once_in_order(index: Index, limit: int, keys: list[str], falling: bool) -> None:
    order = tuple(Order(key, falling) for key in keys)
    found = names(index, Search(order=order, limit=limit))
    assert sorted(found) == sorted(item["id"] for item in ITEMS)
    if keys and keys[0] == "height":
        by_name = {item["id"]: item["properties"].get("height") for item in ITEMS}
        heights = [by_name[name] for name in found]
        known = [height for height in heights if height is not None]
        assert known == sorted(known, reverse=falling)
        # What has none is the least of all.
        assert heights[-1 if falling else 0] is None


def test_what_is_published_between_two_pages_repeats_nothing(tmp_path: Path) -> None:
    graph = made.store()
    path = made.indexed(tmp_path / "index.sqlite", graph)
    index = Index(path)
    first = index.items(Search(limit=100))
    with sqlite3.connect(path) as database:
        # The newest of all, as if it had just come.
        database.execute("UPDATE stac SET at = 1e12 WHERE name = ?", (first.rows[-1].name,))
    rest = index.items(Search(limit=1000, token=first.token))
    index.close()
    assert not {row.name for row in first.rows} & {row.name for row in rest.rows}


def test_an_index_made_node_by_node_is_the_same(tmp_path: Path) -> None:
    graph = made.store()
    rows = []
    for whole in (True, False):
        index = Index(made.indexed(tmp_path / f"{whole}.sqlite", graph, whole=whole))
        page = index.items(Search(limit=1000, order=(Order("id"),)))
        rows.append([(row[1:], index.extent(row.node)) for row in page.rows])
        index.close()
    assert rows[0] == rows[1]
    assert len(rows[0]) == made.NUMBER


def test_a_changed_document_changes_its_object_only(tmp_path: Path) -> None:
    graph = made.store()
    path = made.indexed(tmp_path / "index.sqlite", graph)
    (quad,) = (quad for quad in graph if '"wave-007"' in quad.object.value and "#document" in str(quad.subject))
    graph.remove(quad)
    changed = type(quad)(
        quad.subject,
        quad.predicate,
        type(quad.object)(quad.object.value.replace('"wave-007"', '"wave-x"'), datatype=quad.object.datatype),
        quad.graph_name,
    )
    graph.add(changed)
    with SearchWriter(path, DEFAULT_BASE) as writer:
        writer.update(graph, 2, [quad, changed])
    index = Index(path)
    found = names(index, ALL)
    index.close()
    assert "wave-x" in found
    assert "wave-007" not in found
    assert len(found) == made.NUMBER


def test_ids_words_and_nothing(index: Index) -> None:
    assert names(index, Search(ids=("wave-001", "no-wave"))) == ["wave-001"]
    assert names(index, Search(words="wave-010")) == ["wave-010"]
    assert names(index, Search(collections=("empty",))) == []
    assert names(index, Search(collections=("unknown",))) == []


def test_an_item_and_a_collection_by_name(index: Index) -> None:
    row = index.item("rough", "wave-001")
    assert row is not None
    assert '"word"' in row.document
    assert index.item("calm", "wave-001") is None
    assert index.collection("calm") is not None
    assert index.collection("wave-001") is None


def test_collections_by_place_words_and_order(index: Index) -> None:
    def found(search: Search) -> list[str]:
        return [row.name for row in index.collections(search).rows]

    assert found(Search()) == sorted(made.COLLECTIONS)
    assert found(Search(order=(Order("title", descending=True),))) == ["rough", "empty", "calm"]
    assert found(Search(words="rough")) == ["rough"]
    assert found(Search(area=box_area([0, 0, 10, 5]))) == ["calm", "empty"]
    assert found(Search(area=box_area([175, 0, 176, 5]))) == ["calm", "empty", "rough"]
    assert found(Search(filter={"op": "like", "args": [{"property": "description"}, "%rough%"]})) == ["rough"]


def test_extents_over_the_antimeridian_stay_whole(index: Index) -> None:
    row = index.collection("rough")
    assert row is not None
    box, period = index.extent(row.node)
    assert box == (170, -170, -10, 10)
    assert period is not None
    assert period[1] == 1e12


@pytest.mark.parametrize("token", ["x", "e30", "WzFd", "W10", "bnVsbA", "\u00e9"])
def test_a_token_that_nobody_gave_is_refused(index: Index, token: str) -> None:
    with pytest.raises(BadSearch, match="token"):
        index.items(Search(token=token))


def test_a_search_that_takes_too_long_is_stopped_and_the_next_one_is_answered(index: Index, tmp_path: Path) -> None:
    hasty = Index(made.indexed(tmp_path / "index.sqlite", made.store()), allowed=0.0)
    many = {"op": "or", "args": [{"op": "like", "args": [{"property": "word"}, f"%{n}%{n}%"]} for n in range(500)]}
    with pytest.raises(TooLong, match="smaller part"):
        hasty.items(Search(filter=many))
    assert hasty.items(Search(ids=("wave-001",))).matched == 1
    hasty.close()
    assert index.items(Search(filter=many)).matched >= 0


def test_an_index_made_in_one_thread_answers_in_another(index: Index) -> None:
    with ThreadPoolExecutor(1) as other:
        assert other.submit(index.items, ALL).result() == index.items(ALL)
