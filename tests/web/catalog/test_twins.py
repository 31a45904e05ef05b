"""The twins of datasets: by suffix and by profile, embedded in the page, with signposts there and back."""

import json
from typing import Any

import html5lib
import pytest
from pyoxigraph import RdfFormat, parse

from leap_kg.catalog.fair.served import Answer
from leap_kg.catalog.page import CROISSANT, DCAT_AP, SCHEMA_ORG
from leap_kg.catalog.schemaorg import CONTEXT
from tests.web.platform import ALPHA, BETA, GONE, MARKUP, PERSON, REPLACED
from tests.web.server import Server

DATASET = "/dataset/leap-test/alpha"
SUFFIXES = (".schemaorg.jsonld", ".dcat.ttl", ".dcat.jsonld", ".croissant.json", ".linkset.json")


def embedded(page: str) -> dict[str, Any]:
    """What a page embeds for search engines."""
    document = html5lib.parse(page, namespaceHTMLElements=False)
    scripts = [json.loads(e.text) for e in document.iter("script") if e.get("type") == "application/ld+json"]
    (found,) = (each for each in scripts if each["@context"] == CONTEXT)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_twin_is_there_with_validators_and_links_back(server: Server, suffix: str) -> None:
    answer = server.get(DATASET + suffix)
    assert answer.status_code == 200
    assert answer.headers["Leap-Revision"] == "4"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    if suffix.endswith(".ttl"):
        assert list(parse(answer.content, format=RdfFormat.TURTLE))
    else:
        assert answer.json()
    links = Answer(headers={"link": answer.headers["Link"]}).links
    assert [link.target for link in links if link.relation == "describes"] == [f"{server.origin}{DATASET}"]
    tag = answer.headers["ETag"]
    assert server.get(DATASET + suffix, headers={"If-None-Match": tag}).status_code == 304
    head = server.ask("HEAD", DATASET + suffix)
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        (f'application/ld+json;profile="{SCHEMA_ORG}"', ".schemaorg.jsonld"),
        (f'application/ld+json; profile="{CROISSANT}"', ".croissant.json"),
        (f'application/ld+json;profile="{DCAT_AP}", text/html;q=0.5', ".dcat.jsonld"),
        (f'text/turtle;profile="{DCAT_AP}"', ".dcat.ttl"),
        ("application/ld+json", ".jsonld"),
        ('application/ld+json;profile="https://example.org/unknown"', ".jsonld"),
        ("text/turtle", ".ttl"),
    ],
)
def test_a_profile_chooses_a_twin(server: Server, accept: str, suffix: str) -> None:
    answer = server.get(DATASET, accept=accept)
    assert answer.status_code == 200
    assert answer.content == server.get(DATASET + suffix, accept="*/*").content
    assert answer.headers["Vary"] == "Accept, Accept-Datetime"


def test_a_profile_of_what_is_no_dataset_gives_its_own_description(server: Server) -> None:
    answer = server.get("/orcid/0000-0002-1825-0097", accept=f'application/ld+json;profile="{CROISSANT}"')
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/ld+json")


def test_the_page_embeds_the_twin_for_search_engines(server: Server) -> None:
    found = embedded(server.get(DATASET).text)
    assert found == server.get(f"{DATASET}.schemaorg.jsonld").json()
    assert (found["@id"], found["url"]) == (ALPHA, f"{server.origin}{DATASET}")


def test_harvested_markup_stays_within_its_script(server: Server) -> None:
    page = server.get("/dataset/leap-test/hostile").text
    found = embedded(page)
    assert found["name"] == MARKUP
    assert found["description"].startswith("</script><!-- <img")
    assert page.count("<script>alert") == 0
    assert "data:text/html" not in json.dumps(found)


