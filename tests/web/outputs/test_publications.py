"""`/publications`: what an entry tells, that filters count what they lead to, and its downloads."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import html5lib
import pytest

from leap_kg.outputs.formats import FORMATS
from leap_kg.outputs.kind import Kind
from leap_kg.outputs.reading import Reader
from leap_kg.outputs.selection import Selection
from leap_kg.web.site import Site
from tests.web.server import Server


def document(server: Server, path: str) -> Any:
    """A page, which has to be one without errors."""
    answer = server.get(path)
    assert answer.status_code == 200, answer.text
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    found = parser.parse(answer.text)
    assert parser.errors == []
    return found


def words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def entries(server: Server, path: str) -> dict[str, Any]:
    """The entries of a page by their titles."""
    return {words(article.find("h2")): article for article in document(server, path).iter("article")}


def facts(entry: Any) -> dict[str, str]:
    """What stands behind an entry."""
    return {words(row.find("dt")): words(row.find("dd")) for row in entry.iter("div")}


def test_an_entry_tells_who_where_when_why_and_what_is_behind_it(outputs_server: Server) -> None:
    found = entries(outputs_server, "/publications")
    assert list(found) == ["Warm water?", "Warm water & rain", "Cold water", "</h2><script>alert(1)</script>"]
    article = words(found["Warm water & rain"])
    assert "Tomas van der Rei, Josiah Carberry Journal of Rain 7, 1-9, 2024-05-17" in article
    assert "Open access" in article
    assert facts(found["Warm water & rain"]) == {
        "Was before": "Warm water?",
        "Code": "lab/rain",
        "Data": "Heat",
        "Why here": "names an award of the platform: Award 2019625",
    }
    assert facts(found["Warm water?"])["Became"] == "Warm water & rain"
    fallen = words(found["Cold water"])
    assert "Corrected Retracted Not free to read" in fallen
    for link in found["Warm water & rain"].iter("a"):
        assert link.get("href").startswith("/")
        assert outputs_server.get(link.get("href")).status_code == 200, link.get("href")


def test_the_count_of_a_filter_is_the_number_of_works_it_leads_to(outputs_server: Server) -> None:
    followed = 0
    for start in (
        "/publications",
        "/publications?theme=ocean",
        "/publications?others=1&kind=article",
        "/publications?year=2024",
    ):
        for link in document(outputs_server, start).iter("a"):
            if link.get("class") == "facet__value" and link.get("aria-current") is None:
                path, _, query = link.get("href").partition("?")
                if "kind=article&kind=" in query:
                    continue  # alternatives are counted by themselves
                shown = int(words(link).split()[-1].replace(",", ""))
                assert len(outputs_server.get(f"{path}.json?{query}").json()) == shown, (start, query)
                followed += 1
    assert followed > 40


def test_a_chosen_value_can_be_given_up(outputs_server: Server) -> None:
    page = document(outputs_server, "/publications?year=2024&person=0000-0002-1825-0097")
    paths = {link.get("href"): words(link) for link in page.iter("a") if (link.get("class") or "").startswith("badge")}
    assert paths["/publications?person=0000-0002-1825-0097"].startswith("Year: 2024")
    assert paths["/publications?year=2024"].startswith("Person: Josiah Carberry")


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_download_has_exactly_what_is_filtered(outputs_server: Server, outputs_site: Site, name: str) -> None:
    suffix, media_type, written = FORMATS[name]
    answer = outputs_server.get(f"/publications.{suffix}?theme=ocean&person=rei")
    assert answer.headers["Content-Type"].partition(";")[0] == media_type
    shown = re.fullmatch(r'attachment; filename="([a-z0-9.-]+)"', answer.headers["Content-Disposition"])
    assert shown is not None
    assert shown[1] == f"leap-knowledge-graph-publications.{suffix}"
    reading = outputs_site.revision().reading
    kinds = frozenset(kind for kind in Kind if kind.is_publication)
    wanted = Selection(kinds=kinds, theme="ocean", person="rei").of(
        Reader(reading.snapshot.store, reading.base).outputs()
    )
    assert [each.doi for each in wanted] == ["10.5555/article", "10.5555/fallen"]
    assert answer.content.decode() == written(wanted)
    assert outputs_server.get("/publications?theme=ocean&person=rei", accept=media_type).content == answer.content


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("from=soon", "2024-05-17"),
        ("from=2024&to=2023", "earlier day first"),
        ("year=20x4", "four digits"),
        ("year=2024&from=2023", "not both"),
        ("kind=dataset", "conference-paper"),
        ("access=perhaps", "unknown"),
        ("others=maybe", "leave it out"),
        ("person=" + "x" * 301, "fewer words"),
    ],
)
def test_a_wrong_filter_is_answered_with_what_to_give(outputs_server: Server, query: str, told: str) -> None:
    for path in ("/publications.bib", "/report.csv", "/missing.json"):
        answer = outputs_server.get(f"{path}?{query}")
        assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")
        assert told in answer.text
        assert answer.text.count("\n") == 1
    page = outputs_server.get(f"/publications?{query}")
    assert page.status_code == 400
    assert "<h1>" in page.text


def test_lists_have_validators_a_past_and_heads(outputs_server: Server) -> None:
    for path in ("/publications", "/report", "/missing", "/publications.ris"):
        answer = outputs_server.get(path)
        assert answer.headers["Vary"] == "Accept, Accept-Datetime"
        again = outputs_server.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        head = outputs_server.ask("HEAD", path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["ETag"] == answer.headers["ETag"]
    past = outputs_server.get("/publications.json?at=1")
    assert {each["title"] for each in past.json()} == {"Warm water & rain", "Warm water?"}
    assert "Memento-Datetime" in past.headers
    page = document(outputs_server, "/publications?at=1")
    filters = [a.get("href") for a in page.iter("a") if a.get("class") == "facet__value"]
    assert filters
    assert all(("at", "1") in parse_qsl(urlsplit(link).query) for link in filters)
