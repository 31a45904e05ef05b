"""What is no search is refused in words of ours, whoever looks at it first, by address and by body."""

import json
from typing import Any

import pytest

from tests.web.server import Server

BOX = "bbox has 5 numbers: give west,south,east,north, or six with heights"
INVERTED = "2020-01-01T00:00:00Z/2010-01-01T00:00:00Z"
PERIOD = "datetime ends before it starts: write 2010-01-01T00:00:00Z/2020-01-01T00:00:00Z"
JSON = {"Content-Type": "application/json"}
BODY = "the body is no JSON that can be read"


@pytest.mark.parametrize("path", ["/stac/search", "/stac/collections", "/stac/aggregate"])
@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"bbox": "1,2,3,4,5"}, BOX),
        ({"bbox": "a,b,c,d"}, "bbox 'a,b,c,d' is no box: write west,south,east,north in degrees"),
        ({"datetime": INVERTED}, PERIOD),
        ({"datetime": "yesterday"}, "'yesterday' is no moment"),
        ({"datetime": "2020-02-30T00:00:00Z"}, "'2020-02-30T00:00:00Z' is no moment"),
        ({"datetime": "2020-02-03T00:00:00+25:00"}, "'2020-02-03T00:00:00+25:00' is no moment"),
        ({"datetime": "../2020-02-03T24:00:00Z"}, "'2020-02-03T24:00:00Z' is no moment"),
        ({"datetime": "0000-02-03T00:00:00Z"}, "'0000-02-03T00:00:00Z' is no moment"),
    ],
    ids=["five", "words", "inverted", "garbage", "no day", "no offset", "no hour", "no year"],
)
def test_an_address_that_cannot_be_read(stac_server: Server, path: str, parameters: dict[str, str], told: str) -> None:
    counted = {"aggregations": "total_count"} if path.endswith("aggregate") else {}
    answer = stac_server.get(path, params={**parameters, **counted})
    assert answer.status_code == 400
    assert answer.json()["code"] == "BadSearch"
    assert answer.json()["description"].startswith(told)


@pytest.mark.parametrize("limit", ["", "0", "-1", "many", "9" * 5000])
def test_a_limit_that_is_none(stac_server: Server, limit: str) -> None:
    answer = stac_server.get("/stac/search", params={"limit": limit})
    assert (answer.status_code, answer.json()["description"]) == (400, "limit is a number from 1 to 10,000")


def test_a_limit_of_a_million_is_the_largest_page(stac_server: Server) -> None:
    few, many = (stac_server.get("/stac/search", params={"limit": str(n)}).json() for n in (10_000, 1_000_000))
    assert (many["numberReturned"], many["numberMatched"]) == (few["numberReturned"], few["numberMatched"])


@pytest.mark.parametrize(
    ("path", "name", "told"),
    [
        ("/stac/search", "bboxx", "did you mean bbox?"),
        ("/stac/search", "collection", "did you mean collections?"),
        ("/stac/search", "_", "there are bbox, collections, "),
        ("/stac/collections", "where", "there are bbox, datetime, "),
        ("/stac/collections/calm", "stores_from", "did you mean stores-from?"),
        ("/stac/collections/calm/items", "sort-by", "did you mean sortby?"),
        ("/stac/", "page", "it takes none"),
        ("/stac/conformance", "x", "it takes none"),
    ],
)
def test_a_parameter_that_nobody_knows(stac_server: Server, path: str, name: str, told: str) -> None:
    """Who misspells a filter must not take everything for what was found."""
    answer = stac_server.get(path, params={name: "1"})
    assert (answer.status_code, answer.json()["code"]) == (400, "BadSearch")
    assert f"there is no parameter {name!r} here: {told}" in answer.json()["description"]
    assert stac_server.get(path, accept="application/json").status_code == 200


