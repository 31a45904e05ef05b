"""What a record of DataCite says is what the graph says of it, and no value at any place can do harm."""

from typing import Any

import pytest
from hypothesis import given, settings
from pyoxigraph import NamedNode

from leap_kg.ingest.source import Mapped, RecordUnusable
from leap_kg.ontology.namespaces import ADMS, DCAT, DCT, FABIO, FOAF, OWL, PROV, RDF, SCHEMA
from tests.ingest.crossref.records import CARBERRY, COLUMBIA
from tests.ingest.datacite.records import CONCEPT, mapped, record
from tests.ingest.works.altered import BASE, altered, objects, read_or_refused, violations

DOI = NamedNode("https://doi.org/10.5281/zenodo.7761881")


def of(result: Mapped, predicate: NamedNode, subject: NamedNode | None = None) -> set[str]:
    node = subject or result.subject
    return {t.object.value for t in result.triples if (t.subject, t.predicate) == (node, predicate)}  # type: ignore[union-attr]


def kinds(result: Mapped) -> list[str]:
    return [finding.kind for finding in result.findings]


def test_a_record_without_fault_has_no_finding_and_conforms() -> None:
    result = mapped(record())
    assert result.subject == DOI
    assert not result.findings
    assert not violations(result)


def test_a_dataset_is_described_as_datasets_are() -> None:
    result = mapped(record())
    assert of(result, RDF("type")) == {DCAT("Dataset").value}
    assert of(result, DCT("title")) == {"ClimSim low resolution"}
    assert of(result, DCT("alternative")) == {"A part"}
    assert of(result, DCT("description")) == {"Ten years of data."}
    assert of(result, DCT("issued")) == {"2023-06-01"}
    assert of(result, DCT("modified")) == {"2023-07"}
    assert of(result, SCHEMA("version")) == {"1.2"}
    assert of(result, DCT("license")) == {"https://spdx.org/licenses/CC-BY-4.0"}
    assert of(result, FOAF("page")) == {"https://zenodo.org/record/7761881"}
    assert of(result, DCT("publisher")) == {f"{BASE}organization/zenodo"}


def test_a_version_belongs_to_its_concept_and_is_not_it() -> None:
    result = mapped(record())
    assert of(result, DCT("isVersionOf")) == {f"https://doi.org/{CONCEPT}"}
    assert not [t for t in result.triples if t.predicate == OWL("sameAs")]
    concept = mapped(
        record(
            CONCEPT,
            relatedIdentifiers=[
                {"relatedIdentifier": DOI.value, "relatedIdentifierType": "DOI", "relationType": "HasVersion"}
            ],
        )
    )
    assert of(concept, DCT("hasVersion")) == {DOI.value}


@pytest.mark.parametrize(
    ("relation", "newer"), [("IsNewVersionOf", True), ("IsPreviousVersionOf", False), ("Obsoletes", True)]
)
def test_versions_follow_one_another(relation: str, newer: bool) -> None:
    other = NamedNode("https://doi.org/10.5281/zenodo.1")
    related = [{"relatedIdentifier": "10.5281/zenodo.1", "relatedIdentifierType": "DOI", "relationType": relation}]
    result = mapped(record(relatedIdentifiers=related))
    first, second = (result.subject, other) if newer else (other, result.subject)
    assert of(result, PROV("wasRevisionOf"), first) == {second.value}


def test_people_organisations_and_roles() -> None:
    result = mapped(record())
    assert of(result, DCT("creator")) == {f"https://orcid.org/{CARBERRY}", f"{BASE}organization/the-lab"}
    assert of(result, FOAF("name"), NamedNode(f"https://orcid.org/{CARBERRY}")) == {"Josiah Carberry"}
    (curator,) = of(result, DCT("contributor"))
    assert of(result, FOAF("name"), NamedNode(curator)) == {"Ann Ode"}


@pytest.mark.parametrize(
    ("creator", "organised"),
    [
        ({"name": "The Lab", "nameType": "Organizational"}, True),
        ({"name": "The Lab", "nameIdentifiers": [{"nameIdentifier": f"https://ror.org/{COLUMBIA}"}]}, True),
        ({"name": "The Lab", "contributorType": "HostingInstitution"}, True),
        ({"name": "Ode, Ann", "nameType": "Personal", "contributorType": "Sponsor"}, False),
        ({"name": "Ode, Ann", "givenName": "Ann", "contributorType": "Sponsor"}, False),
        ({"name": "Ode, Ann"}, False),
    ],
)
def test_a_name_is_a_persons_unless_something_says_otherwise(creator: dict[str, Any], organised: bool) -> None:
    result = mapped(record(creators=[], contributors=[creator]))
    (agent,) = of(result, DCT("contributor"))
    assert (FOAF("Person").value not in of(result, RDF("type"), NamedNode(agent))) == organised
    assert not violations(result)


def test_why_a_record_is_the_platforms_stands_on_it() -> None:
    result = mapped(record())
    influencers = {
        influencer
        for node in map(NamedNode, of(result, PROV("qualifiedInfluence")))
        for influencer in of(result, PROV("influencer"), node)
    }
    assert influencers == {
        f"{BASE}grant/10.13039/100000001/2019625", f"https://orcid.org/{CARBERRY}", f"https://ror.org/{COLUMBIA}",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("general", "specific", "cls"),
    [
        ("Software", "", SCHEMA("SoftwareSourceCode")),
        ("ComputationalNotebook", "", SCHEMA("SoftwareSourceCode")),
        ("Text", "Thesis", FABIO("Thesis")),
        ("Text", "Journal article", FABIO("JournalArticle")),
        ("Text", "", SCHEMA("ScholarlyArticle")),
        ("Preprint", "", FABIO("Preprint")),
        ("ConferencePaper", "", FABIO("ConferencePaper")),
        ("Image", "", SCHEMA("CreativeWork")),
        ("Text", "Doctoral thesis", FABIO("Thesis")),
        ("Dissertation", "", FABIO("Thesis")),
        ("Text", "Presentation", FABIO("Presentation")),
        ("Audiovisual", "Lecture", FABIO("Presentation")),
        ("Presentation", "Slides of a dataset", FABIO("Presentation")),
        ("Other", "Poster", FABIO("ConferencePoster")),
        ("Dataset", "Presentation", DCAT("Dataset")),
    ],
)
def test_kinds_of_resources(general: str, specific: str, cls: NamedNode) -> None:
    result = mapped(record(types={"resourceTypeGeneral": general, "resourceType": specific}))
    assert cls.value in of(result, RDF("type"))
    assert not violations(result)


