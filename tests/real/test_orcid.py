"""The people whose ORCID records were recorded, harvested, against what json reads in them."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from leap_kg.ontology.identifiers import doi
from leap_kg.ontology.namespaces import DCT, FOAF, RDFS, SCHEMA
from tests.real import recordings
from tests.real.recorded import Recorded
from tests.real.recordings import BASE

pytestmark = pytest.mark.skipif(not recordings.ORCID.is_dir(), reason=recordings.WHY)

SCOTT = "0000-0003-1444-9135"
THOMAS = "0000-0003-1620-1408"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield Recorded(tmp_path_factory.mktemp("orcid") / "home", "orcid-recorded")
    structlog.reset_defaults()


def test_every_person_is_published_under_the_name_they_use(recorded: Recorded) -> None:
    assert set(recordings.orcid_sections()) == {SCOTT, THOMAS}
    assert recorded.first.report.published == 2
    assert not recorded.dead
    assert recorded.texts(f"https://orcid.org/{SCOTT}", FOAF("name")) == {"Scott A Chamberlain"}
    assert recorded.texts(f"https://orcid.org/{SCOTT}", SCHEMA("alternateName")) == {"Scott Chamberlain"}
    assert recorded.texts(f"https://orcid.org/{THOMAS}", FOAF("name")) == {"Thomas Johnson"}


def test_a_second_harvest_changes_nothing(recorded: Recorded) -> None:
    assert recorded.second.report.published == 0
    assert recorded.second.report.unchanged == 2
    assert recorded.second.report.revision == recorded.first.report.revision


def test_the_account_that_a_person_links_to_is_theirs(recorded: Recorded) -> None:
    assert recorded.texts(f"https://orcid.org/{SCOTT}", FOAF("account")) == {"https://github.com/sckott"}


def test_each_group_is_one_work_with_its_title_and_date(recorded: Recorded) -> None:
    groups = recordings.orcid_sections()[SCOTT]["works"]["group"]
    assert len(groups) == 111
    for group in groups:
        summary = group["work-summary"][0]
        stated = [each["external-id-value"] for each in group["external-ids"]["external-id"]]
        known = doi.parse(stated[0]) if stated else None
        node = known.iri if isinstance(known, doi.Doi) else f"{BASE}work/{SCOTT}/{summary['put-code']}"
        assert recorded.texts(node, DCT("contributor")) == {f"https://orcid.org/{SCOTT}"}
        assert " ".join(summary["title"]["title"]["value"].split()) in recorded.texts(node, RDFS("label"))
        year = (summary["publication-date"] or {}).get("year")
        if year:
            assert year["value"] in recorded.texts(node, SCHEMA("datePublished"))


def test_a_person_without_works_is_a_person(recorded: Recorded) -> None:
    assert recordings.orcid_sections()[THOMAS]["works"]["group"] == []
    assert f"https://orcid.org/{THOMAS}" in recorded.of_type(FOAF("Person"))
