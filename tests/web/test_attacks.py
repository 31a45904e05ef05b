"""Every known attack against the running server: its status, sent before anything else, and the server well after it.

The sizes are those at which the engine alone ended, filled the memory or did not come back.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlencode

import pytest
import requests

from tests.sparql import hostile
from tests.sparql.body import hostile as bodies
from tests.web.attacked import (
    GRAPH,
    LIMITS,
    QUERY,
    UPDATE,
    Listener,
    Target,
    attacked,
    is_well,
    needs_proc,
    query_processes,
    web_processes,
)
from tests.web.platform import MARKUP

FORM = "application/x-www-form-urlencoded"
CARTESIAN = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . FILTER(?c != ?f && ?i != ?l)"
DEEP = {
    "braces": "{" * 6400 + "}" * 6400,
    "parentheses": "FILTER(" + "(" * 12800 + "1" + ")" * 12800 + ")",
    "not": "FILTER(" + "!" * 25600 + "1)",
    "unions": "UNION".join(["{}"] * 5000),
    "sums": "FILTER(" + "+".join("1" * 25600) + ")",
    "paths": "?a " + "(" * 25600 + "<x:p>" + ")" * 25600 + " ?b",
    "lists": "?a ?b " + "(" * 25600 + ")" * 25600,
    "blank nodes": "?a ?b " + "[ ?p " * 10000 + "1" + "]" * 10000,
    "triple terms": "?a ?b " + "<<( ?a ?b " * 2000 + "1" + " )>>" * 2000,
    "optionals": "OPTIONAL {?a ?b ?c}" * 800,
    "a path of 800 steps": "?a " + "/".join(["<x:p>"] * 800) + " ?b",
}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A server that may be written."""
    with attacked(tmp_path_factory.mktemp("attacked") / "home") as started:
        yield started


@pytest.fixture(scope="module")
def web(target: Target) -> set[int]:
    """Its web processes, before all attacks."""
    target.server.get("/")
    return web_processes(target.server)


