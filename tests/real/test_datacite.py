"""DataCite's real metadata files of every version of its schema, harvested, against what json reads in them."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from pyoxigraph import NamedNode

from leap_kg.ingest.datacite.reading import doi_in
from leap_kg.ingest.datacite.source import map_part
from leap_kg.ingest.runs.composition import compose
from leap_kg.ingest.source import Mapped, Part
from leap_kg.ingest.works.membership import Members
from leap_kg.ontology.identifiers import Refusal, doi, orcid
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import ADMS, DCAT, DCT, FOAF, OWL, PROV, RDF, SCHEMA
from leap_kg.ontology.shapes import validate
from tests.real import recordings
from tests.real.recorded import Recorded
from tests.real.recordings import BASE

pytestmark = pytest.mark.skipif(not recordings.DATACITE.is_dir(), reason=recordings.WHY)


def numbers() -> tuple[str, ...]:
    found = (doi_in(record) for record in recordings.datacite_records().values())
    return tuple(dict.fromkeys(each.value for each in found if isinstance(each, doi.Doi)))


def names() -> list[Any]:
    """A parameter for each file; none where the files are not there."""
    if not recordings.DATACITE.is_dir():
        return [pytest.param("", id="absent")]
    return list(recordings.datacite_records())


def mapped(name: str) -> Mapped:
    record = recordings.datacite_records()[name]
    part = Part.cut("work", "https://api.datacite.org/dois/x", json.dumps(record).encode())
    return map_part(name, part, Members(), BASE)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield Recorded(tmp_path_factory.mktemp("datacite") / "home", "datacite-recorded")
    structlog.reset_defaults()


def test_every_file_is_published_as_the_record_of_its_doi(recorded: Recorded) -> None:
    assert len(numbers()) > 20
    assert recorded.first.report.published == len(numbers())
    assert recorded.first.report.outcome == "complete"
    assert not recorded.dead
    assert all(recorded.of(f"https://doi.org/{number}", DCT("title")) for number in numbers())


def test_a_second_harvest_changes_nothing(recorded: Recorded) -> None:
    assert recorded.second.report.published == 0
    assert recorded.second.report.unchanged == len(numbers())
    assert recorded.second.report.revision == recorded.first.report.revision


@pytest.mark.parametrize("name", names())
def test_every_version_of_the_schema_conforms_to_the_shapes(name: str) -> None:
    said = compose([mapped(name)], [], BASE).triples
    assert not validate(list(quads_in(said, NamedNode(f"{BASE}graph/source/datacite"))), BASE)


@pytest.mark.parametrize("name", names())
def test_title_people_and_year_are_those_of_the_file(name: str) -> None:
    record, result = recordings.datacite_records()[name], mapped(name)
    said = {(t.predicate, t.object.value) for t in result.triples if t.subject == result.subject}  # type: ignore[union-attr]
    main = next(each["title"] for each in record["titles"] if not each.get("titleType"))
    assert (DCT("title"), " ".join(main.split())) in said
    assert (SCHEMA("datePublished"), str(record["publicationYear"])) in said or any(
        each["dateType"] == "Issued" for each in record.get("dates", [])
    )
    creators = [value for predicate, value in said if predicate == DCT("creator")]
    assert len(creators) == len({each.get("name") or each["creatorName"] for each in record["creators"]})
    orcids = {
        each["nameIdentifier"].rpartition("/")[2]
        for creator in record["creators"]
        for each in creator.get("nameIdentifiers") or []
        if each["nameIdentifierScheme"] == "ORCID" and not isinstance(orcid.parse(each["nameIdentifier"]), Refusal)
    }
    assert {f"https://orcid.org/{each}" for each in orcids} <= set(creators)


@pytest.mark.parametrize("name", names())
def test_no_work_is_said_to_be_the_same_as_another(name: str) -> None:
    result = mapped(name)
    assert not [t for t in result.triples if t.predicate == OWL("sameAs")]
    versions = {t.object for t in result.triples if t.predicate in (DCT("isVersionOf"), DCT("hasVersion"))}
    assert result.subject not in versions


def test_a_dataset_under_cc_zero_says_so(recorded: Recorded) -> None:
    zenodo = "https://doi.org/10.5281/zenodo.47394"
    assert recorded.texts(zenodo, DCT("license")) == {"https://spdx.org/licenses/CC0-1.0"}
    assert recorded.texts(zenodo, SCHEMA("isAccessibleForFree")) == {"true"}


def test_awards_are_grants_of_their_funders(recorded: Recorded) -> None:
    grants = recorded.of("https://doi.org/10.5281/zenodo.47394", SCHEMA("funding"))
    assert {min(recorded.texts(grant, DCT("identifier"))) for grant in grants} == {"282625", "284382"}
    funders = {min(recorded.texts(grant, SCHEMA("funder"))) for grant in grants}
    assert funders == {"https://doi.org/10.13039/501100000780", "https://ror.org/00k4n6c32"}


def test_a_withdrawn_dataset_has_a_standing(recorded: Recorded) -> None:
    full = "https://doi.org/10.82433/b09z-4k37"
    assert recorded.texts(full, ADMS("status")) == {f"{BASE}work-status/withdrawn"}
    assert DCAT("Dataset") in recorded.of(full, RDF("type"))
    assert recorded.texts(full, FOAF("page")) == {"https://example.com/"}


def test_data_papers_lead_to_what_they_document(recorded: Recorded) -> None:
    related = recorded.texts("https://doi.org/10.82433/b09z-4k37", PROV("wasDerivedFrom"))
    assert related == {"https://doi.org/10.1016/j.epsl.2011.11.037"}
