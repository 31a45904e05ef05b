"""Browse, search, findings, changes and the small documents, as the server gives them."""

import csv
import html
import io
import json
import re
import xml.etree.ElementTree as ET
from urllib.parse import parse_qsl, urlsplit

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph
from starlette.datastructures import QueryParams

from leap_kg.settings import DEFAULT_BASE
from leap_kg.web.listing import FACETS, State, number, pages, snippet_of
from tests.web.platform import ALPHA, BETA, GONE, NETCDF, PERSON
from tests.web.server import Server


def hits(server: Server, path: str) -> list[dict[str, str]]:
    answer = server.get(path)
    assert answer.status_code == 200
    found: list[dict[str, str]] = answer.json()["hits"]
    return found


def test_search_finds_by_parts_of_words_and_answers_in_the_shape_the_search_field_reads(server: Server) -> None:
    answer = server.get("/search.json?q=alph&limit=3").json()
    assert answer["total"] >= 3
    assert len(answer["hits"]) == 3
    assert answer["hits"][0].keys() == {"iri", "path", "label", "kind", "snippet"}
    dataset = next(hit for hit in hits(server, "/search.json?q=alpha+sea") if hit["kind"] == "Dataset")
    assert (dataset["iri"], dataset["path"]) == (ALPHA, "/dataset/leap-test/alpha")
    assert dataset["snippet"].startswith("First paragraph")


def test_facets_narrow_the_list_and_can_be_taken_back(server: Server) -> None:
    page = html5lib.parse(server.get("/browse?kind=dataset&tag=ocean").text, namespaceHTMLElements=False)
    titles = [element.text for element in page.findall(".//article//a")]
    assert titles == ["Alpha sea surface", "Beta winds"]
    values = {a.get("href"): a for a in page.iter("a") if a.get("class") == "facet__value"}
    active = [href for href, a in values.items() if a.get("aria-current") == "true"]
    assert set(active) == {"/browse?tag=ocean", "/browse?kind=dataset"}
    shown = {"".join(a.itertext()).strip() for a in values.values()}
    assert any(text.startswith("sst") and text.endswith("1") for text in shown)


def test_the_count_of_a_facet_is_the_number_of_hits_it_leads_to(server: Server) -> None:
    followed = 0
    for start in ("/browse", "/browse?kind=dataset", "/browse?kind=store&kind=file", "/search?q=alpha"):
        page = html5lib.parse(server.get(start).text, namespaceHTMLElements=False)
        for link in page.iter("a"):
            if link.get("class") == "facet__value" and link.get("aria-current") is None:
                counted = int("".join(link.itertext()).split()[-1].replace(",", ""))
                path, _, query = link.get("href").partition("?")
                added = set(parse_qsl(query)) - set(parse_qsl(start.partition("?")[2]))
                name = next(iter(added))[0]
                if f"{name}=" not in start:
                    total = server.get(f"{path}.json?{query}").json()["total"]
                    assert total == counted, (start, added)
                    followed += 1
    assert followed > 50


def test_csv_and_json_have_the_hits_of_the_page(server: Server) -> None:
    rows = list(csv.DictReader(io.StringIO(server.get("/browse.csv?kind=dataset").text)))
    assert [row["iri"] for row in rows] == [hit["iri"] for hit in hits(server, "/browse.json?kind=dataset")]
    assert {ALPHA, BETA} <= {row["iri"] for row in rows}


def test_long_lists_have_pages(server: Server) -> None:
    total = server.get("/browse.json").json()["total"]
    seen = [hit["iri"] for page in range(1, 40) for hit in hits(server, f"/browse.json?page={page}")]
    assert len(seen) == len(set(seen)) == total > 60
    assert 'rel="next"' in server.get("/browse").text
    assert 'rel="prev"' in server.get("/browse?page=2").text


@pytest.mark.parametrize(
    "query", ["page=0", "page=99999999999", "page=-1", "page=x", "limit=1e9", "kind=nothing", "q=%00"]
)
def test_a_strange_address_is_a_page_all_the_same(server: Server, query: str) -> None:
    for path in ("/browse", "/search", "/findings", "/changes", "/changes/2"):
        assert server.get(f"{path}?{query}").status_code == 200, path


