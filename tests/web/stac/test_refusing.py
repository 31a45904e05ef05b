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
    ],
    ids=["five", "words", "inverted", "garbage", "no day"],
)
def test_an_address_that_cannot_be_read(stac_server: Server, path: str, parameters: dict[str, str], told: str) -> None:
    answer = stac_server.get(path, params={**parameters, "aggregations": "total_count"})
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
    posted = {"aggregations": ["total_count"], **body} if isinstance(body, dict) else body
    answer = stac_server.ask("POST", path, data=json.dumps(posted), headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["description"].startswith(told)


@pytest.mark.parametrize("text", ["{", "", '{"filter": ' * 50_000])
def test_a_body_that_is_no_json(stac_server: Server, text: str) -> None:
    answer = stac_server.ask("POST", "/stac/search", data=text, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["description"].startswith(BODY)
