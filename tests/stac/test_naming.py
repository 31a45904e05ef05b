"""Collections of several catalogues with one id: each is found, listed and searched by a name of its own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Quad, Store

from leap_kg.graph.names import source_graph
from leap_kg.ingest.source import Part, RawRecord
from leap_kg.ingest.stac.naming import stac_iri
from leap_kg.ingest.stac.source import StacConfig
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.stac.asked import Search
from leap_kg.stac.filters import from_text
from leap_kg.stac.naming import MARK, sign
from leap_kg.stac.searching import Index, Page
from leap_kg.web.stac.links import children
from tests.stac import made

SITES = ("https://a.example.org/", "https://b.example.org/", "https://c.example.org/")


def _documents(site: str) -> dict[str, dict[str, Any]]:
    item = made.items()[0] | {"id": "same", "collection": "era5", "links": [{"rel": "collection", "href": "era5.json"}]}
    return {f"{site}era5.json": made.collection("era5"), f"{site}one.json": item}


def _name(site: str) -> str:
    return "era5" if site == SITES[0] else f"era5{MARK}{sign(stac_iri(f'{site}era5.json', BASE).value)}"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    source = StacConfig(id="stac", kind="stac", title="STAC", catalogs=SITES).source(Path(), BASE)
    graph, store = source_graph(BASE, "stac"), Store()
    # A catalogue without items of its own is no collection, and takes no name.
    empty = {"type": "Catalog", "stac_version": "1.1.0", "id": "era5", "description": "Nothing", "links": []}
    said = {"https://0.example.org/catalog.json": empty}
    for url, value in [*said.items(), *(pair for site in SITES for pair in _documents(site).items())]:
        mapped = source.map(RawRecord(url, (Part.cut("stac", url, json.dumps(value).encode()),)))
        store.extend(Quad(triple.subject, triple.predicate, triple.object, graph) for triple in mapped.triples)
    found = Index(made.indexed(tmp_path_factory.mktemp("naming") / "index.sqlite", store))
    yield found
    found.close()


def test_each_has_a_name_of_its_own(index: Index) -> None:
    page = index.collections(Search())
    assert page.matched == len(SITES)
    assert {row.name for row in page.rows} == set(map(_name, SITES))
    assert {row.iri: row.name for row in page.rows} == {
        stac_iri(f"{site}era5.json", BASE).value: _name(site) for site in SITES
    }


@pytest.mark.parametrize("site", SITES)
def test_each_is_found_with_its_own_items(index: Index, site: str) -> None:
    node = stac_iri(f"{site}era5.json", BASE).value
    found = index.collection(_name(site))
    assert found is not None
    assert (found.iri, found.name) == (node, _name(site))
    page = index.items(Search(collections=(_name(site),)))
    assert [row.iri for row in page.rows] == [stac_iri(f"{site}one.json", BASE).value]
    item = index.item(_name(site), "same")
    assert item is not None
    assert item.iri == page.rows[0].iri
    assert index.by_iri([item.series])[node].name == _name(site)
    for field in ("collections", "items"):
        text = f"id = '{_name(site)}'" if field == "collections" else f"collection = '{_name(site)}'"
        rows = getattr(index, field)(Search(filter=from_text(text))).rows
        assert [row.iri for row in rows] == [found.iri if field == "collections" else item.iri]


def test_with_its_sign_each_is_found_also_if_no_other_has_its_name(index: Index) -> None:
    node = stac_iri(f"{SITES[0]}era5.json", BASE).value
    name = f"era5{MARK}{sign(node)}"
    found = index.collection(name)
    assert found is not None
    assert (found.iri, found.name) == (node, "era5")
    assert index.items(Search(collections=(name, "era5"))).matched == 1


def test_a_name_that_nobody_has_is_nobodys(index: Index) -> None:
    assert index.collection(f"era5{MARK}{sign('https://elsewhere.example.org/')}") is None
    assert index.collection(f"{MARK}") is None
    assert index.items(Search(collections=("none",))).matched == 0


def test_the_first_page_leads_to_those_it_has_no_room_for(index: Index) -> None:
    place = "https://kg.example.org/stac"
    some = index.collections(Search(limit=1))
    links = children(some, place)
    assert [each["rel"] for each in links] == ["child", "data"]
    assert links[1]["title"] == "The other 2 of 3 collections"
    assert links[1]["href"].startswith(f"{place}/collections?")
    assert links[1]["href"].endswith(f"token={some.token}")
    rest = index.collections(Search(token=some.token))
    assert {row.name for page in (some, rest) for row in page.rows} == set(map(_name, SITES))
    assert [each["rel"] for each in children(Page(some.rows, 1, ""), place)] == ["child"]
