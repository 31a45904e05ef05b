"""`/sparql` for programs and people: the protocol, the failures with their status, the page that shows answers."""

import asyncio
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from pyoxigraph import Literal, NamedNode, Quad
from starlette.types import Message

from leap_kg.graph.activity import Activity
from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.settings import DEFAULT_BASE
from leap_kg.web.sparql import endpoint
from tests.processes import below, ticks
from tests.web.platform import ALPHA, HOSTILE, fill
from tests.web.server import Server, running

COUNT = "SELECT (COUNT(DISTINCT ?d) AS ?n) WHERE { ?d a <http://www.w3.org/ns/dcat#Dataset> }"
DATASET = "http://www.w3.org/ns/dcat#Dataset"
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
    assert answer.headers["Vary"] == "Accept, Accept-Datetime"
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
    assert post(b"update=CLEAR+ALL", FORM) == 401
    assert post(b"CLEAR ALL", {"Content-Type": "application/sparql-update"}) == 401
    assert post(b"query=ASK+%7B%7D&update=CLEAR+ALL", FORM) == 400
    assert server.get("/sparql?update=CLEAR+ALL", accept=JSON).status_code == 400
    assert post(COUNT.encode(), {"Content-Type": "text/plain"}) == 415
    assert post(b"", {}) == 415
    assert post(b"ASK {\xff}", DIRECT) == 400
    assert post(b"query=%FF", FORM) == 400
    utf_16 = "application/sparql-query; charset=UTF-16"
    assert post("ASK {}".encode("utf-16"), {"Content-Type": utf_16}) == 415
    assert server.ask("QUERY", "/sparql", JSON, data=b"ASK {}", headers={"Content-Type": utf_16}).status_code == 415
    assert post(b"query=ASK+%7B%7D", {"Content-Type": "application/x-www-form-urlencoded;charset=latin1"}) == 415
    assert post(b"ASK {}", {"Content-Type": 'application/sparql-query; charset="utf-8"'}) == 200
    assert post(b"ASK {} #" + b"x" * 300_000, DIRECT) == 413
    assert post(b"query=" + b"x" * 300_000, FORM) == 413
    assert post(b"a=1&" * 300, FORM) == 400
    assert ask(server, COUNT, "image/png").status_code == 406
    assert ask(server, COUNT, JSON, format="ttl").status_code == 406
    assert server.get("/sparql?query=ASK+%7B%7D&query=ASK+%7B%7D", accept=JSON).status_code == 400
    assert server.get("/sparql", accept=JSON).status_code == 406
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


@pytest.mark.all
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


def test_an_answer_that_fills_its_limit_says_that_there_may_be_more(server: Server) -> None:
    query = "SELECT ?s WHERE { ?s a ?kind } ORDER BY ?s LIMIT"
    assert "of the query, 3 rows: there may be more" in ask(server, f"{query} 3", "text/html").text
    assert "there may be more" not in ask(server, f"{query} 9999999", "text/html").text


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
def test_programs_are_told_that_an_answer_fills_its_limit(server: Server, name: str) -> None:
    query = "SELECT ?s WHERE { ?s a ?kind } ORDER BY DESC(?s) LIMIT"  # which no other test asks
    for state in ("miss", "hit"):
        full = ask(server, f"{query} 3", format=name)
        assert (full.headers["Leap-Cache"], full.headers["Leap-Limit-Reached"]) == (state, "rows=3")
        assert "Leap-Limit-Reached" in full.headers["Access-Control-Expose-Headers"]
    looked_up = ask(server, f"SELECT ?p ?o {{ <{ALPHA}> ?p ?o }} LIMIT 2", format=name)
    assert looked_up.headers["Leap-Limit-Reached"] == "rows=2"
    for whole in (
        f"{query} 9999999",
        f"{query} 0",
        "SELECT ?s { { SELECT ?s { ?s a ?kind } LIMIT 3 } }",
        'SELECT ("limit 1" AS ?text) {}',
        "ASK { ?s ?p ?o } LIMIT 1",
    ):
        answer = ask(server, whole, format=name)
        assert answer.status_code == 200, answer.text
        assert "Leap-Limit-Reached" not in answer.headers, whole


