"""Servers that are busy, slow, elsewhere or no graph at all: each gives an error with its reason and what to do."""

import gzip
import threading
import time
from collections.abc import Callable

import pytest

from leap_kg.client import Client, KgError
from leap_kg.client.address import checked
from leap_kg.client.errors import BadAnswer, Busy, NotReachable, Refused
from tests.client.answering import Said, answering

ROWS = {"Content-Type": "text/tab-separated-values; charset=utf-8"}
QUERY = "SELECT * {}"


def test_a_busy_server_is_asked_again_when_it_says() -> None:
    answers = [
        Said(429, b"busy", {"Retry-After": "1"}),
        Said(503, b"soon", {"Retry-After": "0"}),
        Said(200, b"true", ROWS),
    ]
    with answering(answers) as server:
        began = time.monotonic()
        assert Client(server.url).sparql("ASK {}") is True
        assert time.monotonic() - began >= 1
        assert len(server.requests) == 3


def test_a_wait_that_is_too_long_is_not_begun() -> None:
    with answering([Said(429, b"too much", {"Retry-After": "3600", "Content-Type": "text/plain"})]) as server:
        with pytest.raises(Busy, match=r"come back in 3600 s: too much") as caught:
            Client(server.url, patience=5).sparql(QUERY)
        assert caught.value.seconds == 3600
        assert len(server.requests) == 1


def test_a_query_that_takes_too_long_is_not_sent_again() -> None:
    said = Said(503, b"the query took longer than 10 s; add LIMIT", {"Retry-After": "5", "Content-Type": "text/plain"})
    with answering([said]) as server:
        with pytest.raises(Refused, match="took longer than 10 s; add LIMIT"):
            Client(server.url).sparql(QUERY)
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "place",
    [
        *("file:///etc/passwd", "http://169.254.169.254/latest/meta-data/", "https://elsewhere.example/sparql"),
        *("//elsewhere.example/sparql", "gopher://x/", "http://[::1", "http://127.0.0.1:1/"),
    ],
)
def test_a_redirect_to_another_place_is_not_followed(place: str) -> None:
    with answering([Said(302, b"", {"Location": place})]) as server:
        with pytest.raises(BadAnswer, match=r"redirects to .* another place") as caught:
            Client(server.url).sparql(QUERY)
        assert "root:" not in str(caught.value)
        assert len(server.requests) == 1


def test_a_redirect_within_the_server_is_followed_but_not_for_ever() -> None:
    with answering([Said(307, b"", {"Location": "/sparql?x=1"}), Said(200, b"?a\n1\n", ROWS)]) as server:
        assert list(Client(server.url).sparql(QUERY)["a"]) == [1]
        assert server.requests == [("POST", "/sparql"), ("POST", "/sparql?x=1")]
    with answering([Said(301, b"", {"Location": "/sparql"})]) as server, pytest.raises(BadAnswer, match="without end"):
        Client(server.url).sparql(QUERY)
    with answering([Said(303)]) as server, pytest.raises(BadAnswer, match="redirects to nowhere"):
        Client(server.url).sparql(QUERY)


def test_a_token_goes_to_the_server_it_is_for_and_to_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    yes = Said(200, b"true", ROWS)
    with answering([Said(307, b"", {"Location": "/user/eve/sparql"}), yes]) as server, answering([yes]) as other:
        below = f"{server.url}/services/leap-kg"
        monkeypatch.setenv("LEAP_KG_URL", f"{below}/")
        monkeypatch.setenv("LEAP_KG_TOKEN", "secret")
        # The first answer leads to another path of the same host, as a server of somebody on a hub is.
        for client in (Client(), Client(below), Client(other.url), Client(other.url, token="given"), Client(token="")):
            assert client.sparql("ASK {}") is True
            assert "secret" not in repr(client)
        assert server.identities == ["Bearer secret", "", "Bearer secret", ""]
        assert other.identities == ["", "Bearer given"]
        assert server.requests[1] == ("POST", "/user/eve/sparql")
    with pytest.raises(KgError, match="characters that no token has") as refused:
        Client(other.url, token="sec ret\n")
    assert "sec ret" not in str(refused.value)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            Said(200, b"<!doctype html><title>Log in</title>", {"Content-Type": "text/html"}),
            "text/html and not with data",
        ),
        (Said(200, b"{}", {"Content-Type": "application/json"}), "application/json and not with data"),
        (Said(200, b"?a\n1\n"), "an unnamed type"),
        (Said(200, b"?a\n\xff\n", ROWS), "not UTF-8"),
        (Said(200, b"<a> <b>", {"Content-Type": "application/n-triples"}), "no N-Triples"),
        (Said(200, b"not gzip", {**ROWS, "Content-Encoding": "gzip"}), "cannot be unpacked"),
        (Said(204, b"", ROWS), "status 204"),
        (Said(404, b"\x1b[2Jgone\n", {"Content-Type": "text/plain"}), "\N{REPLACEMENT CHARACTER}\\[2Jgone"),
        (Said(500, b"<html>oops", {"Content-Type": "text/html"}), "answers with status 500"),
        (Said(403, b"", {}), "status 403.*Ask whoever runs the server"),
    ],
    ids=["html", "json", "untyped", "latin", "triples", "gzip", "empty", "escape", "broken", "forbidden"],
)
def test_an_answer_that_is_none_says_what_came(said: Said, reason: str) -> None:
    with answering([said]) as server, pytest.raises(KgError, match=reason):
        Client(server.url).sparql(QUERY)


