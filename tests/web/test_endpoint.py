"""`/sparql` for programs and people: the protocol, the failures with their status, the page that shows answers."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from leap_kg.graph.home import Home
from leap_kg.settings import DEFAULT_BASE
from tests.web.platform import ALPHA, HOSTILE
from tests.web.server import Server, running

COUNT = "SELECT (COUNT(DISTINCT ?d) AS ?n) WHERE { ?d a <http://www.w3.org/ns/dcat#Dataset> }"
JSON = "application/sparql-results+json"
SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?a != ?d && ?e != ?h && ?c != ?i) }"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}


def ask(server: Server, query: str, accept: str = JSON, **parameters: object) -> requests.Response:
    return server.get("/sparql", accept=accept, params={"query": query, **parameters})


def count(answer: requests.Response) -> int:
    assert answer.status_code == 200, answer.text
    return int(answer.json()["results"]["bindings"][0]["n"]["value"])


def test_a_query_comes_by_get_by_form_and_as_it_is(server: Server) -> None:
    assert count(ask(server, COUNT)) == 4
    assert count(server.ask("POST", "/sparql", JSON, data={"query": COUNT})) == 4
    assert count(server.ask("POST", "/sparql", JSON, data=COUNT.encode(), headers=DIRECT)) == 4
    charset = {"Content-Type": "application/sparql-query; charset=UTF-8"}
    assert count(server.ask("POST", "/sparql", JSON, data=COUNT.encode(), headers=charset)) == 4


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        (COUNT, "", JSON),
        (COUNT, "*/*", JSON),
        (COUNT, "application/json", "application/json"),
        (COUNT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (COUNT, "text/csv", "text/csv; charset=utf-8"),
        (COUNT, "text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("ASK {}", JSON, JSON),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "", "text/turtle; charset=utf-8"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "application/n-triples", "application/n-triples"),
        (f"DESCRIBE <{ALPHA}>", "application/ld+json", "application/ld+json"),
        (f"DESCRIBE <{ALPHA}>", "application/rdf+xml", "application/rdf+xml"),
        (COUNT, "text/html;q=0.1, text/csv", "text/csv; charset=utf-8"),
    ],
)
def test_the_answer_comes_in_the_form_that_is_asked_for(
    server: Server, query: str, accept: str, content_type: str
) -> None:
    answer = ask(server, query, accept)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Vary"] == "Accept"
    assert answer.headers["Leap-Revision"] == "4"


def test_format_names_the_form_whatever_the_header_says(server: Server) -> None:
    answer = ask(server, COUNT, "text/html", format="csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.text.split() == ["n", "4"]


def test_the_default_graph_is_the_union_and_can_be_chosen(server: Server) -> None:
    ontology = f"{DEFAULT_BASE}graph/source/ontology"
    hostile = f"{DEFAULT_BASE}graph/source/hostile"
    assert count(ask(server, COUNT, **{"default-graph-uri": ontology})) == 0
    assert count(ask(server, COUNT, **{"default-graph-uri": hostile})) == 1
    named = "SELECT (COUNT(DISTINCT ?g) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
    assert count(ask(server, named)) == 4
    assert count(ask(server, named, **{"named-graph-uri": hostile})) == 1
    assert count(ask(server, COUNT.replace("WHERE", f"FROM <{hostile}> WHERE"))) == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("SELECT nothing", 400),
        ("", 400),
        ("SELECT * WHERE { ?s ?p ?o", 400),
        ("SELECT * WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403),
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", 403),
        ("LOAD <http://127.0.0.1:1/>", 403),
        ("SELECT * WHERE " + "{" * 2000 + "}" * 2000, 400),
        ("SELECT * WHERE { " + "OPTIONAL { ?s ?p ?o } " * 800 + "}", 413),
    ],
)
def test_what_cannot_run_is_refused_with_a_reason(server: Server, query: str, status: int) -> None:
    for accept in (JSON, "text/html"):
        answer = ask(server, query, accept)
        assert answer.status_code in (status, 400 if status == 413 else status), answer.text[:300]
        assert answer.text.strip()
    assert server.get("/health").status_code == 200


def test_a_page_shows_the_line_that_is_wrong(server: Server) -> None:
    page = ask(server, "SELECT *\nWHERE {\n  ?s ?p nonsense .\n}", "text/html")
    assert page.status_code == 400
    assert 'data-error-line="3"' in page.text
    assert "<code>3: ?s ?p nonsense .</code>" in page.text


def test_requests_against_the_protocol_have_their_status(server: Server) -> None:
    def post(data: object, headers: dict[str, str], accept: str = JSON) -> int:
        return server.ask("POST", "/sparql", accept, data=data, headers=headers).status_code

    assert post({"other": "x"}, FORM) == 400
    assert post(b"query=ASK+%7B%7D&query=ASK+%7B%7D", FORM) == 400
    assert post(b"update=CLEAR+ALL", FORM) == 403
    assert post(b"CLEAR ALL", {"Content-Type": "application/sparql-update"}) == 403
    assert post(COUNT.encode(), {"Content-Type": "text/plain"}) == 415
    assert post(b"", {}) == 415
    assert post(b"ASK {\xff}", DIRECT) == 400
    assert post(b"query=%FF", FORM) == 400
    assert post(b"ASK {} #" + b"x" * 300_000, DIRECT) == 413
    assert post(b"query=" + b"x" * 300_000, FORM) == 413
    assert post(b"a=1&" * 300, FORM) == 400
    assert ask(server, COUNT, "image/png").status_code == 406
    assert ask(server, COUNT, JSON, format="ttl").status_code == 406
    assert server.get("/sparql?query=ASK+%7B%7D&query=ASK+%7B%7D", accept=JSON).status_code == 400
    assert server.get("/sparql", accept=JSON).status_code == 400
    assert server.get("/sparql?query=" + "x" * 70_000, accept=JSON).status_code == 414
    assert ask(server, "ASK {}", **{"default-graph-uri": "no iri"}).status_code == 400
    for method in ("PUT", "DELETE", "PATCH"):
        refused = server.ask(method, "/sparql", JSON, data=COUNT.encode(), headers=DIRECT)
        assert refused.status_code == 405
        assert "POST" in refused.headers["Allow"]
    assert server.ask("OPTIONS", "/sparql").headers["Access-Control-Allow-Methods"].startswith("GET")


def test_a_slow_query_is_stopped_while_pages_answer(server: Server) -> None:
    with ThreadPoolExecutor(2) as several:
        running = [several.submit(requests.get, f"{server.origin}/sparql", {"query": SLOW}, timeout=60) for _ in "ab"]
        time.sleep(0.4)
        times = []
        for _ in range(10):
            began = time.monotonic()
            assert server.get("/dataset/leap-test/alpha").status_code == 200
            times.append(time.monotonic() - began)
        answers = [each.result() for each in running]
    assert sorted(times)[5] < 0.5
    for answer in answers:
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "longer than 1 s" in answer.text
    assert count(ask(server, COUNT)) == 4


def test_the_query_of_a_client_that_left_makes_room(home: Home) -> None:
    with running(home.path, {"LEAP_KG_QUERY_SECONDS": "300", "LEAP_KG_WORKERS": "1"}) as patient:
        with pytest.raises(requests.exceptions.ReadTimeout):
            requests.get(f"{patient.origin}/sparql", {"query": SLOW}, timeout=0.3)
        assert count(ask(patient, COUNT)) == 4


def test_the_editor_is_a_plain_form(server: Server) -> None:
    page = server.get("/sparql")
    assert page.status_code == 200
    assert '<form class="query-form" action="/sparql" method="get">' in page.text
    assert "SELECT ?dataset" in page.text


def test_an_answer_for_people_links_nodes_and_prints_numbers_plainly(server: Server) -> None:
    query = (
        f"SELECT ?d ?n ?t ?missing ?m WHERE {{ BIND(<{ALPHA}> AS ?d) BIND(1234 AS ?n) "
        f"<{HOSTILE}> <http://purl.org/dc/terms/title> ?t BIND(<urn:not-there> AS ?m) }}"
    )
    page = ask(server, query, "text/html").text
    assert 'href="/dataset/leap-test/alpha"' in page
    assert "Alpha sea surface" in page
    assert "1,234" in page
    assert "&lt;script&gt;alert(" in page
    assert "^^" not in page.partition('id="section-answer"')[2]
    assert 'href="urn:' not in page
    assert "1 row in" in page
    assert "format=csv" in page


def test_a_question_and_a_graph_are_shown_too(server: Server) -> None:
    assert "Yes: the graph matches" in ask(server, "ASK { ?s ?p ?o }", "text/html").text
    assert "No: nothing" in ask(server, "ASK { <urn:x> ?p ?o }", "text/html").text
    page = ask(server, f"CONSTRUCT WHERE {{ <{ALPHA}> ?p ?o }}", "text/html").text
    assert 'href="/orcid/0000-0002-1825-0097"' in page
    assert "subject" in page
    assert "No rows" in ask(server, "SELECT * WHERE { <urn:x> ?p ?o }", "text/html").text


def test_a_large_answer_is_shown_in_part_and_counted_whole(server: Server) -> None:
    page = ask(server, "SELECT ?s ?a WHERE { ?s ?p ?o . ?a ?b ?c } LIMIT 700", "text/html").text
    assert "700 rows" in page
    assert "the first 500 are shown" in page
