"""The STAC API over HTTP: what comes in comes out, pages, collections of the graph, and what is refused."""

import json
from typing import Any

import pystac
import pytest
import requests
from pystac.validation import validate_dict

from leap_kg.stac.naming import LOOSE
from tests.stac import made
from tests.web.server import Server, running

ITEMS = {item["id"]: item for item in made.items()}
OWN = {"self", "parent", "collection", "root"}
SEA = "dataset-leap-test-sea"
STORE = "store-nyu1.osn.mghpcc.org-leap-test-sea.zarr"


def is_valid(value: dict[str, Any]) -> bool:
    """Whether the core of STAC allows it; the schemas of extensions are on the web only."""
    return bool(validate_dict(value, extensions=[]))


def get(server: Server, path: str, **parameters: Any) -> Any:
    answer = server.get(f"/stac{path}", accept="application/json", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(server: Server, **body: Any) -> Any:
    answer = server.ask("POST", "/stac/search", "application/json", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def followed(server: Server, page: dict[str, Any], body: dict[str, Any] | None = None) -> list[str]:
    """The ids of all items from a page on, by its links."""
    found = [item["id"] for item in page["features"]]
    while link := next((link for link in page["links"] if link["rel"] == "next"), None):
        if link["method"] == "POST":
            answer = server.ask("POST", link["href"], "application/json", json={**(body or {}), **link["body"]})
        else:
            answer = server.get(link["href"], accept="application/json")
        page = answer.json()
        found += [item["id"] for item in page["features"]]
    return found


def test_items_come_out_as_they_came_in(stac_server: Server) -> None:
    found = get(stac_server, "/search", limit=1000)
    assert found["numberMatched"] == found["numberReturned"] == len(ITEMS)
    for item in found["features"]:
        links = {link["rel"]: link["href"] for link in item.pop("links")}
        assert set(links) == {*OWN, "via"}
        original = json.loads(json.dumps(ITEMS[item["id"]]))
        del original["links"]
        # What was told from where the item lay is told from everywhere.
        below = made.address(original).rsplit("/", 1)[0]
        original["assets"]["data"]["href"] = f"{below}/wave.nc"
        assert links["via"] == f"{below}/raw.nc"
        assert item == original
        assert links["self"] == f"{stac_server.origin}/stac/collections/{item['collection']}/items/{item['id']}"


def test_one_item_is_what_the_search_gives(stac_server: Server) -> None:
    item = get(stac_server, "/collections/rough/items/wave-001")
    assert item == post(stac_server, ids=["wave-001"])["features"][0]
    assert pystac.Item.from_dict(item).id == "wave-001"
    assert is_valid(item)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_pages_lead_through_everything_once(stac_server: Server, method: str) -> None:
    body: dict[str, Any] = {"limit": 17, "bbox": [-150, -60, 150, 60]}
    page = (
        post(stac_server, **body) if method == "POST" else get(stac_server, "/search", limit=17, bbox="-150,-60,150,60")
    )
    found = followed(stac_server, page, body)
    assert len(found) == len(set(found)) == page["numberMatched"]
    assert set(found) == {name for name, item in ITEMS.items() if made.meets(item, body["bbox"])}


def test_searches_by_address_and_by_body_find_the_same(stac_server: Server) -> None:
    square = {"type": "Polygon", "coordinates": [[[-40, -40], [40, -40], [40, 40], [-40, 40], [-40, -40]]]}
    for asked, body in (
        ({"bbox": "170,-90,-170,90"}, {"bbox": [170, -90, -170, 90]}),
        ({"bbox": "-40,-40,0,40,40,9000"}, {"bbox": [-40, -40, 0, 40, 40, 9000]}),
        ({"datetime": "2000-01-01T00:00:00Z/.."}, {"datetime": "2000-01-01T00:00:00Z/.."}),
        ({"intersects": json.dumps(square)}, {"intersects": square}),
        ({"collections": "rough,empty"}, {"collections": ["rough", "empty"]}),
        ({"ids": "wave-001,wave-002"}, {"ids": ["wave-001", "wave-002"]}),
        ({"filter": "gsd < 4"}, {"filter": "gsd < 4"}),
        ({"filter": "gsd < 3"}, {"filter": {"op": "<", "args": [{"property": "gsd"}, 3]}}),
        ({"query": '{"gsd": {"lt": 3}}'}, {"query": {"gsd": {"lt": 3}}}),
        (
            {"sortby": "-gsd,id"},
            {"sortby": [{"field": "gsd", "direction": "desc"}, {"field": "id", "direction": "asc"}]},
        ),
    ):
        one, other = get(stac_server, "/search", limit=40, **asked), post(stac_server, limit=40, **body)
        assert one["numberMatched"] == other["numberMatched"] > 0, asked
        assert one["features"] == other["features"], asked


def test_fields_leave_out_what_is_not_wanted(stac_server: Server) -> None:
    (item,) = post(stac_server, ids=["wave-001"], fields={"include": ["properties.gsd"], "exclude": []})["features"]
    assert item == {
        "id": "wave-001",
        "collection": "rough",
        "properties": {"gsd": ITEMS["wave-001"]["properties"]["gsd"]},
    }
    (item,) = get(stac_server, "/search", ids="wave-001", fields="-assets,-properties.word")["features"]
    assert "assets" not in item
    assert "word" not in item["properties"]
    assert "gsd" in item["properties"]


def test_a_dataset_is_a_collection_with_its_stores(stac_server: Server) -> None:
    found = get(stac_server, f"/collections/{SEA}")
    assert is_valid(found)
    assert found["title"] == "Sea of <b>bold</b>"
    assert found["license"] == "CC-BY-4.0"
    assert found["extent"]["spatial"]["bbox"] == [[170, -10, -170, 10]]
    assert found["extent"]["temporal"]["interval"] == [["1990-01-01T00:00:00Z", None]]
    assert found["providers"] == [{"name": "The Lab", "roles": ["producer"]}]
    assert found["sci:citation"] == "Somebody (2020)."
    assert found["assets"]["sea-store"] == {
        "href": "gs://leap-test/sea.zarr",
        "title": "Sea store",
        "roles": ["data"],
        "type": "application/vnd+zarr",
        "xarray:open_kwargs": {"chunks": {}, "engine": "zarr"},
        "xarray:storage_options": {"token": "anon"},
        "alternate": {"https": {"href": "https://storage.googleapis.com/leap-test/sea.zarr", "title": "over https"}},
    }
    assert found["cube:variables"]["sst"]["shape"] == [12, 180, 360]
    assert found["cube:variables"]["sst"]["attrs"] == {"standard_name": "sea_surface_temperature"}
    assert found["cube:variables"]["time"]["type"] == "auxiliary"
    assert found["cube:dimensions"]["lat"]["axis"] == "y"
    links = {link["rel"]: link["href"] for link in found["links"]}
    assert stac_server.get(links["about"]).status_code == 200
    assert stac_server.get(links["describedby"], accept="*/*").status_code == 200
    assert links["license"] == "https://spdx.org/licenses/CC-BY-4.0"
    assert links["via"] == "https://github.com/leap-test/sea"


def test_every_collection_is_valid(stac_server: Server) -> None:
    found = get(stac_server, "/collections", limit=100)
    names = [each["id"] for each in found["collections"]]
    assert {SEA, STORE, *made.COLLECTIONS, "dataset-leap-test-alpha", "dataset-leap-test-hostile"} <= set(names)
    assert len(names) == len(set(names)) == found["numberMatched"]
    for each in found["collections"]:
        assert is_valid(each), each["id"]
        assert get(stac_server, f"/collections/{each['id']}") == each
    calm = next(each for each in found["collections"] if each["id"] == "calm")
    assert {key: value for key, value in calm.items() if key != "links"} == {
        key: value for key, value in made.collection("calm").items() if key != "links"
    }


def test_collections_are_searched(stac_server: Server) -> None:
    def names(**asked: Any) -> list[str]:
        return [each["id"] for each in get(stac_server, "/collections", limit=100, **asked)["collections"]]

    assert names(q="somebody 2020") == [SEA]
    assert SEA in names(bbox="175,-5,176,5")
    assert SEA not in names(bbox="0,-5,10,5")
    assert names(filter="title = 'The calm collection'") == ["calm"]
    assert names(datetime="1980-01-01T00:00:00Z") == []
    assert names(sortby="-id") == sorted(names(), reverse=True)
    assert names(sortby="license")
    described = get(stac_server, "/collections-queryables")
    links = {link["rel"].rpartition("/")[2]: link["href"] for link in get(stac_server, "/collections")["links"]}
    assert links["queryables"] == described["$id"] == f"{stac_server.origin}/stac/collections-queryables"
    assert "standard_name" in described["properties"]
    of_sea = names(filter="standard_name = 'sea_surface_temperature'")
    assert SEA in of_sea
    assert names(filter="standard_name = 'sea_surface_salinity'") == []
    assert names(filter="standard_name LIKE 'sea_surface_t%' AND title IS NOT NULL") == of_sea
    assert names(filter="standard_name IN ('x', 'sea_surface_temperature')") == of_sea
    without = names(filter="standard_name IS NULL")
    assert sorted([*without, *names(filter="NOT standard_name IS NULL")]) == sorted(
        name for name in names() if name != LOOSE
    )
    assert not set(of_sea) & set(without)


@pytest.mark.parametrize("path", ["/search", "/collections", "/collections/calm/items"])
def test_an_order_by_what_nothing_has_is_refused_with_what_there_is(stac_server: Server, path: str) -> None:
    for order in ("nosuch", "-properties.nosuch", "+id,nosuch"):
        answer = stac_server.get(f"/stac{path}", accept="application/json", params={"sortby": order, "limit": 2})
        assert answer.status_code == 400
        assert "no property" in answer.json()["description"]
        assert "id" in answer.json()["description"]
    if path != "/collections":
        answer = stac_server.get(f"/stac{path}", accept="application/json", params={"sortby": "hieght"})
        assert "did you mean height?" in answer.json()["description"]
        assert get(stac_server, path, sortby="-height", limit=2)["features"]


def test_the_catalogue_says_what_it_can(stac_server: Server) -> None:
    landing = get(stac_server, "/")
    assert pystac.Catalog.from_dict(landing).id == "leap-kg"
    assert get(stac_server, "/conformance")["conformsTo"] == landing["conformsTo"]
    links = [(link["rel"], link["href"]) for link in landing["links"]]
    for relation, href in links:
        if relation not in ("search", "child"):
            assert stac_server.get(href, accept="*/*").status_code == 200, relation
    assert f"{stac_server.origin}/stac/collections/{SEA}" in [href for relation, href in links if relation == "child"]
    properties = get(stac_server, "/queryables")["properties"]
    assert properties["gsd"] == {"type": "integer"}
    assert "height" in get(stac_server, "/collections/calm/sortables")["properties"]
    manual = stac_server.get("/stac/api.html")
    assert "pystac_client" in manual.text
    assert f"{stac_server.origin}/stac/" in manual.text


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"bbox": [1, 2, 3, 4, 5]}, "bbox"),
        ({"bbox": [0, 10, 5, 5]}, ""),
        ({"bbox": [0, 0, 2000, 5]}, ""),
        ({"datetime": "2020-01-01T00:00:00Z/2019-01-01T00:00:00Z"}, ""),
        ({"datetime": "yesterday"}, ""),
        ({"datetime": "../.."}, "open at both ends"),
        ({"limit": 0}, "limit"),
        ({"limit": -1}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"intersects": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}}, ""),
        ({"intersects": {"type": "Elsewhere"}}, ""),
        ({"bbox": [0, 0, 1, 1], "intersects": {"type": "Point", "coordinates": [0, 0]}}, ""),
        ({"filter": {"op": "eval", "args": ["1"]}}, "eval"),
        ({"filter": {"op": "=", "args": [{"property": 'a"b'}, 1]}}, "property"),
        ({"query": {"gsd": {"like": 3}}}, "like"),
        ({"sortby": [{"field": 'a"b', "direction": "asc"}]}, "property"),
        ({"token": "nobody's"}, "token"),
        ({"ids": ["x"] * 2000}, "1,000"),
        ({"intersects": {"type": "LineString", "coordinates": [[n % 170, 0] for n in range(20_000)]}}, "10,000 points"),
    ],
    ids=range(19),
)
def test_bad_searches_are_refused_in_words(stac_server: Server, body: dict[str, Any], word: str) -> None:
    answer = stac_server.ask("POST", "/stac/search", "application/json", json=body)
    assert answer.status_code == 400, answer.text
    refusal = answer.json()
    assert set(refusal) == {"code", "description"}
    assert word.lower() in refusal["description"].lower()
    assert len(refusal["description"]) > 10
    assert "/" not in refusal["code"]