def test_findings_can_be_narrowed_and_taken_as_data(server: Server) -> None:
    everything = server.get("/findings.json").json()
    assert everything["total"] == 3
    assert [finding["severity"] for finding in everything["findings"]] == ["Violation", "Warning", "Info"]
    worst = server.get("/findings.json?severity=Violation").json()["findings"]
    assert [(f["record"], f["focus"], f["kind"]) for f in worst] == [(ALPHA, NETCDF, "engine-suffix")]
    assert worst[0]["hint"] == "Set the engine to 'h5netcdf'."
    rows = list(csv.DictReader(io.StringIO(server.get("/findings.csv?source=hostile").text)))
    assert [row["value"] for row in rows] == ["<svg onload=alert(1)>"]
    page = server.get("/findings?kind=missing-description").text
    assert "Write two sentences." in page
    assert "Set the engine" not in page
    assert server.get("/findings.json?severity=None").json()["total"] == 0


def test_changes_tell_what_each_revision_did_to_which_node(server: Server) -> None:
    page = server.get("/changes").text
    for revision in range(1, 5):
        assert f'href="/changes/{revision}"' in page
    last = server.get("/changes/4").text
    assert "Beta, its old name" in last
    assert "Beta winds" in last
    assert "Alpha" not in last
    summary = server.get("/changes/4.json").json()
    assert (summary["revision"], summary["source"]) == (4, "test-catalog")
    assert [(e["iri"], e["how"], e["removed"], e["added"]) for e in summary["entities"]] == [(BETA, "changed", 1, 1)]
    assert "new" in {e["how"] for e in server.get("/changes/2.json").json()["entities"]}


def test_a_patch_can_be_had_as_it_is_in_the_log(server: Server) -> None:
    answer = server.get("/changes/4.rdfp")
    assert answer.headers["Content-Type"].startswith("application/rdf-patch")
    assert answer.text.startswith("H id <urn:sha256:")
    assert "D <https://w3id.org/leap-kg/dataset/leap-test/beta> <http://purl.org/dc/terms/title>" in answer.text
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["0", "5", "x", "1.txt", "1.", "-1", "٣", "01", "1e1"])
def test_a_revision_that_is_not_there_is_a_404(server: Server, name: str) -> None:
    assert server.get(f"/changes/{name}").status_code == 404


def test_the_first_page_counts_what_browse_lists(server: Server) -> None:
    page = html5lib.parse(server.get("/").text, namespaceHTMLElements=False)
    stats = [a for li in page.iter("li") if (li.get("class") or "").startswith("stat ") for a in li.iter("a")]
    assert len(stats) >= 10
    for link in stats:
        shown = next(e.text for e in link.iter("span") if e.get("class") == "stat__value")
        path, _, query = link.get("href").partition("?")
        assert server.get(f"{path}.json?{query}").json()["total"] == int(shown.replace(",", ""))
    text = "".join(page.itertext())
    assert "stale since 2026-03-08" in " ".join(text.split())
    assert "1 Error" in text


def test_questions_run_as_they_stand(server: Server) -> None:
    page = html5lib.parse(server.get("/queries").text, namespaceHTMLElements=False)
    links = [a.get("href") for a in page.iter("a") if (a.get("href") or "").startswith("/sparql?query=")]
    assert len(links) >= 5
    for link in links:
        answer = server.get(link, accept="application/sparql-results+json")
        assert answer.status_code == 200, answer.text


