"""The questions about papers, people and code on the example platform, and the pages that answer them by clicking."""

import re
from collections.abc import Iterator

import pytest

from examples.platform.build import build
from leap_kg.graph.engine import Engine
from leap_kg.graph.home import Home
from leap_kg.graph.snapshot import Snapshots
from leap_kg.links.mining import mine
from leap_kg.links.readers import READERS
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.sparql.run import select
from tests.examples.test_past import Visitor, harvest
from tests.sparql.questions.asked import questions
from tests.web.platform import followed
from tests.web.server import Server, running

pytestmark = [pytest.mark.all, pytest.mark.timeout(300)]

DOI = "https://doi.org/10.5555/example."
SST, HEAT, RAIN = (
    f"{BASE}dataset/example-lab/{name}-feedstock" for name in ("sst-analysis", "ocean-heat-content", "precipitation")
)
CODE = "https://github.com/example-lab/rain-and-warmth"
JOSIAH, INES = "https://orcid.org/0000-0002-1825-0097", "https://orcid.org/0009-9999-0000-0019"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The platform, harvested and mined."""
    platform = build(tmp_path_factory.mktemp("platform") / "example")
    made = Home(tmp_path_factory.mktemp("home") / "kg")
    harvest(made, platform)
    mine(made, BASE, READERS)
    return followed(made)


@pytest.fixture(scope="module")
def store(home: Home) -> Engine:
    snapshot = Snapshots(home).current()
    assert snapshot is not None
    return snapshot.store


@pytest.fixture(scope="module")
def server(home: Home) -> Iterator[Server]:
    with running(home.path) as started:
        yield started


def asked(store: Engine, question: str, /, **values: str | int) -> list[dict[str, str]]:
    query = questions().get(f"questions/{question}")
    assert query is not None
    return [
        {key: str(getattr(term, "value", "")) for key, term in row.items()}
        for row in select(store, query.bind(**values))
    ]


def test_12_which_line_of_which_file_says_what_went_into_the_paper(store: Engine) -> None:
    rows = asked(store, "behind-paper", paper=f"{DOI}preprint.2025.007")
    assert {row["property"].rpartition("/")[2].rpartition("#")[2] for row in rows} >= {"used", "runsIn"}
    assert all(row["quote"] for row in rows)
    assert any(row.get("file", "").endswith(".ipynb") and "cell" in row.get("place", "") for row in rows)


def test_13_who_uses_the_data_and_the_variable_and_by_which_way(store: Engine) -> None:
    once = [row["user"] for row in asked(store, "users-of-data", data=SST)]
    assert len(once) == len(set(once))
    found = {(row["user"], row["how"], row["path"]) for row in asked(store, "evidence-of-users", data=SST)}
    assert {user for user, _, _ in found} == set(once)
    assert {
        (f"{DOI}ocean.2025.004", "its record names it", "directly"),
        (f"{DOI}ocean.2025.004", "its record names it", "through Example ocean heat content, derived from it"),
        (f"{DOI}preprint.2025.007", "its code reads it", "through a store of it"),
    } <= found
    assert all(path for _, _, path in found)
    of_variable = asked(store, "users-of-variable", name="sea_surface_temperature")
    users = {row["user"] for row in of_variable}
    assert {user for user, _, _ in found if user.startswith("https://doi.org/")} <= users
    assert all(row["path"].startswith("Example ") for row in of_variable)
    assert asked(store, "users-of-variable", name="eastward_wind") == []


def test_14_papers_that_lack_code_data_or_a_copy(store: Engine, server: Server) -> None:
    rows = {row["paper"]: row for row in asked(store, "papers-incomplete", year=2025)}
    preprint, heat = rows[f"{DOI}preprint.2025.007"], rows[f"{DOI}ocean.2025.004"]
    assert (preprint["code"], preprint["data"], preprint["copy"]) == ("known", "known", "unknown")
    assert (heat["code"], heat["data"], heat["copy"]) == ("known", "known", "unknown")  # its record names both
    missing = server.get("/missing.json?year=2025").json()
    assert {each["iri"] for each in missing["publications-without-code"]} == {
        iri for iri, row in rows.items() if row["code"] == "none known"
    }
    people = {row["name"] for row in asked(store, "no-orcid")}
    assert JOSIAH not in {row["person"] for row in asked(store, "no-orcid", year=2025)}
    assert "Josiah Carberry" not in people


def test_15_what_was_produced_is_the_same_by_query_and_by_report(store: Engine, server: Server) -> None:
    told = server.get("/report.json?from=2024&to=2025").json()
    assert told["counts"]["article"] == 2
    rows = asked(store, "produced", since="2024", until="2025")
    assert {row["work"] for row in rows} == {each["iri"] for each in told["outputs"]}
    undated = {each["title"] for each in told["undated"]}
    assert undated >= {"Example ocean heat content", "example-lab/ocean-heat-content-feedstock"}
    assert "example-lab/rain-and-warmth" in undated | {each["title"] for each in told["outputs"]}


def test_17_how_a_person_is_connected_to_data_in_words(store: Engine) -> None:
    paths = {row["path"] for row in asked(store, "person-and-data", person=INES, dataset=SST)}
    assert "Ines Muster maintains or made Example ocean heat content, which was derived from the dataset" in paths
    through_code = {row["path"] for row in asked(store, "person-and-data", person=JOSIAH, dataset=RAIN)}
    title = "“Does it rain more where the water is warm? A null result”"
    assert f"Josiah Carberry wrote {title}, which names the dataset" in through_code
    assert any(path.startswith(f"Josiah Carberry wrote {title}, whose code ") for path in through_code)


def test_31_what_is_missing_is_reached_by_clicking_and_leads_on(server: Server) -> None:
    missing = Visitor(server).click("What is missing")
    assert "Kinds of things that the graph has none of" in missing.text
    assert "Links too unsure to be published" in missing.text
    assert server.get("/curation").status_code == 200


def test_a_person_sees_what_they_made_in_which_role_and_when(server: Server) -> None:
    page = server.get(f"/node?iri={JOSIAH}").text
    works = page.partition('id="panel-works-of-person"')[2].partition("</section>")[0]
    for title in (
        "A sea-surface temperature analysis to learn with",
        "Global mean sea-surface temperature",
        "sst-monthly",
    ):
        assert title in works
    for word in ("author", "maintains what it makes", "2024"):
        assert word in works


def test_a_dataset_lists_the_papers_whose_code_opens_it(server: Server) -> None:
    page = server.get(SST.removeprefix(BASE.rstrip("/"))).text
    papers = page.partition('id="panel-dataset-papers"')[2].partition("</section>")[0]
    for how in ("its record names the dataset", "its code opens the dataset", "opens a store of it"):
        assert how in papers
    works = re.findall(r'<tr[^>]*><td[^>]*><a class="entity"[^>]* href="([^"]+)"', papers)
    assert len(works) > 1
    assert len(set(works)) == len(works), "a work with several ways is one work"
    assert f'<span class="count">{len(works)}</span>' in papers