def test_what_is_too_large_or_not_there(stac_server: Server) -> None:
    points = {"type": "LineString", "coordinates": [[0.5, 0.5]] * 1_000_000}
    large = stac_server.ask("POST", "/stac/search", "application/json", json={"intersects": points})
    assert large.status_code == 413
    assert "2,000,000 bytes" in large.json()["description"]
    many = get(stac_server, "/search", limit=1_000_000)
    assert many["numberReturned"] == len(ITEMS)
    for path in ("/collections/none", "/collections/calm/items/none", "/collections/none/items", "/nothing"):
        assert stac_server.get(f"/stac{path}", accept="application/json").status_code == 404, path
    assert stac_server.ask("DELETE", "/stac/search").status_code == 405
    assert stac_server.ask("POST", "/stac/collections").status_code == 405
    assert stac_server.get("/stac/search", accept="application/json", params={"at": "3"}).status_code == 400


def test_requests_are_counted_by_their_routes(stac_server: Server) -> None:
    get(stac_server, "/search", limit=1)
    assert stac_server.ask("HEAD", "/stac/collections/calm").status_code == 200
    counted = stac_server.get("/metrics", accept="text/plain").text
    assert 'route="/stac/search"' in counted
    assert 'route="/stac/collections/{collection_id}"' in counted
    assert 'route="/search"' not in counted


def test_an_empty_graph_says_so(folder: Any) -> None:
    with running(folder) as server:
        answer = requests.get(f"{server.origin}/stac/search", timeout=10)
        assert answer.status_code == 503
        assert "harvested" in answer.json()["description"]
