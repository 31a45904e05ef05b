"""The fetcher over a real connection, by a clock of its own: validators, limits, credentials."""

import gzip
import hashlib
import json
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg import __version__
from leap_kg.fetching import Fetching, Token
from leap_kg.graph.home import Home
from leap_kg.ingest.fetch import Ask, Body, FetchFailed, HttpFetcher, Limits, Parked
from leap_kg.ingest.http.opening import FILE, open_fetcher
from leap_kg.ingest.http.store import FetchStore
from leap_kg.ingest.http.tokens import Tokens
from leap_kg.ingest.raw import RawStore
from tests.ingest.clock import START, Clock
from tests.ingest.hostile_server import Exchange, HostileServer, Page, serving

QUICK = Limits(seconds=5, connect_seconds=2, backoff_seconds=0.01)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(clock: Clock) -> Iterator[HostileServer]:
    with serving(now=clock.now) as running:
        yield running


class Desk:
    """A fetcher with a memory on disk, as often as it is opened."""

    def __init__(self, folder: Path, clock: Clock, *servers: HostileServer) -> None:
        self.store = folder / "fetches.sqlite"
        self.raw = RawStore(folder / "raw")
        self.clock = clock
        self.hosts = frozenset(server.host for server in servers)

    def run(self, *asks: Ask | str, limits: Limits = QUICK, **more: Any) -> list[Body | FetchFailed]:
        """One run: what each of the asks gave."""
        return [self._one(fetcher, ask) for fetcher in self._open(limits, more) for ask in asks]

    def _open(self, limits: Limits, more: Mapping[str, Any]) -> Iterator[HttpFetcher]:
        with (
            FetchStore(self.store) as store,
            HttpFetcher(
                limits, self.hosts, store=store, raw=self.raw, now=self.clock.now, sleep=self.clock.sleep, **more
            ) as fetcher,
        ):
            yield fetcher

    def _one(self, fetcher: HttpFetcher, ask: Ask | str) -> Body | FetchFailed:
        try:
            return fetcher.fetch(ask)
        except FetchFailed as failure:
            return failure


@pytest.fixture
def desk(tmp_path: Path, clock: Clock, timed: HostileServer) -> Desk:
    return Desk(tmp_path, clock, timed)


def body(found: Body | FetchFailed) -> Body:
    assert isinstance(found, Body), found
    return found


def parked(found: Body | FetchFailed) -> Parked:
    assert isinstance(found, Parked), found
    return found


def once(first: Page, then: Page) -> Page:
    """A page that answers by `first` once."""
    pages = [first, then]
    return lambda exchange: (pages.pop(0) if len(pages) > 1 else pages[0])(exchange)


def fine(data: bytes = b"whole", /, **headers: str) -> Page:
    return lambda exchange: exchange.answer(200, data, **headers)


def refusing(status: int, data: bytes = b"", /, **headers: str) -> Page:
    return lambda exchange: exchange.answer(status, data, **headers)


# --- what is asked ---


def test_an_accept_header_and_a_post(timed: HostileServer, desk: Desk) -> None:
    seen: list[tuple[str, bytes, str | None]] = []

    def page(exchange: Exchange) -> None:
        seen.append((exchange.command, exchange.posted, exchange.headers["Content-Type"]))
        exchange.answer(200, b"{}")

    url = timed.page("/graphql", page)
    question = json.dumps({"query": "{ viewer { login } }"}).encode()
    desk.run(Ask(url, "application/vnd.github+json"), Ask(url, data=question))
    assert seen == [("GET", b"", None), ("POST", question, "application/json")]
    assert [headers["Accept"] for headers in timed.headers_seen] == ["application/vnd.github+json", "*/*"]


def test_what_is_posted_goes_to_where_it_was_sent_or_nowhere(timed: HostileServer, desk: Desk) -> None:
    timed.page("/there", lambda e: e.answer(200, e.command.encode() + e.posted))
    for status in (301, 302, 303):
        url = timed.page("/x", refusing(status, Location="/there"))
        (found,) = desk.run(Ask(url, data=b"1"))
        assert isinstance(found, FetchFailed)
        assert found.kind == "redirects"
        assert timed.url("/there") in found.reason
    for status in (307, 308):
        url = timed.page("/x", refusing(status, Location="/there"))
        assert body(desk.run(Ask(url, data=b"1"))[0]).data == b"POST1"


