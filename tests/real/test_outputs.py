"""The report of LEAP's real catalogue and of recorded papers: against the raw files, by query and in each form."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import html5lib
import pytest
import rispy
from bibtexparser.entrypoint import parse_string

from leap_kg.graph.home import Home
from leap_kg.ingest.fetch import Limits
from leap_kg.ingest.mirror import MirrorFetcher, read_mirror
from leap_kg.ingest.runs.rounds import harvest_round
from leap_kg.ingest.sources import chosen, read_sources
from tests.ingest.shelf import silent
from tests.real import recordings
from tests.real.mapped import DATA, MIRROR
from tests.real.recordings import BASE
from tests.web.platform import followed
from tests.web.server import Server, running

ROOT = Path(__file__).parents[2]
WANTED = {
    ROOT / "ingest" / "leap.yaml": ("leap-catalog", "leap-published", "feedstock-code"),
    Path(__file__).parent / "recorded.yaml": ("crossref-recorded", "datacite-recorded"),
}

pytestmark = [
    pytest.mark.all,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not beside the project"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of LEAP's catalogue and the recorded works."""
    home = Home(tmp_path_factory.mktemp("outputs") / "home")
    sources = [each for file, names in WANTED.items() for each in chosen(read_sources(file, BASE), list(names))]
    with MirrorFetcher(read_mirror(MIRROR), Limits()) as fetcher:
        for outcome in harvest_round(home, BASE, sources, fetcher, progress=silent):
            assert outcome.report.published
    followed(home)
    with running(home.path) as started:
        yield started


def rows(server: Server, name: str, **values: str) -> list[dict[str, str]]:
    """The answer of a named query as a table."""
    led = server.get(f"/queries/questions/{name}", params=values).headers["Location"]
    answer = server.get(led, accept="text/csv")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_every_entry_of_the_catalogue_is_reported_once_and_nothing_else(server: Server) -> None:
    raw = json.loads((DATA / "leap-catalog" / "consolidated-web-catalog.json").read_text())
    entries = raw if isinstance(raw, list) else raw["feedstocks"]
    told = server.get("/report.json?from=1900&to=2100").json()
    undated = Counter(each["kind"] for each in told["undated"])
    assert undated["dataset"] == len(entries) == 32
    titles = Counter((each["kind"], each["title"]) for each in told["undated"])
    assert max(titles.values()) == 1, "LEAP's feedstocks have one record each"
    assert all(each.get("code") for each in told["undated"] if each["kind"] == "dataset")


@pytest.mark.parametrize("query", ["", "?from=2015&to=2020", "?year=2016"], ids=["default", "years", "year"])
def test_query_page_table_and_json_count_the_same(server: Server, query: str) -> None:
    told = server.get(f"/report.json{query}").json()
    period = {"since": told["period"]["from"], "until": told["period"]["to"]}
    assert told["outputs"]
    for path in (f"/report{query}", f"/report.html{query}"):
        page = html5lib.parse(server.get(path).text, namespaceHTMLElements=False)
        listed = {
            section.get("aria-labelledby").removeprefix("kind-"): len(section.findall("ol/li"))
            for section in page.iter("section")
            if section.get("aria-labelledby", "").startswith("kind-")
        }
        assert listed == told["counts"]
    table = list(csv.DictReader(io.StringIO(server.get(f"/report.csv{query}").text)))
    assert Counter(row["kind"] for row in table) == told["counts"]
    produced = rows(server, "produced", **period)
    assert {row["work"] for row in produced} == {each["iri"] for each in told["outputs"]}
    counted = {
        row["value"]: int(row["works"]) for row in rows(server, "produced-counts", **period) if "kind" in row["by"]
    }
    assert counted == told["counts"]


def test_the_papers_that_belong_are_those_of_the_list(server: Server) -> None:
    said = {each["iri"] for each in server.get("/publications.json").json()}
    listed = [
        line.strip().strip('- "')
        for line in (Path(__file__).parent / "recorded.yaml").read_text().splitlines()
        if re.match(r'\s+- "10\.', line)
    ]
    ours = {f"https://doi.org/{number}".lower() for number in listed}
    assert said < ours
    data = {each["iri"] for each in server.get("/report.json?from=1900").json()["outputs"]}
    assert ours - said - data <= {f"https://doi.org/{number}" for number in _no_outputs()}


