"""Random and mutated queries, updates, bodies, headers and addresses against the running server.

After each batch the server must be well: its own processes alive, no more query processes than there should be, no
files left. No request may have a status of 500 or above but 503, and that with Retry-After. How long it goes on is
`LEAP_KG_FUZZ_SECONDS` (30); the number that a failing batch prints makes it come again.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from leap_kg.graph.publish import Writer
from tests.processes import below
from tests.stac import made
from tests.web.attacked import Target, attacked, web_processes
from tests.web.platform import publish
from tests.web.seeds import PATHS, documents, queries, searches, updates
from tests.web.wire import Received, Sent, exchange

pytestmark = [pytest.mark.all, pytest.mark.timeout(4 * 3600)]

SECONDS = float(os.environ.get("LEAP_KG_FUZZ_SECONDS", "30"))
FIRST = int(os.environ.get("LEAP_KG_FUZZ_SEED", "0"))
BATCH = 60
MOST_MEMORY = 3 * 2**30
MOST_FILES = 500
_TOKEN = b"Bearer TOKEN"

TOKENS = [
    "{", "}", "(", ")", "[", "]", ".", ";", ",", "?s", "?p", "$o", "*", "a", "<http://e/x>", "<x>", "e:x", "_:b", "1",
    "'x'", '"""', "\\u0041", "#", "\n", "SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "WHERE", "OPTIONAL", "UNION", "MINUS",
    "GRAPH ?g", "FILTER(", "EXISTS", "NOT", "BIND(", "AS", "VALUES", "UNDEF", "SERVICE", "SILENT", "LIMIT 1", "OFFSET",
    "GROUP BY", "ORDER BY", "HAVING", "COUNT(*)", "GROUP_CONCAT(", "INSERT", "DELETE", "DATA", "USING", "WITH", "CLEAR",
    "ALL", "DROP", "COPY", "TO", "DEFAULT", "PREFIX e: <http://e/>", "BASE <http://e/>", "FROM <http://e/g>", "!",
    "-", "/",
    "^", "|", "+", "<<(", ")>>", "{|", "|}", "@en", "^^", "LATERAL", "leap:search", "REPLACE('aaaa', '(a+)+$', 'x')",
    "\x00", "\ud800", "\U0010ffff", "é",
]  # fmt: skip
PIECES = [each.encode("utf-8", "surrogatepass") for each in TOKENS] + [
    b"\xff", b"\xef\xbb\xbf", b"<?xml version='1.0'?>", b"<!DOCTYPE x [", b"<!ENTITY e 'x'>", b"&e;",
    b"<rdf:Description>",
    b'"@context":', b'"@id":', b"null", b"1e999", b"%00", b"%2e%2e", b"..", b"/", b"?", b"&", b"=", b"+",
    b"@prefix p: <p:> .",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """A seed with pieces taken out, put in, doubled, or taken from another seed."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        match draw(st.sampled_from(["cut", "insert", "repeat", "splice", "junk"])):
            case "cut":
                data = data[:start] + data[end:]
            case "insert":
                data = data[:start] + b" " + draw(st.sampled_from(PIECES)) + b" " + data[start:]
            case "repeat":
                times = draw(st.sampled_from([2, 3, 50, 2000]))
                data = data[:start] + data[start:end] * times + data[end:]
            case "splice":
                other = draw(st.sampled_from(seeds))
                data = data[:start] + other[draw(st.integers(0, len(other))) :]
            case _:
                data = data[:start] + draw(st.binary(max_size=8)) + data[end:]
    return data[: 2**18]


def _encoded(texts: tuple[str, ...]) -> list[bytes]:
    return [text.encode("utf-8", "surrogatepass") for text in texts]


_VALUES = st.one_of(
    st.sampled_from(
        [
            b"*/*", b"text/html", b"text/csv;q=0.1", b"application/ld+json", b"text/turtle, */*;q=", b"a/b;q=2",
            b",,,", b"",
            b"gzip", b"identity", b"chunked", b"bytes=0-", b'W/"1"', b"*", b"Thu, 01 Jan 1970 00:00:00 GMT", b"now",
            b"http://evil.example", b"null", b"cross-site", b"1.2.3.4, ::1", b"text/turtle; charset=utf-16", b"-1",
            b"9" * 30,
            b"multipart/form-data; boundary=x", b"application/x-www-form-urlencoded", b"Bearer x", _TOKEN, b"\xff",
            b"x" * 5000,
        ]
    ),
    st.binary(max_size=10).map(lambda value: value.replace(b"\r", b"").replace(b"\n", b"")),
)  # fmt: skip
_NAMES = st.sampled_from(
    [
        b"Accept", b"Accept-Profile", b"Accept-Datetime", b"Accept-Encoding", b"Content-Encoding", b"Content-Type",
        b"If-Match",
        b"If-None-Match", b"If-Modified-Since", b"Range", b"Origin", b"Sec-Fetch-Site", b"X-Forwarded-For",
        b"Authorization",
        b"Expect", b"Prefer", b"Slug", b"Last-Event-ID", b"Content-Length", b"Transfer-Encoding", b"X-Request-Id",
    ]
)  # fmt: skip
headers = st.lists(st.tuples(_NAMES, _VALUES), max_size=3).map(tuple)
cuts = st.none() | st.none() | st.none() | st.integers(1, 2000)
_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/?&=%.:-_~+@")


def _address(path: bytes) -> bytes:
    """A path without the bytes that would end the request line."""
    return b"".join(bytes([byte]) if byte in _SAFE else b"%%%02X" % byte for byte in path)[:6000] or b"/"


@st.composite
def requests(draw: st.DrawFn) -> Sent:
    """A request of any kind."""
    more, cut = draw(headers), draw(cuts)
    token = (b"Authorization", _TOKEN)
    match draw(st.sampled_from(["query", "query", "get", "update", "update", "document", "search", "path", "form"])):
        case "query":
            accept = (
                b"Accept",
                draw(st.sampled_from([b"application/json", b"text/csv", b"text/html", b"text/turtle"])),
            )
            body = draw(mutated(_encoded(queries())))
            return Sent(b"POST", b"/sparql", ((b"Content-Type", b"application/sparql-query"), accept, *more), body, cut)
        case "get":
            body = draw(mutated(_encoded(queries())))
            return Sent(b"GET", b"/sparql?query=" + b"".join(b"%%%02X" % byte for byte in body[:8000]), more, cut=cut)
        case "update":
            body = draw(mutated(_encoded(updates())))
            kind = (b"Content-Type", b"application/sparql-update")
            return Sent(b"POST", draw(st.sampled_from([b"/sparql", b"/update"])), (kind, token, *more), body, cut)
        case "form":
            body = draw(
                mutated([b"query=ASK%7B%7D", b"update=CLEAR+DEFAULT", b"query=x&default-graph-uri=y&format=csv"])
            )
            return Sent(
                b"POST", b"/sparql", ((b"Content-Type", b"application/x-www-form-urlencoded"), *more), body, cut
            )
        case "search":
            kind = (b"Content-Type", b"application/json")
            return Sent(b"POST", b"/stac/search", (kind, *more), draw(mutated(list(searches()))), cut)
        case "document":
            media_type, seeds = draw(st.sampled_from(sorted(documents().items())))
            method = b"PATCH" if "patch" in media_type else draw(st.sampled_from([b"PUT", b"POST", b"DELETE"]))
            path = draw(
                st.sampled_from([b"/graph-store?graph=http://e/g", b"/graph-store?default", b"/graph-store/new"])
            )
            sent = ((b"Content-Type", media_type.encode()), token, *more)
            return Sent(method, path, sent, draw(mutated(list(seeds))), cut)
        case _:
            method = draw(
                st.sampled_from([b"GET", b"GET", b"GET", b"HEAD", b"OPTIONS", b"POST", b"QUERY", b"TRACE", b"X"])
            )
            return Sent(method, _address(draw(mutated(list(PATHS)))), more, cut=cut)


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for temporary files of the server."""
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory, temporary: Path) -> Iterator[Target]:
    """A server that may be written, with a folder of its own for temporary files."""
    folder = tmp_path_factory.mktemp("fuzzed") / "home"

    def items(writer: Writer) -> None:
        publish(writer, "stac", "STAC", [quad.triple for quad in made.store()], 5)

    # A body that never ends is told so before a client here loses patience.
    bounds = {"LEAP_KG_BODY_BYTES": str(2**20), "LEAP_KG_BODY_SECONDS": "5"}
    with attacked(folder, {"TMPDIR": str(temporary), **bounds}, items) as started:
        yield started
    assert list(temporary.iterdir()) == [], "the server left temporary files"


