"""The twins of stores: what a distribution says for itself, with links to its datasets and theirs."""

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from leap_kg.catalog.fair.served import Answer
from leap_kg.ontology.namespaces import DCAT, DCT, RDF
from tests.web.platform import ALPHA, STORE
from tests.web.server import Server

DATASET = "/dataset/leap-test/alpha"
PATH = "/store/nyu1.osn.mghpcc.org/leap-test/alpha.zarr"
SUFFIXES = (".schemaorg.jsonld", ".dcat.ttl", ".dcat.jsonld", ".linkset.json")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_twin_is_there_and_leads_back(server: Server, suffix: str) -> None:
    answer = server.get(PATH + suffix)
    links = {link.relation: link.target for link in Answer(headers={"link": answer.headers["Link"]}).links}
    assert answer.status_code == 200
    assert links["describes"] == f"{server.origin}{PATH}"
    assert links["linkset"] == f"{server.origin}{PATH}.linkset.json"
    assert answer.headers["Content-Location"] == PATH + suffix
    assert server.get(PATH + suffix, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_what_describes_datasets_alone_is_not_there(server: Server) -> None:
    for suffix in (".croissant.json", ".fair", ".fair.json"):
        assert server.get(PATH + suffix).status_code == 404


def test_the_page_leads_to_its_twins_and_to_those_of_its_dataset(server: Server) -> None:
    page = server.get(PATH)
    for address in (*(PATH + suffix for suffix in SUFFIXES), f"{DATASET}.croissant.json", f"{DATASET}.dcat.ttl"):
        assert f'href="{address}"' in page.text
    found: dict[str, list[str]] = {}
    for link in Answer(headers={"link": page.headers["Link"]}).links:
        found.setdefault(link.relation, []).append(link.target)
    assert found["type"] == ["https://schema.org/AboutPage", "https://schema.org/DataDownload"]
    assert found["collection"] == [f"{server.origin}{DATASET}"]
    assert found["license"] == ["https://spdx.org/licenses/CC-BY-4.0"]
    (item,) = found["item"]
    contexts = {each["anchor"]: each for each in server.get(found["linkset"][0]).json()["linkset"]}
    assert contexts[f"{server.origin}{PATH}"]["collection"] == [
        {"href": f"{server.origin}{DATASET}", "type": "text/html"}
    ]
    assert [each["href"] for each in contexts[item]["collection"]] == [f"{server.origin}{PATH}"]


def test_a_distribution_says_of_its_dataset_what_the_profile_wants(server: Server) -> None:
    triples = [quad.triple for quad in parse(server.get(f"{PATH}.dcat.ttl").content, format=RdfFormat.TURTLE)]
    said = {(t.subject, t.predicate): t.object for t in triples}
    store, dataset = NamedNode(STORE), NamedNode(ALPHA)
    assert said[dataset, DCAT("distribution")] == store
    assert isinstance(said[dataset, DCT("title")], Literal)
    assert isinstance(said[dataset, DCT("description")], Literal)
    assert {t.object for t in triples if t.subject == store and t.predicate == RDF("type")} == {DCAT("Distribution")}
    assert (store, DCAT("accessURL")) in said


def test_a_download_names_the_dataset_that_it_holds(server: Server) -> None:
    found = server.get(PATH, accept='application/ld+json;profile="https://schema.org/DataDownload"')
    document = found.json()
    assert document == server.get(f"{PATH}.schemaorg.jsonld").json()
    assert (document["@type"], document["@id"]) == ("DataDownload", STORE)
    whole = document["encodesCreativeWork"]
    assert (whole["@id"], whole["url"]) == (ALPHA, f"{server.origin}{DATASET}")
