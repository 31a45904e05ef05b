"""`/catalog`: every dataset once, in pages that lead to each other."""

from collections.abc import Iterator

import pytest
import rdflib
from pyoxigraph import RdfFormat, Triple, parse

from leap_kg.catalog.fair.served import Answer
from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, RDF
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.web.catalog.feed import PAGE_SIZE, STORES
from tests.web.fixtures import server_of
from tests.web.platform import followed, publish, triples
from tests.web.server import Server

MANY = PAGE_SIZE + 7

many_server = server_of("many_home")


@pytest.fixture(scope="session")
def many_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with more datasets than a page of the feed has, one of them with more stores than it lists."""
    home = Home(tmp_path_factory.mktemp("many") / "home")
    text = "".join(
        f'<DATASET/d{n:03}> a dcat:Dataset ; dct:title "D {n}" ; dct:source <https://example.org/> .\n'
        for n in range(MANY)
    )
    text += "".join(
        f'<DATASET/d000> dcat:distribution <STORE/s{n}> . <STORE/s{n}> a dcat:Distribution ; dct:title "S {n}" ;'
        f' leap:storageURI "gs://b/{n}"^^xsd:anyURI .\n'
        for n in range(STORES + 5)
    )
    with Writer(home, BASE) as writer:
        publish(writer, "many", "Many", triples(text), 1)
    return followed(home)


def pages(server: Server, address: str) -> Iterator[tuple[Answer, list[Triple]]]:
    """The pages from an address on, by their links to the next."""
    while address:
        got = server.get(address, accept="*/*")
        assert got.status_code == 200, address
        answer = Answer(
            address, 200, {"link": got.headers["Link"], "content-type": got.headers["Content-Type"]}, got.content
        )
        yield answer, answer.triples
        address = next((link.target for link in answer.links if link.relation == "next"), "")


def listed(found: list[Triple]) -> list[str]:
    return [t.object.value for t in found if t.predicate == DCAT("dataset")]  # type: ignore[union-attr]


def test_every_dataset_of_the_platform_is_in_the_feed_with_its_record(server: Server) -> None:
    ((_, found),) = pages(server, "/catalog.ttl")
    datasets = {t.subject.value for t in found if t.predicate == RDF("type") and t.object == DCAT("Dataset")}  # type: ignore[union-attr]
    assert set(listed(found)) == datasets
    assert len(datasets) == len(listed(found)) == 4
    records = {t.subject: t.object for t in found if t.predicate == FOAF("primaryTopic")}
    assert {iri.value for iri in records.values()} == datasets  # type: ignore[union-attr]
    dated = {t.subject for t in found if t.predicate == DCT("modified")}
    assert set(records) <= dated


@pytest.mark.all
def test_pages_lead_to_each_other_by_header_and_by_hydra(many_server: Server) -> None:
    found = list(pages(many_server, "/catalog.ttl"))
    assert [len(listed(said)) for _, said in found] == [PAGE_SIZE, 7]
    assert len({iri for _, said in found for iri in listed(said)}) == MANY
    hydra = "http://www.w3.org/ns/hydra/core#"
    first, last = (
        {t.predicate.value.removeprefix(hydra): t.object.value for t in said if t.predicate.value.startswith(hydra)}  # type: ignore[union-attr]
        for _, said in found
    )
    assert first["totalItems"] == str(MANY)
    assert first["next"] == last["view"] == f"{many_server.origin}/catalog.ttl?page=2"
    assert last["previous"] == last["first"] == f"{many_server.origin}/catalog.ttl"
    assert "previous" not in first
    assert "next" not in last
    (back,) = (link.target for link in found[1][0].links if link.relation == "prev")
    assert back == "/catalog.ttl"


@pytest.mark.all
def test_there_is_an_end_to_the_stores_of_one_dataset(many_server: Server) -> None:
    (_, found), *_ = pages(many_server, "/catalog.ttl")
    assert len([t for t in found if t.predicate == DCAT("distribution")]) == STORES
    whole = many_server.get("/dataset/leap-test/d000.dcat.ttl").content
    assert sum(t.predicate == DCAT("distribution") for t in parse(whole, format=RdfFormat.TURTLE)) == STORES + 5


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize(("suffix", "name"), [(".jsonld", "json-ld"), (".nt", "nt")])
def test_all_forms_say_the_same(server: Server, suffix: str, name: str) -> None:
    graph, turtle = rdflib.Graph(), rdflib.Graph()
    graph.parse(data=server.get(f"/catalog{suffix}").content, format=name)
    turtle.parse(data=server.get("/catalog.ttl").content, format="turtle")
    own = f"{server.origin}/catalog"
    assert {t for t in graph if own not in str(t)} == {t for t in turtle if own not in str(t)}


@pytest.mark.parametrize("page", ["0", "2", "x", "99999999999"])
def test_a_feed_of_one_page_has_no_other(server: Server, page: str) -> None:
    assert server.get(f"/catalog.ttl?page={page}").status_code == 404
    assert 'rel="next"' not in server.get("/catalog.ttl?page=1").headers["Link"]


def test_the_accept_header_chooses_and_turtle_is_what_there_is_without_a_wish(server: Server) -> None:
    assert server.get("/catalog", accept="application/ld+json").headers["Content-Type"] == "application/ld+json"
    assert server.get("/catalog", accept="*/*").headers["Content-Type"] == "text/turtle; charset=utf-8"
    assert server.get("/catalog", accept="image/png").status_code == 406
    tag = server.get("/catalog.ttl").headers["ETag"]
    assert server.get("/catalog.ttl", headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.all
@pytest.mark.parametrize("page", ["0", "3", "-1", "1e3", "x", "99999999999", "٢", ""])
def test_a_page_that_is_not_there_is_refused_with_those_that_are(many_server: Server, page: str) -> None:
    answer = many_server.get(f"/catalog.ttl?page={page}")
    assert answer.status_code == 404
    assert "from 1 to 2" in answer.text


@pytest.mark.all
def test_the_past_keeps_its_moment_from_page_to_page(many_server: Server) -> None:
    answer = many_server.get("/catalog.ttl?at=1")
    assert answer.headers["Memento-Datetime"]
    links = Answer(headers={"link": answer.headers["Link"]}).links
    assert [link.target for link in links if link.relation == "next"] == ["/catalog.ttl?page=2&at=1"]
    assert many_server.get("/catalog.rdf").status_code == 404