def test_a_body_is_read_up_to_a_limit() -> None:
    bomb = gzip.compress(b"?a\n" + b'"%b"\n' % (b"x" * 1000) * 1_100)
    with answering([Said(200, bomb, {**ROWS, "Content-Encoding": "gzip"})]) as server:
        with pytest.raises(BadAnswer, match=r"more than 1 MiB.*most_bytes"):
            Client(server.url, most_bytes=1 << 20).sparql(QUERY)
        assert len(Client(server.url).sparql(QUERY)) == 1_100


def test_a_server_that_dribbles_runs_into_the_clock() -> None:
    with answering([Said(200, b"?a\n" + b"1\n" * 500, ROWS, drip=0.05)]) as server:
        began = time.monotonic()
        with pytest.raises(NotReachable, match=r"within 0\.5 s.*seconds="):
            Client(server.url, seconds=0.5).sparql(QUERY)
        assert time.monotonic() - began < 5


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(NotReachable, match=r"127\.0\.0\.1:9 does not answer .*refused.*Is the address right"):
        Client("http://127.0.0.1:9").sparql(QUERY)


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://a.example", "kg.example.org", "file:///etc", "http://", "https://u:secret@a.example", "http://a b"),
        *("http://a.example/?x=1", "http://a.example:x", "javascript:alert(1)", "http://a.example\\@b"),
    ],
)
def test_what_is_no_address_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(KgError, match=r"LEAP_KG_URL") as caught:
        checked(url)
    assert "secret" not in str(caught.value)


def test_the_address_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAP_KG_URL", " https://kg.example.org/base/ ")
    assert Client().url == "https://kg.example.org/base"
    monkeypatch.delenv("LEAP_KG_URL")
    with pytest.raises(KgError, match="set LEAP_KG_URL"):
        Client()


def test_one_client_serves_many_threads() -> None:
    failures: list[Exception] = []
    with answering([Said(200, b"true", ROWS)]) as server:
        client = Client(server.url)

        def ask() -> None:
            try:
                for _ in range(20):
                    assert client.sparql("ASK {}") is True
            except Exception as error:  # noqa: BLE001 - told by the main thread
                failures.append(error)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert len(server.requests) == 160


@pytest.mark.parametrize(
    "call",
    [
        lambda kg: kg.search("x"),
        lambda kg: kg.queries,
        lambda kg: kg.dataset("a/b"),
        lambda kg: kg.query("questions/versions"),
        lambda kg: kg.stac(),
    ],
    ids=["search", "queries", "dataset", "query", "stac"],
)
@pytest.mark.parametrize(
    "said",
    [
        Said(200, b"<html>", {"Content-Type": "text/html"}),
        Said(200, b'{"hits": [1], "total": "x"}', {"Content-Type": "application/json"}),
        Said(200, b"[" * 100_000, {"Content-Type": "application/json"}),
        Said(200, b"?x\n<y>\n", ROWS),
    ],
    ids=["html", "json", "deep", "rows"],
)
def test_no_method_trusts_the_server(call: Callable[[Client], object], said: Said) -> None:
    with answering([said]) as server, pytest.raises(KgError):
        call(Client(server.url))