def test_a_question_takes_values_for_its_parameters(server: Server) -> None:
    answer = server.get("/queries/questions/exact-link?title=ALPHA+sea")
    assert answer.status_code == 303
    rows = server.get(answer.headers["Location"], accept="text/csv").text
    assert ALPHA in rows
    shown = server.get(answer.headers["Location"]).text
    assert "The dataset&#39;s own IRI, and for every store its IRI" in shown  # the description, and the headings
    assert re.findall(r'<th scope="col"[^>]*>(?:<[^>]*>)*([^<]+)', shown)[:3] == ["Dataset", "Title", "Store"]
    assert BETA not in rows
    hostile = server.get("/queries/questions/exact-link", params={"title": '") } #'})
    assert hostile.status_code == 404
    (as_it_stands,) = re.findall(r'href="(/sparql[?]query=[^"]*)"', hostile.text)
    assert server.get(html.unescape(as_it_stands), accept="text/csv").text.count("\n") == 1
    assert server.get("/queries/questions/faulty-records?severity=no+iri").status_code == 400
    for name in ("nothing", "panels/uses", "pages/parts", "../pyproject"):
        assert server.get(f"/queries/{name}").status_code == 404


def test_a_value_that_the_graph_does_not_have_is_told_with_those_it_has(server: Server) -> None:
    asked = "/queries/questions/cover-place-time?area=0+0+9+9&name="
    assert server.get(f"{asked}sea_surface_temperature").status_code == 303
    page = server.get(f"{asked}sea_surface_temperatur")
    assert page.status_code == 404
    assert "no data with the standard name &#39;sea_surface_temperatur&#39;" in page.text
    assert f'href="{asked.replace("&", "&amp;")}sea_surface_temperature"' in page.text
    assert 'href="/sparql?query=' in page.text
    for_programs = server.get(f"{asked}sea_surface_temperatur", accept="text/csv")
    assert (for_programs.status_code, for_programs.text) == (
        404,
        "the graph knows no data with the standard name 'sea_surface_temperatur'; near it: sea_surface_temperature\n",
    )
    titled = server.get("/queries/questions/open-store?title=alhpa")
    assert titled.status_code == 404
    assert "No dataset, store or file has &#39;alhpa&#39; in its title." in titled.text
    assert 'href="/queries/questions/open-store?title=Alpha' in titled.text
    for title in ("alpha", "ONE FILE", ""):  # of a dataset, of a store, of all
        assert server.get("/queries/questions/open-store", params={"title": title}).status_code == 303
    known, gone = "/queries/questions/who-says-this?node=", "https://w3id.org/leap-kg/dataset/nothing/alpha"
    assert server.get(f"{known}{ALPHA}").status_code == 303
    stranger = server.get(f"{known}{gone}")
    assert stranger.status_code == 404
    assert "/queries/questions/who-says-this?node=https%3A%2F%2Fw3id.org%2Fleap-kg%2Fdataset%2Fleap-test%2Falpha" in (
        stranger.text
    )
    # A default that this graph does not have was nobody's choice.
    assert server.get("/queries/questions/package-changes").status_code == 303
    # The history knows what the graph no longer has, but not what it never had.
    assert server.get(f"/queries/changes/of-node?node={GONE}").status_code == 303
    assert server.get(f"/queries/changes/of-node?node={gone}").status_code == 404


def test_the_samples_of_the_help_work(server: Server) -> None:
    page = html5lib.parse(server.get("/about").text, namespaceHTMLElements=False)
    codes = ["".join(code.itertext()) for code in page.iter("code")]
    python = next(code for code in codes if code.startswith("import requests"))
    scope: dict[str, object] = {}
    exec(python, scope)  # noqa: S102 - our own text, taken from our own page
    rows = scope["rows"]
    assert isinstance(rows, list)
    assert len(rows) == 4
    assert any(f"{server.origin}/dataset/" in code for code in codes)


def test_the_ontology_is_there_in_every_form_and_explains_each_term(server: Server) -> None:
    page = server.get("/ontology").text
    for term in ("ZarrStore", "storageURI", "runsIn"):
        assert f'id="{term}"' in page
    turtle, jsonld = Graph(), Graph()
    turtle.parse(data=server.get("/ontology", accept="text/turtle").content, format="turtle")
    assert len(turtle) > 100
    jsonld.parse(data=server.get("/ontology.nt").content, format="nt")
    assert set(turtle) == set(jsonld)
    assert server.get("/ontology", accept="image/png").status_code == 406


def test_the_context_is_the_one_that_documents_carry(server: Server) -> None:
    context = server.get("/context.jsonld")
    assert context.headers["Content-Type"] == "application/ld+json"
    assert context.headers["Access-Control-Allow-Origin"] == "*"
    assert context.json()["@context"] == server.get("/dataset/leap-test/alpha.jsonld").json()["@context"]


