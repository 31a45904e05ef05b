"""`/report` and `/missing`: the same numbers in each form, links to pages here and to IRIs in the file, bounds."""

import csv
import io
import re
from types import SimpleNamespace

import pytest
from starlette.requests import Request

from leap_kg.ontology.iri import path_of
from leap_kg.settings import DEFAULT_BASE
from leap_kg.web.outputs import kept, missing, routes
from leap_kg.web.site import Site
from tests.web.outputs.test_publications import document, words
from tests.web.server import Server

ARTICLE = "https://doi.org/10.5555/article"


def test_the_report_is_of_the_last_year_with_outputs_unless_told(outputs_server: Server) -> None:
    assert "From 2024-01-01 to 2024-12-31" in words(document(outputs_server, "/report"))
    page = words(document(outputs_server, "/report?from=2023&to=2023"))
    assert "Cold water" in page
    assert "Warm water?" not in page
    everything = outputs_server.get("/report.json?from=1900").json()
    assert everything["counts"] == {"article": 2, "software": 1}
    assert [each["iri"] for each in everything["other_versions_of_these"]] == ["https://doi.org/10.5555/preprint"]
    rows = list(csv.DictReader(io.StringIO(outputs_server.get("/report.csv?from=1900").text)))
    assert [row["doi"] for row in rows if row["doi"]] == ["10.5555/article", "10.5555/fallen"]


def test_the_page_leads_to_pages_and_the_file_to_iris(outputs_server: Server) -> None:
    page = document(outputs_server, "/report?year=2024")
    links = [link.get("href") for section in page.iter("section") for link in section.iter("a")]
    assert path_of(DEFAULT_BASE, ARTICLE) in links
    assert [link for link in links if not link.startswith(("/", "#"))] == []
    answer = outputs_server.get("/report.html?year=2024")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="leap-knowledge-graph-report-2024.html"'
    assert f'href="{ARTICLE}"' in answer.text
    assert re.findall(r'(?:href|src)="/', answer.text) == []
    assert "<script" not in outputs_server.get("/report.html?from=1900").text


def test_every_list_of_what_is_missing_is_counted_and_can_be_had_in_full(outputs_server: Server) -> None:
    lists = outputs_server.get("/missing.json").json()
    page = document(outputs_server, "/missing")
    shown = {h2.get("id"): words(h2.find("span")) for h2 in page.iter("h2") if h2.get("id") in lists}
    assert shown == {name: str(len(those)) for name, those in lists.items()}
    assert {each["title"] for each in lists["publications-without-an-open-copy"]} == {"Cold water"}
    assert "Tomas van der Rei" in {each["title"] for each in lists["people-without-an-orcid-id"]}
    for name, those in lists.items():
        rows = list(csv.DictReader(io.StringIO(outputs_server.get(f"/missing.csv?what={name}").text)))
        assert [row["iri"] for row in rows] == [each["iri"] for each in those]
        assert not [row for row in rows if row["title"].startswith("=")], "a spreadsheet would run it"
    wrong = outputs_server.get("/missing.csv?what=everything")
    assert (wrong.status_code, "publications-without-code" in wrong.text) == (400, True)


def test_what_the_graph_itself_lacks_leads_to_where_it_is_mended(outputs_server: Server) -> None:
    page = document(outputs_server, "/missing")
    sections = {section.get("aria-labelledby"): section for section in page.iter("section")}
    kinds = {words(row): row.find("a").get("href") for row in sections["kinds-without-instances"].iter("li")}
    assert any(row.startswith("Conference Paper") for row in kinds)
    assert not any(row.startswith("Journal Article") for row in kinds)
    questions = [(row.find("a").get("href"), words(row)) for row in sections["questions-without-data"].iter("li")]
    (hubs,) = [text for _, text in questions if text.startswith("Which hubs offer which image")]
    assert "question 21: nothing has" in hubs
    assert "HubDeployment" in hubs
    gallery = {element.get("id") for element in document(outputs_server, "/queries").iter("h2")}
    assert {href.partition("#")[2] for href, _ in questions} <= gallery
    assert words(sections["links-below-the-threshold"].find("p")) == "None."
    narrowed = document(outputs_server, "/missing?year=2024")
    assert not [one for one in narrowed.iter("section") if one.get("aria-labelledby") == "kinds-without-instances"]


def test_long_lists_show_their_beginning(outputs_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missing, "SHOWN", 1)
    monkeypatch.setattr(routes, "_LISTED", 1)
    text = bytes(routes.lacking(_request(outputs_site, "/missing")).body).decode()
    assert "more: publications without code as a table" in text
    text = bytes(routes.report(_request(outputs_site, "/report", b"from=1900")).body).decode()
    assert '<a href="/report.html?from=1900" rel="nofollow">And 1 more</a>' in text


def test_where_there_are_too_many_outputs_the_page_says_so_and_names_the_command(
    outputs_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = _bounded(outputs_site, monkeypatch, 6)
    assert held.publications.whole
    assert not held.everything.whole
    assert all(each.kind.is_publication for each in held.everything.outputs)
    page = bytes(routes.report(_request(outputs_site, "/report")).body).decode()
    assert "<code>leap-kg report</code>" in page
    refused = routes.report(_request(outputs_site, "/report.json"), ".json")
    assert refused.status_code == 400
    assert b"`leap-kg report`" in bytes(refused.body)


def test_of_too_many_publications_those_that_belong_are_kept(
    outputs_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = _bounded(outputs_site, monkeypatch, 4).publications
    assert not held.whole
    assert len(held.outputs) == 4
    assert all(each.reasons for each in held.outputs)
    assert b"leap-kg publications export" in bytes(routes.publications(_request(outputs_site, "/publications")).body)


def test_who_comes_while_outputs_are_read_is_asked_to_come_again(
    outputs_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = _bounded(outputs_site, monkeypatch, 20)
    monkeypatch.setattr(kept, "PATIENCE", 0.01)
    with held._alone():
        answer = routes.publications(_request(outputs_site, "/publications.bib"), ".bib")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert routes.publications(_request(outputs_site, "/publications.bib"), ".bib").status_code == 200


def _bounded(site: Site, monkeypatch: pytest.MonkeyPatch, most: int) -> kept.Kept:
    """The outputs of the revision, read anew with another bound, for the time of a test."""
    monkeypatch.setattr(kept, "MOST", most)
    revision = site.revision()
    held = kept.Kept(revision.reading)
    monkeypatch.setattr(revision, "outputs", held)
    return held


def _request(site: Site, path: str, query: bytes = b"") -> Request:
    app = SimpleNamespace(state=SimpleNamespace(site=site))
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query, "scheme": "http", "app": app}
    return Request({**scope, "headers": [(b"host", b"kg.example")], "server": ("kg.example", 80), "client": None})
