"""The queue: what is in it, in which order, and how it is narrowed; all of it without JavaScript."""

import csv
import io
import re

import pytest

from leap_kg.ontology.namespaces import OWL
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.settings import Settings
from leap_kg.web.curation.candidates import Candidates
from leap_kg.web.curation.queue import PAGE
from leap_kg.web.site import Site
from tests.links.test_verdicts import PERSON, SURE, UNSURE, UNSURE_OF_FILE
from tests.web.curation.world import Curator
from tests.web.server import Server


@pytest.fixture(scope="module")
def found(linked: Server) -> list[dict[str, str]]:
    answer = linked.get("/curation.csv", accept="text/csv")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_the_queue_has_what_is_not_published_the_most_useful_first(found: list[dict[str, str]]) -> None:
    links = [row["link"] for row in found]
    assert {UNSURE_OF_FILE, PERSON} <= set(links)
    assert SURE not in links
    assert UNSURE not in links  # the repository reads it because its file does, which is decided once
    assert {row["published"] for row in found} == {"False"}
    uses = [float(row["use"]) for row in found]
    assert uses == sorted(uses, reverse=True)
    assert len(found) > PAGE
    (unsure,) = [row for row in found if row["link"] == UNSURE_OF_FILE]
    assert float(unsure["use"]) == pytest.approx(0.9 * 0.75, abs=1e-4)


def test_everybody_sees_the_evidence_and_only_curators_the_forms(linked: Server, kim: Curator) -> None:
    for page in (linked.get("/curation").text, kim.get("/curation").text):
        assert "<q>return xr.open_zarr(f&#34;gs://leap/land-{year}.zarr&#34;)</q>" in page
        assert re.search(r'href="https://github\.com/lab/code/blob/[0-9a-f]{40}/run\.py#L4"', page)
        assert "Confidence 0.75 by code (D1, opened in code)." in page
        assert "alert(1)>" not in page
    assert 'action="/curation/verdict"' not in linked.get("/curation").text
    assert "leap-kg token create NAME --scope curate" in linked.get("/curation").text
    assert kim.get("/curation").text.count('action="/curation/verdict"') == PAGE


@pytest.mark.parametrize(
    ("query", "column", "value"),
    [
        ("property=sameAs", "property", OWL("sameAs").value),
        ("kind=person", "kind", "person"),
        ("method=D5", "methods", "D5"),
        ("confidence=0.3", "confidence", ""),
        ("show=published", "published", "True"),
    ],
)
def test_filters_narrow_and_stay_in_the_address(linked: Server, query: str, column: str, value: str) -> None:
    rows = list(csv.DictReader(io.StringIO(linked.get(f"/curation.csv?{query}", accept="text/csv").text)))
    assert rows
    if value:
        assert all(value in row[column].split() for row in rows)
    else:
        assert all(0.3 <= float(row[column]) < 0.5 for row in rows)
    page = linked.get(f"/curation?{query}").text
    assert f"<span>{len(rows)} link" in page
    assert 'aria-current="true"' in page


def test_pages_hold_all_of_it_once(linked: Server, found: list[dict[str, str]]) -> None:
    shown: list[str] = []
    for number in range(1, -(-len(found) // PAGE) + 1):
        shown += re.findall(r'<article class="case" id="(link-[0-9a-f]+)"', linked.get(f"/curation?page={number}").text)
    assert len(shown) == len(set(shown)) == len(found)
    assert linked.get("/curation?page=999").status_code == 200


@pytest.mark.parametrize(
    "query",
    ["show=perhaps", "method=X1", "kind=%00", "confidence=x", "property=" + "x" * 101, "method=%3Cscript%3E"],
)
def test_what_cannot_be_chosen_says_what_can(linked: Server, query: str) -> None:
    answer = linked.get(f"/curation?{query}")
    assert answer.status_code == 400
    assert "<script>" not in answer.text
    assert linked.get(f"/curation?{query}", accept="text/csv").headers["Content-Type"].startswith("text/plain")


def test_the_past_takes_no_verdicts(kim: Curator) -> None:
    assert kim.get("/curation?at=1").status_code == 400
    past = kim.get(f"/{UNSURE.removeprefix(BASE)}?at=3")
    assert past.status_code in (200, 404, 410)
    assert 'action="/curation/verdict"' not in past.text


def test_an_empty_graph_has_nothing_to_decide() -> None:
    assert Candidates((), True).links == ()


def test_a_curator_sees_forms_on_the_pages_of_the_links_ends(kim: Curator, linked: Server, linked_home: object) -> None:
    paths = (
        "/github/lab/code",
        "/store/gs/leap/land-2020.zarr",
        "/orcid/0000-0002-1825-0097",
        "/" + UNSURE.removeprefix(BASE),
    )
    for path in paths:
        mine, others = kim.get(path), linked.get(path)
        assert mine.status_code == others.status_code == 200, path
        assert 'action="/curation/verdict"' in mine.text, path
        assert 'action="/curation/verdict"' not in others.text, path
        assert "/curation" in others.text
        assert "ETag" not in mine.headers
        again = kim.get(path, **{"If-None-Match": others.headers["ETag"]})
        assert again.status_code == 200, "the page of before must not stand for that of now"
        assert linked.get(path, headers={"If-None-Match": others.headers["ETag"]}).status_code == 304


def test_the_twins_agree(linked: Server, found: list[dict[str, str]]) -> None:
    answer = linked.get("/curation.json", accept="application/json").json()
    assert answer["total"] == len(found)
    assert [row["link"] for row in answer["links"]] == [row["link"] for row in found]


def test_candidates_are_made_once_a_revision(linked_home: object) -> None:
    revision = Site(Settings(home=linked_home.path)).revision()  # type: ignore[attr-defined]
    assert revision.candidates is revision.candidates
    assert revision.candidates.whole
