"""Fetching from a server that misbehaves: every fault ends soon, costs little, and says what to do."""

import copy
import gzip
import hashlib
import ipaddress
import pickle
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg import __version__
from leap_kg.ingest.fetch import Ask, Body, CachedFetcher, Fetcher, FetchFailed, HttpFetcher, Limits, Parked
from leap_kg.ingest.formats.yamltext import Unreadable, read_yaml
from leap_kg.ingest.http.guard import not_public
from tests.ingest.hostile_server import Exchange, HostileServer, drip, serving

MIB = 2**20
SOCKET_SLACK = 16 * MIB  # what the system's buffers on both ends may swallow after the client hung up
QUICK = Limits(body_bytes=MIB, seconds=5, connect_seconds=2, backoff_seconds=0.01)


@pytest.fixture
def fetcher(server: HostileServer) -> Iterator[HttpFetcher]:
    with HttpFetcher(QUICK, frozenset({server.host})) as made:
        yield made


@contextmanager
def limited(server: HostileServer, **limits: Any) -> Iterator[HttpFetcher]:
    values = {"body_bytes": MIB, "seconds": 5.0, "connect_seconds": 2.0, "backoff_seconds": 0.01, **limits}
    with HttpFetcher(Limits(**values), frozenset({server.host})) as made:
        yield made


def failure(fetcher: Fetcher, url: str) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        fetcher.fetch(url)
    assert len(str(caught.value).splitlines()) == 1
    assert caught.value.__cause__ is None
    return caught.value


# --- what works ---


def test_a_body_comes_whole_with_its_hash_and_type(server: HostileServer, fetcher: HttpFetcher) -> None:
    data = b"title: AGDC\n" * 1000
    url = server.page("/meta.yaml", lambda e: e.answer(200, data, Content_Type="Text/YAML; charset=utf-8"))
    assert fetcher.fetch(url) == Body(url, url, data, "text/yaml", hashlib.sha256(data).hexdigest())
    assert server.headers_seen[0]["User-Agent"] == f"leap-kg/{__version__} (+https://w3id.org/leap-kg/)"
    assert server.headers_seen[0]["Accept-Encoding"] == "gzip"


def test_a_body_without_a_type_and_one_without_bytes(server: HostileServer, fetcher: HttpFetcher) -> None:
    body = fetcher.fetch(server.page("/empty", lambda e: e.answer(200)))
    assert (body.data, body.media_type) == (b"", None)


def test_connections_are_kept(server: HostileServer, fetcher: HttpFetcher) -> None:
    ports: set[int] = set()

    def page(exchange: Exchange) -> None:
        ports.add(exchange.client_address[1])
        exchange.answer(200, b"x")

    url = server.page("/x", page)
    for _ in range(5):
        fetcher.fetch(url)
    assert len(ports) == 1


def chunked(exchange: Exchange, *pieces: bytes, **headers: str) -> None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    exchange.head(200, {"Transfer-Encoding": "chunked", **named})
    for piece in pieces:
        exchange.send(b"%x\r\n%s\r\n" % (len(piece), piece))
    exchange.send(b"0\r\n\r\n")


def test_chunks_and_gzip_are_undone(server: HostileServer, fetcher: HttpFetcher) -> None:
    packed = gzip.compress(b"title: ") + gzip.compress(b"AGDC\n" * 50_000)  # two members, as `cat a.gz b.gz` makes
    cut = [packed[at : at + 7] for at in range(0, len(packed), 7)]
    url = server.page("/x", lambda e: chunked(e, *cut, Content_Encoding="gzip"))
    assert fetcher.fetch(url).data == b"title: " + b"AGDC\n" * 50_000


@given(data=st.binary(max_size=3000), parts=st.integers(1, 4), size=st.integers(1, 700))
@settings(deadline=None, max_examples=30)
def test_any_body_arrives_as_it_was_however_it_is_cut(data: bytes, parts: int, size: int) -> None:
    step = len(data) // parts + 1
    packed = b"".join(gzip.compress(data[at : at + step]) for at in range(0, max(len(data), 1), step))
    pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
    with serving() as server, limited(server) as fetcher:
        url = server.page("/x", lambda e: chunked(e, *pieces, Content_Encoding="gzip"))
        assert fetcher.fetch(url).data == data


