"""A node of which more is said in the same words than one document has: each form says so and leads to the rest."""

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from leap_kg.catalog.dcat import HYDRA
from leap_kg.catalog.fair.served import Answer
from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.ontology.jsonld import parse_document
from leap_kg.ontology.namespaces import DCT, FOAF
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.web.nodes.portion import Portion
from tests.web.fixtures import server_of
from tests.web.platform import ALPHA, fill, publish, triples
from tests.web.server import Server

NUMBER, OF_PART = 20_003, 10_001
PATH = "/organization/large"
NODE = f"{BASE}organization/large"
LARGE = (
    '<ORGANIZATION/large> a foaf:Organization ; foaf:name "Large" .\n'
    '<ORGANIZATION/large#desk> a foaf:Document ; dct:title "Desk" .\n'
    + "".join(f'<ORGANIZATION/large> foaf:nick "name {n:05}" .\n' for n in range(NUMBER))
    + "".join(f'<ORGANIZATION/large#desk> dct:subject "word {n:05}" .\n' for n in range(OF_PART))
).replace("<ORGANIZATION/", f"<{BASE}organization/")
EVERY = {f"name {n:05}" for n in range(NUMBER)} | {f"word {n:05}" for n in range(OF_PART)}

large = server_of("large_home")


@pytest.fixture(scope="session")
def large_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    def more(writer: Writer) -> None:
        publish(writer, "large", "Large", triples(LARGE), 5)
        # A second source repeats some of it.
        publish(writer, "larger", "Larger", triples("".join(LARGE.splitlines(keepends=True)[:500])), 6)

    path: Path = tmp_path_factory.mktemp("large") / "home"
    return fill(path, more)


def documents(server: Server, address: str) -> list[tuple[str, bytes]]:
    """The document at an address and those that its headers lead to, each by its address."""
    found = []
    while address:
        answer = server.get(address, accept="*/*")
        assert answer.status_code == 200
        found.append((address, answer.content))
        links = {each.relation: each.target for each in Answer(headers={"link": answer.headers["Link"]}).links}
        assert ("prev" in links) == (len(found) > 1)
        address = links.get("next", "").removeprefix(server.origin)
    return found


def test_statements_are_each_in_one_document(large: Server) -> None:
    said: Counter[Triple] = Counter()
    found = documents(large, f"{PATH}.nt")
    assert [address.rpartition("=")[2] for address, _ in found[1:]] == ["10001", "20001"]
    for address, text in found:
        statements = [each.triple for each in parse(text, format=RdfFormat.N_TRIPLES)]
        here = NamedNode(BASE.removesuffix("/") + address)
        of_document = [each for each in statements if each.subject == here or each.predicate == HYDRA("view")]
        assert Triple(NamedNode(NODE), HYDRA("view"), here) in of_document
        said.update(each for each in statements if each not in of_document)
    assert set(said.values()) == {1}
    said_so = (each.object for each in said if each.predicate in (FOAF("nick"), DCT("subject")))
    assert {term.value for term in said_so if isinstance(term, Literal)} == EVERY
    assert any(each.predicate == FOAF("name") for each in said)


def test_a_document_of_rdf_says_how_many_there_are_and_where_the_next_are(large: Server) -> None:
    middle = parse(large.get(f"{PATH}.ttl?values-from=10001").content, format=RdfFormat.TURTLE)
    about = {each.predicate: each.object for each in middle if "values-from=10001" in str(each.subject)}
    assert about[HYDRA("next")] == NamedNode(f"{NODE}.ttl?values-from=20001")
    assert about[HYDRA("previous")] == NamedNode(f"{NODE}.ttl")
    assert about[HYDRA("totalItems")].value == str(NUMBER)
    assert "10,001 to 20,000" in about[DCT("title")].value
    first = parse_document(large.get(f"{PATH}.jsonld").content, BASE)
    here = NamedNode(f"{NODE}.jsonld")
    assert Triple(NamedNode(NODE), HYDRA("view"), here) in first
    assert Triple(here, HYDRA("next"), NamedNode(f"{NODE}.jsonld?values-from=10001")) in first


def test_json_and_csv_lead_to_the_rest(large: Server) -> None:
    texts: list[str] = []
    for address, body in documents(large, f"{PATH}.json"):
        document: dict[str, Any] = json.loads(body)
        first = int(re.sub(r"\D", "", address) or "1")
        assert document["portion"]["from"] == first
        assert document["portion"]["longest"] == NUMBER
        assert ("next" in document["portion"]) == (first < 20_001)
        for about in (document, *document["parts"]):
            texts += [value["text"] for each in about["properties"] for value in each["values"] if "text" in value]
    rows = [
        row["object"]
        for _, body in documents(large, f"{PATH}.csv")
        for row in csv.DictReader(body.decode().splitlines())
        if row["kind"] == "literal"
    ]
    assert sorted(rows) == sorted(texts) == sorted([*EVERY, "Large", "Desk"])


def test_the_page_counts_them_all(large: Server) -> None:
    text = large.get(PATH).text
    assert f"and {NUMBER - 60:,} more" in text
    assert "values-from=10001" in text  # in the statements for machines that it carries


@pytest.mark.parametrize(
    ("asked", "status"), [("0", 400), ("x", 400), ("²", 400), ("9" * 30, 400), ("20004", 404), ("20003", 200)]
)
@pytest.mark.parametrize("suffix", ["", ".csv", ".jsonld"])
def test_what_is_no_value_is_refused(large: Server, suffix: str, asked: str, status: int) -> None:
    answer = large.get(f"{PATH}{suffix}?values-from={asked}")
    assert answer.status_code == status
    assert status == 200 or "value" in answer.text


def test_links_of_a_moment_stay_at_it(large: Server) -> None:
    answer = large.get(f"{PATH}.nt?at=5")
    assert f'<{PATH}.nt?at=5&values-from=10001>; rel="next"' in answer.headers["Link"]
    assert f"<{NODE}.nt?at=5&values-from=10001>" in answer.text
    assert "values-from=20001" in large.get(f"{PATH}.nt?at=5&values-from=10001").headers["Link"]


def test_a_node_that_fits_says_nothing_of_that(large: Server) -> None:
    path = ALPHA.removeprefix(BASE.removesuffix("/"))
    answer = large.get(f"{path}.nt")
    assert answer.status_code == 200
    assert str(HYDRA("view")) not in answer.text
    assert 'rel="next"' not in answer.headers["Link"]
    assert "portion" not in large.get(f"{path}.json").json()
    assert large.get(f"{path}.nt?values-from=2").status_code == 404


def test_what_cannot_be_read_is_told() -> None:
    assert "queries" in Portion(1, 200_000, whole=False).words
    assert Portion(1, 0, whole=False).left_out
    assert not Portion(1, 0, whole=True).left_out