def test_headers_of_a_listing_are_told_and_others_are_not(timed: HostileServer, desk: Desk) -> None:
    headers = {"Link": '</x?page=2>; rel="next", </x?page=9>; rel=last', "X_Total_Count": "812", "Set_Cookie": "a=b"}
    found = body(desk.run(timed.page("/x", fine(b"x", **headers, ETag='"1"', Server="s")))[0])
    assert set(found.headers) == {"link", "x-total-count", "etag"}
    assert found.link("next") == timed.url("/x?page=2")
    assert found.link("last") == timed.url("/x?page=9")
    assert found.link("prev") is None


@pytest.mark.parametrize(
    ("statuses", "moved"), [((), False), ((301,), True), ((308, 301), True), ((301, 302), False), ((307,), False)]
)
def test_only_permanent_hops_are_a_move(
    timed: HostileServer, desk: Desk, statuses: tuple[int, ...], *, moved: bool
) -> None:
    for at, status in enumerate(statuses):
        timed.page(f"/{at}", refusing(status, Location=f"/{at + 1}"))
    timed.page(f"/{len(statuses)}", fine())
    found = body(desk.run(timed.url("/0"))[0])
    assert (found.moved, found.final_url) == (moved, timed.url(f"/{len(statuses)}"))


def test_a_page_for_people_where_data_was_asked_for_is_asked_for_again(timed: HostileServer, desk: Desk) -> None:
    page = fine(b"<html>maintenance</html>", Content_Type="text/html; charset=utf-8")
    json_page = fine(b"{}", Content_Type="text/plain")
    url = timed.page("/x", once(page, json_page))
    assert body(desk.run(Ask(url, "application/json"))[0]).data == b"{}"
    for accept in ("*/*", "text/html", "application/json, */*;q=0.1"):
        assert b"maintenance" in body(desk.run(Ask(timed.page("/x", page), accept))[0]).data
    (found,) = desk.run(Ask(timed.url("/x"), "application/json"))
    assert isinstance(found, FetchFailed)
    assert (found.kind, "web page" in found.reason) == ("content", True)


def test_a_body_may_be_larger_where_that_is_known(timed: HostileServer, desk: Desk) -> None:
    url, small = timed.page("/x", fine(b"x" * 2000)), Limits(body_bytes=1000, backoff_seconds=0.01)
    cut, whole = desk.run(url, Ask(url, body_bytes=2000), limits=small)
    assert isinstance(cut, FetchFailed)
    assert cut.kind == "too-large"
    assert len(body(whole).data) == 2000


# --- validators ---


def versioned(data: Callable[[], bytes], *, etag: bool = True, modified: bool = True) -> Page:
    """A page that answers conditional requests as a server should."""

    def page(exchange: Exchange) -> None:
        now = data()
        tag = f'"{len(now)}"'
        since = "Mon, 01 Jun 2026 10:00:00 GMT"
        holds = exchange.headers["If-None-Match"] == tag if etag else exchange.headers["If-Modified-Since"] == since
        named = ({"ETag": tag} if etag else {}) | ({"Last_Modified": since} if modified else {})
        if holds:
            exchange.head(304, {name.replace("_", "-"): value for name, value in named.items()})
        else:
            exchange.answer(200, now, **named, Content_Type="text/yaml", Link='<2>; rel="next"')

    return page


@pytest.mark.parametrize(("etag", "modified"), [(True, True), (True, False), (False, True)])
def test_a_second_run_asks_conditionally_and_gives_the_body_that_is_kept(
    timed: HostileServer, desk: Desk, *, etag: bool, modified: bool
) -> None:
    urls = [
        timed.page(f"/{n}", versioned(lambda n=n: b"x" * n, etag=etag, modified=modified))  # type: ignore[misc]
        for n in range(1, 5)
    ]
    first = desk.run(*urls)
    sent, asked = timed.sent, len(timed.headers_seen)
    assert desk.run(*urls) == first
    assert timed.sent == sent
    again = timed.headers_seen[asked:]
    assert len(again) == 4
    assert all(("If-None-Match" in headers, "If-Modified-Since" in headers) == (etag, modified) for headers in again)
    assert body(first[0]).link("next") == timed.url("/2")