def test_a_kind_that_is_not_known_is_a_work_and_reported() -> None:
    result = mapped(record(types={"resourceTypeGeneral": "Hologram"}))
    assert of(result, RDF("type")) == {SCHEMA("CreativeWork").value}
    assert kinds(result) == ["unknown-relation"]


def test_a_dataset_has_one_licence_and_keeps_the_words_of_others() -> None:
    rights = [
        {"rightsUri": "https://creativecommons.org/licenses/by/4.0/"},
        {"rightsIdentifier": "cc0-1.0"},
        {"rights": "Ask us"},
    ]
    result = mapped(record(rightsList=rights))
    assert of(result, DCT("license")) == {"https://spdx.org/licenses/CC-BY-4.0"}
    assert of(result, DCT("rights")) == {"CC0-1.0", "Ask us"}
    assert not violations(result)


def test_open_and_closed_access_are_said() -> None:
    for uri, free in (("openAccess", "true"), ("closedAccess", "false"), ("restrictedAccess", "false")):
        result = mapped(record(rightsList=[{"rightsUri": f"info:eu-repo/semantics/{uri}"}]))
        assert of(result, SCHEMA("isAccessibleForFree")) == {free}
        assert kinds(result) == ["missing-licence"]


def test_a_withdrawn_record_has_a_standing() -> None:
    result = mapped(record(dates=[{"date": "2024-01-01", "dateType": "Withdrawn"}]))
    assert of(result, ADMS("status")) == {f"{BASE}work-status/withdrawn"}
    assert kinds(result) == ["retracted"]


def test_what_has_no_iri_is_kept() -> None:
    related = [{"relatedIdentifier": "IECUR0097", "relatedIdentifierType": "IGSN", "relationType": "IsDescribedBy"}]
    result = mapped(record(relatedIdentifiers=related))
    (kept,) = of(result, NamedNode(f"{BASE}ontology#unmapped"))
    assert "IGSN IECUR0097" in kept


def test_the_doi_of_an_arxiv_paper_and_its_number_are_one_paper() -> None:
    result = mapped(record("10.48550/arXiv.2306.08754", types={"resourceTypeGeneral": "Preprint"}))
    assert of(result, OWL("sameAs")) == {"https://arxiv.org/abs/2306.08754"}


@pytest.mark.parametrize("item", [{}, {"doi": "x"}, {"identifiers": "x"}, {"identifier": 3}, {"doi": None, "id": ""}])
def test_a_record_without_doi_is_unusable(item: dict[str, Any]) -> None:
    with pytest.raises(RecordUnusable):
        mapped(item)


@settings(max_examples=50, deadline=None)
@given(altered(record()))
def test_any_value_at_any_place_is_a_finding_or_a_reason(item: dict[str, Any]) -> None:
    result = read_or_refused(lambda: mapped(item))
    assert result is None or not violations(result)


@given(objects)
def test_any_object_is_read_or_refused(item: dict[str, Any]) -> None:
    result = read_or_refused(lambda: mapped({"doi": "10.1000/x", **item}))
    assert result is None or not violations(result)


@pytest.mark.parametrize(
    ("container", "volume", "issue", "pages"),
    [
        ({"volume": "Volume 3", "firstPage": "Issue 2 November 2016  Pages 60–62"}, {"3"}, set(), {"60-62"}),
        ({"volume": "12", "issue": "No. 2-3", "firstPage": "45", "lastPage": "60"}, {"12"}, {"2-3"}, {"45-60"}),
        ({"volume": "XIV", "issue": "4a", "firstPage": "e1023"}, {"XIV"}, {"4a"}, {"e1023"}),
        ({"volume": "Spring", "issue": "the first of the year", "firstPage": "No 1 (2013)"}, set(), set(), set()),
    ],
    ids=["words", "numbers", "other-numbers", "no-numbers"],
)
def test_places_in_a_journal_are_numbers(container: dict[str, str], volume: Any, issue: Any, pages: Any) -> None:
    result = mapped(record(types={"resourceTypeGeneral": "JournalArticle"}, container=container))
    said = [of(result, SCHEMA(name)) for name in ("volumeNumber", "issueNumber", "pagination")]
    assert said == [volume, issue, pages]


def test_the_identifier_of_an_organisation_is_not_its_name() -> None:
    iri = f"https://ror.org/{COLUMBIA}"
    named = {"name": "The Lab", "nameType": "Organizational", "nameIdentifiers": [{"nameIdentifier": iri}]}
    other = {"name": "Josiah Carberry", "affiliation": [{"name": iri, "affiliationIdentifier": iri}]}
    assert of(mapped(record(creators=[named, other])), FOAF("name"), NamedNode(iri)) == {"The Lab"}
    alone = mapped(record(creators=[other], contributors=[]))
    assert of(alone, FOAF("name"), NamedNode(iri)) == set()
    assert not violations(alone)