def _no_outputs() -> set[str]:
    """DOIs of the list whose records are of no kind that a report has, such as an event or an instrument."""
    kinds: dict[str, str] = {}
    for content in recordings.datacite_records().values():
        number = _doi(content)
        kinds[number] = str((content.get("types") or {}).get("resourceTypeGeneral", ""))
    told = ("Dataset", "Software", "Model", "JournalArticle", "Preprint", "DataPaper", "ConferencePaper", "Report")
    return {number for number, kind in kinds.items() if kind not in told}


def _doi(content: dict[str, Any]) -> str:
    listed = [*content.get("identifiers", []), content.get("identifier", {})]
    named = [each["identifier"] for each in listed if each.get("identifierType") == "DOI"]
    return str(content.get("doi") or next(iter(named), "")).lower().removeprefix("https://doi.org/")


def test_papers_that_lack_something_are_those_of_the_page_of_what_is_missing(server: Server) -> None:
    lists = server.get("/missing.json?year=2020").json()
    found = {row["paper"]: row for row in rows(server, "papers-incomplete", year="2020")}
    assert {iri for iri, row in found.items() if row["code"] == "none known"} == {
        each["iri"] for each in lists["publications-without-code"]
    }
    unknown = {each["iri"] for each in lists["publications-where-nobody-has-looked-for-an-open-copy"]}
    assert {iri for iri, row in found.items() if row["copy"] == "unknown"} == unknown
    assert found


def test_exports_of_all_real_papers_are_read_back_by_other_programs(server: Server) -> None:
    records = server.get("/publications.json?others=1").json()
    assert len(records) > 400
    library = parse_string(server.get("/publications.bib?others=1").text)
    assert (len(library.entries), library.failed_blocks) == (len(records), [])
    references = rispy.loads(server.get("/publications.ris?others=1").text)
    items = server.get("/publications.csl.json?others=1").json()
    table = list(csv.DictReader(io.StringIO(server.get("/publications.csv?others=1").text)))
    for record, reference, item, row in zip(records, references, items, table, strict=True):
        doi = record.get("doi", "")
        assert (reference.get("doi", ""), item.get("DOI", ""), row["doi"]) == (doi, doi, doi)
        assert len(reference.get("authors", [])) == len(item.get("author", [])) == len(record.get("authors", []))
        year = record.get("date", "")[:4]
        assert (reference.get("year", ""), str(item.get("issued", {}).get("date-parts", [[""]])[0][0])) == (year, year)


def test_what_repositories_lack_is_what_their_folders_lack(server: Server) -> None:
    found = {row["repository"]: row for row in rows(server, "incomplete-code")}
    folders = [path for path in (DATA / "feedstocks").iterdir() if path.is_dir()]
    compared = 0
    for folder in folders:
        names = {path.name.lower() for path in folder.rglob("*") if path.is_file()}
        row = found.get(f"https://github.com/{folder.name.replace('__', '/').lower()}")
        if row is None:  # of a feedstock that none of these sources describes
            continue
        environments = [
            name
            for name in names
            if re.fullmatch(r"(requirements.*\.txt|environment.*\.ya?ml|dockerfile|pyproject\.toml)", name)
        ]
        assert (row["licence"] == "none") == (not any("licen" in name for name in names))
        assert (row["citation"] == "none") == ("citation.cff" not in names)
        assert (row["environment"] == "none") == (not environments)
        assert row["release"] == "unknown", "nobody asked GitHub"
        compared += 1
    assert compared > 35


def test_a_corrected_paper_says_by_which_notice_and_of_which_day(server: Server) -> None:
    found = {row["work"].removeprefix("https://doi.org/"): row for row in rows(server, "retracted")}
    stated = {
        number: {(f"https://doi.org/{each['DOI']}", each["updated"]["date-time"][:10])}
        for number, work in recordings.crossref_works().items()
        for each in work.get("updated-by", [])
        if each["type"] == "correction"
    }
    assert stated
    assert {number: {(found[number]["notice"], found[number]["noticed"])} for number in stated} == stated


def test_a_preprint_and_its_article_name_each_other(server: Server) -> None:
    article, preprint = "/node?iri=https://doi.org/10.1002/ece3.2314", "/node?iri=https://doi.org/10.1101/014852"
    assert "The article of the preprint" in server.get(article).text
    assert "This is the preprint of" in server.get(preprint).text


def test_the_file_shows_no_address_as_text_and_names_its_sources(server: Server) -> None:
    text = server.get("/report.html?from=1900").text
    page = html5lib.parse(text, namespaceHTMLElements=False)
    words = " ".join("".join(page.find("body").itertext()).split())
    assert "w3id.org" not in words
    assert "Works at Crossref" not in words
    assert "Crossref as it was recorded" in words
    assert "LEAP feedstocks" not in words.partition("How this was made")[0]