def test_what_changed_is_given_anew(timed: HostileServer, desk: Desk) -> None:
    versions = [b"one", b"three"]
    url = timed.page("/x", versioned(lambda: versions[0]))
    desk.run(url)
    versions.pop(0)
    assert body(desk.run(url)[0]).data == b"three"
    assert body(desk.run(url)[0]).data == b"three"
    assert timed.headers_seen[-1]["If-None-Match"] == '"5"'


@pytest.mark.parametrize("loss", ["gone", "damaged", "too large"])
def test_a_body_that_is_lost_is_asked_for_without_validators(
    timed: HostileServer, desk: Desk, tmp_path: Path, loss: str
) -> None:
    url = timed.page("/x", versioned(lambda: b"whole"))
    desk.run(url)
    (file,) = (tmp_path / "raw").glob("*/*.gz")
    if loss == "gone":
        file.unlink()
    elif loss == "damaged":
        file.write_bytes(b"other")
    found = desk.run(url, limits=Limits(body_bytes=3) if loss == "too large" else QUICK)[0]
    assert "If-None-Match" not in timed.headers_seen[-1]
    if loss == "too large":
        assert isinstance(found, FetchFailed)
        assert found.kind == "too-large"
    else:
        assert body(found).data == b"whole"
        assert body(desk.run(url)[0]).data == b"whole"
        assert timed.headers_seen[-1]["If-None-Match"] == '"5"'


def test_validators_are_sent_only_to_where_they_came_from(timed: HostileServer, desk: Desk) -> None:
    timed.page("/old", versioned(lambda: b"old"))
    timed.page("/new", versioned(lambda: b"new"))
    url = timed.page("/x", refusing(302, Location="/old"))
    desk.run(url)
    assert body(desk.run(url)[0]).data == b"old"
    assert ["If-None-Match" in headers for headers in timed.headers_seen] == [False, False, False, True]
    timed.page("/x", refusing(302, Location="/new"))
    assert body(desk.run(url)[0]).data == b"new"
    assert "If-None-Match" not in timed.headers_seen[-1]


def test_each_media_type_has_its_own_validators(timed: HostileServer, desk: Desk) -> None:
    timed.page("/x", lambda e: versioned(lambda: e.headers["Accept"].encode())(e))
    asks = [Ask(timed.url("/x"), accept) for accept in ("text/turtle", "application/ld+json")]
    first = desk.run(*asks)
    assert [body(found).data for found in desk.run(*asks)] == [b"text/turtle", b"application/ld+json"]
    assert desk.run(*asks) == first


def test_an_address_with_a_secret_and_a_post_are_not_remembered(
    timed: HostileServer, desk: Desk, tmp_path: Path
) -> None:
    timed.page("/x", versioned(lambda: b"whole"))
    asks = [Ask(timed.url("/x?token=s3cret")), Ask(timed.url("/x"), data=b"{}")]
    desk.run(*asks)
    desk.run(*asks)
    assert not any("If-None-Match" in headers for headers in timed.headers_seen)
    assert b"s3cret" not in desk.store.read_bytes()
    assert not (tmp_path / "raw").exists()


def test_a_304_that_nobody_asked_for_is_a_failure(timed: HostileServer, desk: Desk) -> None:
    url = timed.page("/x", lambda e: e.head(304, {"ETag": '"1"'}))
    (found,) = desk.run(url)
    assert isinstance(found, FetchFailed)
    assert (found.kind, found.status) == ("status", 304)


def test_a_dry_run_reads_the_memory_and_leaves_it_as_it_is(timed: HostileServer, tmp_path: Path) -> None:
    versions = [b"one", b"three"]
    url = timed.page("/x", versioned(lambda: versions[0]))
    home, fetching = Home(tmp_path / "home"), Fetching(private_hosts=frozenset({timed.host}))
    with open_fetcher(home, fetching, readonly=True) as fetcher:
        assert fetcher.fetch(url).data == b"one"
    assert not home.path.exists()
    with open_fetcher(home, fetching) as fetcher:
        fetcher.fetch(url)
    before = {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file()}
    assert home.path / FILE in before
    for wanted in (b"one", b"three"):
        versions[:] = [wanted]
        with open_fetcher(home, fetching, readonly=True) as fetcher:
            assert fetcher.fetch(url).data == wanted
        assert "If-None-Match" in timed.headers_seen[-1]
    assert {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file()} == before


