"""What happened to a node, what differs between a day and now, and what becomes of nodes that go."""

import html5lib
import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import RDF

from leap_kg.settings import DEFAULT_BASE as BASE
from tests.web.platform import ALPHA, BETA, HOSTILE
from tests.web.server import Server
from tests.web.story import day

GAMMA = "/dataset/leap-test/gamma"


def text_of(page: str) -> str:
    return " ".join("".join(html5lib.parse(page, namespaceHTMLElements=False).find(".//main").itertext()).split())


def test_the_history_of_a_node_is_a_click_from_its_page(past_server: Server) -> None:
    page = past_server.get("/dataset/leap-test/beta").text
    document = html5lib.parse(page, namespaceHTMLElements=False)
    (link,) = [a for a in document.iter("a") if (a.get("href") or "").startswith("/history?")]
    assert "".join(link.itertext()) == "3 revisions changed this"
    history = past_server.get(link.get("href"))
    assert history.status_code == 200
    text = text_of(history.text)
    for number, title in ((5, "Beta winds, corrected"), (4, "Beta winds"), (2, "Beta, its old name")):
        assert f"Revision {number}" in text
        assert title in text
    assert "Test catalogue, revision 5" in text
    assert 'href="/dataset/leap-test/beta?at=4"' in history.text


def test_additions_and_removals_are_told_apart_without_colours(past_server: Server) -> None:
    document = html5lib.parse(past_server.get("/changes/5").text, namespaceHTMLElements=False)
    rows = [" ".join("".join(row.itertext()).split()) for row in document.iter("tr")]
    assert any(row.startswith("− removed") or row.startswith("−removed") for row in rows), rows
    assert any(row.startswith("+ added") or row.startswith("+added") for row in rows), rows


def test_then_and_now_says_who_changed_each_statement(past_server: Server) -> None:
    address = "/history.json?iri=/dataset/leap-test/beta&then="
    for then, wanted in (
        ("2026-03-03", [("Beta, its old name", False, 4), ("Beta winds, corrected", True, 5)]),
        ("4", [("Beta winds", False, 5), ("Beta winds, corrected", True, 5)]),
        ("2026-03-06", []),
    ):
        found = past_server.get(address + then).json()["comparison"]
        told = [(d["statement"]["value"]["text"], d["statement"]["added"], d["revision"]) for d in found["differences"]]
        assert sorted(told) == sorted(wanted), then
        for difference in found["differences"]:
            assert difference["at"] == day(difference["revision"]).isoformat()
            assert difference["source"]["label"] == "Test catalogue"
            assert difference["run"]["iri"] == f"{BASE}run/test-catalog-{difference['revision']}"
    page = text_of(past_server.get("/history?iri=/dataset/leap-test/beta&then=2026-03-03").text)
    assert "2 statements differ from now" in page
    assert "the same statements as now" in text_of(past_server.get("/history?iri=/dataset/leap-test/beta&then=6").text)


def test_a_statement_that_came_back_differs_from_nothing(past_server: Server) -> None:
    found = past_server.get(f"/history.json?iri={ALPHA}&then=5").json()["comparison"]["differences"]
    assert {(d["statement"]["part"], d["statement"]["added"], d["revision"]) for d in found} == {
        ("contact-1", False, 6)
    }
    before = past_server.get("/history.json?iri=/dataset/leap-test/epsilon&then=3").json()["comparison"]
    assert before["existed"] is False
    assert {d["revision"] for d in before["differences"]} == {9}


@pytest.mark.parametrize("query", ["iri=https://example.org/never", "iri=<>", "iri=/nothing"])
def test_a_node_without_a_history_is_not_found(past_server: Server, query: str) -> None:
    assert past_server.get(f"/history?{query}").status_code == 404
    assert past_server.get("/history").headers["Location"] == "/changes"


def test_a_comparison_with_no_moment_is_refused(past_server: Server) -> None:
    assert past_server.get("/history?iri=/dataset/leap-test/beta&then=soon").status_code == 400
    assert past_server.get("/history?iri=/dataset/leap-test/beta&then=2020-01-01").status_code == 404


