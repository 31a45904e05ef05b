"""Collections as the API and exports give them."""

from pathlib import Path
from typing import Any

import pytest
from pystac.validation import validate_dict

from leap_kg.graph.statements import Statements
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.stac.collection import collection
from leap_kg.stac.searching import Index
from tests.stac import made
from tests.stac.export import lab


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
    assert {**found, "links": 0, missing: 0} == {**whole, "links": 0, missing: 0}


@pytest.mark.parametrize("extent", [{}, {"spatial": {"bbox": [[0, 0, 1, 1]]}}, "everywhere", None], ids=range(4))
def test_an_extent_that_is_none_gives_way_to_what_is_known(tmp_path: Path, extent: object) -> None:
    found = given(tmp_path, {**made.collection("calm"), "extent": extent})
    assert len(found["extent"]["spatial"]["bbox"][0]) == 4
    assert len(found["extent"]["temporal"]["interval"][0]) == 2
    assert validate_dict(found, extensions=[])