def test_connections_are_kept_over_answers_without_a_body_of_use(timed: HostileServer, tmp_path: Path) -> None:
    ports: set[int] = set()

    def noting(page: Page) -> Page:
        def noted(exchange: Exchange) -> None:
            ports.add(exchange.client_address[1])
            page(exchange)

        return noted

    good = timed.page("/good", noting(versioned(lambda: b"whole")))
    gone = timed.page("/gone", noting(refusing(404, b"not here" * 100)))
    moved = timed.page("/moved", noting(refusing(301, b"over there", Location="/good")))
    desk = Desk(tmp_path, Clock(), timed)
    desk.run(good)
    ports.clear()
    desk.run(good, gone, moved, gone, good)
    assert len(ports) == 1


# --- limits ---


def test_a_short_wait_is_sat_out_in_full_and_measured_by_the_host(timed: HostileServer, desk: Desk) -> None:
    moments: list[float] = []

    def page(exchange: Exchange) -> None:
        moments.append((timed.now() - START).total_seconds())
        if len(moments) == 1:
            exchange.answer(429, Retry_After="59")
        else:
            exchange.answer(200, b"whole")

    assert body(desk.run(timed.page("/x", page))[0]).data == b"whole"
    assert 59 <= moments[1] <= 60


@pytest.mark.parametrize("as_date", [False, True])
@pytest.mark.parametrize("status", [429, 503, 403])
def test_a_parked_host_is_left_alone_by_every_later_request_and_run(
    timed: HostileServer, desk: Desk, clock: Clock, status: int, *, as_date: bool
) -> None:
    later = format_datetime(START + timedelta(seconds=400), usegmt=True) if as_date else "400"
    limited, other = timed.page("/x", once(refusing(status, Retry_After=later), fine())), timed.page("/y", fine())
    for found in desk.run(limited, other):
        assert parked(found).until == START + timedelta(seconds=400)
    clock.forward(339)
    assert isinstance(desk.run(other)[0], Parked)
    assert timed.asked == {"/x": 1}
    # 61 s are left; a second later the rest is sat out
    clock.forward(1)
    assert body(desk.run(other)[0]).data == b"whole"
    assert clock.now() >= START + timedelta(seconds=400)
    assert body(desk.run(limited)[0]).data == b"whole"


def test_one_host_that_is_parked_does_not_keep_others_waiting(
    timed: HostileServer, tmp_path: Path, clock: Clock
) -> None:
    with serving(now=clock.now) as other:
        limited = timed.page("/x", refusing(429, Retry_After="400"))
        free = other.page("/x", fine())
        found = Desk(tmp_path, clock, timed, other).run(limited, free, limited)
        assert [type(each) for each in found] == [Parked, Body, Parked]
    assert clock.slept == []


SECONDARY = (
    b'{"message": "You have exceeded a secondary rate limit. Please wait a few minutes.", "documentation_url": ""}'
)


def test_githubs_secondary_limit_is_waited_for_longer_each_time(timed: HostileServer, desk: Desk) -> None:
    moments: list[float] = []

    def page(exchange: Exchange) -> None:
        moments.append((timed.now() - START).total_seconds())
        if len(moments) <= 2:
            exchange.answer(403, SECONDARY, Content_Type="application/json")
        else:
            exchange.answer(200, b"whole")

    (found,) = desk.run(timed.page("/x", page), limits=Limits(longest_wait=300, backoff_seconds=0.01))
    assert body(found).data == b"whole"
    assert moments[1] - moments[0] >= 60
    assert moments[2] - moments[1] >= 120


def test_a_403_that_is_no_limit_is_told_at_once(timed: HostileServer, desk: Desk) -> None:
    url = timed.page("/x", refusing(403, b'{"message": "Resource not accessible"}'))
    (found,) = desk.run(url)
    assert isinstance(found, FetchFailed)
    assert (found.kind, found.status, timed.asked["/x"]) == ("status", 403, 1)