def test_a_github_page_is_asked_for_in_its_raw_form(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def resolve(host: str, *_: Any, **__: Any) -> Any:
        asked.append(host)
        raise OSError(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    with HttpFetcher(Limits(retries=0)) as fetcher:
        found = failure(fetcher, "https://github.com/o/r/blob/main/feedstock/meta.yaml")
    assert asked == ["raw.githubusercontent.com"]
    assert found.kind == "unreachable"
    assert "Name or service not known" in found.reason
    assert found.url == "https://github.com/o/r/blob/main/feedstock/meta.yaml"


# --- size ---


def endless(exchange: Exchange) -> None:
    exchange.head(200, {"Connection": "close"})
    for _ in range(300):
        exchange.send(b"x" * MIB)


def announced(exchange: Exchange) -> None:
    exchange.head(200, {"Content-Length": str(300 * MIB)})
    for _ in range(300):
        exchange.send(b"x" * MIB)


def endless_chunks(exchange: Exchange) -> None:
    exchange.head(200, {"Transfer-Encoding": "chunked"})
    for _ in range(300):
        exchange.send(b"%x\r\n" % MIB + b"x" * MIB + b"\r\n")


def one_endless_chunk(exchange: Exchange) -> None:
    exchange.head(200, {"Transfer-Encoding": "chunked"})
    exchange.send(b"FFFFFFFFFF\r\n")
    for _ in range(300):
        exchange.send(b"x" * MIB)


def endless_error(exchange: Exchange) -> None:
    exchange.head(404, {"Content-Length": str(300 * MIB)})
    for _ in range(300):
        exchange.send(b"x" * MIB)


def endless_redirect(exchange: Exchange) -> None:
    exchange.head(302, {"Location": "/end", "Content-Length": str(300 * MIB)})
    for _ in range(300):
        exchange.send(b"x" * MIB)


@pytest.mark.parametrize("page", [announced, endless, endless_chunks, one_endless_chunk])
def test_300_megabytes_are_cut_early(server: HostileServer, fetcher: HttpFetcher, page: Any) -> None:
    began = time.monotonic()
    found = failure(fetcher, server.page("/big", page))
    assert found.kind == "too-large"
    assert str(MIB) in found.reason
    assert time.monotonic() - began < 3
    assert server.asked["/big"] == 1
    assert server.sent < SOCKET_SLACK


@pytest.mark.parametrize("length", [MIB + 1, 300 * MIB, 10**30])
def test_an_announced_size_is_enough(server: HostileServer, fetcher: HttpFetcher, length: int) -> None:
    url = server.page("/big", lambda e: e.head(200, {"Content-Length": str(length)}))
    began = time.monotonic()
    assert failure(fetcher, url).kind == "too-large"
    assert time.monotonic() - began < 1


def test_the_size_limit_is_exact(server: HostileServer, fetcher: HttpFetcher) -> None:
    assert len(fetcher.fetch(server.page("/fits", lambda e: e.answer(200, b"x" * MIB))).data) == MIB
    assert failure(fetcher, server.page("/over", lambda e: e.answer(200, b"x" * (MIB + 1)))).kind == "too-large"


def test_bodies_of_errors_and_redirects_are_not_read(server: HostileServer, fetcher: HttpFetcher) -> None:
    server.page("/end", lambda e: e.answer(200, b"arrived"))
    assert failure(fetcher, server.page("/error", endless_error)).kind == "missing"
    assert fetcher.fetch(server.page("/redirect", endless_redirect)).data == b"arrived"
    assert server.sent < 2 * SOCKET_SLACK


@cache
def packed_zeros(count: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(count)) + packer.flush()


def test_a_gzip_bomb_is_cut(server: HostileServer, fetcher: HttpFetcher) -> None:
    bomb = packed_zeros(500)
    assert len(bomb) < MIB
    url = server.page("/bomb", lambda e: e.answer(200, bomb, Content_Encoding="gzip"))
    tracemalloc.start()
    try:
        assert failure(fetcher, url).kind == "too-large"
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()
    members = gzip.compress(bytes(MIB // 2)) * 3
    url = server.page("/members", lambda e: e.answer(200, members, Content_Encoding="gzip"))
    assert failure(fetcher, url).kind == "too-large"


def test_a_bomb_in_a_redirect_is_not_unpacked(server: HostileServer, fetcher: HttpFetcher) -> None:
    bomb = packed_zeros(500)
    server.page("/end", lambda e: e.answer(200, b"arrived"))
    url = server.page("/x", lambda e: e.answer(302, bomb, Location="/end", Content_Encoding="gzip"))
    began = time.monotonic()
    assert fetcher.fetch(url).data == b"arrived"
    assert time.monotonic() - began < 1


def test_padding_in_the_framing_is_cut(server: HostileServer, fetcher: HttpFetcher) -> None:
    def page(exchange: Exchange) -> None:
        exchange.head(200, {"Transfer-Encoding": "chunked"})
        for _ in range(3000):
            exchange.send(b"1;" + b"p" * 10_000 + b"\r\nx\r\n")

    found = failure(fetcher, server.page("/x", page))
    assert found.kind == "too-large"
    assert server.sent < SOCKET_SLACK


# --- time ---


def drip_headers(exchange: Exchange) -> None:
    for _ in range(200):
        exchange.send(b"HTTP/1.1 200 OK\r\n"[0:1] if not exchange.server.sent else b"x")
        time.sleep(0.05)


def drip_interim(exchange: Exchange) -> None:
    for _ in range(200):
        exchange.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.05)


def drip_packed(exchange: Exchange) -> None:
    exchange.head(200, {"Content-Encoding": "gzip", "Connection": "close"})
    for _ in range(200):
        exchange.send(gzip.compress(b""))
        time.sleep(0.05)


def silence(exchange: Exchange) -> None:
    time.sleep(3)


@pytest.mark.parametrize("page", [drip, drip_headers, drip_interim, drip_packed, silence])
def test_a_drip_is_cut(server: HostileServer, page: Any) -> None:
    with limited(server, seconds=0.5) as fetcher:
        began = time.monotonic()
        found = failure(fetcher, server.page("/x", page))
        assert found.kind == "timeout"
        assert "0.5 s" in found.reason
        assert time.monotonic() - began < 1.5
    assert server.asked["/x"] == 1


def test_a_silence_after_a_late_byte_is_cut_in_time(server: HostileServer) -> None:
    def page(exchange: Exchange) -> None:
        exchange.head(200, {"Content-Length": "2"})
        time.sleep(0.9)
        exchange.send(b"x")
        time.sleep(3)

    with limited(server, seconds=1.0) as fetcher:
        began = time.monotonic()
        assert failure(fetcher, server.page("/x", page)).kind == "timeout"
        assert time.monotonic() - began < 1.6


def test_time_is_counted_over_redirects(server: HostileServer) -> None:
    def page(exchange: Exchange) -> None:
        time.sleep(0.2)
        exchange.answer(302, Location="/x")

    with limited(server, seconds=0.5, redirects=50) as fetcher:
        began = time.monotonic()
        assert failure(fetcher, server.page("/x", page)).kind == "timeout"
        assert time.monotonic() - began < 1


# --- redirects ---


def test_redirects_are_followed_and_the_end_is_told(server: HostileServer, fetcher: HttpFetcher) -> None:
    for at in range(5):
        server.page(f"/{at}", lambda e, at=at: e.answer(301, Location=f"/{at + 1}"))  # type: ignore[misc]
    server.page("/5", lambda e: e.answer(200, b"end"))
    body = fetcher.fetch(server.url("/0"))
    assert (body.url, body.final_url, body.data) == (server.url("/0"), server.url("/5"), b"end")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_loop_ends(server: HostileServer, fetcher: HttpFetcher, status: int) -> None:
    found = failure(fetcher, server.page("/x", lambda e: e.answer(status, Location="/x")))
    assert found.kind == "redirects"
    assert "more than 5 times" in found.reason
    assert server.asked["/x"] == 6


def test_a_redirect_to_nowhere_is_a_status(server: HostileServer, fetcher: HttpFetcher) -> None:
    found = failure(fetcher, server.page("/x", lambda e: e.answer(302)))
    assert (found.kind, found.status) == ("status", 302)


def test_a_location_in_utf_8_with_blanks(server: HostileServer, fetcher: HttpFetcher) -> None:
    server.page("/%C3%A9%20x", lambda e: e.answer(200, b"end"))
    url = server.page("/x", lambda e: e.answer(302, Location="/é x".encode().decode("latin-1")))
    assert fetcher.fetch(url).data == b"end"


def test_each_hop_is_judged(server: HostileServer, fetcher: HttpFetcher) -> None:
    with serving() as other:
        other.page("/secret", lambda e: e.answer(200, b"secret"))
        found = failure(fetcher, server.page("/x", lambda e: e.answer(302, Location=other.url("/secret"))))
        assert found.kind == "refused"
        assert f"127.0.0.1:{other.port}" in found.reason
        assert "loopback" in found.reason
        assert found.url == server.url("/x")
        assert other.asked == {}


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://h/",
        "javascript:alert(1)",
        "http://169.254.169.254/latest/meta-data/",
        "//[::1]/",
        "http://[",
        "http://h:x/",
    ],
)
def test_a_redirect_to_what_is_not_fetched_is_refused(
    server: HostileServer, fetcher: HttpFetcher, location: str
) -> None:
    found = failure(fetcher, server.page("/x", lambda e: e.answer(302, Location=location)))
    assert found.kind in ("refused", "redirects")
    assert server.asked == {"/x": 1}


# --- status and retries ---


def series(*answers: tuple[int, dict[str, str]]) -> Any:
    """A page that gives its answers in turn; the last one stays."""
    left = list(answers)

    def page(exchange: Exchange) -> None:
        status, headers = left.pop(0) if len(left) > 1 else left[0]
        exchange.answer(status, b"body", **headers)

    return page


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_missing(server: HostileServer, fetcher: HttpFetcher, status: int) -> None:
    found = failure(fetcher, server.page("/x", series((status, {}))))
    assert (found.kind, found.status) == ("missing", status)
    assert str(found).startswith(server.url("/x") + ": ")
    assert server.asked["/x"] == 1


@pytest.mark.parametrize("status", [204, 206, 304, 400, 401, 403, 418, 451])
def test_other_statuses_are_told_and_not_tried_again(server: HostileServer, fetcher: HttpFetcher, status: int) -> None:
    def page(exchange: Exchange) -> None:
        exchange.head(status, {} if status in (204, 304) else {"Content-Length": "0"})

    found = failure(fetcher, server.page("/x", page))
    assert (found.kind, found.status) == ("status", status)
    assert str(status) in found.reason
    assert server.asked["/x"] == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(server: HostileServer, fetcher: HttpFetcher, status: int) -> None:
    assert fetcher.fetch(server.page("/x", series((status, {}), (200, {})))).data == b"body"
    assert server.asked["/x"] == 2


def test_what_does_not_pass_is_given_up_after_three_retries(server: HostileServer, fetcher: HttpFetcher) -> None:
    found = failure(fetcher, server.page("/x", series((503, {}))))
    assert (found.kind, found.status) == ("status", 503)
    assert server.asked["/x"] == 4


def test_retry_after_is_obeyed_in_full(server: HostileServer, fetcher: HttpFetcher) -> None:
    moments: list[float] = []
    answers = series((429, {"Retry_After": "1"}), (200, {}))

    def page(exchange: Exchange) -> None:
        moments.append(time.monotonic())
        answers(exchange)

    fetcher.fetch(server.page("/x", page))
    assert moments[1] - moments[0] >= 1


def parked(fetcher: Fetcher, url: str) -> Parked:
    found = failure(fetcher, url)
    assert isinstance(found, Parked)
    assert found.kind == "parked"
    return found


def test_a_long_retry_after_parks_at_once_and_says_when_to_come_back(
    server: HostileServer, fetcher: HttpFetcher
) -> None:
    began = time.monotonic()
    found = parked(fetcher, server.page("/x", series((429, {"Retry_After": "400"}))))
    assert time.monotonic() - began < 1
    assert found.status == 429
    assert "wait 400 s" in found.reason
    when = datetime.strptime(found.reason.split("after ")[1], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(seconds=390) < when - datetime.now(UTC) < timedelta(seconds=401)
    assert timedelta(0) <= found.until - when < timedelta(seconds=1)
    assert server.asked["/x"] == 1


def test_a_long_retry_after_as_a_date_is_understood(server: HostileServer, fetcher: HttpFetcher) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    found = parked(fetcher, server.page("/x", series((503, {"Retry_After": later}))))
    assert server.asked["/x"] == 1
    assert timedelta(minutes=119) < found.until - datetime.now(UTC) < timedelta(minutes=121)


def test_an_absurd_retry_after_is_survived(server: HostileServer, fetcher: HttpFetcher) -> None:
    found = parked(fetcher, server.page("/x", series((429, {"Retry_After": "9" * 5000}))))
    assert "come back another year" in found.reason
    assert "Parked" in repr(copy.copy(found))


# --- connections that break ---


def test_a_body_cut_short_is_fetched_again(server: HostileServer, fetcher: HttpFetcher) -> None:
    def page(exchange: Exchange) -> None:
        if server.asked["/x"] > 1:
            exchange.answer(200, b"whole")
            return
        exchange.head(200, {"Content-Length": "100"})
        exchange.send(b"half")
        exchange.close_connection = True

    assert fetcher.fetch(server.page("/x", page)).data == b"whole"


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 12",
        b"no HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_a_connection_that_breaks_is_tried_again_then_told(
    server: HostileServer, fetcher: HttpFetcher, start: bytes
) -> None:
    def page(exchange: Exchange) -> None:
        exchange.send(start)
        exchange.close_connection = True

    found = failure(fetcher, server.page("/x", page))
    assert found.kind == "unreachable"
    assert server.asked["/x"] == 4


def test_nobody_there(server: HostileServer) -> None:
    with serving() as gone:
        host, url = gone.host, gone.url("/x")
    with HttpFetcher(QUICK, frozenset({host})) as fetcher:
        found = failure(fetcher, url)
    assert found.kind == "unreachable"
    assert "Connection refused" in found.reason


# --- content ---


@pytest.mark.parametrize(
    "data",
    [b"title: not packed", gzip.compress(b"title: x" * 99, mtime=0)[:-9], gzip.compress(b"x", mtime=0) + b"rest"],
)
def test_gzip_that_is_none_is_told(server: HostileServer, fetcher: HttpFetcher, data: bytes) -> None:
    found = failure(fetcher, server.page("/x", lambda e: e.answer(200, data, Content_Encoding="gzip")))
    assert found.kind == "content"
    assert "gzip" in found.reason


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "zstd", "x" * 3000])
def test_a_coding_nobody_asked_for_is_told(server: HostileServer, fetcher: HttpFetcher, coding: str) -> None:
    found = failure(fetcher, server.page("/x", lambda e: e.answer(200, b"??", Content_Encoding=coding)))
    assert found.kind == "content"
    assert len(found.reason) < 200


