"""From the page of a dataset to its STAC collection and on to those of its stores, and back."""

from typing import Any

from leap_kg.catalog.fair.served import Answer
from tests.web.server import Server

DATASET, STORE = "/dataset/leap-test/sea", "/store/nyu1.osn.mghpcc.org/leap-test/sea.zarr"
COLLECTION, OF_STORE = (
    "/stac/collections/dataset-leap-test-sea",
    "/stac/collections/store-nyu1.osn.mghpcc.org-leap-test-sea.zarr",
)


def json_of(server: Server, path: str) -> Any:
    answer = server.get(path, accept="application/json")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_pages_headers_linksets_and_twins_lead_to_the_stac_collection(stac_server: Server) -> None:
    for path, collection in ((DATASET, COLLECTION), (STORE, OF_STORE)):
        address = f"{stac_server.origin}{collection}"
        page = stac_server.get(path)
        assert f'<link rel="alternate" type="application/json" href="{collection}" title="STAC">' in page.text
        links = Answer(headers={"link": page.headers["Link"]}).links
        assert [link.media_type for link in links if (link.relation, link.target) == ("describedby", address)] == [
            "application/json"
        ]
        (whole, *_) = json_of(stac_server, f"{path}.linkset.json")["linkset"]
        assert {"href": address, "type": "application/json", "title": "STAC collection"} in whole["describedby"]
        twin = stac_server.get(f"{path}.schemaorg.jsonld", accept="*/*").json()
        assert address in [each.get("contentUrl") for each in twin["subjectOf"]]
        about = [link["href"] for link in json_of(stac_server, collection)["links"] if link["rel"] == "about"]
        assert about == [f"{stac_server.origin}{path}"]


def test_a_page_of_the_past_leads_to_no_collection_of_now(stac_server: Server) -> None:
    now, then = (stac_server.get(f"/dataset/leap-test/alpha{query}") for query in ("", "?at=4"))
    for page, leads in ((now, True), (then, False)):
        assert page.status_code == 200
        assert ("/stac/collections/" in page.headers["Link"]) is leads
        assert ('href="/stac/collections/dataset-leap-test-alpha"' in page.text) is leads


def test_collections_of_a_dataset_and_of_its_stores_lead_to_each_other(stac_server: Server) -> None:
    for one, other in ((COLLECTION, OF_STORE), (OF_STORE, COLLECTION)):
        links = [link for link in json_of(stac_server, one)["links"] if link["rel"] == "related"]
        assert [link["href"] for link in links] == [f"{stac_server.origin}{other}"]
        assert links[0]["title"] == json_of(stac_server, other)["title"]


def test_how_fair_a_dataset_is_counts_its_stac_collection_and_its_stores(stac_server: Server) -> None:
    found = json_of(stac_server, "/dataset/leap-test/beta.fair.json")
    tests = {test["test"]: test["found"] for metric in found["metrics"] for test in metric["tests"]}
    community = tests["The metadata follow a standard of the community: CF or STAC"]
    assert community == f"STAC: {stac_server.origin}/stac/collections/dataset-leap-test-beta"
    assert "leap-test/beta" in tests["The description says where the data are"]