def test_a_budget_that_is_used_up_is_waited_for_by_what_it_is_for(
    timed: HostileServer, desk: Desk, clock: Clock
) -> None:
    reset = {"X_RateLimit_Reset": str(int(START.timestamp()) + 900)}
    core = fine(b"x", X_RateLimit_Remaining="0", X_RateLimit_Resource="core", **reset)
    search = fine(b"x", X_RateLimit_Remaining="9", X_RateLimit_Resource="search", **reset)
    repos, found = timed.page("/repos", core), timed.page("/search", search)
    assert [type(each) for each in desk.run(found, repos, repos, found)] == [Body, Body, Parked, Body]
    assert isinstance(desk.run(repos)[0], Parked)
    # what the budget of another part of the host is, nobody knows
    other = timed.page("/orgs", core)
    assert isinstance(desk.run(other)[0], Parked)
    assert timed.asked == {"/search": 2, "/repos": 1}
    clock.forward(900)
    assert isinstance(desk.run(repos)[0], Body)


def test_requests_that_say_nothing_are_counted_too(timed: HostileServer, desk: Desk) -> None:
    told = fine(X_RateLimit_Remaining="2", X_RateLimit_Reset="900")
    url = timed.page("/x", once(told, fine()))
    assert [type(each) for each in desk.run(url, url, url, url)] == [Body, Body, Body, Parked]


def test_a_part_of_a_host_without_a_budget_is_not_counted(timed: HostileServer, desk: Desk) -> None:
    api = timed.page("/api", once(fine(b"x", X_RateLimit_Remaining="1", X_RateLimit_Reset="900"), fine()))
    static = timed.page("/static", fine())
    found = desk.run(api, *[static] * 5, api, static, api)
    assert [type(each) for each in found] == [Body] * 8 + [Parked]


def test_requests_keep_the_distance_that_a_host_wants(timed: HostileServer, desk: Desk) -> None:
    moments: list[datetime] = []

    def page(exchange: Exchange) -> None:
        moments.append(timed.now())
        exchange.answer(200, b"x", X_Rate_Limit_Limit="5", X_Rate_Limit_Interval="1s", X_Concurrency_Limit="1")

    url = timed.page("/works", page)
    desk.run(*[url] * 20)
    assert all(later - sooner >= timedelta(seconds=0.2) for sooner, later in pairwise(moments))
    assert moments[-1] - START < timedelta(seconds=5)