def test_a_node_that_its_source_dropped_is_gone_in_every_form(past_server: Server) -> None:
    page = past_server.get(GAMMA)
    assert page.status_code == 410
    text = text_of(page.text)
    assert "Gamma, with nothing else" in text
    assert "2026-03-06 12:00 UTC" in text
    assert "Test catalogue" in text
    assert past_server.get(f"{GAMMA}?at=5").status_code == 200
    assert past_server.get(f"{GAMMA}?at=6").status_code == 410
    turtle = past_server.get(GAMMA, accept="text/turtle")
    assert turtle.status_code == 410
    graph = Graph().parse(data=turtle.content, format="turtle")
    assert (URIRef(BASE + GAMMA[1:]), RDF.type, URIRef(f"{BASE}ontology#Tombstone")) in graph
    document = past_server.get(f"{GAMMA}.json")
    assert document.status_code == 410
    assert document.json()["removed"] == {
        "revision": 6,
        "at": day(6).isoformat(),
        "source": "test-catalog",
        "run": f"{BASE}run/test-catalog-6",
    }
    for suffix in (".jsonld", ".nt", ".rdf"):
        assert past_server.get(GAMMA + suffix).status_code == 410
    assert past_server.get(f"{GAMMA}.csv").status_code == 406
    links = [a.get("href") for a in html5lib.parse(page.text, namespaceHTMLElements=False).find(".//main").iter("a")]
    assert f"{GAMMA}?at=5" in links
    for link in links:
        assert past_server.get(link).status_code == 200, link


def test_a_node_of_which_nothing_is_left_anywhere_is_gone_too(past_server: Server) -> None:
    answer = past_server.get("/dataset/leap-test/hostile")
    assert answer.status_code == 410
    assert "<script>alert" not in answer.text
    assert past_server.get(f"/node?iri={HOSTILE}").status_code == 410
    assert past_server.get("/history?iri=/dataset/leap-test/hostile").status_code == 200
    assert past_server.get("/dataset/leap-test/never").status_code == 404


@pytest.mark.parametrize("suffix", ["", ".ttl"])
def test_a_node_that_was_renamed_leads_on_and_its_past_stays(past_server: Server, suffix: str) -> None:
    answer = past_server.get(f"/dataset/leap-test/delta{suffix}")
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"/dataset/leap-test/epsilon{suffix}"
    assert past_server.get(f"/dataset/leap-test/delta{suffix}?at=8").status_code == 200
    fixed = past_server.get(f"/dataset/leap-test/delta{suffix}?at=9")
    assert fixed.headers["Location"] == f"/dataset/leap-test/epsilon{suffix}?at=9"


def test_the_page_says_how_fresh_what_it_says_is(past_server: Server) -> None:
    text = text_of(past_server.get("/dataset/leap-test/alpha").text) + past_server.get("/dataset/leap-test/alpha").text
    assert "stale</span> since" in text
    assert "/queries/questions/who-says-this?node=" in text
    then = past_server.get("/dataset/leap-test/alpha?at=2").text
    assert "fresh</span> until 2026-03-08" in then


def test_the_history_of_changes_answers_in_sparql(past_server: Server) -> None:
    led = past_server.get(f"/queries/changes/of-node?node={BETA}")
    assert led.status_code == 303
    answer = past_server.get(led.headers["Location"], accept="text/csv")
    assert answer.status_code == 200
    assert {line.split(",")[1] for line in answer.text.split()[1:] if "title" in line} == {"2", "4", "5"}
    led = past_server.get("/queries/changes/since?days=36500")
    answer = past_server.get(led.headers["Location"], accept="text/csv")
    assert [line.split(",")[:2] for line in answer.text.split() if line.startswith(BETA)] == [
        [BETA, "5"],
        [BETA, "4"],
        [BETA, "2"],
    ]
