"""SPARQL updates over HTTP: who may change what, and that nothing gets past the graphs a token covers."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from leap_kg.graph.home import Home
from leap_kg.graph.log.patch import PatchLog
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.web.author import ONE, PERSON, Author, graph, logged, token, with_own_connection
from tests.web.server import Server, running

TWO = f"{BASE}graph/source/two"
INSERT = f"INSERT DATA {{ GRAPH <{ONE}> {{ {PERSON} }} }}"
FORM = "application/x-www-form-urlencoded"
SLOW = (
    "INSERT { GRAPH <urn:slow> { ?a <urn:p> ?d } } WHERE "
    "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?a != ?d && ?e != ?h && ?c != ?i && ?l != ?a) }"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("updates") / "home"


@pytest.fixture(scope="module")
def open_server(place: Path) -> Iterator[Server]:
    with running(place, {"LEAP_KG_WRITE_SECONDS": "3"}) as started:
        yield started


@pytest.fixture
def admin(open_server: Server, place: Path) -> Author:
    return Author(open_server, token(place, "admin"))


def test_an_update_makes_a_revision_even_the_first_one(admin: Author, place: Path) -> None:
    done = admin.update(INSERT)
    assert done.status_code == 204
    assert done.content == b""
    number = PatchLog(Home(place).log).last()
    assert done.headers["Leap-Revision"] == str(number)
    assert len(graph(place, ONE)) == 2
    assert logged(place)[-1][0] == "one"
    assert admin.update(INSERT).headers["Leap-Revision"] == str(number)
    assert PatchLog(Home(place).log).last() == number


def test_an_update_comes_as_it_is_in_a_form_and_at_its_own_address(admin: Author, place: Path) -> None:
    for number, (path, body, kind) in enumerate(
        [
            ("/sparql", "INSERT DATA { <urn:a> <urn:n> 0 }", "application/sparql-update"),
            ("/sparql", "update=INSERT+DATA+%7B+%3Curn%3Aa%3E+%3Curn%3An%3E+1+%7D", FORM),
            ("/update", "INSERT DATA { <urn:a> <urn:n> 2 }", "application/sparql-update; charset=UTF-8"),
            ("/update", "update=INSERT+DATA+%7B+%3Curn%3Aa%3E+%3Curn%3An%3E+3+%7D", FORM),
        ]
    ):
        assert admin.ask("POST", path, body, kind).status_code == 204
        assert any(f'"{number}"' in triple for triple in graph(place, f"{BASE}graph/source/default"))


def test_the_dataset_of_where_can_be_named(admin: Author, place: Path) -> None:
    admin.update("INSERT DATA { GRAPH <urn:g1> { <urn:a> a <urn:C> } GRAPH <urn:g2> { <urn:b> a <urn:C> } }")
    insert = "INSERT { GRAPH <urn:out> { ?s a <urn:D> } } WHERE { ?s a <urn:C> }"
    address = "/sparql?using-graph-uri=urn:g1"
    assert admin.ask("POST", address, insert, "application/sparql-update").status_code == 204
    assert len(graph(place, "urn:out")) == 1
    for query in ("using-graph-uri=urn:g1", "using-named-graph-uri=urn:g1"):
        conflict = "INSERT { ?s a <urn:D> } USING <urn:g1> WHERE { ?s a <urn:C> }"
        assert admin.ask("POST", f"/sparql?{query}", conflict, "application/sparql-update").status_code == 400
    assert admin.ask("POST", "/sparql?using-graph-uri=x", insert, "application/sparql-update").status_code == 400


LONG = (
    "BIND('aaaaaaaaaaaaaaaa' AS ?v0) "
    + " ".join(f"BIND(CONCAT(?v{n}, ?v{n}) AS ?v{n + 1})" for n in range(20))
    + " BIND(?v20 AS ?v)"
)
"""A text of 16 MiB, which the engine could not read back."""


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("CLEAR XYZ", 400),
        ("SELECT * WHERE { ?s ?p ?o }", 400),
        ("INSERT DATA { <urn:a> <urn:b> ?x }", 400),
        ("INSERT DATA { <urn:a> <urn:b> " + "(" * 5000 + ")" * 5000 + " }", 400),
        ("LOAD <http://127.0.0.1:1/>", 403),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403),
        (f"DROP GRAPH <{BASE}graph/prov>", 403),
        (f"COPY <{ONE}> TO <{BASE}graph/prov>", 403),
        (f"MOVE <{BASE}graph/prov> TO <urn:mine>", 403),
        (f"INSERT DATA {{ GRAPH <{BASE}graph/source/ontology> {{ <urn:a> <urn:b> 1 }} }}", 403),
        (f"INSERT {{ GRAPH ?g {{ <urn:a> <urn:b> 1 }} }} WHERE {{ BIND(<{BASE}graph/prov> AS ?g) }}", 403),
        (f"INSERT DATA {{ GRAPH <{BASE}graph/source/../prov> {{ <urn:a> <urn:b> 1 }} }}", 403),
        (f"DELETE WHERE {{ GRAPH <{BASE}graph/prov> {{ ?s ?p ?o }} }}", 403),
        ("INSERT DATA { <urn:a> <urn:b> 1 } #" + "x" * 5_000_000, 413),
        (f"INSERT {{ <urn:a> <urn:b> ?v }} WHERE {{ {LONG} }}", 413),
        (f"INSERT DATA {{ GRAPH <{ONE}> {{ <{BASE}person/github/x> a <http://xmlns.com/foaf/0.1/Person> }} }}", 422),
    ],
)
def test_what_even_an_admin_cannot_do(admin: Author, place: Path, text: str, status: int) -> None:
    admin.update(INSERT)
    before = PatchLog(Home(place).log).last()
    refused = admin.update(text)
    assert refused.status_code == status, refused.text
    assert refused.text.strip()
    assert PatchLog(Home(place).log).last() == before


@pytest.mark.all
def test_a_text_that_could_not_be_read_back_is_refused_before_anything_is_written(admin: Author, place: Path) -> None:
    before = PatchLog(Home(place).log).last()
    body = b'<urn:a> <urn:b> """' + b"\n" * (9 * 2**20) + b'""" .'
    refused = admin.put("urn:long", body)
    assert (refused.status_code, "shorten it" in refused.text) == (413, True)
    assert PatchLog(Home(place).log).last() == before
    assert admin.put("urn:long", body.replace(b"\n" * (2 * 2**20), b"")).status_code == 201
    assert admin.ask("DELETE", "/graph-store?graph=urn:long").status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        f"INSERT DATA {{ GRAPH <{TWO}> {{ {PERSON} }} }}",
        f"INSERT DATA {{ GRAPH <{ONE}> {{ <urn:a> <urn:b> 1 }} GRAPH <{TWO}> {{ <urn:a> <urn:b> 1 }} }}",
        f"WITH <{TWO}> INSERT {{ <urn:a> <urn:b> 1 }} WHERE {{}}",
        f"INSERT {{ GRAPH ?g {{ <urn:a> <urn:b> 1 }} }} WHERE {{ VALUES ?g {{ <{ONE}> <{TWO}> }} }}",  # noqa: S608
        f"COPY <{ONE}> TO <{TWO}>",
        f"MOVE <urn:foreign> TO <{ONE}>",
        f"ADD <{ONE}> TO <urn:other>",
        f"INSERT DATA {{ GRAPH <{ONE}> {{ <urn:a> <urn:b> 1 }} }} ; CLEAR GRAPH <urn:foreign>",
        "CLEAR GRAPH <urn:foreign>",
        "DROP ALL",
        "DROP NAMED",
        "CLEAR ALL",
        "INSERT DATA { <urn:a> <urn:b> 1 }",
        f"INSERT DATA {{ GRAPH <{BASE}graph/curated> {{ <urn:a> <urn:b> 1 }} }}",
    ],
)
def test_a_token_of_one_source_stays_in_its_graph(admin: Author, place: Path, text: str) -> None:
    admin.update(f"{INSERT} ; INSERT DATA {{ GRAPH <urn:foreign> {{ <urn:a> <urn:b> 1 }} }}")
    before = PatchLog(Home(place).log).last()
    refused = Author(admin.server, token(place, "publish:one")).update(text)
    assert refused.status_code == 403, refused.text
    assert PatchLog(Home(place).log).last() == before


def test_a_token_of_one_source_may_change_its_graph_and_read_all_others(admin: Author, place: Path) -> None:
    admin.update("INSERT DATA { GRAPH <urn:foreign> { <urn:x> <urn:y> 7 } }")
    one = Author(admin.server, token(place, "publish:one"))
    update = (
        f"INSERT {{ GRAPH <{ONE}> {{ <urn:mine> <urn:y> ?o }} }} WHERE {{ GRAPH <urn:foreign> {{ ?s <urn:y> ?o }} }}"
    )
    assert one.update(update).status_code == 204
    assert any("<urn:mine>" in triple for triple in graph(place, ONE))
    assert one.update(f"CLEAR GRAPH <{ONE}>").status_code == 204
    assert graph(place, ONE) == set()


def test_all_can_be_cleared_but_what_the_program_needs(admin: Author, place: Path) -> None:
    admin.update(f"{INSERT} ; INSERT DATA {{ GRAPH <urn:foreign> {{ <urn:x> <urn:y> 7 }} }}")
    assert admin.update("DROP ALL").status_code == 204
    assert graph(place, ONE) == graph(place, "urn:foreign") == set()
    assert graph(place, f"{BASE}graph/prov") != set()


def test_without_a_token_and_from_other_sites_nothing_is_changed(admin: Author, place: Path) -> None:
    before = PatchLog(Home(place).log).last()
    nobody = Author(admin.server, "")
    assert nobody.update(INSERT).status_code == 401
    assert nobody.ask("POST", "/sparql", "update=CLEAR+ALL", FORM).status_code == 401
    assert nobody.ask("POST", "/update", "CLEAR ALL", "application/sparql-update").status_code == 401
    for headers in ({"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}):
        assert admin.ask("POST", "/sparql", "update=CLEAR+ALL", FORM, **headers).status_code == 403
        assert nobody.ask("POST", "/sparql", "update=CLEAR+ALL", FORM, **headers).status_code in (401, 403)
    assert admin.server.get("/sparql?update=CLEAR+ALL", "*/*").status_code == 400
    assert admin.ask("POST", "/update", "query=ASK+%7B%7D", FORM).status_code == 400
    assert admin.ask("POST", "/update", "CLEAR ALL", "text/plain").status_code == 415
    assert PatchLog(Home(place).log).last() == before


def test_a_heavy_update_is_stopped_while_others_write(admin: Author) -> None:
    admin.put("urn:many", "".join(f"<urn:s{n}> <urn:p{n % 7}> {n} ." for n in range(3000)))
    with ThreadPoolExecutor(1) as several:
        slow = several.submit(admin.update, SLOW)
        time.sleep(0.3)
        began = time.monotonic()
        assert with_own_connection(admin).put("urn:quick", f"<urn:a> <urn:b> '{began}' .").status_code in (201, 204)
        assert time.monotonic() - began < 2.5
        assert slow.result().status_code == 503
        assert int(slow.result().headers["Retry-After"]) > 0


def test_the_method_query_changes_nothing(admin: Author, place: Path) -> None:
    before = PatchLog(Home(place).log).last()
    for body, kind in ((INSERT, "application/sparql-update"), ("update=CLEAR+ALL", FORM)):
        refused = admin.ask("QUERY", "/sparql", body, kind)
        assert refused.status_code == 415, refused.text
        assert "send an update by POST" in refused.text
    assert PatchLog(Home(place).log).last() == before


def test_updates_at_the_same_time_all_count(admin: Author, place: Path) -> None:
    admin.put("urn:counter", "<urn:c> <urn:n> 0 .")
    count = (
        "DELETE { GRAPH <urn:counter> { ?c <urn:n> ?n } } INSERT { GRAPH <urn:counter> { ?c <urn:n> ?m } } "
        "WHERE { GRAPH <urn:counter> { ?c <urn:n> ?n } BIND(?n + 1 AS ?m) }"
    )

    def once(_: int) -> int:
        return with_own_connection(admin).update(count).status_code

    with ThreadPoolExecutor(6) as several:
        statuses = list(several.map(once, range(6)))
    assert statuses == [204] * 6
    assert graph(place, "urn:counter") == {'<urn:c> <urn:n> "6"^^<http://www.w3.org/2001/XMLSchema#integer>'}


@pytest.mark.all
def test_a_hundred_updates_at_once_all_count(tmp_path: Path) -> None:
    place = tmp_path / "home"
    with running(place, {"LEAP_KG_WRITE_SECONDS": "120", "LEAP_KG_BUDGET_SECONDS": "0"}) as started:
        author = Author(started, token(place, "admin"))

        def once(number: int) -> tuple[int, str]:
            text = f"INSERT DATA {{ GRAPH <urn:many> {{ <urn:c> <urn:n> {number} }} }}"
            answer = with_own_connection(author).update(text)
            return answer.status_code, answer.text

        with ThreadPoolExecutor(100) as several:
            assert set(several.map(once, range(100))) == {(204, "")}
    assert len(graph(place, "urn:many")) == 100
