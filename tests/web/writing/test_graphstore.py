"""The graph store over HTTP: who may write which graph, what becomes of it, and what is refused with which status."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from pyoxigraph import RdfFormat, parse

from leap_kg.settings import DEFAULT_BASE as BASE
from tests.web.author import ONE, PERSON, TURTLE, Author, at, graph, logged, token
from tests.web.server import Server, running

FOREIGN = "http://example.org/graph"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("graphs") / "home"


@pytest.fixture(scope="module")
def open_server(place: Path) -> Iterator[Server]:
    """A server on an empty home, with small limits for bodies."""
    with running(place, {"LEAP_KG_BODY_BYTES": "200000", "LEAP_KG_BODY_SECONDS": "2"}) as started:
        yield started


@pytest.fixture
def admin(open_server: Server, place: Path) -> Author:
    return Author(open_server, token(place, "admin"))


@pytest.fixture
def anyone(open_server: Server) -> Author:
    return Author(open_server, "")


def test_a_graph_is_made_read_replaced_extended_and_deleted(admin: Author, anyone: Author, place: Path) -> None:
    assert anyone.ask("GET", at(FOREIGN)).status_code == 404
    made = admin.put(FOREIGN, "<s> <urn:p> 1, 2 .")
    assert made.status_code == 201
    number = int(made.headers["Leap-Revision"])
    read = anyone.ask("GET", at(FOREIGN), Accept="application/n-triples")
    assert sorted(read.text.split("\n"))[1:] == [
        f'<http://example.org/s> <urn:p> "{n}"^^<http://www.w3.org/2001/XMLSchema#integer> .' for n in (1, 2)
    ]
    assert read.headers["Leap-Revision"] == str(number)
    replaced = admin.put(FOREIGN, "<s> <urn:p> 3 .")
    assert (replaced.status_code, replaced.headers["Leap-Revision"]) == (204, str(number + 1))
    assert admin.put(FOREIGN, "<s> <urn:p> 3 .").headers["Leap-Revision"] == str(number + 1)
    extended = admin.ask("POST", at(FOREIGN), "<s> <urn:p> 4 .")
    assert (extended.status_code, extended.text) == (200, "1 triple is new\n")
    assert len(graph(place, FOREIGN)) == 2
    assert admin.ask("DELETE", at(FOREIGN)).status_code == 200
    assert graph(place, FOREIGN) == set()
    assert anyone.ask("GET", at(FOREIGN)).status_code == 404
    assert admin.ask("DELETE", at(FOREIGN)).status_code == 404
    assert [label for label, _ in logged(place)][-4:] == ["other"] * 4


@pytest.mark.parametrize("name", ["ttl", "nt", "jsonld", "rdf"])
def test_every_format_goes_out_and_in_again(admin: Author, name: str) -> None:
    media_type = {
        "ttl": TURTLE,
        "nt": "application/n-triples",
        "jsonld": "application/ld+json",
        "rdf": "application/rdf+xml",
    }[name]
    admin.put(FOREIGN, f"{PERSON} <s> <http://p.example/q> [ <http://p.example/r> 'text <x> \\\\'@en ] .")
    before = admin.ask("GET", at(FOREIGN), Accept="application/n-triples").text
    read = admin.ask("GET", at(FOREIGN), Accept=media_type)
    assert read.headers["Content-Type"].partition(";")[0] == media_type
    admin.ask("DELETE", at(FOREIGN))
    assert admin.put(FOREIGN, read.content, media_type).status_code == 201
    assert sorted(admin.ask("GET", at(FOREIGN), Accept="application/n-triples").text.split("\n")) == sorted(
        before.split("\n")
    )


def test_blank_nodes_come_back_as_blank_nodes_and_can_be_patched(admin: Author, place: Path) -> None:
    admin.put(FOREIGN, "<s> <urn:p> [ <urn:q> 1 ] .")
    assert all("_:" not in triple for triple in graph(place, FOREIGN))
    text = admin.ask("GET", at(FOREIGN), Accept="application/n-triples").text
    found = list(parse(text, format=RdfFormat.N_TRIPLES))
    label = next(str(quad.subject) for quad in found if str(quad.subject).startswith("_:"))
    assert admin.ask("PATCH", at(FOREIGN), f'A {label} <urn:r> "new" .', "application/rdf-patch").status_code == 204
    again = admin.ask("GET", at(FOREIGN), Accept="application/n-triples").text
    assert f'{label} <urn:r> "new" .' in again


def test_head_says_what_get_says(admin: Author) -> None:
    admin.put(FOREIGN, PERSON)
    got, head = admin.ask("GET", at(FOREIGN)), admin.ask("HEAD", at(FOREIGN))
    assert head.content == b""
    assert {name: head.headers[name] for name in ("Content-Type", "Content-Length", "ETag")} == {
        "Content-Type": "text/turtle; charset=utf-8",
        "Content-Length": str(len(got.content)),
        "ETag": got.headers["ETag"],
    }
    assert admin.ask("HEAD", at("urn:nothing")).status_code == 404


def test_the_default_graph_is_a_graph_of_its_own(admin: Author, place: Path) -> None:
    assert admin.ask("PUT", "/graph-store?default", "[] a <http://xmlns.com/foaf/0.1/Person> .").status_code == 201
    assert len(graph(place, f"{BASE}graph/source/default")) == 1
    assert "Person" in admin.ask("GET", "/graph-store?default").text
    assert admin.ask("GET", at(f"{BASE}graph/source/default")).text == admin.ask("GET", "/graph-store?default").text


def test_an_address_names_the_graph_with_its_iri(admin: Author) -> None:
    path = "/graph-store/some/graph.ttl"
    assert admin.ask("PUT", path, PERSON).status_code == 201
    assert admin.ask("GET", at(admin.server.origin + path)).status_code == 200
    assert admin.ask("DELETE", at(admin.server.origin + path)).status_code == 200
    assert admin.ask("GET", path).status_code == 404


def test_a_new_graph_gets_an_address(admin: Author) -> None:
    made = admin.ask("POST", "/graph-store", PERSON)
    assert made.status_code == 201
    location = made.headers["Location"]
    assert location.startswith(f"{admin.server.origin}/graph-store/")
    assert admin.ask("GET", location).status_code == 200
    assert admin.ask("POST", "/graph-store", PERSON).headers["Location"] != location
    assert admin.ask("POST", "/graph-store", "# nothing").status_code == 400


def test_a_form_can_carry_several_files(admin: Author, place: Path) -> None:
    files = [
        ("a", ("a.ttl", b"<s> <urn:p> 1 .", "text/turtle")),
        ("b", ("b.nt", b"<urn:s> <urn:p> <urn:o> .", "")),
    ]
    sent = requests.Request("POST", "http://x", files=files).prepare()
    assert isinstance(sent.body, bytes)
    assert admin.put("urn:form", sent.body, sent.headers["Content-Type"]).status_code == 201
    assert len(graph(place, "urn:form")) == 2
    field = requests.Request("POST", "http://x", files=[("a", (None, b"x"))]).prepare()
    assert isinstance(field.body, bytes)
    assert "no filename" in admin.put("urn:form", field.body, field.headers["Content-Type"]).text
    assert admin.put("urn:form", b"--x--", "multipart/form-data; boundary=y").status_code == 400
    assert admin.put("urn:form", b"--x--", "multipart/form-data").status_code == 400
    assert len(graph(place, "urn:form")) == 2


def test_a_source_is_published_by_who_may(open_server: Server, place: Path) -> None:
    one = Author(open_server, token(place, "publish:one"))
    assert one.put(ONE, PERSON).status_code == 201
    assert logged(place)[-1][0] == "one"
    for other in (f"{BASE}graph/source/two", f"{BASE}graph/curated", f"{BASE}graph/desired/x", FOREIGN):
        refused = one.put(other, PERSON)
        assert refused.status_code == 403
        assert "scope" in refused.text
        assert graph(place, other) == set() or other == FOREIGN
    every = Author(open_server, token(place, "publish:*"))
    assert every.put(f"{BASE}graph/source/two", PERSON).status_code == 201
    assert Author(open_server, token(place, "curate")).put(f"{BASE}graph/curated", PERSON).status_code == 201
    operator = Author(open_server, token(place, "operate"))
    assert operator.put(f"{BASE}graph/desired/leap", PERSON).status_code == 201
    assert operator.put(f"{BASE}graph/observed/leap", PERSON).status_code == 201
    assert operator.put(f"{BASE}graph/curated", PERSON).status_code == 403
    assert [label for label, _ in logged(place)][-4:] == ["two", "curated", "desired-leap", "observed-leap"]


def test_writing_keeps_the_title_of_a_source(admin: Author) -> None:
    admin.put(ONE, PERSON)
    titles = f'ASK {{ <{ONE}> <http://purl.org/dc/terms/title> "one" }}'
    asked = admin.server.get("/sparql", "application/sparql-results+json", params={"query": titles})
    assert asked.json()["boolean"] is True


@pytest.mark.parametrize(
    "path",
    [
        *("graph", "graph/", "graph/prov", "graph/ontology", "graph/source/", "graph/source/ontology", "graph%2Fprov"),
        *("graph/source/../prov", "graph/source/%70rov", "graph/source/a/b", "graph/source/A", "graph/curated/../prov"),
    ],
)
def test_nobody_writes_what_only_the_program_writes(admin: Author, place: Path, path: str) -> None:
    before = len(logged(place))
    for method in ("PUT", "POST", "DELETE"):
        assert admin.ask(method, at(BASE + path), PERSON).status_code == 403
    assert len(logged(place)) == before


@pytest.mark.parametrize(
    "path", ["/graph-store/../x", "/graph-store/a/%2e%2e/b", "/graph-store/./x", "/graph-store/a/.%2E"]
)
def test_an_address_with_dots_names_no_graph(admin: Author, path: str) -> None:
    request = requests.Request(
        "PUT",
        admin.server.origin,
        data=PERSON,
        headers={"Authorization": f"Bearer {admin.token}", "Content-Type": TURTLE},
    ).prepare()
    request.url = admin.server.origin + path
    assert admin.server.session.send(request, timeout=10).status_code in (400, 404, 405)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?graph=x",
        "?graph=",
        "?graph=//example.org/x",
        "?graph=urn:x&default",
        "?graph=urn:x&graph=urn:y",
        "?graph=%FF",
        "?graph=http://a%20b/",
        "?graph=urn:" + "x" * 3000,
    ],
)
def test_a_request_names_one_graph(admin: Author, query: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        assert admin.ask(method, f"/graph-store{query}", PERSON).status_code == 400


def test_without_a_token_nothing_is_written(anyone: Author, place: Path) -> None:
    before = len(logged(place))
    for method in ("PUT", "POST", "PATCH", "DELETE"):
        refused = anyone.ask(method, at(ONE), PERSON)
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert len(logged(place)) == before


def test_a_revoked_token_is_refused_at_once(open_server: Server, place: Path) -> None:
    from leap_kg.graph.home import Home
    from leap_kg.graph.tokens import Tokens

    tokens = Tokens(Home(place))
    known, text = tokens.create("short", ["admin"])
    author = Author(open_server, text)
    assert author.put("urn:revoked", PERSON).status_code == 201
    tokens.revoke(known.id)
    assert author.put("urn:revoked", PERSON).status_code == 401


def test_requests_of_other_sites_are_refused_whatever_they_carry(admin: Author, place: Path) -> None:
    before = len(logged(place))
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ):
        assert admin.put("urn:csrf", PERSON, **headers).status_code == 403
    assert len(logged(place)) == before
    own = {"Origin": admin.server.origin, "Sec_Fetch_Site": "same-origin"}
    assert admin.put("urn:csrf", PERSON, **own).status_code == 201


def test_a_preflight_gives_no_other_site_leave_to_write(admin: Author) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "PUT"}
    answer = admin.server.ask("OPTIONS", at(ONE), headers={**asked, "Access-Control-Request-Headers": "authorization"})
    for header, words in (("Methods", ("PUT", "PATCH", "DELETE")), ("Headers", ("authorization",))):
        allowed = answer.headers[f"Access-Control-Allow-{header}"].lower()
        assert not [word for word in words if word.lower() in allowed]
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_shapes_judge_sources_and_say_what_to_mend(admin: Author, place: Path) -> None:
    nameless = f"<{BASE}person/github/ada> a <http://xmlns.com/foaf/0.1/Person> ."
    admin.put(ONE, PERSON)
    before = graph(place, ONE)
    refused = admin.put(ONE, nameless)
    assert refused.status_code == 422
    report = refused.json()
    assert report["violations"][0]["node"] == f"{BASE}person/github/ada"
    assert "name" in report["violations"][0]["message"]
    assert report["violations"][0]["property"] == "http://xmlns.com/foaf/0.1/name"
    assert "person/github/ada" in admin.put(ONE, nameless, Accept="text/plain").text
    assert graph(place, ONE) == before
    assert admin.put(FOREIGN, nameless).status_code in (201, 204)


def test_nobody_overwrites_what_they_have_not_seen(admin: Author) -> None:
    admin.ask("DELETE", at("urn:lost"))
    assert admin.put("urn:lost", PERSON, If_Match="*").status_code == 412
    assert admin.put("urn:lost", PERSON, If_None_Match="*").status_code == 201
    assert admin.put("urn:lost", PERSON, If_None_Match="*").status_code == 412
    seen = admin.ask("GET", at("urn:lost")).headers["ETag"]
    admin.put("urn:other", f"<urn:x> <urn:p> '{time.time()}' .")
    assert admin.put("urn:lost", "<urn:a> <urn:b> 1 .", If_Match=seen).status_code == 204
    for method in ("PUT", "POST", "DELETE"):
        assert admin.ask(method, at("urn:lost"), "<urn:a> <urn:b> 2 .", If_Match=seen).status_code == 412
    patch = 'A <urn:a> <urn:b> "3" .'
    assert admin.ask("PATCH", at("urn:lost"), patch, "application/rdf-patch", If_Match=seen).status_code == 412
    update = "INSERT DATA { <urn:a> <urn:b> 4 }"
    assert admin.ask("PATCH", at("urn:lost"), update, "application/sparql-update", If_Match=seen).status_code == 412
    assert admin.put("urn:lost", PERSON, If_Match='"nonsense", W/"1-ttl"').status_code == 412
    assert admin.put("urn:lost", PERSON, If_None_Match='"1-ttl"').status_code == 400
    now = admin.ask("GET", at("urn:lost"))
    assert admin.ask("GET", at("urn:lost"), If_None_Match=now.headers["ETag"]).status_code == 304
    assert admin.ask("DELETE", at("urn:lost"), If_Match=f'"0-ttl", {now.headers["ETag"]}').status_code == 200


def test_a_patch_stays_in_its_graph(admin: Author, place: Path) -> None:
    admin.put("urn:patched", "<urn:a> <urn:b> 1 .")
    kind = "application/sparql-update"
    done = admin.ask("PATCH", at("urn:patched"), "DELETE { ?s ?p 1 } INSERT { ?s ?p 2 } WHERE { ?s ?p 1 }", kind)
    assert done.status_code == 204
    assert any('"2"' in triple for triple in graph(place, "urn:patched"))
    for escape in (
        "INSERT DATA { GRAPH <urn:elsewhere> { <urn:a> <urn:b> 1 } }",
        "COPY <urn:patched> TO <urn:elsewhere>",
        "DROP ALL",
    ):
        assert admin.ask("PATCH", at("urn:patched"), escape, kind).status_code == 403
    assert graph(place, "urn:elsewhere") == set()
    refused = admin.ask("PATCH", at("urn:patched"), "x", "text/plain")
    assert refused.status_code == 415
    assert "application/rdf-patch" in refused.headers["Accept-Patch"]


def test_bodies_that_cannot_be_read_leave_the_graph_as_it_was(admin: Author, place: Path) -> None:
    admin.put("urn:kept", "<urn:a> <urn:b> 1 .")
    before = graph(place, "urn:kept")
    broken = admin.put("urn:kept", "<urn:a> <urn:b> 2 .\n<urn:a> <urn:b> nonsense .")
    assert broken.status_code == 400
    assert "line 2, column 17" in broken.text
    assert admin.put("urn:kept", "{}", "text/plain").status_code == 415
    assert admin.put("urn:kept", b"\x1f\x8b", TURTLE, Content_Encoding="gzip").status_code == 415
    assert admin.put("urn:kept", "<urn:a> <urn:b> 'x'@ar--rtl .").status_code == 400
    assert admin.put("urn:kept", b"# " + b"x" * 300_000).status_code == 413
    assert admin.ask("GET", at("urn:kept"), Accept="image/png").status_code == 406
    assert graph(place, "urn:kept") == before


def raw(server: Server, head: str) -> socket.socket:
    host, port = server.origin.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=20)
    connection.sendall(head.encode())
    return connection


def test_a_body_that_drips_ends_with_408_and_one_without_length_with_413(admin: Author) -> None:
    head = f"PUT {at('urn:slow')} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {admin.token}\r\n"
    head += f"Content-Type: {TURTLE}\r\n"
    with raw(admin.server, head + "Content-Length: 1000\r\n\r\n#") as connection:
        for _ in range(4):
            connection.sendall(b" ")
            time.sleep(0.3)
        assert b" 408 " in connection.recv(4096).partition(b"\r\n")[0]
    with raw(admin.server, head + "Transfer-Encoding: chunked\r\n\r\n") as connection:
        chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
        for _ in range(14):
            connection.sendall(chunk)
        assert b" 413 " in connection.recv(4096).partition(b"\r\n")[0]
    assert admin.put("urn:slow", PERSON).status_code == 201


@pytest.mark.all
def test_who_guesses_tokens_waits(place: Path) -> None:
    with running(place) as server:
        guesses = [Author(server, f"leapkg_{'0' * 12}_{'a' * 42}{n}").put(ONE, PERSON) for n in range(12)]
        assert [answer.status_code for answer in guesses] == [401] * 10 + [429] * 2
        assert int(guesses[-1].headers["Retry-After"]) > 0
        assert server.get("/health").status_code == 200


@pytest.mark.all
def test_a_trusted_proxy_says_how_the_client_came(place: Path) -> None:
    headers = {"X_Forwarded_Proto": "https", "Host": "kg.example.org"}
    with running(place, {"LEAP_KG_TRUSTED_PROXIES": "127.0.0.0/8"}) as server:
        author = Author(server, token(place, "admin"))
        made = author.ask("POST", "/graph-store", PERSON, **headers)
        assert made.headers["Location"].startswith("https://kg.example.org/graph-store/")
        assert author.ask("GET", at(made.headers["Location"])).status_code == 200
        own = author.put("urn:proxied", PERSON, **headers, Origin="https://kg.example.org")
        assert own.status_code == 201
    with running(place) as server:
        author = Author(server, token(place, "admin"))
        assert author.ask("POST", "/graph-store", PERSON, **headers).headers["Location"].startswith("http://kg.example")
