"""stac-geoparquet, read back by another hand."""

import sys
from pathlib import Path
from typing import Any

import pytest
import rustac

from leap_kg.graph.statements import Statements
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.stac.export.contents import Contents
from leap_kg.stac.export.geoparquet import Geoparquet, NotInstalled
from leap_kg.stac.searching import Index
from tests.stac import made
from tests.stac.export import lab


def without_nothing(value: dict[str, Any]) -> dict[str, Any]:
    """The value without what is null: a table has null where an item has nothing."""
    return {key: inner for key, inner in value.items() if inner is not None}


def read(path: Path) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in rustac.read_sync(str(path))["features"]}


def test_items_come_back_as_they_were(contents: Contents, tmp_path: Path) -> None:
    written = Geoparquet(contents, tmp_path)
    written.write()
    assert {path.name for path in tmp_path.iterdir()} == {
        *("calm.parquet", "rough.parquet", "odd.parquet", "items.parquet")
    }
    assert (written.files, written.items, written.left_out) == (4, made.NUMBER + len(lab.odd_items()), 0)
    for name in ("calm", "rough"):
        found = read(tmp_path / f"{name}.parquet")
        expected = {item["id"]: item for item in made.items() if item["collection"] == name}
        assert set(found) == set(expected)
        for identifier, item in found.items():
            mine = expected[identifier]
            assert without_nothing(item["properties"]) == without_nothing(mine["properties"])
            assert item["geometry"] == mine["geometry"]
            assert list(item["bbox"]) == mine["bbox"]
            assert item["assets"]["data"]["href"].endswith("/wave.nc")
            assert item["collection"] == name
        assert f'"description":"Waves, {name}"' in (tmp_path / f"{name}.parquet").read_bytes().decode("latin-1")
    assert set(read(tmp_path / "odd.parquet")) == set(lab.ODD_IDS)
    assert set(read(tmp_path / "items.parquet")) == {"stray"}


def of(folder: Path, *items: dict[str, Any]) -> Contents:
    """A catalogue of two collections: `calm` with these items, `rough` with one as it should be."""
    graph = lab.graph_of([made.collection("calm"), made.collection("rough"), *items, made.items()[1]])
    return Contents(Index(made.indexed(folder / "index.sqlite", graph)), Statements(graph, BASE), "Few")


@pytest.mark.parametrize("value", [["x", 1], [{"a": 1}, {"a": "b"}], [[1], "x"]], ids=range(3))
def test_items_that_fit_no_table_are_left_out_with_the_reason(tmp_path: Path, value: list[Any]) -> None:
    whole = made.items()[0]
    items = [
        {**whole, "id": f"n{number}", "properties": {**whole["properties"], "odd": each}}
        for number, each in enumerate(value)
    ]
    (tmp_path / "out").mkdir()
    written = Geoparquet(of(tmp_path, *items), tmp_path / "out")
    written.write()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["rough.parquet"]
    assert (written.files, written.items, written.left_out) == (1, 1, 2)
    assert "odd" in written.reasons["calm"]


def test_one_item_that_does_not_agree_with_the_others_is_left_out_alone(tmp_path: Path) -> None:
    whole = made.items()[0]
    systems: list[Any] = ["EPSG:4326", 4326, "EPSG:3857"]
    items = [
        {**whole, "id": f"n{number}", "properties": {**whole["properties"], "axes": {"lat": {"system": system}}}}
        for number, system in enumerate(systems)
    ]
    (tmp_path / "out").mkdir()
    written = Geoparquet(of(tmp_path, *items), tmp_path / "out")
    written.write()
    assert set(read(tmp_path / "out" / "calm.parquet")) == {"n0", "n2"}
    assert (written.files, written.items, written.left_out) == (2, 3, 1)
    assert "system" in written.reasons["calm"]


def test_what_a_table_has_no_type_for_is_left_out_alone(tmp_path: Path) -> None:
    whole = made.items()[0]
    nowhere = {**whole, "id": "nowhere", "geometry": None}
    empty = {**whole, "id": "empty", "properties": {**whole["properties"], "none": {}, "list": [{"deep": {}}]}}
    (tmp_path / "out").mkdir()
    written = Geoparquet(of(tmp_path, nowhere, empty), tmp_path / "out")
    written.write()
    assert set(read(tmp_path / "out" / "calm.parquet")) == {"empty"}
    assert (written.files, written.items, written.left_out, written.reasons) == (2, 2, 1, {})


def test_without_the_package_it_says_how_to_get_it(
    contents: Contents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rustac", None)
    with pytest.raises(NotInstalled, match=r"pip install 'leap-kg\[export\]'"):
        Geoparquet(contents, tmp_path).write()
