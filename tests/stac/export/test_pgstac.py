"""What pgstac loads: lines of objects."""

import json
from pathlib import Path
from typing import Any

import pystac
import pytest

from leap_kg.graph.statements import Statements
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.stac.export.contents import Contents
from leap_kg.stac.export.pgstac import COLLECTIONS, ITEMS, Pgstac
from leap_kg.stac.searching import Index
from tests.stac import made
from tests.stac.export import lab


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_collections_and_items_are_one_a_line(contents: Contents, tmp_path: Path) -> None:
    written = Pgstac(contents, tmp_path)
    written.write()
    collections, items = lines(tmp_path / COLLECTIONS), lines(tmp_path / ITEMS)
    assert (written.collections, written.items, written.left_out) == (len(collections), len(items), 1)
    names = [each["id"] for each in collections]
    assert set(names) == {*made.COLLECTIONS, lab.ODD, "dataset-leap-test-lake"}
    assert {(item["collection"], item["id"]) for item in items} == {
        (item["collection"], item["id"]) for item in [*made.items(), *lab.odd_items()] if item["id"] != "stray"
    }
    for each in (*collections, *items):
        assert pystac.read_dict(each).id == each["id"]
        assert not {"self", "root", "parent", "collection"} & {link["rel"] for link in each["links"]}
    wave = next(item for item in items if item["id"] == "wave-003")
    mine = next(item for item in made.items() if item["id"] == "wave-003")
    assert (wave["properties"], wave["geometry"]) == (mine["properties"], mine["geometry"])


@pytest.mark.parametrize(
    "change",
    [
        {"geometry": None},
        {"properties": {"datetime": None}},
        {"properties": {"start_datetime": "2020-01-01T00:00:00Z"}},
        {"properties": None},
    ],
    ids=range(4),
)
def test_items_that_pgstac_refuses_are_left_out(tmp_path: Path, change: dict[str, Any]) -> None:
    good = made.items()[0]
    graph = lab.graph_of([made.collection("calm"), good, {**good, "id": "bad", **change}, good])
    contents = Contents(Index(made.indexed(tmp_path / "index.sqlite", graph)), Statements(graph, BASE), "Few")
    written = Pgstac(contents, tmp_path)
    written.write()
    # Nor does it take two with one id in a collection.
    assert (written.items, written.left_out) == (1, 2)
    assert [item["id"] for item in lines(tmp_path / ITEMS)] == [good["id"]]