def test_a_page_where_yaml_was_due_is_found_by_its_reader(server: HostileServer, fetcher: HttpFetcher) -> None:
    url = server.page("/meta.yaml", lambda e: e.answer(200, b"<!DOCTYPE html><html></html>", Content_Type="text/html"))
    body = fetcher.fetch(url)
    assert body.media_type == "text/html"
    with pytest.raises(Unreadable, match="HTML where YAML was due"):
        read_yaml(body.data, what=body.url)


# --- addresses ---


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/", "http://169.254.169.254/latest/meta-data/iam/", "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/", "http://[::1]/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/",
        "http://0177.0.0.1/", "http://127.1/", "http://0/", "http://0.0.0.0/", "http://localhost/", "https://localhost/",
        "http://LOCALHOST/", "http://10.0.0.1/", "http://100.64.0.1/", "http://user:pw@127.0.0.1/", "http://8.8.8.8@127.0.0.1/",
        "http://8.8.8.8\\@127.0.0.1/", "http://127.0.0.1\\@8.8.8.8/", "http://127.0.0.1#@8.8.8.8/", "http://127.0.0.1?@8.8.8.8/",
        "http://[fe80::1]/", "http://[fe80::1%25lo]/", "http://[64:ff9b::a9fe:a9fe]/", "http://①②⑦.0.0.1/", "http://127.0.0.1:80:80/",
    ],
)  # fmt: skip
def test_machines_that_are_not_public_are_refused(url: str) -> None:
    with HttpFetcher(QUICK) as fetcher:
        began = time.monotonic()
        found = failure(fetcher, url)
        assert found.kind == "refused" or (found.kind == "unreachable" and "%25" in url)
        assert time.monotonic() - began < 5


