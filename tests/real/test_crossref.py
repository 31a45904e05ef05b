"""Every work that Crossref's recorded answers hold, harvested, against what other code reads in them."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from pyoxigraph import Literal

from leap_kg.ontology.identifiers import doi
from leap_kg.ontology.namespaces import ADMS, CITO, DCAT, DCT, FABIO, FOAF, PROV, RDF, SCHEMA
from leap_kg.outputs.reading import Reader
from leap_kg.outputs.report import Report
from leap_kg.outputs.selection import Selection
from tests.real import recordings
from tests.real.recorded import Recorded
from tests.real.recordings import BASE

pytestmark = pytest.mark.skipif(not recordings.CROSSREF.is_dir(), reason=recordings.WHY)

SKELETONS = "nothing but its DOI"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield Recorded(tmp_path_factory.mktemp("crossref") / "home", "crossref-recorded")
    structlog.reset_defaults()


def node(number: str) -> str:
    """The node of a DOI."""
    known = doi.parse(number)
    assert isinstance(known, doi.Doi)
    return known.iri


def published(recorded: Recorded) -> dict[str, dict[str, Any]]:
    return {number: work for number, work in recordings.crossref_works().items() if number not in recorded.dead}


def test_every_recorded_work_is_published_or_a_dead_letter_with_its_reason(recorded: Recorded) -> None:
    works = recordings.crossref_works()
    assert len(works) > 500
    assert recorded.first.report.seen == len(works)
    assert recorded.first.report.published + recorded.first.report.dead == len(works)
    said = {number for number in works if recorded.of(node(number), DCT("title"))}
    assert said | recorded.dead.keys() == works.keys()
    assert not said & recorded.dead.keys()


def test_a_dead_letter_is_a_record_without_content(recorded: Recorded) -> None:
    empty = {n for n, work in recordings.crossref_works().items() if not work.get("type") and not work.get("title")}
    assert recorded.dead.keys() == empty
    assert all(SKELETONS in letter.reason for letter in recorded.dead.values())


def test_a_second_harvest_of_the_same_answers_changes_nothing(recorded: Recorded) -> None:
    assert recorded.second.report.published == 0
    assert recorded.second.report.unchanged == recorded.first.report.published
    assert recorded.second.report.revision == recorded.first.report.revision
    assert not recorded.second.difference.added
    assert not recorded.second.difference.removed


def test_listings_that_were_cut_short_leave_the_run_partial(recorded: Recorded) -> None:
    """The recorded listings name totals of millions and give a page or two, so nothing may be taken for gone."""
    assert recorded.first.report.outcome == "partial"


def test_titles_are_those_of_the_answers_without_markup(recorded: Recorded) -> None:
    compared = 0
    for number, work in published(recorded).items():
        (title,) = recorded.texts(node(number), DCT("title"))
        stated = (work.get("title") or [""])[0]
        if stated and not set("<>&\n") & set(stated):
            assert title.startswith(" ".join(stated.split()))
            compared += 1
        assert "<jats:" not in title
        assert "<i>" not in title
    assert compared > 400


def test_abstracts_are_plain_text(recorded: Recorded) -> None:
    found = [quad.object for quad in recorded.store.quads_for_pattern(None, DCT("abstract"), None, recorded.graph)]
    assert len(found) > 100
    for term in found:
        assert isinstance(term, Literal)
        assert "jats:" not in term.value
        assert not term.value.lower().startswith("abstract\n")


def test_authors_are_in_the_order_of_the_answers(recorded: Recorded) -> None:
    compared = 0
    for number, work in published(recorded).items():
        stated = [
            " ".join(f"{a.get('given', '')} {a.get('family', '')} {a.get('suffix', '')}".split()) or a.get("name", "")
            for a in work.get("author", [])
        ]
        placed: dict[int, str] = {}
        for attribution in recorded.of(node(number), PROV("qualifiedAttribution")):
            (role,), (agent,) = recorded.of(attribution, DCAT("hadRole")), recorded.of(attribution, PROV("agent"))
            if role.value.endswith("/aut"):
                (position,) = recorded.texts(attribution, SCHEMA("position"))
                placed[int(position)] = recorded.named(agent)
        named = [name for name in stated if name]
        if not any("&" in name or "<" in name for name in named) and len(set(named)) == len(named):
            # A person with an ORCID iD has one name in the graph, whichever of several a paper prints.
            same = [a == b for a, b in zip((placed[at] for at in sorted(placed)), named, strict=True)]
            compared += sum(same)
            known = sum(1 for author in work.get("author", []) if author.get("ORCID"))
            assert same.count(False) <= known
    assert compared > 1500


def test_orcids_name_their_people(recorded: Recorded) -> None:
    stated = {
        a["ORCID"].replace("http:", "https:")
        for w in published(recorded).values()
        for a in w.get("author", [])
        if a.get("ORCID")
    }
    people = recorded.of_type(FOAF("Person"))
    assert len(stated) > 200
    assert stated <= people


def test_references_with_a_doi_are_citations(recorded: Recorded) -> None:
    total = 0
    for number, work in published(recorded).items():
        stated = {doi.parse(each["DOI"]) for each in work.get("reference", []) if each.get("DOI")}
        cited = {each.iri for each in stated if isinstance(each, doi.Doi)}
        assert recorded.texts(node(number), CITO("cites")) == cited
        total += len(cited)
    assert total > 5000


def test_licences_of_creative_commons_are_spdx(recorded: Recorded) -> None:
    open_ones = 0
    for number, work in published(recorded).items():
        stated = [
            each["URL"] for each in work.get("license", []) if "creativecommons.org/licenses/by/4.0" in each["URL"]
        ]
        if stated:
            assert "https://spdx.org/licenses/CC-BY-4.0" in recorded.texts(node(number), DCT("license"))
            open_ones += 1
    assert open_ones > 80


def test_grants_have_their_number_and_funder(recorded: Recorded) -> None:
    numbers = 0
    for number, work in published(recorded).items():
        grants = recorded.of(node(number), SCHEMA("funding"))
        said = set().union(*(recorded.texts(grant, DCT("identifier")) for grant in grants))
        stated = {award.strip() for funder in work.get("funder", []) for award in funder.get("award", [])}
        assert stated <= said
        numbers += len(stated)
        for grant in grants:
            assert recorded.of(grant, SCHEMA("funder"))
    assert numbers > 200


def test_articles_know_their_preprints(recorded: Recorded) -> None:
    for number, work in published(recorded).items():
        for each in work.get("relation", {}).get("has-preprint", []):
            assert node(each["id"]) in recorded.texts(node(number), PROV("wasRevisionOf"))
            assert FABIO("Preprint") in recorded.of(node(each["id"]), RDF("type"))


def test_corrections_are_a_standing_and_lead_to_the_notice(recorded: Recorded) -> None:
    corrected = 0
    for number, work in published(recorded).items():
        for each in work.get("updated-by", []):
            if each["type"] == "correction":
                assert f"{BASE}work-status/corrected" in recorded.texts(node(number), ADMS("status"))
                assert node(each["DOI"]) in recorded.texts(node(number), CITO("isCorrectedBy"))
                corrected += 1
    assert corrected


def test_which_preprint_became_which_article(recorded: Recorded) -> None:
    stated = {
        (node(number), node(each["id"]))
        for number, work in published(recorded).items()
        for each in work.get("relation", {}).get("has-preprint", [])
    }
    rows = recorded.ask("questions/versions")
    assert {(row["work"], row["other"]) for row in rows if row["how"] == "article of the preprint"} == stated
    assert len(stated) == 12
    ecology = next(row for row in rows if row["other"] == node("10.1101/014852"))
    assert ecology["work"] == node("10.1002/ece3.2314")
    newer = {(row["work"], row["other"]) for row in rows if row["how"] == "new version of"}
    older = {
        (node(each["DOI"]), node(number))
        for number, work in published(recorded).items()
        for each in work.get("updated-by", [])
        if each["type"] == "new_version" and node(each["DOI"]) != node(number)
    }
    assert older <= newer
    assert not any(row["work"] == row["other"] for row in rows)


def test_which_works_were_corrected(recorded: Recorded) -> None:
    rows = recorded.ask("questions/retracted")
    stated = {
        (node(number), node(each["DOI"]))
        for number, work in published(recorded).items()
        for each in work.get("updated-by", [])
        if each["type"] == "correction"
    }
    assert stated
    assert {(row["work"], row["notice"]) for row in rows if row["standing"] == "corrected"} == stated


def test_which_papers_of_a_year_lack_an_open_copy(recorded: Recorded) -> None:
    year = 2017
    papers = {
        node(number): work
        for number, work in published(recorded).items()
        if (work.get("issued") or {}).get("date-parts", [[None]])[0][0] == year
        and work.get("type") in ("journal-article", "proceedings-article", "book-chapter", "report", "reference-entry")
    }
    closed = {
        iri
        for iri, work in papers.items()
        if not any("creativecommons.org" in each["URL"] for each in work.get("license", []))
    }
    rows = recorded.ask("questions/no-open-copy", year=year)
    assert {row["paper"] for row in rows} == closed
    assert 0 < len(closed) < len(papers)
    assert {row["copy"] for row in rows} == {"unknown"}


def test_people_without_an_orcid_are_counted(recorded: Recorded) -> None:
    rows = recorded.ask("questions/no-orcid")
    lacking = Report.of(Reader(recorded.store, BASE).outputs(), Selection()).without_orcid
    assert {row["person"] for row in rows} == {maker.iri for maker in lacking}
    assert len(rows) > 50
    assert not any("orcid.org" in row["person"] for row in rows)