def test_an_answer_is_kept_and_validated(server: Server) -> None:
    query = "SELECT (COUNT(DISTINCT ?o) AS ?n) WHERE { ?s ?p ?o }"
    first = ask(server, query)
    assert first.headers["Leap-Cache"] == "miss"
    again = ask(server, f"# the same in another layout\n{query.replace(' ', '  ')}")
    assert (again.headers["Leap-Cache"], again.content) == ("hit", first.content)
    assert int(again.headers["Age"]) >= 0
    tag = first.headers["ETag"]
    assert tag.startswith('W/"4-')
    assert again.headers["ETag"] == tag
    known = server.get("/sparql", accept=JSON, params={"query": query}, headers={"If-None-Match": f'"x", {tag}'})
    assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", tag)
    assert ask(server, query, "text/csv").headers["ETag"] != tag
    graph = f"{DEFAULT_BASE}graph/source/hostile"
    other = ask(server, query, **{"default-graph-uri": graph})
    assert (other.headers["Leap-Cache"], other.headers["ETag"] != tag) == ("miss", True)


def test_what_changes_by_itself_is_not_kept(server: Server) -> None:
    answers = [ask(server, "SELECT (STRUUID() AS ?u) {}") for _ in "ab"]
    assert answers[0].content != answers[1].content
    assert [answer.headers["Leap-Cache"] for answer in answers] == ["miss", "miss"]
    assert not any("ETag" in answer.headers for answer in answers)


def test_equal_queries_at_one_time_are_run_once(home: Home) -> None:
    with running(home.path, {"LEAP_KG_WORKERS": "3", "LEAP_KG_QUERY_SECONDS": "30"}) as busy:
        values = "VALUES ?x { " + "1 " * 600 + "}"
        slow = f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s ?p ?o {values} }}"
        with ThreadPoolExecutor(6) as several:
            answers = list(
                several.map(lambda _: requests.post(f"{busy.origin}/sparql", {"query": slow}, timeout=60), range(6))
            )
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1
        assert ask(busy, slow, "*/*").headers["Leap-Cache"] == "hit"


def test_the_method_query(server: Server) -> None:
    answer = server.ask("QUERY", "/sparql", JSON, data=COUNT.encode(), headers=DIRECT)
    assert count(answer) == 4
    graph = f"{DEFAULT_BASE}graph/source/hostile"
    chosen = server.ask(
        "QUERY", "/sparql", JSON, data=COUNT.encode(), headers=DIRECT, params={"default-graph-uri": graph}
    )
    assert count(chosen) == 1
    assert (
        server.ask("QUERY", "/sparql", JSON, data=b"ASK {}", headers={"Content-Type": "text/plain"}).status_code == 415
    )
    assert server.ask("QUERY", "/sparql", JSON, data=b"SELECT", headers=DIRECT).status_code == 400


def test_head_has_the_headers_of_get(server: Server) -> None:
    got, head = ask(server, COUNT), server.ask("HEAD", "/sparql", JSON, params={"query": COUNT})
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["ETag"] == got.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(got.content))


def test_a_result_that_is_too_large_is_refused_or_cut_and_marked(home: Home) -> None:
    with running(home.path, {"LEAP_KG_QUERY_ROWS": "10"}) as narrow:
        for name in ("json", "xml", "csv", "tsv", "nt", "ttl"):
            require_cut(narrow, name)


def require_cut(narrow: Server, name: str) -> None:
    """Fail unless a server that gives ten rows says so in this form."""
    graph = name in ("nt", "ttl")
    query = "CONSTRUCT WHERE { ?s ?p ?o }" if graph else "SELECT * { ?s ?p ?o }"
    refused = ask(narrow, query, format=name)
    assert refused.status_code == 413
    assert "truncate=yes" in refused.text
    cut = ask(narrow, query, format=name, truncate="yes")
    assert (cut.status_code, cut.headers["Leap-Truncated"]) == (200, "rows=10")
    if name == "json":
        assert cut.json()["head"]["link"] == ["urn:leap-kg:truncated:10"]
        assert len(cut.json()["results"]["bindings"]) == 10
    whole = ask(narrow, query + " LIMIT 10", format=name, truncate="yes")
    assert "Leap-Truncated" not in whole.headers
    assert ask(narrow, query, format=name, truncate="perhaps").status_code == 400


