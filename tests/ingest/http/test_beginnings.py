"""The first bytes of a body, and no more: from hosts that know ranges, from those that do not, and from mirrors."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.graph.home import Home
from leap_kg.ingest.fetch import Ask, CachedFetcher, Fetcher, FetchFailed, HttpFetcher, Limits
from leap_kg.ingest.http.store import FetchStore
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.raw import RawStore
from leap_kg.ingest.runs.unfinished import Unfinished
from leap_kg.ingest.zarr.source import ZarrConfig
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.hostile_server import Exchange, HostileServer, Page, serving
from tests.ingest.zarr.stores import taken

MIB = 2**20
SLACK = 16 * MIB  # what the system's buffers on both ends may swallow after the client hung up
QUICK = Limits(body_bytes=MIB, seconds=5, connect_seconds=2, backoff_seconds=0.01)
DATA = bytes(range(256)) * 16


@pytest.fixture
def fetcher(server: HostileServer) -> Iterator[HttpFetcher]:
    with HttpFetcher(QUICK, frozenset({server.host})) as made:
        yield made


def ranged(data: bytes, **more: str) -> Page:
    """A page of a host that knows ranges."""

    def page(exchange: Exchange) -> None:
        found = re.fullmatch(r"bytes=0-(\d+)", exchange.headers["Range"] or "")
        if found is None:
            exchange.answer(200, data, **more)
        elif not data:
            exchange.answer(416, b"", Content_Range="bytes */0")
        else:
            part = data[: int(found[1]) + 1]
            exchange.answer(206, part, Content_Range=f"bytes 0-{len(part) - 1}/{len(data)}", **more)

    return page


def large(exchange: Exchange) -> None:
    """300 MB, whatever was asked for."""
    exchange.head(200, {"Content-Length": str(300 * MIB)})
    for _ in range(300):
        exchange.send(b"CDF\x01" + bytes(MIB - 4))


def refused(fetcher: Fetcher, ask: Ask) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        fetcher.fetch(ask)
    return caught.value


def test_a_host_that_knows_ranges_sends_what_was_asked_for(server: HostileServer, fetcher: HttpFetcher) -> None:
    url = server.page("/x", ranged(DATA, Content_Type="application/x-netcdf"))
    body = fetcher.fetch(Ask(url, first=10))
    assert (body.data, body.media_type, server.sent) == (DATA[:10], "application/x-netcdf", 10)
    (asked,) = server.headers_seen
    assert (asked["Range"], asked["Accept-Encoding"]) == ("bytes=0-9", "identity")


def test_one_that_does_not_is_cut_off(server: HostileServer, fetcher: HttpFetcher) -> None:
    url = server.page("/x", large)
    assert fetcher.fetch(Ask(url, first=4)).data == b"CDF\x01"
    assert server.sent < SLACK
    assert refused(fetcher, Ask(url)).kind == "too-large"


@settings(deadline=None, max_examples=30)
@given(data=st.binary(max_size=300), first=st.integers(1, 400), known=st.booleans(), packed=st.booleans())
def test_it_is_always_the_beginning(data: bytes, first: int, known: bool, packed: bool) -> None:
    sent = gzip.compress(data[: 150 + first]) if packed else data
    page: Page = ranged(data) if known and not packed else lambda e: e.answer(
        200, sent, **({"Content_Encoding": "gzip"} if packed else {})
    )  # fmt: skip
    with serving() as server, HttpFetcher(QUICK, frozenset({server.host})) as fetcher:
        assert fetcher.fetch(Ask(server.page("/x", page), first=first)).data == data[:first]


def test_a_packed_part_is_unpacked_as_far_as_it_goes(server: HostileServer, fetcher: HttpFetcher) -> None:
    packed = gzip.compress(DATA)[:200]
    url = server.page("/x", lambda e: e.answer(206, packed, Content_Encoding="gzip", Content_Range="bytes 0-199/9999"))
    found = fetcher.fetch(Ask(url, first=200)).data
    assert found
    assert DATA.startswith(found)


@pytest.mark.parametrize("place", ["bytes 5-14/4096", "", "items 0-9/4096", "bytes */4096"])
def test_another_part_is_no_beginning(server: HostileServer, fetcher: HttpFetcher, place: str) -> None:
    url = server.page("/x", lambda e: e.answer(206, DATA[5:15], Content_Range=place))
    failure = refused(fetcher, Ask(url, first=10))
    assert (failure.kind, failure.status) == ("content", 206)
    assert refused(fetcher, Ask(url)).status == 206


def test_a_part_that_breaks_off_is_tried_again_and_then_a_failure(server: HostileServer, fetcher: HttpFetcher) -> None:
    def page(exchange: Exchange) -> None:
        exchange.head(206, {"Content-Length": "10", "Content-Range": "bytes 0-9/4096"})
        exchange.send(b"123")
        exchange.close_connection = True

    url = server.page("/x", page)
    assert refused(fetcher, Ask(url, first=10)).kind == "unreachable"
    assert server.asked["/x"] == QUICK.retries + 1


def test_a_range_that_cannot_be_had_of_a_file_with_bytes_is_a_failure(
    server: HostileServer, fetcher: HttpFetcher
) -> None:
    url = server.page("/x", lambda e: e.answer(416, b"", Content_Range="bytes */4096"))
    assert refused(fetcher, Ask(url, first=10)).status == 416


def test_redirects_are_followed_with_the_range(server: HostileServer, fetcher: HttpFetcher) -> None:
    target = server.page("/there", ranged(DATA))
    body = fetcher.fetch(Ask(server.page("/here", lambda e: e.answer(301, Location=target)), first=10))
    assert (body.data, body.final_url, body.moved) == (DATA[:10], target, True)


@pytest.mark.parametrize(("first", "data"), [(-1, None), (4, b"{}")])
def test_there_are_questions_that_make_no_sense(first: int, data: bytes | None) -> None:
    with pytest.raises(ValueError, match="first"):
        Ask("https://example.org/", data=data, first=first)


def test_a_beginning_never_passes_for_the_whole(server: HostileServer, tmp_path: Path) -> None:
    """Neither in the memory of a run, nor in what is remembered between runs, nor in the notes of a stopped one."""
    url = server.page("/x", ranged(DATA, ETag='"1"'))
    asks = (Ask(url, first=10), Ask(url), Ask(url, first=20), Ask(url, first=10))
    expected = [DATA[:10], DATA, DATA[:20], DATA[:10]]
    home, raw = Home(tmp_path / "home"), RawStore(tmp_path / "raw")
    home.create()
    (home.path / "harvesting").mkdir(exist_ok=True)
    with FetchStore(tmp_path / "fetches.sqlite") as store:
        for _ in range(2):
            with HttpFetcher(QUICK, frozenset({server.host}), store=store, raw=raw) as inner:
                assert [inner.fetch(ask).data for ask in asks] == expected
                assert [CachedFetcher(inner).fetch(ask).data for ask in asks] == expected
    assert not any("If-None-Match" in headers and "Range" in headers for headers in server.headers_seen)
    with HttpFetcher(QUICK, frozenset({server.host})) as inner:
        unfinished = Unfinished(home, inner, raw)
        assert [unfinished.fetch(ask).data for ask in asks] == expected
        assert [unfinished.fetch(ask).data for ask in asks] == expected


def test_mirrors_give_the_beginning_of_files_and_recordings(tmp_path: Path) -> None:
    (tmp_path / "large.nc").write_bytes(DATA * 1000)
    packed = {"Content-Encoding": ["gzip"]}
    tape = [
        {
            "request": {"method": "GET", "uri": f"https://h/{name}", "headers": {}, "body": ""},
            "response": {"status": {"code": status}, "headers": headers, "body": {"string": data}},
        }
        for name, status, headers, data in (
            ("whole", 200, {}, DATA * 1000),
            ("part", 206, {"Content-Range": ["bytes 0-99/4096"]}, DATA[:100]),
            ("packed", 200, packed, gzip.compress(DATA * 1000)),
        )
    ]
    (tmp_path / "tape.yaml").write_text(yaml.safe_dump({"interactions": tape, "version": 1}))
    rules = [{"match": "https://h/large.nc", "file": "large.nc"}, {"match": "https://h/.*", "recording": "tape.yaml"}]
    (tmp_path / "mirror.yaml").write_text(yaml.safe_dump(rules))
    mirror = MirrorFetcher(read_mirror(tmp_path / "mirror.yaml"), Limits(body_bytes=MIB))
    for name in ("large.nc", "whole", "part", "packed"):
        assert mirror.fetch(Ask(f"https://h/{name}", first=50)).data == DATA[:50]
    for name in ("large.nc", "whole", "part", "packed"):
        assert refused(mirror, Ask(f"https://h/{name}")).kind == ("status" if name == "part" else "too-large")


@pytest.mark.parametrize("knows", [True, False])
def test_a_large_file_that_claims_to_be_a_store_is_found_out_by_its_first_bytes(
    server: HostileServer, fetcher: HttpFetcher, knows: bool
) -> None:
    url = server.page("/fake.nc", ranged(b"CDF\x01" + bytes(40 * MIB)) if knows else large)
    for key in (".zmetadata", "zarr.json", ".zgroup", ".zattrs", ".zarray", "refs/branch.main/ref.json"):
        server.page(f"/fake.nc/{key}", lambda e: e.answer(404))
    server.page("/fake.nc/", lambda e: e.answer(404))
    config = ZarrConfig(id="zarr", kind="zarr", title="Stores", stores=(url,))
    good, bad = taken(config.source(Path.cwd(), BASE), fetcher)  # type: ignore[arg-type]
    assert ["NetCDF 3" in reason for reason in bad.values()] == [True]
    assert [finding.kind for record in good.values() for finding in record.findings] == ["not-zarr"]
    assert server.sent < (2000 if knows else SLACK)