def test_small_documents_are_there(server: Server) -> None:
    assert server.get("/health").json() == {"status": "ok", "revision": 4}
    assert f"Sitemap: {server.origin}/sitemap.xml" in server.get("/robots.txt").text
    locations = [element.text for element in ET.fromstring(server.get("/sitemap.xml").content).iter() if element.text]  # noqa: S314
    for iri, path in ((ALPHA, "/dataset/leap-test/alpha"), (PERSON, "/orcid/0000-0002-1825-0097")):
        assert f"{server.origin}{path}" in locations, iri
    forged = server.get("/sitemap.xml", headers={"Host": "<evil>"})
    assert b"<evil>" not in forged.content


STATES = st.builds(
    State,
    text=st.text(st.characters(codec="utf-8"), max_size=20).map(str.strip),
    facets=st.dictionaries(
        st.sampled_from(sorted(FACETS)),
        st.lists(
            st.text(st.characters(codec="utf-8"), min_size=1, max_size=10), min_size=1, max_size=15, unique=True
        ).map(tuple),
    ),
    number=st.integers(1, 1000),
    size=st.integers(1, 1000),
)


def _read(address: str) -> State:
    return State.read("/browse", QueryParams(urlsplit(address).query))


@given(STATES)
def test_an_address_holds_the_whole_state_of_a_list(state: State) -> None:
    again = _read(state.href(state.number))
    assert (again.text, again.number, again.size) == (state.text, state.number, state.size)
    assert again.facets == state.facets


@given(STATES, st.sampled_from(sorted(FACETS)), st.text(st.characters(codec="utf-8"), min_size=1, max_size=10))
def test_choosing_a_value_twice_changes_nothing(state: State, name: str, value: str) -> None:
    once = _read(state.toggled(name, value))
    assert (value in once.facets.get(name, ())) != (value in state.facets.get(name, ()))
    twice = _read(once.toggled(name, value))
    wanted = {key: set(values) for key, values in _read(state.href()).facets.items()}
    assert {key: set(values) for key, values in twice.facets.items()} == wanted


@given(st.binary())
def test_any_query_string_is_a_state(raw: bytes) -> None:
    state = State.read("/browse", QueryParams(raw))
    assert 1 <= state.number <= 1_000_000
    assert 1 <= state.size <= 1000


@given(st.integers(0, 3000), st.integers(1, 200), st.integers(1, 100))
def test_every_page_is_two_steps_from_its_neighbours(total: int, current: int, size: int) -> None:
    found = pages(total, current, size, lambda page: f"?{page}")
    numbers = [link.number for link in found.links if link.number is not None]
    assert numbers == sorted(set(numbers))
    assert found.pages == max(1, -(-total // size))
    assert {1, found.pages} <= set(numbers)
    assert (found.next is not None) == (current < found.pages)
    assert (found.previous is not None) == (current > 1)
    assert numbers[-1] == found.pages


@given(st.text(), st.integers(1, 50))
def test_a_number_in_an_address_stays_within_its_bounds(text: str, largest: int) -> None:
    assert 1 <= number(text, 1, largest) <= largest


@given(st.text())
def test_the_beginning_of_a_description_is_one_short_line(text: str) -> None:
    short = snippet_of(text)
    assert len(short) <= 241
    assert "\n" not in short


def test_json_twins_are_json(server: Server) -> None:
    for path in ("/browse.json", "/findings.json", "/changes/1.json", "/dataset/leap-test/hostile.json"):
        assert json.loads(server.get(path).content)
    assert DEFAULT_BASE in server.get("/browse.json").text


def test_a_dataset_comes_before_its_catalogue_entry_of_the_same_title(server: Server) -> None:
    hits = server.get("/search.json?q=alpha+sea+surface").json()["hits"]
    kinds = [hit["kind"] for hit in hits if hit["label"] == "Alpha sea surface"]
    assert kinds[0] == "Dataset"
    assert "Catalogue entry" in kinds
