"""A server that does what real ones do on bad days: every answer becomes rows, or one sentence that says what to do."""

import base64
import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions

from leap_kg.graph.home import HomeError
from leap_kg.graph.remote.foreign import GRAPH, ROWS, rows, triples
from leap_kg.graph.remote.protocol import Connection, Refusal, RemoteError, Unreachable
from leap_kg.graph.remote.store import RemoteStore
from leap_kg.remote import Remote

EMPTY = b'{"head": {"vars": ["s"]}, "results": {"bindings": []}}'
Answer = tuple[int, dict[str, str], bytes]
SECRET = "hush, hush"


class Asked:
    """One request as the server got it."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self.path = handler.path
        self.headers = handler.headers
        self.body = handler.rfile.read(int(handler.headers.get("Content-Length", 0))).decode()
        self.fields = parse_qs(self.body)


@contextmanager
def server(answer: Callable[[Asked], Answer | None]) -> Iterator[tuple[str, list[Asked]]]:
    """The address of a server that answers so, and what it was asked; `None` breaks the connection."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body go out in two writes

        def do_POST(self) -> None:
            asked.append(Asked(self))
            found = answer(asked[-1])
            if found is None:
                self.close_connection = True
                return
            status, headers, body = found
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silence."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/ds", asked
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


@contextmanager
def connected(answer: Callable[[Asked], Answer | None], **more: float) -> Iterator[tuple[Connection, list[Asked]]]:
    with server(answer) as (address, asked):
        connection = Connection(Remote(f"{address}/query", f"{address}/update", "kim", SECRET), **more)  # type: ignore[arg-type]
        yield connection, asked
        connection.close()


def always(status: int, body: bytes = EMPTY, **headers: str) -> Callable[[Asked], Answer]:
    return lambda _: (status, {"Content-Type": ROWS, **{k.replace("_", "-"): v for k, v in headers.items()}}, body)


def test_a_query_names_its_graphs_and_an_update_is_sent_as_one() -> None:
    with connected(always(200)) as (connection, asked):
        connection.query("SELECT ?s { ?s ?p 'é' }", ROWS, ["urn:a", "urn:b"], ["urn:c"])
        connection.update("CLEAR GRAPH <urn:é>")
    query, update = asked
    assert (query.path, update.path) == ("/ds/query", "/ds/update")
    assert query.fields == {
        "query": ["SELECT ?s { ?s ?p 'é' }"],
        "default-graph-uri": ["urn:a", "urn:b"],
        "named-graph-uri": ["urn:c"],
    }
    assert query.headers["Accept"] == ROWS
    assert update.body == "CLEAR GRAPH <urn:é>"
    assert update.headers["Content-Type"] == "application/sparql-update"


def test_a_redirect_is_not_followed() -> None:
    with server(always(200)) as (elsewhere, reached), connected(always(307, Location=elsewhere)) as (connection, _):
        for ask in (lambda: connection.query("ASK {}", ROWS), lambda: connection.update("CLEAR ALL")):
            with pytest.raises(RemoteError, match=r"no SPARQL endpoint for this \(307\); see LEAP_KG_STORE"):
                ask()
        assert reached == []


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "LEAP_KG_STORE_USER and LEAP_KG_STORE_PASSWORD"),
        (403, "LEAP_KG_STORE_USER and LEAP_KG_STORE_PASSWORD"),
        (404, "see LEAP_KG_STORE and LEAP_KG_STORE_UPDATE"),
        (405, "see LEAP_KG_STORE and LEAP_KG_STORE_UPDATE"),
        (400, r"refuses \(400\): line 3: no such thing"),
        (500, r"refuses \(500\): line 3: no such thing"),
        (503, r"refuses \(503\): line 3: no such thing"),
    ],
)
def test_every_failure_is_one_sentence_that_says_what_to_do(status: int, told: str) -> None:
    body = b"<html><h1>line 3:</h1>\n\n <b>no such thing</b>" + b"x" * 10_000
    with connected(always(status, body)) as (connection, _), pytest.raises(RemoteError, match=told) as raised:
        connection.update("CLEAR ALL")
    assert isinstance(raised.value, HomeError)
    assert isinstance(raised.value, Refusal) is (status in (400, 500, 503))
    assert raised.value.status == (400 if isinstance(raised.value, Refusal) else 503)
    assert len(str(raised.value)) < 600
    assert SECRET not in str(raised.value)


