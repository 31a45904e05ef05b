"""The tree over places and times against going through all of them, at borders above all."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from leap_kg.graph.index.extent import EVER, NOT, Extent, tree_time
from leap_kg.graph.index.indexing import SearchWriter
from leap_kg.graph.index.narrowing import Narrowing
from leap_kg.graph.index.search import SearchIndex
from leap_kg.graph.names import source_graph
from leap_kg.ontology.iri import part
from leap_kg.ontology.namespaces import DCAT, DCT, RDF
from tests.ontology.terms import BASE

_MOMENTS = ["0001-01-01", "1687-03-01", "1969-12-31T23:59:59Z", "1970-01-01", "1980-06-30T12:00:00.5Z", "2020-02-29"]
_MOMENTS += ["2020-02-29T00:00:00.25Z", "2020-02-29T00:00:01Z", "2286-11-20", "9999-12-31"]


def _extents() -> Iterator[tuple[str, str, tuple[float, ...]]]:
    """Starts and ends, either of them `""` for an open one or both for no time, with a box, or none."""
    chance = random.Random(9)
    ends = [*_MOMENTS, ""]
    for number in range(150):
        box = sorted(chance.uniform(-180, 180) for _ in "we") + sorted(chance.uniform(-90, 90) for _ in "sn")
        start, stop = sorted((chance.choice(ends), chance.choice(ends)), key=lambda text: text or "~")
        yield (start if number % 7 else ""), stop, (() if number % 5 == 0 else tuple(box))


def _said(number: int, start: str, stop: str, box: tuple[float, ...]) -> Iterator[Triple]:
    node = NamedNode(f"{BASE}dataset/d{number}")
    where, when = part(node, "spatial"), part(node, "temporal")
    yield Triple(node, RDF("type"), DCAT("Dataset"))
    if box:
        west, east, south, north = box
        corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        ring = ",".join(f"{x!r} {y!r}" for x, y in corners)
        yield Triple(node, DCT("spatial"), where)
        yield Triple(where, DCAT("bbox"), Literal(f"POLYGON(({ring}))"))
    yield Triple(node, DCT("temporal"), when)
    for predicate, text in ((DCAT("startDate"), start), (DCAT("endDate"), stop)):
        if text:
            yield Triple(when, predicate, Literal(text))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    graph, store = source_graph(BASE, "one"), Store()
    for number, made in enumerate(_extents()):
        store.extend(Quad(t.subject, t.predicate, t.object, graph) for t in _said(number, *made))
    file: Path = tmp_path_factory.mktemp("extents") / "index.sqlite"
    with SearchWriter(file, BASE) as writer:
        writer.rebuild(store, 1)
    return file


@pytest.fixture(scope="module")
def index(path: Path) -> Iterator[SearchIndex]:
    found = SearchIndex(path)
    yield found
    found.close()


@pytest.fixture(scope="module")
def known(path: Path) -> dict[str, Extent]:
    query = "SELECT iri, west, east, south, north, start, stop FROM place JOIN node ON node.id = place.node"
    with closing(sqlite3.connect(path)) as database:
        return {iri: Extent(*numbers) for iri, *numbers in database.execute(query)}


@given(data=st.data())
def test_the_tree_finds_what_going_through_all_finds(
    index: SearchIndex, known: dict[str, Extent], data: st.DataObject
) -> None:
    def near(numbers: set[float], least: float, most: float) -> float:
        """One of the numbers, or the next to it."""
        given, step = data.draw(st.sampled_from(sorted(numbers))), data.draw(st.sampled_from([0, 1e-9, 1e-3, 1]))
        return min(max(given + step * data.draw(st.sampled_from([-1, 1])), least), most)

    times = {time for extent in known.values() for time in (extent.start, extent.end) if abs(time) < NOT}
    period = tuple(sorted(near(times, -EVER, EVER) for _ in "se"))
    xs = {x for extent in known.values() for x in (extent.west, extent.east) if x < NOT}
    ys = {y for extent in known.values() for y in (extent.south, extent.north) if y < NOT}
    west, east = sorted(near(xs, -180, 180) for _ in "we")
    south, north = sorted(near(ys, -90, 90) for _ in "sn")
    boxes = data.draw(st.sampled_from([(), ((west, east, south, north),)]))
    wanted = {
        iri
        for iri, extent in known.items()
        if extent.start <= period[1] and extent.end >= period[0]
        if all(
            extent.west <= e and extent.east >= w and extent.south <= n and extent.north >= s for w, e, s, n in boxes
        )
    }
    narrowing = Narrowing(boxes=boxes, period=(period[0], period[1]))
    assert {hit.iri for hit in index.find(limit=1000, narrowing=narrowing).hits} == wanted


def test_what_comes_later_is_never_before_in_the_tree() -> None:
    times = sorted([-NOT, -EVER, -1e10, -1.5, 0, 1e-9, 1, 1 + 1e-9, 1.6e9, 1.6e9 + 1e-6, 1e10, EVER, NOT])
    assert all(tree_time(before) <= tree_time(after) for before, after in pairwise(times))
    # All that happens is farther apart there than the numbers of the tree are, and no farther than degrees.
    assert tree_time(1.6e9 + 3600) - tree_time(1.6e9) > 1e-4 > 0
    assert abs(tree_time(NOT)) <= 1000