def test_a_client_has_a_budget(home: Home) -> None:
    with running(home.path, {"LEAP_KG_BUDGET_ERRORS": "2", "LEAP_KG_TRUSTED_PROXIES": "127.0.0.0/8"}) as strict:

        def status(query: str, sender: str) -> int:
            return server_answer(query, sender).status_code

        def server_answer(query: str, sender: str) -> requests.Response:
            headers = {"X-Forwarded-For": sender}
            return strict.get("/sparql", accept=JSON, params={"query": query}, headers=headers)

        assert [status(f"SELECT nothing{number}", "192.0.2.1") for number in range(4)] == [400] * 4
        blocked = server_answer("ASK {}", "192.0.2.1")
        assert blocked.status_code == 429
        assert 0 < int(blocked.headers["Retry-After"]) <= 30
        assert status("ASK {}", "192.0.2.2") == 200
        assert status("ASK {}", "6.6.6.6, 192.0.2.1") == 200  # from the cache: it costs nothing
        assert status("ASK { ?a ?b ?c }", "6.6.6.6, 192.0.2.1") == 429
        assert status("ASK { ?a ?b ?c }", "192.0.2.1, 6.6.6.6") == 200
        assert strict.get("/dataset/leap-test/alpha", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 200


@pytest.mark.all
def test_seconds_of_computing_are_charged_when_a_query_is_stopped(home: Home) -> None:
    settings = {"LEAP_KG_BUDGET_SECONDS": "0.4", "LEAP_KG_QUERY_SECONDS": "1"}
    with running(home.path, settings) as strict:
        assert ask(strict, SLOW).status_code == 503
        blocked = ask(strict, COUNT)
        assert blocked.status_code == 429
        assert "computing" in blocked.text
        assert int(blocked.headers["Retry-After"]) > 1


def test_a_past_state_is_asked_by_at(server: Server) -> None:
    newest, first = ask(server, COUNT), ask(server, COUNT, at="1")
    assert (newest.headers["Leap-Revision"], first.headers["Leap-Revision"]) == ("4", "1")
    assert count(first) < count(newest)
    assert "Memento-Datetime" in first.headers
    assert ask(server, COUNT, at="99").status_code == 404
    assert ask(server, COUNT, at="yesterday").status_code == 400
    dated = server.get("/sparql", accept=JSON, params={"query": COUNT}, headers={"Accept-Datetime": "nonsense"})
    assert dated.status_code == 400


def test_full_text(server: Server) -> None:
    prefix = f"PREFIX leap: <{DEFAULT_BASE}ontology#> PREFIX dct: <http://purl.org/dc/terms/> "
    found = ask(server, prefix + 'SELECT ?d { ?d leap:search "alpha sea surface" ; a ?kind }')
    assert found.status_code == 200
    assert ALPHA in {row["d"]["value"] for row in found.json()["results"]["bindings"]}
    refused = ask(server, prefix + "SELECT ?d { ?d leap:search ?words }")
    assert refused.status_code == 400
    assert "leap:search" in refused.text


@pytest.mark.parametrize(
    "query",
    [
        'VERSION "1.2" SELECT ?t { BIND(<<( <urn:a> <urn:b> 1 )>> AS ?t) }',
        "SELECT ?t { BIND(TRIPLE(<urn:a>, <urn:b>, 1) AS ?t) }",
        "SELECT ?t { VALUES ?s { 1 2 } LATERAL { SELECT ?s ?t { BIND(?s + 1 AS ?t) } } }",
        'SELECT ?t { BIND(STRLANGDIR("a", "ar", "rtl") AS ?t) }',
    ],
)
def test_what_is_new_in_sparql_1_2_works(server: Server, query: str) -> None:
    for name in ("json", "xml", "csv", "tsv"):
        answer = ask(server, query, format=name)
        assert answer.status_code == 200, answer.text


def _workers(server: Server) -> list[int]:
    return [pid for pid, command in below(server.pid).items() if "sparql.worker" in command]


def test_a_worker_killed_in_the_middle_of_a_query_harms_nobody_else(home: Home) -> None:
    with running(home.path, {"LEAP_KG_WORKERS": "3", "LEAP_KG_QUERY_SECONDS": "60"}) as patient:
        assert count(ask(patient, COUNT)) == 4
        with ThreadPoolExecutor(1) as aside:
            slow = aside.submit(requests.get, f"{patient.origin}/sparql", {"query": SLOW}, timeout=60)
            time.sleep(1)
            busiest = max(_workers(patient), key=ticks)
            os.kill(busiest, signal.SIGKILL)
            answer = slow.result()
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        for number in range(20):
            assert ask(patient, f"ASK {{ ?s ?p {number} }}").status_code == 200
        assert len(_workers(patient)) == 3


def test_the_history_of_changes_is_asked_at_an_address_of_its_own(server: Server) -> None:
    query = "SELECT (COUNT(DISTINCT ?g) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
    answer = server.get("/changes/sparql", accept=JSON, params={"query": query})
    assert count(answer) > 1
    assert answer.headers["Vary"] == "Accept"
    form = {"update": "CLEAR ALL"}
    assert server.ask("POST", "/changes/sparql", JSON, data=form).status_code == 403


@pytest.mark.all
def test_fifty_publications_in_twenty_seconds_fail_no_query(folder: Path) -> None:
    home = fill(folder)
    failed: list[tuple[int, str]] = []
    answered: list[int] = []
    over = threading.Event()

    def asking(origin: str, number: int) -> None:
        session = requests.Session()
        turn = 0
        while not over.is_set():
            turn += 1
            text = (
                f"SELECT (COUNT(DISTINCT ?d) AS ?n) WHERE {{ ?d a <{DATASET}> . BIND({number * 10**6 + turn} AS ?x) }}"
            )
            answer = session.get(f"{origin}/sparql", params={"query": text}, headers={"Accept": JSON}, timeout=60)
            if answer.status_code == 200:
                answered.append(int(answer.headers["Leap-Revision"]))
            else:
                failed.append((answer.status_code, answer.text))

    with running(home.path, {"LEAP_KG_QUERY_SECONDS": "30"}) as live:
        clients = [threading.Thread(target=asking, args=(live.origin, number)) for number in range(4)]
        for client in clients:
            client.start()
        with Writer(home, DEFAULT_BASE) as writer:
            for number in range(50):
                began = time.monotonic()
                writer.commit("switch", [], [_statement(number)], _activity(number))
                time.sleep(max(0.0, 0.4 - (time.monotonic() - began)))
        over.set()
        for client in clients:
            client.join()
        assert int(ask(live, COUNT).headers["Leap-Revision"]) == 54
    assert failed == []
    assert len(set(answered)) > 20


def _statement(number: int) -> Quad:
    graph = NamedNode(f"{DEFAULT_BASE}graph/source/switch")
    return Quad(
        NamedNode(f"{DEFAULT_BASE}dataset/switch/d{number}"),
        NamedNode("http://purl.org/dc/terms/title"),
        Literal(f"Title {number}"),
        graph,
    )


def _activity(number: int) -> Activity:
    now = datetime.now(UTC)
    return Activity(run=f"switch/{number}", title="Switch", started=now, ended=now)


def test_a_fault_of_ours_is_answered_and_seen() -> None:
    sent: list[Message] = []

    async def fails() -> None:
        raise ZeroDivisionError

    async def send(message: Message) -> None:
        sent.append(message)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(endpoint._own({"type": "http", "method": "GET", "path": "/sparql"}, send, fails()))
    assert [message.get("status") for message in sent] == [500, None]
    assert sent[1]["body"] == b"The server made a mistake; its log says which.\n"
