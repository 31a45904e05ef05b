"""Every link of every object leads to something, whatever the objects are called and whichever lack a collection."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.ingest.source import Part, RawRecord
from leap_kg.ingest.stac.source import StacConfig
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.stac.naming import LOOSE, spellings, step
from tests.stac import made
from tests.web.platform import publish
from tests.web.server import Server, running
from tests.web.stac.linked import ask, follow_all, pages

WEB = "https://odd.example.org/"
IDS = ("coll/1", "a%2Fb", "..", "x y?#&", "plain")


def _item(name: str, **more: Any) -> dict[str, Any]:
    good = {key: value for key, value in made.items()[0].items() if key not in ("collection", "links")}
    return {**good, "id": name, "links": [], **more}


def _documents() -> Iterator[tuple[str, dict[str, Any]]]:
    for number, name in enumerate(IDS):
        yield f"{WEB}c{number}.json", {**made.collection("calm"), "id": name, "links": []}
        for each, item in enumerate(IDS):
            whole = [{"rel": "collection", "href": f"../c{number}.json"}]
            yield f"{WEB}c{number}/i{each}.json", _item(item, collection=name, links=whole)
    yield f"{WEB}again/plain.json", _item("plain", links=[{"rel": "collection", "href": "../c4.json"}])
    catalogue = {"type": "Catalog", "stac_version": "1.1.0", "id": "cat", "description": "Items"}
    yield f"{WEB}cat.json", {**catalogue, "links": [{"rel": "item", "href": "loose/1.json"}]}
    yield f"{WEB}loose/1.json", _item("same")
    yield f"{WEB}loose/2.json", _item("same")
    yield f"{WEB}loose/3.json", _item("a/b", collection="gone", links=[{"rel": "collection", "href": "gone.json"}])
    yield f"{WEB}own.json", {**catalogue, "id": "own", "links": []}
    yield f"{WEB}own/1.json", _item("child", links=[{"rel": "parent", "href": "../own.json"}])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    source, triples = StacConfig(id="stac", kind="stac", title="STAC", catalogs=(WEB,)).source(Path(), BASE), []
    for url, value in _documents():
        triples += source.map(RawRecord(url, (Part.cut("stac", url, json.dumps(value).encode()),))).triples
    home = Home(tmp_path_factory.mktemp("links") / "odd")
    with Writer(home, BASE) as writer:
        publish(writer, "stac", "STAC", triples, 1)
    with running(home.path) as started:
        yield started


def test_every_link_of_every_object_leads_somewhere(server: Server) -> None:
    collections, items = follow_all(server)
    assert {each["id"] for each in collections} == {*IDS, "own", LOOSE}
    assert len(items) == len(IDS) ** 2 + 5
    names = [item["collection"] for item in items]
    assert {name: names.count(name) for name in names} == {
        **dict.fromkeys(IDS, len(IDS)),
        "plain": len(IDS) + 1,
        LOOSE: 3,
        "own": 1,
    }


def test_the_items_of_no_collection_are_asked_for_as_those_of_any_other(server: Server) -> None:
    found = ask(server, f"/search?collections={LOOSE}&ids=same")["features"]
    assert len({link["href"] for item in found for link in item["links"] if link["rel"] == "self"}) == 2
    assert ask(server, f"/search?filter=collection%20%3D%20'{LOOSE}'")["numberMatched"] == 3
    counted = ask(server, "/aggregate?aggregations=collection_frequency")["aggregations"][0]
    assert {"key": LOOSE, "data_type": "string", "frequency": 3} in counted["buckets"]
    assert counted["overflow"] == 0


@pytest.mark.parametrize("limit", [1, 6, 7, 8])
def test_pages_of_collections_end_with_that_of_the_rest(server: Server, limit: int) -> None:
    found = [each["id"] for each in pages(server, f"/collections?limit={limit}", "collections")]
    assert found == [*sorted([*IDS, "own"]), LOOSE]
    assert ask(server, f"/collections?limit={limit}")["numberMatched"] == len(found)


@pytest.mark.parametrize("name", [*IDS, "%252F", "/", ".", "é/%"])
def test_a_step_stands_for_its_name_once_servers_have_undone_one_escape(name: str) -> None:
    written = unquote(step(name))
    assert "/" not in written
    assert written not in (".", "..")
    assert name in spellings(written)