def check(sent: Sent, received: Received | None) -> None:
    """Fail for an answer that no request may have."""
    if received is None or received.status < 500:
        return
    assert received.status == 503, f"{received.status} for {sent}"
    assert int(received.headers.get("retry-after", "0")) >= 1, f"503 without Retry-After for {sent}"


def is_well(target: Target, web: set[int], temporary: Path) -> None:
    """Fail unless the server is as it was."""
    for path in ("/health", "/", "/browse"):
        received = exchange(target.server.origin, Sent(b"GET", path.encode()))
        assert received is not None, path
        assert received.status == 200, path
    if not Path("/proc/self/stat").exists():
        return
    assert web_processes(target.server) >= web, "a web process died"
    assert len(below(target.server.pid)) <= len(web) + 3, "query processes were left behind"
    for process in web:
        held = int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
        assert held < MOST_MEMORY, f"a web process holds {held} bytes"
        assert len(list(Path(f"/proc/{process}/fd").iterdir())) < MOST_FILES, "files are left open"
    left = [path.name for path in temporary.iterdir() if not path.name.startswith("leap-kg-metrics-")]
    assert left == []
    copies = [path.name for path in (target.home / "scratch").glob("update-*")]
    assert len(copies) <= 1, "copies of killed updates are left"  # the next update of that kind takes it away


def test_nothing_that_is_sent_harms_the_server(target: Target, temporary: Path) -> None:
    exchange(target.server.origin, Sent(b"GET", b"/"))
    web = web_processes(target.server)
    admin = b"Bearer " + target.admin.encode()

    def send(sent: Sent) -> None:
        """One request, with the real token in place of the mark."""
        own = tuple((name, admin if value == _TOKEN else value) for name, value in sent.headers)
        sent = Sent(sent.method, sent.path, own, sent.body, sent.cut)
        check(sent, exchange(target.server.origin, sent))

    end, number = time.monotonic() + SECONDS, FIRST
    while number == FIRST or time.monotonic() < end:
        run = settings(
            max_examples=BATCH,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )(given(requests())(send))
        try:
            seed(number)(run)()
            is_well(target, web, temporary)
        except BaseException:
            print(f"batch {number}: LEAP_KG_FUZZ_SEED={number} makes it come again")
            raise
        number += 1
    print(f"{number - FIRST} batches of {BATCH} requests")