def test_an_answer_without_end_is_cut_off() -> None:
    with (
        connected(always(200, b" " * 100_000), most_bytes=50_000) as (connection, _),
        pytest.raises(RemoteError, match="longer than 50000 bytes"),
    ):
        connection.query("ASK {}", ROWS)


def test_a_silent_server_is_not_waited_for_and_not_asked_twice() -> None:
    held = threading.Event()

    def silent(_: Asked) -> Answer:
        held.wait(10)
        return always(200)(_)

    with connected(silent, seconds=0.2) as (connection, asked):
        with pytest.raises(Unreachable, match="does not answer in time"):
            connection.query("ASK {}", ROWS)
        assert len(asked) == 1
        held.set()


def test_a_query_is_asked_again_when_its_connection_broke_and_an_update_is_not() -> None:
    broken = iter([True, False, True])

    def sometimes(asked: Asked) -> Answer | None:
        return None if next(broken) else always(200)(asked)

    with connected(sometimes) as (connection, asked):
        assert connection.query("ASK {}", ROWS).body == EMPTY
        assert len(asked) == 2
        with pytest.raises(Unreachable, match="cannot be reached"):
            connection.update("CLEAR ALL")
        assert len(asked) == 3
    with connected(lambda _: None) as (connection, asked):
        with pytest.raises(Unreachable):
            connection.query("ASK {}", ROWS)
        assert len(asked) == 2


def test_basic_credentials_are_sent_when_asked_for() -> None:
    expected = "Basic " + base64.b64encode(f"kim:{SECRET}".encode()).decode()

    def guarded(asked: Asked) -> Answer:
        if asked.headers.get("Authorization") != expected:
            return always(401, WWW_Authenticate='Basic realm="kg"')(asked)
        return always(200)(asked)

    with connected(guarded) as (connection, asked):
        connection.query("ASK {}", ROWS)
        connection.update("CLEAR ALL")
    assert [each.headers.get("Authorization") for each in asked] == [None, expected, expected]


@pytest.mark.parametrize("status", [200, 500])
def test_digest_credentials_never_send_the_password(status: int) -> None:
    def guarded(asked: Asked) -> Answer:
        given = dict(re.findall(r'(\w+)="?([^",]+)', asked.headers.get("Authorization", "")))
        first = hashlib.md5(f"kim:kg:{SECRET}".encode(), usedforsecurity=False).hexdigest()
        second = hashlib.md5(f"POST:{asked.path}".encode(), usedforsecurity=False).hexdigest()
        if given:
            middle = f"n1:{given['nc']}:{given['cnonce']}:auth"
            wanted = hashlib.md5(f"{first}:{middle}:{second}".encode(), usedforsecurity=False).hexdigest()
            if given["response"] == wanted:
                return always(status)(asked)
        return always(401, WWW_Authenticate='Digest realm="kg", nonce="n1", qop="auth", algorithm="MD5"')(asked)

    with connected(guarded) as (connection, asked):
        for _ in range(2):
            if status == 200:
                connection.update("CLEAR ALL")
            else:
                with pytest.raises(Refusal):
                    connection.update("CLEAR ALL")
    assert len(asked) == 4
    assert all(SECRET not in str(each.headers) + each.body for each in asked)


def test_secrets_are_in_no_repr() -> None:
    assert SECRET not in repr(Remote("http://127.0.0.1/", "http://127.0.0.1/", "kim", SECRET))


# --- answers --------------------------------------------------------------------------------------------