@pytest.fixture(autouse=True)
def _well_afterwards(target: Target, web: set[int]) -> Iterator[None]:
    yield
    is_well(target, web)


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A server that must not be called."""
    made = Listener()
    yield made
    try:
        assert not made.was_called()
    finally:
        made.close()


def refused(answer: requests.Response, *statuses: int) -> str:
    """The reason of a refusal with one of these statuses: a sentence, not a page or a trace."""
    assert answer.status_code in statuses, answer.text[:500]
    assert "Traceback" not in answer.text
    assert len(answer.text) < 2000
    if answer.status_code in (429, 503):
        assert int(answer.headers["Retry-After"]) >= 1
    return answer.text


# --- nesting and planning


@pytest.mark.parametrize("name", DEEP)
def test_deep_or_long_queries_are_a_400(target: Target, name: str) -> None:
    refused(target.query(f"SELECT * {{ {DEEP[name]} }}"), 400, 413)
    reason = refused(target.update(f"INSERT {{ <a:a> <a:a> 1 }} WHERE {{ {DEEP[name]} }}"), 400)
    assert "line 1, column" in reason


@pytest.mark.parametrize("name", hostile.BROKE)
def test_what_broke_the_engine_is_a_400(target: Target, name: str) -> None:
    refused(target.query(hostile.BROKE[name]), 400, 413)
    get = target.server.get("/sparql?query=" + quote(hostile.BROKE[name]), "text/csv")
    refused(get, 400, 414)


@pytest.mark.parametrize(
    ("opening", "closing"), [("[ <a:p> ", "]"), ("( ", ")"), ("<<( <a:a> <a:p> ", " )>>"), ("{", "}")]
)
def test_deep_data_of_an_update_is_a_400(target: Target, opening: str, closing: str) -> None:
    data = f"INSERT DATA {{ <a:a> <a:p> {opening * 100_000} 1 {closing * 100_000} }}"
    assert "line 1, column" in refused(target.update(data), 400)


@pytest.mark.parametrize("name", hostile.NESTED)
def test_a_query_just_as_deep_as_is_let_through_ends(target: Target, name: str) -> None:
    answer = target.query(hostile.nested(name))
    assert answer.status_code in (200, 400, 413, 503), answer.text
    assert "nested deeper" not in answer.text


@pytest.mark.parametrize("name", hostile.REPEATED)
def test_a_query_just_as_long_as_is_let_through_ends(target: Target, name: str) -> None:
    answer = target.query(hostile.repeated(name))
    assert answer.status_code in (200, 413, 503), answer.text


@pytest.mark.parametrize("name", bodies.TURTLE)
def test_deep_turtle_is_a_400(target: Target, name: str) -> None:
    for kind in ("text/turtle", "application/trig", "application/n-quads"):
        refused(target.put(bodies.TURTLE[name], kind), 400)


@pytest.mark.parametrize("name", bodies.JSON)
def test_deep_json_ld_is_a_400(target: Target, name: str) -> None:
    # One of the bodies is larger than what is taken at all.
    refused(target.put(bodies.JSON[name], "application/ld+json"), 400, 413)


@pytest.mark.parametrize("name", bodies.TOO_MUCH_JSON)
def test_json_ld_that_grows_when_it_is_written_out_is_refused(target: Target, name: str) -> None:
    refused(target.put(bodies.TOO_MUCH_JSON[name], "application/ld+json"), 400, 413)


def test_a_patch_of_deep_terms_is_a_400(target: Target) -> None:
    line = b"A <a:a> <a:p> " + b"<<( <a:a> <a:p> " * 100_000 + b"<a:a>" + b" )>>" * 100_000 + b" .\n"
    refused(target.write("PATCH", f"/graph-store?graph={GRAPH}", line, "application/rdf-patch"), 400)


# --- time, memory and size


def test_a_cartesian_product_is_a_503_in_time(target: Target) -> None:
    began = time.monotonic()
    assert "LIMIT" in refused(target.query(f"SELECT (COUNT(*) AS ?n) {{ {CARTESIAN} }}"), 503)
    assert time.monotonic() - began < 10
    refused(target.update(f"INSERT {{ <a:a> <a:a> 1 }} WHERE {{ {CARTESIAN} FILTER(?b = ?missing) }}"), 503)


def test_pages_are_answered_while_heavy_queries_run(target: Target) -> None:
    with ThreadPoolExecutor(6) as pool:
        heavy = [pool.submit(target.query, f"SELECT (COUNT(*) AS ?n{n}) {{ {CARTESIAN} }}") for n in range(6)]
        while not all(each.done() for each in heavy):
            with requests.Session() as own:
                answer = own.get(f"{target.server.origin}/dataset/leap-test/alpha", timeout=5)
            assert answer.status_code == 200
            time.sleep(0.05)
        for each in heavy:
            refused(each.result(), 503)


def test_a_huge_result_is_a_413_and_never_cut_silently(target: Target) -> None:
    refused(target.query(f"SELECT * {{ {CARTESIAN} }}"), 413, 503)
    refused(target.query(f"CONSTRUCT {{ ?a ?b ?f }} {{ {CARTESIAN} }}"), 413, 503)
    cut = target.query("SELECT * { ?a ?b ?c . ?d ?e ?f }", "/sparql?truncate=yes")
    if cut.status_code == 200:
        assert cut.headers["Leap-Truncated"]
        cut.json()


def test_a_query_that_fills_the_memory_ends_its_process_only(target: Target) -> None:
    doubled = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
    refused(target.query(f"SELECT (STRLEN(?x40) AS ?n) {{ BIND('0123456789' AS ?x0) {doubled} }}"), 503)
    refused(target.update(f"INSERT {{ <a:a> <a:a> ?x40 }} WHERE {{ BIND('0123456789' AS ?x0) {doubled} }}"), 503)


def test_what_is_too_large_is_a_413(target: Target) -> None:
    refused(target.query("SELECT * { } #" + "x" * 70_000), 413)
    refused(target.query("SELECT * { } #" + "x" * 400_000), 413)
    refused(target.update("INSERT DATA { } #" + "x" * (4 * 2**20)), 413)
    refused(target.put(b"# " + b"x" * int(LIMITS["LEAP_KG_BODY_BYTES"]), "text/turtle"), 413)
    refused(target.put(bodies.TOO_MUCH_TURTLE["a long prefix"], "text/turtle"), 413)
    for address in ("/" + "x" * 5000, "/browse?q=" + "x" * 9000, "/sparql?query=" + "x" * 70_000):
        assert target.server.get(address).status_code == 414


def test_killed_query_processes_are_replaced(target: Target) -> None:
    needs_proc()
    before = query_processes(target.server)
    refused(target.query(f"SELECT (COUNT(*) AS ?killed) {{ {CARTESIAN} }}"), 503)
    until = time.monotonic() + 10
    while time.monotonic() < until and not query_processes(target.server) - before:
        time.sleep(0.05)
    assert query_processes(target.server) - before


# --- asking other servers

SERVICES = {
    "plain": "SERVICE <ADDRESS> { ?s ?p ?o }",
    "silent": "SERVICE SILENT <ADDRESS> { ?s ?p ?o }",
    "in FILTER EXISTS": "?s ?p ?o FILTER EXISTS { SERVICE <ADDRESS> { ?s ?p ?o } }",
    "of a variable": "VALUES ?u { <ADDRESS> } SERVICE ?u { ?s ?p ?o }",
    "in a sub-query": "{ SELECT * { SERVICE <ADDRESS> { ?s ?p ?o } } }",
    "escaped": "\\u0053ERVICE <ADDRESS> { ?s ?p ?o }",
    "grown together": "SERVICE<ADDRESS>{ ?s ?p ?o }",
}


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_a_403_and_asks_nobody(target: Target, listener: Listener, name: str) -> None:
    pattern = SERVICES[name].replace("ADDRESS", listener.address)
    assert "SERVICE" in refused(target.query(f"SELECT * {{ {pattern} }}"), 403)
    refused(target.query(f"ASK {{ {pattern} }}"), 403)
    assert "SERVICE" in refused(target.update(f"INSERT {{ <a:a> <a:a> ?o }} WHERE {{ {pattern} }}"), 403)


def test_load_is_a_403_and_fetches_nothing(target: Target, listener: Listener) -> None:
    before = target.revision()
    for text in (
        f"LOAD <{listener.address}>",
        f"LOAD SILENT <{listener.address}> INTO GRAPH <{GRAPH}>",
        "LOAD <file:///etc/passwd>",
        f"CLEAR GRAPH <{GRAPH}> ; LOAD <{listener.address}>",
        f"\\u004COAD <{listener.address}>",
    ):
        assert "LOAD" in refused(target.update(text), 403)
        refused(target.query(text), 403)
    assert target.revision() == before


def test_graphs_that_are_named_are_not_fetched(target: Target, listener: Listener) -> None:
    address = listener.address
    for text in (
        f"ASK FROM <{address}> {{ ?s ?p ?o }}",
        f"ASK FROM NAMED <{address}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    ):
        answer = target.query(text)
        assert answer.status_code == 200
        assert answer.json()["boolean"] is False
    named = target.server.get(
        f"/sparql?{urlencode({'query': 'SELECT * { ?s ?p ?o }', 'default-graph-uri': address})}", "text/csv"
    )
    assert named.status_code == 200
    assert len(named.text.splitlines()) == 1
    assert target.update(f"INSERT {{ <a:a> <a:a> ?o }} USING <{address}> WHERE {{ ?s ?p ?o }}").status_code == 204
    assert (
        target.write(
            "POST",
            f"/update?{urlencode({'using-graph-uri': address})}",
            b"DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
            UPDATE,
        ).status_code
        == 204
    )


@pytest.mark.parametrize("name", bodies.REMOTE_CONTEXT)
def test_contexts_of_json_ld_are_not_fetched(target: Target, listener: Listener, name: str) -> None:
    for address in (listener.address, "file:///etc/passwd"):
        body = bodies.REMOTE_CONTEXT[name].replace(b"ADDRESS", address.encode())
        refused(target.put(body, "application/ld+json"), 400)


@pytest.mark.parametrize("name", bodies.XML)
def test_hostile_xml_is_a_400_and_fetches_nothing(target: Target, listener: Listener, name: str) -> None:
    body = bodies.XML[name].replace(b"ADDRESS", listener.address.encode())
    assert "root:" not in refused(target.put(body, "application/rdf+xml"), 400)


# --- texts


def test_a_regular_expression_cannot_backtrack_for_ever(target: Target) -> None:
    answer = target.query(f"SELECT (REGEX('{'a' * 40}!', '^(a+)+$') AS ?x) {{ }}")
    assert answer.status_code == 200
    assert answer.json()["results"]["bindings"][0]["x"]["value"] == "false"


def test_markup_in_texts_stays_text(target: Target) -> None:
    query = quote(f"SELECT ('{MARKUP}' AS ?x) {{ }}")
    for path in (
        "/dataset/leap-test/hostile",
        "/browse",
        f"/search?q={quote(MARKUP)}",
        f"/sparql?query={query}",
        f"/{quote(MARKUP)}",
    ):
        answer = target.server.get(path)
        assert MARKUP not in answer.text, path
        assert (
            "script-src" in answer.headers["Content-Security-Policy"]
            or "default-src 'self'" in answer.headers["Content-Security-Policy"]
        )
    data = target.query(f"SELECT ('{MARKUP}' AS ?x) {{ }}")
    assert data.headers["X-Content-Type-Options"] == "nosniff"
    assert data.headers["Content-Type"].startswith("application/sparql-results+json")
    wrong = target.query(f"SELECT {MARKUP}")
    assert wrong.headers["Content-Type"].startswith("text/plain")


# --- writing without the right to

WRITES = {
    "an update": ("POST", "/sparql", f"INSERT DATA {{ GRAPH <{GRAPH}> {{ <a:a> <a:b> 1 }} }}", UPDATE),
    "an update in a form": ("POST", "/sparql", urlencode({"update": "CLEAR ALL"}), FORM),
    "an update at its own address": ("POST", "/update", "CLEAR ALL", UPDATE),
    "a graph": ("PUT", f"/graph-store?graph={GRAPH}", "<a:a> <a:b> 1 .", "text/turtle"),
    "more of a graph": ("POST", f"/graph-store?graph={GRAPH}", "<a:a> <a:b> 1 .", "text/turtle"),
    "the end of a graph": ("DELETE", f"/graph-store?graph={GRAPH}", "", "text/turtle"),
    "a patch": ("PATCH", f"/graph-store?graph={GRAPH}", "A <a:a> <a:b> <a:c> .", "application/rdf-patch"),
}


@pytest.mark.parametrize("name", WRITES)
def test_nobody_writes_without_a_token_or_from_another_site(target: Target, name: str) -> None:
    method, path, data, kind = WRITES[name]
    before = target.revision()
    without = target.server.ask(method, path, "*/*", data=data, headers={"Content-Type": kind})
    refused(without, 401)
    assert without.headers["WWW-Authenticate"].startswith("Bearer")
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        refused(target.write(method, path, data.encode(), kind, headers), 403)
        anonymous = target.server.ask(method, path, "*/*", data=data, headers={"Content-Type": kind, **headers})
        refused(anonymous, 401, 403)
    narrow = {"Content-Type": kind, "Authorization": f"Bearer {target.narrow}"}
    refused(target.server.ask(method, path, "*/*", data=data, headers=narrow), 403)
    preflight = target.server.ask(
        "OPTIONS",
        path,
        headers={
            "Origin": "https://evil.example",
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "authorization",
        },
    )
    assert "authorization" not in preflight.headers.get("Access-Control-Allow-Headers", "").lower()
    assert target.revision() == before


def test_protected_graphs_are_a_403(target: Target) -> None:
    prov = "https://w3id.org/leap-kg/graph/prov"
    for text in (
        f"CLEAR GRAPH <{prov}>",
        f"INSERT DATA {{ GRAPH <{prov}> {{ <a:a> <a:b> 1 }} }}",
        "DELETE WHERE { GRAPH ?g { ?s ?p ?o } }",
        f"COPY DEFAULT TO <{prov}>",
    ):
        refused(target.update(text), 403)
    refused(target.write("PUT", f"/graph-store?graph={prov}", b"", "text/turtle"), 403)


# --- budgets, of clients that are told apart by what a trusted proxy says


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A server that allows a client little, behind a proxy."""
    limits = {"LEAP_KG_BUDGET_SECONDS": "1", "LEAP_KG_BUDGET_ERRORS": "2", "LEAP_KG_TRUSTED_PROXIES": "127.0.0.1"}
    with attacked(tmp_path_factory.mktemp("strict") / "home", limits) as started:
        yield started