def test_a_page_that_is_no_dataset_embeds_nothing_more_and_has_no_signposts(server: Server) -> None:
    answer = server.get("/orcid/0000-0002-1825-0097")
    assert answer.text.count('<script type="application/ld+json">') == 1
    assert "cite-as" not in answer.headers["Link"]
    assert ".croissant.json" not in answer.text


def test_signposts_lead_where_they_say(server: Server) -> None:
    links = Answer(headers={"link": server.get(DATASET).headers["Link"]}).links
    found: dict[str, list[str]] = {}
    for link in links:
        found.setdefault(link.relation, []).append(link.target)
    assert found["cite-as"] == [ALPHA]
    assert found["license"] == ["https://spdx.org/licenses/CC-BY-4.0"]
    assert found["type"] == ["https://schema.org/AboutPage", "https://schema.org/Dataset"]
    assert len(found["item"]) == 2
    for target in (*found["describedby"], *found["linkset"]):
        answer = server.get(target, accept="*/*")
        stated = next(link.media_type for link in links if link.target == target)
        assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (200, stated)
    (linkset,) = found["linkset"]
    contexts = {each["anchor"]: each for each in server.get(linkset).json()["linkset"]}
    whole = contexts[f"{server.origin}{DATASET}"]
    of_header = {target if "://" in target else server.origin + target for target in found["describedby"]}
    assert {each["href"] for each in whole["describedby"]} == of_header
    assert {"describes"} == {key for target in of_header for key in contexts[target] if key != "anchor"}
    assert [each["href"] for each in whole["item"]] == found["item"]
    # Signposts are those of the page; its other forms describe it.
    assert "cite-as" not in server.get(f"{DATASET}.ttl").headers["Link"]


def test_the_page_lists_its_twins(server: Server) -> None:
    page = server.get(DATASET).text
    for suffix in (*SUFFIXES, ".fair"):
        assert f'href="{DATASET}{suffix}"' in page


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".fair", ".fair.json"])
def test_what_is_no_dataset_has_no_twins(server: Server, suffix: str) -> None:
    for path in ("/orcid/0000-0002-1825-0097", "/dataset/leap-test/never", "/node", "/"):
        assert server.get(path + suffix).status_code == 404, path
    assert server.get(f"/node{suffix}?iri={PERSON}").status_code == 404
    assert server.get(f"/node{suffix}?iri=::").status_code == 404


def test_a_dataset_is_found_by_its_iri_too(server: Server) -> None:
    by_iri = server.get("/node.schemaorg.jsonld", params={"iri": BETA})
    assert by_iri.json()["@id"] == BETA


@pytest.mark.parametrize("suffix", [".dcat.ttl", ".fair"])
def test_what_is_gone_leads_to_its_page(server: Server, suffix: str) -> None:
    answer = server.get(f"/dataset/leap-test/gone{suffix}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/dataset/leap-test/gone")
    assert server.get(answer.headers["Location"]).status_code == 410
    assert GONE.endswith("gone")
    replaced = server.get(f"/person/github/ada{suffix}")
    assert replaced.status_code in (303, 404)
    assert REPLACED.endswith("ada")


def test_the_past_has_its_twins(server: Server) -> None:
    past = server.get("/dataset/leap-test/beta.schemaorg.jsonld?at=2")
    assert past.status_code == 200
    assert past.headers["Memento-Datetime"]
    assert past.json()["name"] == "Beta, its old name"
    assert server.get(f"{DATASET}.schemaorg.jsonld?at=1").status_code == 404
    assert server.get(f"{DATASET}.schemaorg.jsonld?at=99").status_code == 404


def test_addresses_are_those_that_the_client_used(server: Server) -> None:
    found = server.get(f"{DATASET}.croissant.json", headers={"Host": "kg.example"}).json()
    assert found["url"] == f"http://kg.example{DATASET}"
    odd = server.get(f"{DATASET}.croissant.json", headers={"Host": 'kg.example"><x>'})
    assert odd.json()["url"] == f"http://localhost{DATASET}"