def answered(body: str, media_type: str = ROWS, **headers: str) -> QuerySolutions | QueryBoolean:
    with connected(always(200, body.encode(), Content_Type=media_type, **headers)) as (connection, _):
        return rows(connection.query("SELECT", ROWS))


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", '{"head": {}}', "null", '{"head": {"vars": ["__ASK_RETVAL"]}}'])
def test_an_answer_that_is_none_is_told_of(body: str) -> None:
    with pytest.raises(RemoteError, match="cannot be read"):
        list(answered(body))  # type: ignore[arg-type]


def test_an_answer_of_another_kind_is_told_of() -> None:
    with pytest.raises(RemoteError, match="answers with text/html where"):
        answered("<html>", "text/html")
    with connected(always(200, b"<html>", Content_Type="text/html")) as (connection, _):
        reply = connection.query("CONSTRUCT", GRAPH)
        with pytest.raises(RemoteError, match="answers with text/html where triples"):
            triples(reply)


def test_an_answer_that_was_cut_is_no_answer() -> None:
    one = '{"head": {"vars": ["s"]}, "results": {"bindings": [{"s": {"type": "literal", "value": "1"}}]}}'
    with pytest.raises(RemoteError, match="cuts answers at 1 rows"):
        answered(one, X_SPARQL_MaxRows="1")
    with pytest.raises(RemoteError, match="ran out of time"):
        answered(one, X_SQL_State="S1TAT")
    assert len(list(answered(one, X_SPARQL_MaxRows="2"))) == 1  # type: ignore[arg-type]


def test_values_are_read_as_the_embedded_store_keeps_them() -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    given = [
        ("1", f"{xsd}boolean"),
        ("2026-03-01T12:30:15.250Z", f"{xsd}dateTime"),
        ("PT86400S", f"{xsd}dayTimeDuration"),
        ("POINT(1 2)", "http://www.openlinksw.com/schemas/virtrdf#Geometry"),
    ]
    cells = ", ".join(f'{{"s": {{"type": "typed-literal", "datatype": "{d}", "value": "{v}"}}}}' for v, d in given)
    found = answered(f'{{"head": {{"vars": ["s"]}}, "results": {{"bindings": [{cells}]}}}}')
    assert [str(row["s"]) for row in found] == [  # type: ignore[union-attr]
        f'"true"^^<{xsd}boolean>',
        f'"2026-03-01T12:30:15.25Z"^^<{xsd}dateTime>',
        f'"P1D"^^<{xsd}dayTimeDuration>',
        '"POINT(1 2)"^^<http://www.opengis.net/ont/geosparql#wktLiteral>',
    ]


def test_hostile_terms_stay_within_their_place() -> None:
    """Whatever a term holds, the query is one pattern of our shape."""
    with connected(always(200)) as (connection, asked):
        store = RemoteStore(connection.remote, ["urn:g"])
        texts = ['" } ; DROP ALL #', "'''", "\\", "\n\r\t", "} UNION { ?x ?y ?z", "\x00\x01", "é\u2028", '"""']
        for text in texts:
            list(store.quads_for_pattern(None, NamedNode("urn:p"), Literal(text)))
            list(store.quads_for_pattern(None, NamedNode("urn:p"), Literal(text, datatype=NamedNode("urn:d"))))
    for each in asked:
        assert re.fullmatch(
            r'SELECT \?s \?g \{ GRAPH \?g \{ \?s <urn:p> "(?:[^"\\\n\r]|\\.)*"(?:\^\^<urn:d>)? \}  \} LIMIT 1000',
            each.fields["query"][0],
        )


def test_a_store_without_graphs_asks_of_none() -> None:
    with connected(always(200)) as (connection, asked):
        list(RemoteStore(connection.remote, []).query("SELECT ?s {}", use_default_graph_as_union=True))  # type: ignore[arg-type]
    assert asked[0].fields["default-graph-uri"] == asked[0].fields["named-graph-uri"] == ["urn:leap-kg:no-graph"]
