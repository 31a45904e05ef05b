"""OGC API Records over HTTP."""

from typing import Any
from urllib.parse import quote

import pytest
import requests

from leap_kg.settings import DEFAULT_BASE
from leap_kg.web.records.asked import LARGEST_PAGE
from tests.stac import made
from tests.web.platform import PERSON, REPOSITORY
from tests.web.server import Server, running

SEA = "dataset/leap-test/sea"
CORE = "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core"


def get(server: Server, path: str, **parameters: Any) -> Any:
    answer = server.get(f"/records{path}", accept="application/json", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def everything(server: Server, collection: str = "all", **asked: Any) -> list[dict[str, Any]]:
    """All records that match, by the links from page to page."""
    page = get(server, f"/collections/{collection}/items", **asked)
    found, matched = list(page["features"]), page["numberMatched"]
    while href := next((link["href"] for link in page["links"] if link["rel"] == "next"), None):
        page = server.get(href, accept="application/geo+json").json()
        assert page["numberMatched"] == matched
        found += page["features"]
    assert len(found) == matched
    return found


def relations(document: dict[str, Any]) -> dict[str, str]:
    return {link["rel"]: link["href"] for link in document["links"]}


def test_the_catalogue_leads_to_all_that_there_is(stac_server: Server) -> None:
    entered = stac_server.get("/records", accept="application/json")
    assert (entered.status_code, entered.headers["location"]) == (308, "/records/")
    landing = get(stac_server, "/")
    links = relations(landing)
    assert links["self"] == f"{stac_server.origin}/records/"
    for href in links.values():
        assert stac_server.get(href, accept="*/*").status_code == 200
    assert CORE in stac_server.get(links["conformance"], accept="application/json").json()["conformsTo"]
    collections = stac_server.get(links["data"], accept="application/json").json()["collections"]
    assert [each["id"] for each in collections] == ["all", "datasets", "stores", "software", "publications"]
    for each in collections:
        assert each["itemType"] == "record"
        assert get(stac_server, f"/collections/{each['id']}") == each
        for href in relations(each).values():
            assert stac_server.get(href, accept="application/json").status_code == 200
    paths = get(stac_server, "/api")["paths"]
    assert {each["name"] for each in paths["/collections/{collection}/items"]["get"]["parameters"]} >= {
        *("q", "bbox", "datetime", "type", "limit", "offset", "ids", "externalIds")
    }


def test_a_dataset_is_a_record(stac_server: Server) -> None:
    found = get(stac_server, f"/collections/datasets/items/{SEA}")
    assert found["id"] == SEA
    assert (found["type"], found["conformsTo"]) == ("Feature", [CORE])
    assert found["geometry"]["type"] == "MultiPolygon"
    corners = [(min(x for x, _ in ring), max(x for x, _ in ring)) for (ring,) in found["geometry"]["coordinates"]]
    assert corners == [(-180, -170), (170, 180)]
    assert found["time"] == {"interval": ["1990-01-01T00:00:00Z", ".."]}
    said = found["properties"]
    assert (said["type"], said["title"], said["license"]) == ("dataset", "Sea of <b>bold</b>", "CC-BY-4.0")
    assert said["keywords"] == ["sea"]
    assert said["contacts"] == [
        {"organization": "The Lab", "roles": ["producer"], "identifier": f"{DEFAULT_BASE}organization/lab"}
    ]
    assert said["formats"] == [{"name": "zarr", "mediaType": "application/vnd+zarr"}]
    (theme,) = said["themes"]
    assert theme["scheme"] == "http://vocab.nerc.ac.uk/standard_name/"
    assert [concept["id"] for concept in theme["concepts"]] == ["sea_surface_temperature"]
    links = relations(found)
    assert links["self"] == f"{stac_server.origin}/records/collections/datasets/items/{SEA}"
    assert links["enclosure"] == "https://storage.googleapis.com/leap-test/sea.zarr"
    pages = {link["type"]: link["href"] for link in found["links"] if link["rel"] == "alternate"}
    assert set(pages) == {"text/html", "application/ld+json"}
    for href in pages.values():
        assert stac_server.get(href, accept="*/*").status_code == 200


def test_every_record_is_where_it_says_and_has_what_records_have(stac_server: Server) -> None:
    found = everything(stac_server, limit=1000)
    assert len({each["id"] for each in found}) == len(found) > made.NUMBER
    assert {each["properties"]["type"] for each in found} >= {"dataset", "store", "file", "repository", "paper"}
    for each in found[-60:]:
        own = stac_server.get(relations(each)["self"], accept="application/geo+json")
        assert own.status_code == 200, each["id"]
        assert own.headers["content-type"].startswith("application/geo+json")
        assert own.json() == each
        assert each["properties"]["title"]
        assert each["geometry"] is None or each["geometry"]["type"] in ("Polygon", "MultiPolygon")
        for contact in each["properties"].get("contacts", ()):
            assert contact.get("name") or contact["organization"]
            assert contact["roles"]


def test_pages_lead_through_everything_once(stac_server: Server) -> None:
    names = [each["id"] for each in everything(stac_server, "datasets", limit=37)]
    assert len(names) == len(set(names))
    second = get(stac_server, "/collections/datasets/items", limit=37, offset=37)
    assert [each["id"] for each in second["features"]] == names[37:74]
    before = stac_server.get(relations(second)["prev"], accept="application/json").json()
    assert [each["id"] for each in before["features"]] == names[:37]
    last = get(stac_server, "/collections/datasets/items", limit=10, offset=len(names) - 1)
    assert "next" not in relations(last)
    assert last["numberReturned"] == 1


def test_searches_find_by_words_place_time_and_type(stac_server: Server) -> None:
    def names(collection: str = "all", **asked: Any) -> set[str]:
        return {each["id"] for each in everything(stac_server, collection, limit=1000, **asked)}

    assert names(q="bold sea", type="dataset") == {SEA}
    # What a place or a time is known of is found with its stores.
    here = names("datasets", bbox="175,-5,176,5")
    assert SEA in here
    assert SEA not in names("datasets", bbox="0,-5,10,5")
    assert SEA in names("datasets", bbox="179,-5,-179,5")
    assert SEA in names("datasets", datetime="1990-06-01T00:00:00Z/1991-01-01T00:00:00Z")
    assert SEA not in names("datasets", datetime="../1980-01-01T00:00:00Z")
    waves = [item for item in made.items() if made.period(item)[0] < "1995"]
    found = names("datasets", datetime="1990-01-01T00:00:00Z/1994-12-31T23:59:59Z", q="wave")
    assert len({name for name in found if "/wave-" in name}) == len(waves)
    assert names("software") == names("all", type="repository,software,notebook,recipe,model")
    assert names("publications", q="no such word anywhere") == set()


def test_ids_name_records(stac_server: Server) -> None:
    def ids(collection: str, **asked: Any) -> list[str]:
        page = get(stac_server, f"/collections/{collection}/items", **asked)
        assert page["numberMatched"] >= page["numberReturned"]
        return [each["id"] for each in page["features"]]

    assert ids("datasets", ids=f"{SEA},no/such,{SEA}") == [SEA]
    assert ids("software", ids=SEA) == []
    repository = REPOSITORY.replace("https://github.com/", "github/")
    assert ids("all", ids=f"{SEA},{repository}", limit=1, offset=1) == [repository]
    assert ids("software", externalIds=REPOSITORY) == [repository]
    paper = next(each for each in everything(stac_server, "publications") if each["id"].startswith("doi/"))
    doi = paper["id"].removeprefix("doi/")
    assert {"scheme": "doi", "value": doi} in paper["properties"]["externalIds"]
    for name in (doi, f"doi:{doi}", f"https://doi.org/{doi}"):
        assert ids("publications", externalIds=name) == [paper["id"]]
        answer = get(stac_server, f"/collections/publications/items/{quote(name, safe='')}")
        assert answer["id"] == paper["id"]


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"bbox": "1,2,3,4,5"}, "bbox"),
        ({"bbox": "a,b,c,d"}, "bbox"),
        ({"bbox": "0,10,5,5"}, "bbox"),
        ({"datetime": "yesterday"}, "moment"),
        ({"datetime": "2020-01-01T00:00:00Z/2019-01-01T00:00:00Z"}, "ends before"),
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"offset": "-1"}, "offset"),
        ({"offset": "99999999999999999999"}, "offset"),
        ({"type": "person"}, "type"),
        ({"colour": "blue"}, "colour"),
        ({"f": "html"}, "GeoJSON"),
        ({"ids": SEA, "q": "sea"}, "leave out q"),
        ({"ids": ",".join(["x"] * 200)}, "100 ids"),
        ({"q": ["a", "b"]}, "twice"),
    ],
    ids=range(15),
)
def test_bad_searches_are_refused_in_words(stac_server: Server, asked: dict[str, Any], word: str) -> None:
    answer = stac_server.get("/records/collections/all/items", accept="application/json", params=asked)
    assert answer.status_code == 400, answer.text
    assert set(answer.json()) == {"code", "description"}
    assert word in answer.json()["description"]


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_what_is_said_of_the_limit_is_how_far_a_page_goes(stac_server: Server, limit: str) -> None:
    answer = stac_server.get("/records/collections/all/items", accept="application/json", params={"limit": limit})
    assert answer.json()["description"] == f"limit is a number from 1 to {LARGEST_PAGE:,}"
    for larger in (LARGEST_PAGE + 1, 10**15):
        whole = get(stac_server, "/collections/all/items", limit=larger)
        assert whole["numberReturned"] == min(whole["numberMatched"], LARGEST_PAGE)


