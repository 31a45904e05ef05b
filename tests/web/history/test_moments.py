"""Every page as it was, at any moment: by `?at=` and by `Accept-Datetime`."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch as patched

import html5lib
import pytest
from pyoxigraph import NamedNode
from rdflib import Graph, URIRef

from leap_kg.graph.home import Home
from leap_kg.graph.snapshot import Snapshot
from leap_kg.settings import Settings
from leap_kg.web.history.memento import http_date
from leap_kg.web.history.refusal import Busy
from leap_kg.web.site import Site
from tests.web.platform import ALPHA, BETA
from tests.web.server import Server
from tests.web.story import LAST, day

BETA_PATH = "/dataset/leap-test/beta"
TITLES = {2: "Beta, its old name", 3: "Beta, its old name", 4: "Beta winds", 5: "Beta winds, corrected"}
DCT_TITLE = URIRef("http://purl.org/dc/terms/title")


@pytest.mark.parametrize("revision", TITLES)
def test_a_page_shows_the_graph_as_it_was(past_server: Server, revision: int) -> None:
    title = TITLES[revision]
    short = day(revision).strftime("%Y%m%dT%H%M%SZ")
    for moment in (str(revision), day(revision).strftime("%Y-%m-%d"), day(revision).isoformat(), short):
        page = past_server.get(BETA_PATH, params={"at": moment})
        assert page.status_code == 200, moment
        assert f"<h1>{title}</h1>" in page.text
        assert page.headers["Leap-Revision"] == str(revision)
    before = day(revision + 1) - timedelta(microseconds=1)
    assert past_server.get(BETA_PATH, params={"at": before.isoformat()}).headers["Leap-Revision"] == str(revision)
    for suffix, form in ((".ttl", "turtle"), (".nt", "nt"), (".rdf", "xml")):
        graph = Graph()
        graph.parse(data=past_server.get(f"{BETA_PATH}{suffix}?at={revision}").content, format=form)
        assert [str(o) for o in graph.objects(URIRef(BETA), DCT_TITLE)] == [title]


def test_the_page_says_that_it_is_of_the_past_and_leads_to_now(past_server: Server) -> None:
    page = past_server.get(f"{BETA_PATH}?at=2")
    document = html5lib.parse(page.text, namespaceHTMLElements=False)
    banner = next(e for e in document.iter("div") if e.get("class") == "moment")
    text = " ".join("".join(banner.itertext()).split())
    assert "You see revision 2 of 2026-03-02 12:00 UTC" in text
    assert next(a.get("href") for a in banner.iter("a") if a.get("rel") == "latest-version") == BETA_PATH
    assert [m.get("content") for m in document.iter("meta") if m.get("name") == "robots"] == ["noindex"]
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Cache-Control"] == "public, max-age=86400"
    now = past_server.get(BETA_PATH)
    assert "moment__row" not in now.text
    assert "X-Robots-Tag" not in now.headers
    assert now.headers["Cache-Control"] == "no-cache"
    assert now.headers["ETag"] != page.headers["ETag"]


def test_links_of_a_past_page_stay_in_the_past(past_server: Server) -> None:
    seen: set[str] = set()
    waiting = [f"{BETA_PATH}?at=2"]
    while waiting and len(seen) < 25:
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        answer = past_server.get(address)
        assert answer.status_code in (200, 404), address
        if not answer.headers["Content-Type"].startswith("text/html"):
            assert answer.headers["Leap-Revision"] == "2", address
            continue
        assert "You see" in answer.text, address
        for a in html5lib.parse(answer.text, namespaceHTMLElements=False).find(".//main").iter("a"):
            href = a.get("href")
            if a.get("rel") != "latest-version" and href.startswith(
                ("/dataset", "/orcid", "/store", "/organization", "/node?")
            ):
                assert "at=2" in href, (address, href)
                waiting.append(href.partition("#")[0])
    assert len(seen) > 5


def test_the_first_page_and_the_findings_have_a_past(past_server: Server) -> None:
    page = past_server.get("/?at=2").text
    assert "Beta, its old name" in page
    assert 'class="stats"' not in page  # the index knows the newest revision only
    assert past_server.get("/findings.json?at=2").json()["total"] == 2
    assert past_server.get("/findings.json?at=3").json()["total"] == 3
    assert past_server.get("/findings.json").json()["total"] == 2


@pytest.mark.parametrize("path", ["/browse", "/search?q=beta", "/browse.json", "/search.json?q=beta"])
def test_lists_say_that_they_have_no_past(past_server: Server, path: str) -> None:
    answer = past_server.get(f"{path}{'&' if '?' in path else '?'}at=2")
    assert answer.status_code == 404
    assert "newest revision only" in answer.text
    assert f'rel="latest-version" href="{path}"' in answer.text


def test_a_moment_that_is_none_says_what_is_one(past_server: Server) -> None:
    for path in (BETA_PATH, "/", "/findings", "/nothing", "/sparql?query=ASK%7B%7D"):
        for text in ("yesterday", "2026-02-30", "-1", "1;2"):
            answer = past_server.get(path, params={"at": text})
            assert answer.status_code == 400, (path, text)
            assert "2026-03-01T12:00:00Z" in answer.text
    twice = past_server.get(f"{BETA_PATH}?at=1&at=2", accept="text/turtle")
    assert twice.status_code == 400
    assert twice.headers["Content-Type"].startswith("text/plain")
    assert past_server.get(f"{BETA_PATH}?at=").status_code == 200


def test_before_the_graph_begins_there_is_nothing_and_after_now_is_now(past_server: Server) -> None:
    early = past_server.get("/?at=2026-02-28")
    assert early.status_code == 404
    assert "begins at 2026-03-01T12:00:00+00:00" in early.text
    late = past_server.get(f"{BETA_PATH}?at=2099-01-01")
    assert late.status_code == 200
    assert late.headers["Leap-Revision"] == str(LAST)
    assert late.headers["Cache-Control"] == "no-cache"
    unknown = past_server.get(f"{BETA_PATH}?at={LAST + 1}")
    assert unknown.status_code == 404
    assert f"revisions 1 to {LAST}" in unknown.text


def test_a_node_that_was_not_yet_there_is_not_shown(past_server: Server) -> None:
    answer = past_server.get("/dataset/leap-test/epsilon?at=4")
    assert answer.status_code == 404
    assert "knew nothing of this address then" in answer.text


def test_sparql_is_answered_from_the_past(past_server: Server) -> None:
    query = f"SELECT ?t {{ <{BETA}> <{DCT_TITLE}> ?t }}"
    for revision, title in TITLES.items():
        answer = past_server.get("/sparql", accept="text/csv", params={"query": query, "at": str(revision)})
        assert answer.status_code == 200
        assert title in answer.text
    header = {"Accept-Datetime": http_date(day(2))}
    answer = past_server.get("/sparql", accept="text/csv", params={"query": query}, headers=header)
    assert "Beta, its old name" in answer.text


def test_concurrent_asks_for_one_state_make_it_once_and_many_states_wait(past_home: Home) -> None:
    site = Site(Settings(home=past_home.path))
    made: list[int] = []
    hold = threading.Event()
    opened = site.history._states.open

    def slow(revision: int) -> Snapshot:
        made.append(revision)
        hold.wait(10)
        return opened(revision)

    with patched.object(site.history._states, "open", slow), ThreadPoolExecutor(8) as pool:
        asks = [pool.submit(site.past, 2) for _ in range(4)] + [pool.submit(site.past, 3)]
        until = time.monotonic() + 10
        while set(made) != {2, 3} and time.monotonic() < until:
            time.sleep(0.01)
        with pytest.raises(Busy):
            site.past(4)
        hold.set()
        found = [ask.result(20) for ask in asks]
    assert sorted(made) == [2, 3]
    assert len({id(revision) for revision in found[:4]}) == 1
    assert site.past(4).number == 4
    assert site.past(LAST).reading is site.revision().reading


def test_a_state_that_cannot_be_made_is_asked_for_again(past_home: Home) -> None:
    site = Site(Settings(home=past_home.path))
    with (
        patched.object(site.history._states, "open", side_effect=OSError("disk")),
        pytest.raises(OSError, match="disk"),
    ):
        site.past(2)
    assert site.past(2).number == 2


def test_moments_are_found_without_a_timeline(past_home: Home, tmp_path: Path) -> None:
    """A timeline that is behind the log, or not there yet, changes no answer."""
    (tmp_path / "home").mkdir()
    for name in ("log", "snapshots"):
        (tmp_path / "home" / name).symlink_to(past_home.path / name)
    bare = Site(Settings(home=tmp_path / "home")).history
    full = Site(Settings(home=past_home.path)).history
    assert bare.timeline.last() == 0
    for number in range(LAST + 2):
        for offset in (-1, 0, 1):
            moment = day(number) + timedelta(microseconds=offset)
            assert bare.at(moment) == full.at(moment) == min(LAST, max(0, number - (offset < 0)))
    assert bare.committed(5) == full.committed(5) == day(5)


def test_parts_are_found_in_every_revision(past_home: Home) -> None:
    site = Site(Settings(home=past_home.path))
    contact = f"{ALPHA}#contact-1"
    for number in (LAST, 2, 6, 5):
        revision = site.past(number)
        store = revision.reading.snapshot.store
        subjects = {quad.subject for quad in store.quads_for_pattern(None, None, None, None)}
        truly = {node.value for node in subjects if isinstance(node, NamedNode) and "#" in node.value}
        for document in {iri.partition("#")[0] for iri in truly} | {ALPHA}:
            found = {part.value for part in revision.descriptions.parts(NamedNode(document))}
            assert found == {iri for iri in truly if iri.partition("#")[0] == document}, (number, document)
        assert (contact in truly) == (number in (2, 5))


@pytest.mark.parametrize("form", [".ttl", ".jsonld", ".nt", ".rdf", ".json", ".csv", ".nq"])
def test_data_of_what_was_not_there_then_is_refused_in_words_to_programs(past_server: Server, form: str) -> None:
    for address in (f"/nothing/here{form}?at=1", f"/node{form}?iri=urn:nothing&at=1", f"/browse{form}?at=1"):
        answer = past_server.get(address, accept="*/*")
        assert answer.status_code == 404, address
        assert answer.headers["Content-Type"].startswith("text/plain"), address
        assert "Accept" in answer.headers["Vary"], address
    assert past_server.get(f"/nothing/here{form}?at=1").headers["Content-Type"].startswith("text/html")
