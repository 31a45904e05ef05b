"""The aggregation extension over HTTP."""

from collections import Counter
from typing import Any

import pytest

from tests.stac import made
from tests.web.server import Server

ITEMS = made.items()
GRID = "centroid_geohash_grid_frequency"


def get(server: Server, path: str, **parameters: Any) -> dict[str, Any]:
    answer = server.get(f"/stac{path}", accept="application/json", params=parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["type"] == "AggregationCollection"
    return found


def named(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in found["aggregations"]}


def pairs(aggregation: dict[str, Any]) -> dict[str, int]:
    return {bucket["key"]: bucket["frequency"] for bucket in aggregation["buckets"]}


def test_counts_by_address_and_by_body_are_the_same(stac_server: Server) -> None:
    names = ["total_count", "datetime_min", "datetime_frequency", "word_frequency", GRID]
    asked = {"datetime_frequency_interval": "month", f"{GRID}_precision": 2}
    one = named(
        get(
            stac_server,
            "/aggregate",
            aggregations=",".join(names),
            bbox="-60,-60,60,60",
            filter="gsd < 5",
            query='{"gsd": {"gt": 1}}',
            **asked,
        )
    )
    body = {
        "aggregations": names,
        "bbox": [-60, -60, 60, 60],
        "filter": {"op": "<", "args": [{"property": "gsd"}, 5]},
        "query": {"gsd": {"gt": 1}},
        **asked,
    }
    answer = stac_server.ask("POST", "/stac/aggregate", "application/json", json=body)
    assert answer.status_code == 200, answer.text
    assert named(answer.json()) == one
    here = [i for i in ITEMS if made.meets(i, [-60, -60, 60, 60]) and 1 < i["properties"]["gsd"] < 5]
    assert one["total_count"] == {"name": "total_count", "data_type": "integer", "value": len(here)}
    assert one["datetime_min"]["value"] == min(made.period(item)[0] for item in here)
    months = Counter(f"{made.period(item)[0][:7]}-01T00:00:00Z" for item in here)
    assert pairs(one["datetime_frequency"]) == months
    assert pairs(one["word_frequency"]) == Counter(item["properties"]["word"] for item in here)
    assert one["word_frequency"]["buckets"][0]["data_type"] == "string"
    assert sum(pairs(one[GRID]).values()) == len(here)
    assert {len(key) for key in pairs(one[GRID])} == {2}


def test_a_collection_counts_its_own(stac_server: Server) -> None:
    mine = [item for item in ITEMS if item["collection"] == "calm"]
    listed = get(stac_server, "/collections/calm/aggregations")
    heads = named(listed)
    assert heads["total_count"]["data_type"] == "integer"
    assert heads["gsd_frequency"]["data_type"] == "frequency_distribution"
    assert heads["gsd_frequency"]["frequency_distribution_data_type"] == "numeric"
    found = get(stac_server, "/collections/calm/aggregate", aggregations="total_count,gsd_frequency")
    assert named(found)["total_count"]["value"] == len(mine)
    assert pairs(named(found)["gsd_frequency"]) == Counter(str(item["properties"]["gsd"]) for item in mine)
    body = {"aggregations": ["collection_frequency"], "collections": ["rough"]}
    answer = stac_server.ask("POST", "/stac/collections/calm/aggregate", "application/json", json=body)
    assert pairs(answer.json()["aggregations"][0]) == {"calm": len(mine)}
    answer = stac_server.ask("POST", "/stac/collections/calm/aggregations", "application/json")
    assert named(answer.json()) == heads
    for document in (listed, found):
        assert {link["rel"] for link in document["links"]} == {"self", "root", "collection"}
        for link in document["links"]:
            assert stac_server.get(link["href"], accept="application/json").status_code == 200


def test_the_catalogue_and_its_collections_lead_there(stac_server: Server) -> None:
    landing = stac_server.get("/stac/", accept="application/json").json()
    assert "https://api.stacspec.org/v0.3.0/aggregation" in landing["conformsTo"]
    calm = stac_server.get("/stac/collections/calm", accept="application/json").json()
    for document, home in ((landing, "/stac"), (calm, "/stac/collections/calm")):
        links = {link["rel"]: link["href"] for link in document["links"]}
        for relation in ("aggregate", "aggregations"):
            assert links[relation] == f"{stac_server.origin}{home}/{relation}"
    # What is made of a dataset has no items to be counted.
    sea = stac_server.get("/stac/collections/dataset-leap-test-sea", accept="application/json").json()
    assert "aggregate" not in {link["rel"] for link in sea["links"]}
    assert get(stac_server, "/aggregate")["aggregations"] == []


def test_every_operation_of_the_description_has_its_own_name(stac_server: Server) -> None:
    paths = stac_server.get("/stac/api", accept="application/json").json()["paths"]
    names = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert len(names) == len(set(names))
    assert set(paths["/collections/{collection_id}/aggregate"]) == {"get", "post"}


@pytest.mark.parametrize(
    ("path", "asked", "status", "word"),
    [
        ("/aggregate", {"aggregations": "nothing"}, 400, "no aggregation"),
        ("/aggregate", {"aggregations": "datetime_frequency", "datetime_frequency_interval": "week"}, 400, "year"),
        ("/aggregate", {"aggregations": GRID, f"{GRID}_precision": "13"}, 400, "from 1 to 12"),
        ("/aggregate", {"aggregations": GRID, f"{GRID}_precision": "many"}, 400, "precision"),
        ("/aggregate", {"aggregations": "total_count", "bbox": "1,2,3,4,5"}, 400, "bbox"),
        ("/aggregate", {"aggregations": "total_count", "filter": "("}, 400, "filter"),
        ("/collections/calm/aggregate", {"aggregations": "nothing_frequency"}, 400, "calm"),
        ("/collections/none/aggregate", {"aggregations": "total_count"}, 404, "none"),
        ("/collections/none/aggregations", {}, 404, "none"),
    ],
    ids=range(9),
)
def test_what_cannot_be_counted_is_refused_in_words(
    stac_server: Server, path: str, asked: dict[str, str], status: int, word: str
) -> None:
    answer = stac_server.get(f"/stac{path}", accept="application/json", params=asked)
    assert answer.status_code == status, answer.text
    assert word in answer.text
