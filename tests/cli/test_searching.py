"""`leap-kg search` with what narrows it, on the platform of these tests."""

import json

import pytest

from tests.cli.conftest import Run


def test_search_narrows_counts_and_forgives(harvested: Run) -> None:
    found = json.loads(harvested("search", "temprature", "--type", "dataset", "--facets", "--json").stdout)
    assert found["shown_for"] == "temperature"
    assert [hit["kind"] for hit in found["hits"]] == ["dataset"] * found["total"]
    assert found["facets"]["kind"] == [{"value": "dataset", "label": "Datasets", "count": found["total"]}]
    shown = harvested("search", "temprature", "--type", "dataset", "--facets").stdout
    assert "shown for: temperature" in shown
    assert f"Datasets ({found['total']})" in shown
    assert harvested("search", "temprature", "--exact").returncode == 3
    stores = json.loads(harvested("search", "--format", "zarr", "--kind", "store", "--json").stdout)
    assert stores["total"] > 0
    assert harvested("search", "--format", "zarr", "--kind", "person").returncode == 3


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--bbox=1,2,3,4,5",), "bbox has 5 numbers"),
        (("--time", "2020/2019"), "time ends before it starts"),
        (("--standard-name", "?"), "standard name"),
        ((), "give words"),
    ],
)
def test_what_cannot_be_searched_is_said(harvested: Run, options: tuple[str, ...], said: str) -> None:
    done = harvested("search", *options)
    assert (done.returncode, said in " ".join(done.stderr.split())) == (2, True)


def test_what_names_a_node_shows_it_first(harvested: Run) -> None:
    (first, *_) = json.loads(harvested("search", "--kind", "dataset", "--json").stdout)["hits"]
    for text in (first["iri"], f"<{first['iri']}>", f"{first['iri']}#part"):
        assert json.loads(harvested("search", text, "--json").stdout)["hits"][0] == first
