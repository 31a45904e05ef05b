"""The list of revisions with its filters, and a revision in every form."""

import gzip
import re

import html5lib
import pytest
from pyoxigraph import RdfFormat, parse

from leap_kg.graph.home import Home
from leap_kg.graph.log.patch import PatchLog, parse_patch
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.web.server import Server
from tests.web.story import LAST


def listed(server: Server, query: str = "") -> list[int]:
    return [each["revision"] for each in server.get(f"/changes.json?{query}").json()["changes"]]


def test_the_list_narrows_by_source_kind_thing_and_time(past_server: Server) -> None:
    assert listed(past_server) == list(range(LAST, 0, -1))
    assert listed(past_server, "source=hostile") == [7, 3]
    assert listed(past_server, "kind=dataset&source=test-catalog") == [9, 8, 6, 5, 4, 2]
    assert listed(past_server, "entity=/dataset/leap-test/beta&since=2026-03-04") == [5, 4]
    assert listed(past_server, "since=7d") == []
    assert listed(past_server, "follow=source:hostile&follow=/dataset/leap-test/gamma") == [7, 6, 3, 2]
    assert listed(past_server, "before=4") == [3, 2, 1]
    assert past_server.get("/changes.json?source=hostile").json()["total"] == 2
    assert past_server.get("/changes?since=soon").status_code == 400


@pytest.mark.parametrize("address", ["/changes.json", "/changes.atom", "/watch"])
@pytest.mark.parametrize("parameter", ["kind=nope", "follow=kind:nope"])
def test_a_kind_that_there_is_not_is_refused_with_those_there_are(
    past_server: Server, address: str, parameter: str
) -> None:
    refused = past_server.get(f"{address}?{parameter}")
    assert refused.status_code == 400
    assert "dataset" in refused.text


def test_what_changed_since_then_in_what_i_follow_is_a_page(past_server: Server) -> None:
    page = past_server.get("/changes?since=2026-03-05&follow=/dataset/leap-test/beta&follow=kind:person")
    document = html5lib.parse(page.text, namespaceHTMLElements=False)
    items = [" ".join("".join(li.itertext()).split()) for li in document.find(".//ol").findall("li")]
    assert len(items) == 1
    assert "Revision 5" in items[0]
    assert "changed Beta winds, corrected" in items[0]
    chosen = next(ul for ul in document.iter("ul") if ul.get("class") == "chosen")
    assert "Following: Beta winds, corrected" in "".join(chosen.itertext())
    feed = next(e for e in document.iter("link") if e.get("title") == "These changes")
    assert "follow=%2Fdataset%2Fleap-test%2Fbeta" in feed.get("href")
    for link in document.find(".//main").iter("a"):
        if link.get("href").startswith("/changes?"):
            assert link.get("rel") == "nofollow" or link.get("rel") in ("next", "first")
            assert past_server.get(link.get("href")).status_code == 200


def test_a_long_list_has_pages(server: Server, past_server: Server) -> None:
    assert past_server.get("/changes.json?before=1").json()["changes"] == []
    assert past_server.get("/changes?before=99999999999").status_code == 200
    assert 'rel="first"' in past_server.get("/changes?before=4").text
    assert 'rel="first"' not in past_server.get("/changes").text


def test_a_patch_comes_as_it_stands_in_the_log(past_server: Server, past_home: Home) -> None:
    for revision in range(1, LAST + 1):
        answer = past_server.get(f"/changes/{revision}.rdfp")
        patch = PatchLog(past_home.log).read(revision)
        assert answer.text == patch.text()
        assert parse_patch(answer.text).id == patch.id
        assert "immutable" in answer.headers["Cache-Control"]
        tag = answer.headers["ETag"]
        assert past_server.get(f"/changes/{revision}.rdfp", headers={"If-None-Match": tag}).status_code == 304
        packed = past_server.get(f"/changes/{revision}.rdfp.gz")
        assert gzip.decompress(packed.content).decode() == patch.text()
    head = past_server.ask("HEAD", "/changes/2.rdfp")
    assert (head.status_code, head.content) == (200, b"")


def test_trig_has_a_graph_for_each_side(past_server: Server, past_home: Home) -> None:
    answer = past_server.get("/changes/5.trig")
    assert answer.headers["Content-Type"].startswith("application/trig")
    quads = list(parse(answer.content, format=RdfFormat.TRIG))
    patch = PatchLog(past_home.log).read(5)
    for side, changed in (("removed", patch.removed), ("added", patch.added)):
        found = {str(q.triple) for q in quads if getattr(q.graph_name, "value", "") == f"{BASE}change/5/{side}"}
        assert found == {str(q.triple) for q in changed if "/graph/prov>" not in str(q.graph_name)}
        assert found
    assert list(parse(past_server.get("/changes/7.trig").content, format=RdfFormat.TRIG))


def test_a_revision_as_json_counts_and_names_what_it_touched(past_server: Server) -> None:
    document = past_server.get("/changes/6.json").json()
    assert (document["source"], document["total"], document["next"]) == ("test-catalog", 2, None)
    assert {(e["how"], e["label"]) for e in document["entities"]} == {
        ("removed", "Gamma, with nothing else"),
        ("changed", "Alpha sea surface"),
    }
    assert past_server.get("/changes/6.json?page=2").json()["entities"] == []


@pytest.mark.parametrize("path", ["/changes/10", "/changes/0", "/changes/x.json", "/changes/1.rdf", "/changes/10.trig"])
def test_there_is_no_other_revision(past_server: Server, path: str) -> None:
    assert past_server.get(path).status_code == 404


def test_every_page_leads_to_the_feed(past_server: Server) -> None:
    for path in ("/", "/changes", "/dataset/leap-test/beta", "/about"):
        document = html5lib.parse(past_server.get(path).text, namespaceHTMLElements=False)
        feeds = [e.get("href") for e in document.iter("link") if e.get("type") == "application/atom+xml"]
        assert "/changes.atom" in feeds
        for feed in feeds:
            assert past_server.get(feed).status_code == 200
    assert any(
        "entity=" in feed
        for feed in re.findall(r'href="([^"]*atom[^"]*)"', past_server.get("/dataset/leap-test/beta").text)
    )