def test_a_host_is_asked_one_thing_at_a_time_and_several_hosts_at_once(timed: HostileServer) -> None:
    under_way: dict[str, int] = {}
    most: dict[str, int] = {}
    together = threading.Barrier(2, timeout=5)

    def page(exchange: Exchange) -> None:
        host = exchange.headers["Host"]
        under_way[host] = under_way.get(host, 0) + 1
        most[host] = max(most.get(host, 0), under_way[host])
        together.wait()  # ends only if two hosts are asked at the same time
        under_way[host] -= 1
        exchange.answer(200, b"x")

    with serving() as other, HttpFetcher(QUICK, frozenset({timed.host, other.host})) as fetcher:
        urls = [timed.page("/x", page), other.page("/x", page)] * 4
        threads = [threading.Thread(target=fetcher.fetch, args=(url,)) for url in urls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert most == {timed.host: 1, other.host: 1}
    assert timed.asked["/x"] == other.asked["/x"] == 4


def test_hosts_that_redirect_to_each_other_do_not_wait_for_each_other(timed: HostileServer) -> None:
    with serving() as other, HttpFetcher(QUICK, frozenset({timed.host, other.host})) as fetcher:
        timed.page("/end", fine())
        other.page("/end", fine())
        urls = [
            timed.page("/x", refusing(302, Location=other.url("/end"))),
            other.page("/x", refusing(302, Location=timed.url("/end"))),
        ] * 10
        found: list[Body] = []
        threads = [threading.Thread(target=lambda url=url: found.append(fetcher.fetch(url))) for url in urls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=20)
    assert len(found) == 20


def test_a_host_that_keeps_failing_is_left_alone_and_tried_once(timed: HostileServer, desk: Desk, clock: Clock) -> None:
    url, limits = timed.page("/x", refusing(500)), Limits(retries=1, backoff_seconds=0.01, longest_wait=5)
    kinds = [found.kind for found in desk.run(*[url] * 8, limits=limits) if isinstance(found, FetchFailed)]
    assert kinds == ["status"] * 5 + ["unreachable"] * 3
    assert timed.asked["/x"] == 10
    (found,) = desk.run(url, limits=limits)
    assert isinstance(found, FetchFailed)
    assert "has failed 5 times in a row: come back after 2020-06-01T12:00:" in found.reason
    clock.forward(30)
    again = desk.run(url, url, limits=limits)
    assert [found.kind for found in again if isinstance(found, FetchFailed)] == ["status", "unreachable"]
    assert timed.asked["/x"] == 11
    timed.page("/x", fine())
    clock.forward(60)
    assert [type(found) for found in desk.run(url, url, limits=limits)] == [Body, Body]


def test_nobody_waits_for_a_host_that_is_down(timed: HostileServer, desk: Desk, clock: Clock) -> None:
    url, limits = timed.page("/x", refusing(500)), Limits(retries=0, longest_wait=3600)
    kinds = [found.kind for found in desk.run(*[url] * 50, limits=limits) if isinstance(found, FetchFailed)]
    assert (kinds, clock.slept) == (["status"] * 5 + ["unreachable"] * 45, [])


def test_what_is_not_there_does_not_count_against_a_host(timed: HostileServer, desk: Desk) -> None:
    url, good = timed.page("/x", refusing(404)), timed.page("/y", fine())
    assert isinstance(desk.run(*[url] * 20, good)[-1], Body)


def test_pauses_before_a_retry_are_random_and_grow(timed: HostileServer, desk: Desk, clock: Clock) -> None:
    url = timed.page("/x", refusing(500))
    for _ in range(4):
        desk.run(url, limits=Limits(retries=3, backoff_seconds=1))
    for at, longest in enumerate((1, 2, 4)):
        pauses = clock.slept[at::3]
        assert len(pauses) == 4
        assert all(0 <= pause <= longest for pause in pauses)
        assert len(set(pauses)) > 1


@pytest.mark.parametrize("exhausted", [True, False])
def test_graphql_says_so_with_status_200(timed: HostileServer, desk: Desk, clock: Clock, *, exhausted: bool) -> None:
    said = b'{"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}]}'
    reset = {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": str(int(START.timestamp()) + 900)}
    limited = fine(said, **(reset if exhausted else {}))
    url = timed.page("/graphql", once(limited, once(limited, fine(b"{}"))))
    question = Ask(url, data=b"{}")
    (found,) = desk.run(question, limits=Limits(longest_wait=300, backoff_seconds=0.01))
    if exhausted:
        assert parked(found).until == START + timedelta(seconds=900)
    else:
        assert body(found).data == b"{}"
        assert clock.now() >= START + timedelta(seconds=60 + 120)
        # what is not posted is no question, whatever it says
        assert body(desk.run(timed.page("/text", fine(said)))[0]).data == said


def test_what_is_still_being_made_is_asked_for_again(timed: HostileServer, desk: Desk) -> None:
    url = timed.page("/stats", once(refusing(202, b"{}"), fine(b"[1]")))
    assert body(desk.run(url)[0]).data == b"[1]"
    (found,) = desk.run(timed.page("/stats", refusing(202)))
    assert isinstance(found, FetchFailed)
    assert (found.kind, found.status) == ("status", 202)


def test_a_large_body_may_take_longer(timed: HostileServer, desk: Desk) -> None:
    def page(exchange: Exchange) -> None:
        exchange.head(200, {"Content-Length": "3000"})
        for _ in range(3):
            time.sleep(0.15)
            exchange.send(b"x" * 1000)

    url, limits = timed.page("/x", page), Limits(body_bytes=1000, seconds=0.3, retries=0)
    large, small = desk.run(Ask(url, body_bytes=10_000), Ask(url, body_bytes=1), limits=limits)
    assert len(body(large).data) == 3000
    assert isinstance(small, FetchFailed)


# --- credentials ---


def secret(host: str, parameter: str = "") -> Token:
    return Token(host, parameter, "s3cret")


def test_a_token_goes_to_its_host_and_to_no_other(timed: HostileServer, tmp_path: Path, clock: Clock) -> None:
    with serving(now=clock.now) as other:
        hosts = frozenset({timed.host, other.host})
        tokens = Tokens((secret(timed.host),), hosts)
        desk = Desk(tmp_path, clock, timed, other)
        other.page("/end", fine())
        other.page("/back", refusing(302, Location=timed.url("/end")))
        timed.page("/end", fine())
        timed.page("/same", refusing(302, Location="/end"))
        timed.page("/away", refusing(302, Location=other.url("/end")))
        timed.page("/there-and-back", refusing(302, Location=other.url("/back")))
        names = ["/same", "/away", "/there-and-back"]
        desk.run(*map(timed.url, names), other.url("/end"), other.url("/back"), tokens=tokens)
    assert [headers.get("Authorization") for headers in timed.headers_seen] == ["Bearer s3cret"] * 4 + [None] * 2
    assert [headers.get("Authorization") for headers in other.headers_seen] == [None] * 4


def test_a_token_is_not_sent_in_the_clear(timed: HostileServer, desk: Desk) -> None:
    desk.run(timed.page("/x", fine()), tokens=Tokens((secret(timed.host),)))
    assert "Authorization" not in timed.headers_seen[0]


def test_a_token_that_is_repeated_is_neither_given_nor_kept(timed: HostileServer, desk: Desk, tmp_path: Path) -> None:
    value = 'gh"p/T0k+en_42'
    coded = b64encode(f"user:{value}".encode()).decode()
    said = json.dumps({"description": value, "basic": coded, "link": f"https://h/?t={quote(value, safe='')}", "n": 1})
    echo = fine(said.encode(), ETag='"1"', Link=f'</x?page=2&t={quote(value, safe="")}>; rel="next"')
    tokens = Tokens((Token(timed.host, "", value),), frozenset({timed.host}))
    (found,) = desk.run(timed.page("/x", echo), tokens=tokens)
    assert timed.headers_seen[0]["Authorization"] == f"Bearer {value}"
    kept = [gzip.decompress(path.read_bytes()) for path in tmp_path.glob("raw/*/*.gz")]
    assert kept == [body(found).data]
    assert json.loads(kept[0])["n"] == 1
    assert json.loads(kept[0])["description"] == "REDACTED"
    everything = repr(found).encode() + kept[0] + desk.store.read_bytes()
    for spelling in (value, quote(value, safe=""), json.dumps(value)[1:-1], coded):
        assert spelling.encode() not in everything
    assert body(found).sha256 == hashlib.sha256(kept[0]).hexdigest()


@settings(max_examples=50)
@given(
    value=st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=20),
    before=st.binary(max_size=5),
    after=st.binary(max_size=5),
)
def test_no_more_than_the_ends_of_a_token_are_left_in_base64(value: str, before: bytes, after: bytes) -> None:
    hidden = Tokens((Token("h", "", value),)).hide_in(b64encode(before + value.encode() + after)).decode()
    left = "".join(hidden.split("REDACTED"))
    assert "REDACTED" in hidden
    assert len(left) * 6 <= (len(before) + len(after) + 4) * 8 + 16


def test_a_token_goes_over_http_to_this_machine_alone() -> None:
    hosts = frozenset({"data.internal", "127.0.0.1:8811", "[::1]:1", "localhost"})
    tokens = Tokens(tuple(secret(host) for host in hosts), hosts)
    sent = {host: bool(tokens.attached(f"http://{host}/x")[1]) for host in hosts}
    assert sent == {"data.internal": False, "127.0.0.1:8811": True, "[::1]:1": True, "localhost": True}
    assert tokens.attached("https://data.internal/x")[1]


def test_a_key_goes_into_the_query_and_is_shown_nowhere(timed: HostileServer, desk: Desk, tmp_path: Path) -> None:
    paths: list[str] = []

    def page(exchange: Exchange) -> None:
        paths.append(exchange.path)
        address = f"{exchange.path}&page=2"
        exchange.answer(200, b"x", ETag='"1"', Link=f'<{address}>; rel="next"')

    url = timed.page("/works", page) + "?filter=a:b&who=me"
    tokens = Tokens((secret(timed.host, "who"),), frozenset({timed.host}))
    (found,) = desk.run(url, tokens=tokens)
    assert paths == ["/works?filter=a:b&who=s3cret"]
    assert body(found).link("next") == timed.url("/works?filter=a:b&who=REDACTED&page=2")
    desk.run(body(found).link("next") or "", tokens=tokens)
    assert paths[1] == "/works?filter=a:b&page=2&who=s3cret"
    assert "s3cret" not in repr(found) + repr(tokens)
    assert b"s3cret" not in desk.store.read_bytes()


def test_who_asks_is_said(timed: HostileServer, desk: Desk) -> None:
    desk.run(timed.page("/x", fine()), contact="data@example.org")
    wanted = f"leap-kg/{__version__} (+https://w3id.org/leap-kg/; mailto:data@example.org)"
    assert timed.headers_seen[0]["User-Agent"] == wanted