def test_a_refusal_says_how_to_allow_the_host(server: HostileServer) -> None:
    server.page("/x", lambda e: e.answer(200, b"x"))
    with HttpFetcher(QUICK) as fetcher:
        found = failure(fetcher, f"http://localhost:{server.port}/x")
    assert f"`localhost:{server.port}`" in found.reason
    assert server.asked == {}
    with HttpFetcher(QUICK, frozenset({f"localhost:{server.port}"})) as fetcher:
        assert fetcher.fetch(f"http://localhost:{server.port}/x").data == b"x"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "meta.yaml",
        "file:///etc/passwd",
        "gs://b/k",
        "http://",
        "http://h/a b",
        "http://h/\r\nX: y",
        "http://[::1",
        "http://h:70000/",
        "http://é\ud800/",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with HttpFetcher(QUICK) as fetcher:
        assert failure(fetcher, url).kind == "refused"


@given(
    url=st.text(max_size=60)
    | st.text(alphabet="ab[]@:/\\?#%.1 é\n", max_size=30).map("http://".__add__)
    | st.text(alphabet="ab[]@:/\\?#%.1 é\n", max_size=30).map("http://127.0.0.1/".__add__)
)
def test_any_text_is_fetched_or_refused_with_a_reason(url: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        resolve = socket.getaddrinfo

        def offline(host: str, port: int, *rest: Any, **named: Any) -> Any:
            host.encode("idna")  # as the real one does
            found = resolve(host, port, *rest, **{**named, "flags": socket.AI_NUMERICHOST})  # asks no name server
            if not any(not_public(ipaddress.ip_address(address[0])) for *_, address in found):
                raise OSError(-2, "Name or service not known")  # nothing is to leave this machine
            return found

        patch.setattr("socket.getaddrinfo", offline)
        with HttpFetcher(Limits(retries=0, seconds=2, connect_seconds=1)) as fetcher:
            found = failure(fetcher, url)
    assert found.kind in ("refused", "unreachable")


# --- secrets ---


@pytest.mark.parametrize("status", [404, 403, 500, 302])
def test_no_failure_and_no_body_shows_a_secret(server: HostileServer, status: int) -> None:
    def page(exchange: Exchange) -> None:
        exchange.answer(status, Location="/x?token=s3cret&X-Amz-Signature=s3cret")

    server.page("/x", page)
    server.page("/y", lambda e: e.answer(302, Location="/z?access_token=s3cret"))
    server.page("/z", lambda e: e.answer(200, b"x"))
    url = f"http://me:s3cret@{server.host}/x?api_key=s3cret&page=2"
    with limited(server, retries=1) as fetcher:
        found = failure(fetcher, url)
        assert "s3cret" not in repr(found) + str(found) + repr(found.__dict__) + repr(found.args)
        assert "page=2" in str(found)
        assert "s3cret" not in repr(fetcher.fetch(server.url("/y?token=s3cret")))


def test_cookies_are_not_kept(server: HostileServer, fetcher: HttpFetcher) -> None:
    url = server.page("/x", lambda e: e.answer(200, b"x", Set_Cookie="id=1; Path=/"))
    fetcher.fetch(url)
    fetcher.fetch(url)
    assert "Cookie" not in server.headers_seen[1]


def test_a_failure_survives_pickling_and_an_overlong_url() -> None:
    found = FetchFailed("http://h/" + "a" * 10_000, "two\nlines", "status", 418)
    again = pickle.loads(pickle.dumps(found))  # noqa: S301 - our own bytes
    assert (str(again), again.kind, again.status) == (str(found), "status", 418)
    assert str(found).endswith("…: two lines")
    assert len(str(found)) < 600


# --- memory ---


def test_a_url_is_asked_once_in_a_run(server: HostileServer, fetcher: HttpFetcher) -> None:
    cached = CachedFetcher(fetcher)
    good, bad = server.page("/good", series((200, {}))), server.page("/bad", series((404, {})))
    assert cached.fetch(good) == cached.fetch(good)
    first, second = failure(cached, bad), failure(cached, bad)
    assert first is not second
    assert str(first) == str(second)
    assert server.asked == {"/good": 1, "/bad": 1}


def test_threads_that_ask_together_ask_once(server: HostileServer, fetcher: HttpFetcher) -> None:
    def page(exchange: Exchange) -> None:
        time.sleep(0.2)
        exchange.answer(200, b"slow")

    cached, url = CachedFetcher(fetcher), server.page("/x", page)
    bodies: list[Body] = []
    threads = [threading.Thread(target=lambda: bodies.append(cached.fetch(url))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [body.data for body in bodies] == [b"slow"] * 8
    assert server.asked["/x"] == 1


def test_an_interrupt_is_not_remembered() -> None:
    class Interrupted(Fetcher):
        asked = 0

        def fetch(self, ask: Ask | str) -> Body:
            self.asked += 1
            if self.asked == 1:
                raise KeyboardInterrupt
            return Body.of("http://h/", "http://h/", b"x", None)

    cached = CachedFetcher(Interrupted())
    with pytest.raises(KeyboardInterrupt):
        cached.fetch("http://h/")
    assert cached.fetch("http://h/").data == b"x"


def test_closing_the_cache_closes_what_it_asks(server: HostileServer) -> None:
    class Counting(Fetcher):
        closed = 0

        def fetch(self, ask: Ask | str) -> Body:
            raise FetchFailed("http://h/", "never asked", "missing")

        def close(self) -> None:
            self.closed += 1

    inner = Counting()
    with CachedFetcher(inner):
        pass
    assert inner.closed == 1