def test_what_is_not_there_is_not_found(stac_server: Server) -> None:
    person = PERSON.replace("https://orcid.org/", "orcid/")
    for path in (
        *("/collections/none", "/collections/none/items", "/collections/none/items/x", "/nothing"),
        *("/collections/all/items/no/such", f"/collections/all/items/{person}", f"/collections/software/items/{SEA}"),
        *("/collections/all/items/..%2F..%2Fetc", "/collections/all/items/%00", "/collections/all/items/a%20b%3Cc%3E"),
    ):
        answer = stac_server.get(f"/records{path}", accept="application/json")
        assert answer.status_code == 404, path
        assert answer.json()["description"]
    assert stac_server.ask("POST", "/records/collections/all/items").status_code == 405
    assert stac_server.get("/records/?at=3", accept="application/json").status_code == 400


def test_addresses_are_those_by_which_the_server_is_known(stac_server: Server) -> None:
    asked = {"Host": "data.example.org", "X-Forwarded-Host": "evil.example"}
    for path in ("/", "/collections", "/collections/datasets/items?limit=2", f"/collections/datasets/items/{SEA}"):
        answer = requests.get(f"{stac_server.origin}/records{path}", headers=asked, timeout=10)
        assert answer.status_code == 200
        assert "127.0.0.1" not in answer.text
        assert "http://data.example.org/records" in answer.text


@pytest.mark.all
def test_an_empty_graph_says_so(tmp_path: Any) -> None:
    with running(tmp_path) as server:
        answer = requests.get(f"{server.origin}/records/collections/all/items", timeout=10)
        assert answer.status_code == 503
        assert "harvested" in answer.json()["description"]
        assert requests.get(f"{server.origin}/records/collections", timeout=10).status_code == 200
