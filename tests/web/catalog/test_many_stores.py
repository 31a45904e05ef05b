"""A dataset of more stores than one document has: its page and every twin lead to all of them, and nothing is lost."""

import json
import re
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from leap_kg.catalog.fair.served import Answer
from leap_kg.catalog.schemaorg import CONTEXT
from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.ontology.namespaces import DCAT, DCT
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.web.fixtures import server_of
from tests.web.platform import fill, publish, triples
from tests.web.server import Server

NUMBER = 2_345
PATH = "/dataset/leap-test/many"
MANY = (
    '<DATASET/many> a dcat:Dataset ; dct:title "Very many runs" ; dct:source <https://example.org/many> .\n'
    + "".join(
        f"<DATASET/many> dcat:distribution <STORE/runs/{n:05}> .\n"
        f'<STORE/runs/{n:05}> a dcat:Distribution ; dct:title "run {n:05}" ;'
        f" dcat:accessURL <https://data.example/{n:05}> ;"
        f' leap:storageURI "https://data.example/{n:05}"^^xsd:anyURI .\n'
        for n in range(NUMBER)
    )
)
EVERY = {f"https://data.example/{n:05}" for n in range(NUMBER)}

many = server_of("many_home")


@pytest.fixture(scope="session")
def many_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    def more(writer: Writer) -> None:
        publish(writer, "many", "Many", triples(MANY), 5)

    path: Path = tmp_path_factory.mktemp("many") / "home"
    return fill(path, more)


@pytest.mark.all
@pytest.mark.parametrize("suffix", ["", ".schemaorg.jsonld", ".dcat.ttl", ".croissant.json", ".linkset.json"])
def test_links_lead_to_every_store(many: Server, suffix: str) -> None:
    found: list[str] = []
    address = PATH + suffix
    for _ in range(20):
        answer = many.get(address, accept="text/html" if not suffix else "*/*")
        assert answer.status_code == 200
        assert len(answer.content) < 1_500_000
        assert f"{NUMBER:,}" in answer.text or str(NUMBER) in answer.text
        found += sorted(set(re.findall(r"https://data\.example/\d{5}", _own(answer.text, suffix))))
        links = Answer(headers={"link": answer.headers["Link"]}).links
        following = [each.target for each in links if each.relation == "next"]
        if not following:
            break
        address = following[0].removeprefix(many.origin)
    assert len(found) == NUMBER
    assert set(found) == EVERY


def _own(text: str, suffix: str) -> str:
    """What is the document's own; a page lists the first stores and the statements of its dataset on each."""
    if suffix:
        return text
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    (twin,) = (each for each in map(json.loads, scripts) if each["@context"] == CONTEXT)
    return str(twin["distribution"])


def test_the_page_shows_the_stores_that_are_asked_for(many: Server) -> None:
    page = many.get(f"{PATH}?stores-from=2201", accept="text/html").text
    assert "stores 2,201 to 2,345 of 2,345" in page
    assert f'rel="prev" href="{PATH}?stores-from=2001"' in page
    assert "https://data.example/02344" in page
    past = many.get(f"{PATH}?stores-from=2201&at=5", accept="text/html").text
    assert re.search(rf'rel="prev" href="{PATH}\?stores-from=2001&(?:amp;)?at=5"', past)


@pytest.mark.parametrize(
    ("asked", "status"), [("0", 400), ("-1", 400), ("x", 400), ("²", 400), ("9" * 30, 400), ("2346", 404)]
)
@pytest.mark.parametrize("suffix", ["", ".dcat.ttl"])
def test_what_is_no_store_is_refused(many: Server, suffix: str, asked: str, status: int) -> None:
    answer = many.get(f"{PATH}{suffix}?stores-from={asked}")
    assert answer.status_code == status
    assert "store" in answer.text


def test_no_statement_is_lost_in_rdf(many: Server) -> None:
    """What else is said of the dataset comes before or after thousands of stores, wherever the engine has it."""
    said = list(parse(many.get(f"{PATH}.nt").content, format=RdfFormat.N_TRIPLES))
    about = [each for each in said if str(each.subject) == f"<{BASE}dataset/leap-test/many>"]
    assert sum(each.predicate == DCAT("distribution") for each in about) == NUMBER
    assert any(each.predicate == DCT("title") for each in about)


def test_the_report_of_its_fairness_says_how_to_come_to_the_others(many: Server) -> None:
    lacks = {each["name"]: each for each in many.get(f"{PATH}.fair.json").json()["lacks"]}
    assert "stores 1 to 200 of 2,345" in lacks["more-stores"]["why"]
