"""The Atom feeds: RFC 4287 by its rules, and RFC 5005 by walking the whole archive."""

import re
import xml.etree.ElementTree as ET
from datetime import datetime

import pytest
from starlette.datastructures import QueryParams

from leap_kg.graph.home import Home
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.settings import Settings
from leap_kg.web.history import atom
from leap_kg.web.history.following import Following
from leap_kg.web.site import Site
from tests.web.platform import BETA
from tests.web.server import Server
from tests.web.story import LAST, day

ATOM = "{http://www.w3.org/2005/Atom}"
ARCHIVE = "{http://purl.org/syndication/history/1.0}archive"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def only(parent: ET.Element, name: str) -> str:
    """The text of the one child with this name."""
    (child,) = parent.findall(ATOM + name)
    assert child.text
    return child.text


def checked(body: bytes) -> ET.Element:
    """The feed, if it keeps the rules of RFC 4287, sections 4.1.1 and 4.1.2."""
    feed = ET.fromstring(body)  # noqa: S314 - our own
    assert feed.tag == f"{ATOM}feed"
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        assert re.fullmatch(r"https?://\S+", only(element, "id"))
        only(element, "title")
        assert RFC_3339.fullmatch(only(element, "updated"))
        alternates = [e for e in element.findall(f"{ATOM}link") if e.get("rel") == "alternate"]
        assert len(alternates) == len({(e.get("type"), e.get("hreflang")) for e in alternates}) == 1
        for link in element.findall(f"{ATOM}link"):
            assert re.match(r"https?://", link.get("href") or "")
    assert only(feed.find(f"{ATOM}author"), "name")  # type: ignore[arg-type]
    assert len([e for e in feed.findall(f"{ATOM}link") if e.get("rel") == "self"]) == 1
    identifiers = [only(entry, "id") for entry in feed.findall(f"{ATOM}entry")]
    assert len(identifiers) == len(set(identifiers))
    for category in feed.iter(f"{ATOM}category"):
        assert category.get("term")
    return feed


def link_of(feed: ET.Element, relation: str) -> str | None:
    return next((e.get("href") for e in feed.findall(f"{ATOM}link") if e.get("rel") == relation), None)


def revisions(feed: ET.Element) -> list[int]:
    return [int(only(entry, "id").rpartition("/")[2]) for entry in feed.findall(f"{ATOM}entry")]


def test_the_feed_has_every_revision_with_its_time(past_server: Server) -> None:
    answer = past_server.get("/changes.atom")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = checked(answer.content)
    assert revisions(feed) == list(range(LAST, 0, -1))
    assert only(feed, "id") == f"{BASE}changes.atom"
    times = [datetime.fromisoformat(only(entry, "updated")) for entry in feed.findall(f"{ATOM}entry")]
    assert times == [day(number) for number in range(LAST, 0, -1)]
    assert datetime.fromisoformat(only(feed, "updated")) == day(LAST)
    entry = feed.findall(f"{ATOM}entry")[LAST - 5]
    assert "changed: Beta winds, corrected" in only(entry, "summary")
    page = link_of(entry, "alternate")
    assert page == f"{past_server.origin}/changes/5"
    assert past_server.get(link_of(entry, "enclosure") or "").text.startswith("H id")
    assert past_server.get("/changes.atom", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("source=hostile", [7, 3]),
        ("kind=person", [2]),
        (f"entity={BETA}", [5, 4, 2]),
        ("follow=source:hostile&follow=/dataset/leap-test/beta", [7, 5, 4, 3, 2]),
        ("source=never", []),
    ],
)
def test_feeds_are_for_what_somebody_follows(past_server: Server, query: str, wanted: list[int]) -> None:
    feed = checked(past_server.get(f"/changes.atom?{query}").content)
    assert revisions(feed) == wanted
    assert only(feed, "id") != f"{BASE}changes.atom"
    itself = link_of(feed, "self")
    assert revisions(checked(past_server.get(itself or "").content)) == wanted
    assert only(checked(past_server.get(itself or "").content), "id") == only(feed, "id")


def test_a_feed_and_the_stream_say_that_they_begin_where_they_begin(past_server: Server) -> None:
    for path in ("/changes.atom?since=1d", "/changes.atom?since=garbage", "/ldes?since=3", "/ldes?source=hostile"):
        answer = past_server.get(path, accept="text/plain")
        assert answer.status_code == 400, path
        assert "/changes.json" in answer.text


def test_hostile_names_do_no_harm(past_server: Server) -> None:
    body = past_server.get("/changes.atom?source=hostile").content
    assert b"<script>alert" not in body
    assert "new: <script>alert" in only(checked(body).findall(f"{ATOM}entry")[1], "summary")


def test_there_is_no_archive_of_what_is_not_over(past_server: Server) -> None:
    for name in ("1", "0", "x", "-1", "99999999999", "٣"):
        assert past_server.get(f"/changes.atom?archive={name}").status_code == 404


@pytest.mark.parametrize("query", ["", "source=hostile", f"entity={BETA}", "source=test-catalog"])
def test_the_archive_leads_back_to_the_first_revision(
    past_home: Home, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    """A reader with the algorithm of RFC 5005, section 4.2: from the current document back along prev-archive."""
    monkeypatch.setattr(atom, "BLOCK", 2)
    timeline = Site(Settings(home=past_home.path)).history.timeline
    following = Following.read(QueryParams(query), BASE)
    filters = following.filters(BASE)
    writer = atom.Feed(timeline, "Name", BASE, "http://h")

    def document(block: int | None, newest: int) -> ET.Element:
        made = (
            atom.current(timeline, following, filters, newest)
            if block is None
            else atom.archived(timeline, following, filters, newest, block)
        )
        assert made is not None
        feed = checked(writer.write(made, filters, ""))
        assert (feed.find(ARCHIVE) is not None) == (block is not None)
        return feed

    for newest in range(1, LAST + 1):
        seen: set[int] = set()
        chain: list[int] = []
        block: int | None = None
        while True:
            feed = document(block, newest)
            seen |= {number for number in revisions(feed) if number <= newest}
            older = link_of(feed, "prev-archive")
            if older is None:
                break
            block = int(older.rpartition("archive=")[2])
            chain.append(block)
        wanted = {r.revision for one in filters for r in one.revisions(timeline, 0, newest + 1, 100)}
        assert seen == wanted, newest
        assert chain == sorted(chain, reverse=True)
        for older_block, newer_block in zip(chain[1:], chain, strict=False):
            link = link_of(document(older_block, newest), "next-archive") or ""
            assert int(link.rpartition("archive=")[2]) == newer_block
    for block in range(1, LAST // 2):
        early = atom.archived(timeline, following, filters, LAST, block)
        assert early is not None
        if early.final:
            at_once = next(
                made
                for newest in range(1, LAST + 1)
                if (made := atom.archived(timeline, following, filters, newest, block)) and made.final
            )
            assert writer.write(at_once, filters, "") == writer.write(early, filters, "")