def asked(target: Target, client: str, text: str) -> requests.Response:
    """The answer to a query of this client."""
    headers = {"Content-Type": QUERY, "X-Forwarded-For": client}
    return target.server.ask("POST", "/sparql", "application/json", data=text, headers=headers)


def test_a_client_that_used_up_its_computing_gets_a_429(strict: Target) -> None:
    heavy = [f"SELECT (COUNT(*) AS ?n{n}) {{ {CARTESIAN} }}" for n in range(4)]
    statuses = [asked(strict, "192.0.2.1", text).status_code for text in heavy]
    assert statuses[0] == 503
    assert statuses[-1] == 429
    assert "s of computing a minute; ask again in" in refused(asked(strict, "192.0.2.1", "ASK { ?a ?b ?c }"), 429)
    assert asked(strict, "192.0.2.2", "ASK { ?a ?b ?c }").status_code == 200
    own = strict.server.get("/dataset/leap-test/alpha", headers={"X-Forwarded-For": "192.0.2.1"})
    assert own.status_code == 200


def test_a_client_whose_queries_fail_and_fail_gets_a_429(strict: Target) -> None:
    statuses = [asked(strict, "192.0.2.3", f'ASK {{ ?s ?p{n} "x"^^ }}').status_code for n in range(8)]
    assert statuses[0] == 400
    assert statuses[-1] == 429
    assert asked(strict, "192.0.2.4", "ASK { ?a ?b ?c }").status_code == 200


def test_wrong_tokens_are_a_401_and_then_a_429(strict: Target) -> None:
    statuses = []
    for number in range(20):
        wrong = f"Bearer leapkg_{number:012x}_{'A' * 43}"
        headers = {"Content-Type": UPDATE, "Authorization": wrong, "X-Forwarded-For": "192.0.2.5"}
        answer = strict.server.ask("POST", "/update", "*/*", data="CLEAR ALL", headers=headers)
        statuses.append(answer.status_code)
        refused(answer, 401, 429)
    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert strict.update("CLEAR DEFAULT").status_code == 204