@pytest.mark.parametrize("path", ["/stac/search", "/stac/aggregate"])
def test_a_part_of_a_body_that_nobody_knows(stac_server: Server, path: str) -> None:
    answer = stac_server.ask("POST", path, data=json.dumps({"colections": ["calm"]}), headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["description"] == "there is no parameter 'colections' here: did you mean collections?"


def test_the_description_names_every_parameter_and_the_largest_page(stac_server: Server) -> None:
    described = stac_server.get("/stac/api").json()
    for path, operations in described["paths"].items():
        parameters = {each["name"]: each for each in operations.get("get", {}).get("parameters", [])}
        if "limit" in parameters:
            kinds = parameters["limit"]["schema"]["anyOf"]
            assert [(k["minimum"], k["maximum"]) for k in kinds if k["type"] == "integer"] == [(1, 10_000)], path
    assert "stores-from" in str(described["paths"]["/collections/{collection_id}"]["get"]["parameters"])
    schemas = described["components"]["schemas"].values()
    bodies = [each["properties"]["limit"] for each in schemas if "limit" in each.get("properties", {})]
    assert bodies
    assert all("10000" in str(each) for each in bodies)


def test_the_items_of_a_collection_may_be_named(stac_server: Server) -> None:
    every = stac_server.get("/stac/collections/calm/items", params={"limit": "50"}).json()["features"]
    wanted = [every[0]["id"], every[3]["id"], "nobody"]
    asked = {"ids": ",".join(wanted), "collections": "calm"}
    found = stac_server.get("/stac/collections/calm/items", params=asked).json()
    assert ({item["id"] for item in found["features"]}, found["numberMatched"]) == (set(wanted[:2]), 2)
    other = stac_server.get("/stac/collections/calm/items", params={"collections": "rough"})
    assert (other.status_code, "another collection" in other.json()["description"]) == (400, True)


@pytest.mark.parametrize(
    ("box", "same"),
    [
        ([-180, -90, 180, 90], [-200, -95, 200, 95]),
        ([170, -10, -170, 10], [170, -10, 190, 10]),
        ([170, -10, -170, 10], [-190, -10, -170, 10]),
        ([-180, -90, -90, 90], [180, -90, 270, 90]),
    ],
)
def test_a_box_may_be_of_another_turn_or_reach_over_a_pole(
    stac_server: Server, box: list[float], same: list[float]
) -> None:
    """Maps that scroll on send such boxes."""
    by_body = [stac_server.ask("POST", "/stac/search", json={"bbox": each}).json() for each in (box, same)]
    texts = [",".join(map(str, each)) for each in (box, same)]
    by_address = [stac_server.get("/stac/search", params={"bbox": each}).json() for each in texts]
    assert len({page["numberMatched"] for page in (*by_body, *by_address)}) == 1
    assert by_body[0]["features"] == by_body[1]["features"]


def test_nothing_is_beyond_a_pole(stac_server: Server) -> None:
    assert stac_server.get("/stac/search", params={"bbox": "181,91,182,92"}).json()["numberMatched"] == 0


_RING = [[0, 0], [10, 10], [10, 0]]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"bbox": [1, 2, 3, 4, 5]}, BOX),
        ({"bbox": "1,2,3,4"}, "bbox is a list of numbers"),
        ({"bbox": [None, 1, 2, 3]}, "bbox is a list of numbers"),
        ({"datetime": INVERTED}, PERIOD),
        ({"datetime": 2020}, "datetime is a text"),
        ({"limit": "many"}, "limit is a number"),
        ({"intersects": {"type": "Polygon", "coordinates": [_RING]}}, "intersects is no geometry of GeoJSON"),
        ({"intersects": {"type": "Point", "coordinates": ["a", "b"]}}, "the geometry cannot be read"),
        ({"bbox": [0, 0, 1, 1], "intersects": {"type": "Point", "coordinates": [0, 0]}}, "give bbox or intersects"),
        ({"intersects": {"type": "Point", "coordinates": [0, 0]}, "ids": 3}, "ids"),
        ([], BODY),
        ("text", BODY),
    ],
    ids=[
        "five",
        "text",
        "null",
        "inverted",
        "year",
        "limit",
        "open ring",
        "letters",
        "both",
        "other",
        "list",
        "string",
    ],
)
@pytest.mark.parametrize("path", ["/stac/search", "/stac/aggregate"])
def test_a_body_that_is_no_search(stac_server: Server, path: str, body: Any, told: str) -> None:
    counted = {"aggregations": ["total_count"]} if path.endswith("aggregate") else {}
    posted = {**counted, **body} if isinstance(body, dict) else body
    answer = stac_server.ask("POST", path, data=json.dumps(posted), headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["description"].startswith(told)


@pytest.mark.parametrize("text", ["{", "", '{"filter": ' * 50_000])
def test_a_body_that_is_no_json(stac_server: Server, text: str) -> None:
    answer = stac_server.ask("POST", "/stac/search", data=text, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["description"].startswith(BODY)
