"""What a work of Crossref says is what the graph says of it, and no value at any place can do harm."""

from typing import Any

import pytest
from hypothesis import given, settings
from pyoxigraph import Literal, NamedNode

from leap_kg.ingest.source import Mapped, RecordUnusable
from leap_kg.ontology.namespaces import (
    ADMS,
    CITO,
    DCAT,
    DCT,
    FABIO,
    FOAF,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    XSD,
)  # fmt: skip
from tests.ingest.crossref.records import AWARD, CARBERRY, COLUMBIA, MEMBERS, NSF, mapped, work
from tests.ingest.works.altered import BASE, altered, objects, read_or_refused, violations

DOI = NamedNode("https://doi.org/10.1029/2023ms004000")
ORCID = NamedNode(f"https://orcid.org/{CARBERRY}")


def of(result: Mapped, predicate: NamedNode, subject: NamedNode | None = None) -> set[str]:
    node = subject or result.subject
    return {t.object.value for t in result.triples if (t.subject, t.predicate) == (node, predicate)}  # type: ignore[union-attr]


def kinds(result: Mapped) -> list[str]:
    return [finding.kind for finding in result.findings]


def test_a_work_without_fault_has_no_finding_and_conforms() -> None:
    result = mapped(work())
    assert result.subject == DOI
    assert not result.findings
    assert not violations(result)


def test_title_abstract_and_dates() -> None:
    result = mapped(work())
    assert of(result, DCT("title")) == {"Learning CO2 fluxes & ocean heat: A study"}
    assert of(result, DCT("alternative")) == {"Apprendre"}
    assert of(result, DCT("abstract")) == {"We learn.\nIt works."}
    issued = next(t.object for t in result.triples if t.predicate == DCT("issued"))
    assert issued == Literal("2023-12", datatype=XSD("gYearMonth"))
    assert of(result, SCHEMA("datePublished")) == {"2023"}
    assert of(result, DCT("dateAccepted")) == {"2023-11-02"}


def test_the_journal_is_named_by_its_issn() -> None:
    result = mapped(work())
    journal = NamedNode("https://portal.issn.org/resource/ISSN/1942-2466")
    assert of(result, DCT("isPartOf")) == {journal.value}
    assert of(result, DCT("title"), journal) == {"Journal of Advances in Modeling Earth Systems"}
    assert SCHEMA("Periodical").value in of(result, RDF("type"), journal)


def test_of_two_issns_the_printed_one_names_the_journal_in_either_order() -> None:
    typed = [{"type": "electronic", "value": "0022-0477"}, {"type": "print", "value": "1461-023X"}]
    for issns in (["1461-023X", "0022-0477"], ["0022-0477", "1461-023X"]):
        result = mapped(work(**{"ISSN": issns, "issn-type": typed}))
        assert of(result, DCT("isPartOf")) == {"https://portal.issn.org/resource/ISSN/1461-023X"}


def test_a_chapter_is_part_of_its_book() -> None:
    result = mapped(work(type="book-chapter", ISBN=["9783030281922"], **{"container-title": ["The Book"]}))
    assert of(result, DCT("isPartOf")) == {"urn:isbn:9783030281922"}
    assert FABIO("BookChapter").value in of(result, RDF("type"))


def test_authors_keep_their_order_roles_and_affiliations() -> None:
    result = mapped(work())
    people = {}
    for node in map(NamedNode, of(result, PROV("qualifiedAttribution"))):
        (position,), (agent,) = of(result, SCHEMA("position"), node), of(result, PROV("agent"), node)
        (role,) = of(result, DCAT("hadRole"), node)
        people[int(position)] = (agent, role.rpartition("/")[2], of(result, SCHEMA("affiliation"), node))
    assert people[1] == (ORCID.value, "aut", {f"https://ror.org/{COLUMBIA}"})
    assert people[2][2] == {"Somewhere"}
    assert people[4][0] == f"{BASE}organization/the-leap-team"
    assert people[5][1] == "edt"
    assert of(result, FOAF("name"), NamedNode(people[2][0])) == {"Ann Ode"}
    assert of(result, DCT("creator")) == {people[at][0] for at in (1, 2, 3, 4)}


def test_two_authors_of_one_name_are_two_people() -> None:
    result = mapped(work())
    odes = {agent for agent in of(result, DCT("creator")) if "ann-ode" in agent}
    assert len(odes) == 2


def test_the_person_of_a_paper_is_the_same_in_every_reading() -> None:
    first, second = mapped(work()), mapped(work(title=["Other"]))
    assert of(first, DCT("creator")) == of(second, DCT("creator"))


def test_references_relations_and_licence() -> None:
    result = mapped(work())
    assert of(result, CITO("cites")) == {"https://doi.org/10.1000/cited"}
    assert of(result, PROV("wasRevisionOf")) == {"https://doi.org/10.22541/au.1"}
    assert of(result, DCT("license")) == {"https://spdx.org/licenses/CC-BY-4.0"}


def test_a_preprint_is_said_of_its_article() -> None:
    preprint = work(
        "10.22541/AU.1", type="posted-content", relation={"is-preprint-of": [{"id-type": "doi", "id": DOI.value}]}
    )
    result = mapped(preprint)
    assert FABIO("Preprint").value in of(result, RDF("type"))
    assert of(result, PROV("wasRevisionOf"), DOI) == {"https://doi.org/10.22541/au.1"}
    assert not of(result, PROV("wasRevisionOf"))


def test_terms_for_text_mining_are_no_licence() -> None:
    terms = [{"URL": "https://www.elsevier.com/tdm/userlicense/1.0/", "content-version": "tdm"}]
    result = mapped(work(license=terms))
    assert not of(result, DCT("license"))
    assert not of(result, DCT("rights"))


def test_terms_of_a_publisher_are_kept_word_for_word() -> None:
    terms = [{"URL": "http://www.example.org/terms", "content-version": "vor"}]
    assert of(mapped(work(license=terms)), DCT("rights")) == {"http://www.example.org/terms"}


def test_the_award_of_the_platform_is_one_node_however_it_is_written() -> None:
    grants = set()
    for number in ("2019625", "OCE-2019625", "NSF 2019625", "Award No. 2019625"):
        result = mapped(work(funder=[{"DOI": NSF, "name": "NSF", "award": [number]}]))
        grants |= of(result, SCHEMA("funding"))
    grants |= of(mapped(work(funder=[{"name": "NSF", "award": ["2019625"]}])), SCHEMA("funding"))
    assert grants == {f"{BASE}grant/10.13039/100000001/2019625"}


@pytest.mark.parametrize(
    "funder",
    [
        {"DOI": "10.13039/501100001809", "name": "NSFC", "award": ["2019625"]},
        {"name": "Another Foundation", "award": ["2019625"]},
        {"DOI": NSF, "name": "NSF", "award": ["12019625"]},
        {"DOI": NSF, "name": "NSF", "award": ["20196251"]},
    ],
)
def test_another_award_is_not_the_platforms(funder: dict[str, Any]) -> None:
    result = mapped(work(funder=[funder], author=[]))
    assert f"{BASE}grant/10.13039/100000001/2019625" not in of(result, SCHEMA("funding"))
    assert not of(result, PROV("qualifiedInfluence"))


def test_a_funder_without_award_is_a_funder() -> None:
    assert of(mapped(work()), SCHEMA("funder")) == {f"{BASE}organization/a-friend"}


def test_why_a_work_is_the_platforms_stands_on_it() -> None:
    result = mapped(work())
    reasons = {
        next(iter(of(result, RDFS("label"), node))): of(result, PROV("influencer"), node)
        for node in map(NamedNode, of(result, PROV("qualifiedInfluence")))
    }
    assert reasons == {
        "names an award of the platform": {f"{BASE}grant/10.13039/100000001/{AWARD.number}"},
        "names a person of the platform": {ORCID.value},
        "names an organisation of the platform": {f"https://ror.org/{COLUMBIA}"},
    }
    strange = mapped(work(author=[], funder=[]))
    assert not of(strange, PROV("qualifiedInfluence"))


def test_a_listed_work_says_that_it_is_listed() -> None:
    members = MEMBERS.model_copy(update={"works": ("10.1029/2023ms004000",), "awards": (), "people": ()})
    result = mapped(work(author=[]), members)
    (node,) = of(result, PROV("qualifiedInfluence"))
    assert of(result, RDFS("label"), NamedNode(node)) == {"is on the platform's list of works"}


@pytest.mark.parametrize(
    ("kind", "status", "verb"),
    [
        ("retraction", "retracted", "isRetractedBy"),
        ("partial_retraction", "partly-retracted", "isRetractedBy"),
        ("withdrawal", "withdrawn", "isRetractedBy"),
        ("removal", "removed", "isRetractedBy"),
        ("expression_of_concern", "expression-of-concern", "isCritiquedBy"),
        ("correction", "corrected", "isCorrectedBy"),
        ("erratum", "corrected", "isCorrectedBy"),
    ],
)
def test_a_notice_changes_the_standing_of_the_work_from_both_sides(kind: str, status: str, verb: str) -> None:
    notice = "https://doi.org/10.1029/notice"
    suffered = mapped(work(**{"updated-by": [{"DOI": "10.1029/NOTICE", "type": kind}]}))
    assert of(suffered, ADMS("status")) == {f"{BASE}work-status/{status}"}
    assert of(suffered, CITO(verb)) == {notice}
    assert ("retracted" in kinds(suffered)) == (status != "corrected")
    given = mapped(work("10.1029/notice", **{"update-to": [{"DOI": "10.1029/2023MS004000", "type": kind}]}))
    assert of(given, ADMS("status"), DOI) == {f"{BASE}work-status/{status}"}
    assert of(given, CITO(verb), DOI) == {notice}
    assert not of(given, ADMS("status"))
    assert "retracted" not in kinds(given)


def test_a_new_version_is_a_revision_and_no_change_of_standing() -> None:
    result = mapped(work(**{"updated-by": [{"DOI": "10.1029/second", "type": "new_version"}]}))
    assert not of(result, ADMS("status"))
    assert of(result, PROV("wasRevisionOf"), NamedNode("https://doi.org/10.1029/second")) == {DOI.value}


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("RETRACTED: Learning", "retracted"),
        ("Retracted Article: Learning", "retracted"),
        ("[Retracted] Learning", "retracted"),
        ("WITHDRAWN: Learning", "withdrawn"),
        ("Retracted papers and their afterlife", ""),
        ("Withdrawn from the market", ""),
    ],
)
def test_a_publisher_who_says_it_before_the_title_is_believed(title: str, status: str) -> None:
    result = mapped(work(title=[title], subtitle=[]))
    assert of(result, ADMS("status")) == ({f"{BASE}work-status/{status}"} if status else set())


def test_a_work_without_title_keeps_its_doi_and_is_reported() -> None:
    result = mapped(work(title=[]))
    assert of(result, DCT("title")) == {"10.1029/2023ms004000"}
    assert kinds(result) == ["missing-title"]


@pytest.mark.parametrize("item", [{}, {"DOI": ""}, {"DOI": "no doi"}, {"DOI": 7}, {"DOI": "10.1/short"}])
def test_a_record_without_doi_is_unusable(item: dict[str, Any]) -> None:
    with pytest.raises(RecordUnusable):
        mapped(item)


def test_a_record_with_nothing_but_a_doi_is_unusable() -> None:
    with pytest.raises(RecordUnusable, match="nothing but its DOI"):
        mapped({"DOI": "10.1029/2023MS004000"})


@pytest.mark.parametrize(
    "spelling",
    [
        "10.1029/2023MS004000", "doi:10.1029/2023ms004000", "https://dx.doi.org/10.1029/2023MS004000",
        "http://doi.org/10.1029%2F2023MS004000", " 10.1029/2023MS004000. ",
    ],
)  # fmt: skip
def test_every_spelling_of_a_doi_is_one_work(spelling: str) -> None:
    assert mapped(work(spelling)).subject == DOI


def test_what_is_of_the_wrong_kind_is_reported_and_the_rest_goes_through() -> None:
    result = mapped(work(volume={"a": 1}, author="nobody", issued={"date-parts": [["x"]]}, ISSN=["1942-2467"]))
    assert set(kinds(result)) == {"bad-value", "bad-identifier"}
    assert of(result, DCT("title")) == {"Learning CO2 fluxes & ocean heat: A study"}
    assert not violations(result)


def test_a_day_that_no_calendar_has_leaves_the_month() -> None:
    result = mapped(work(issued={"date-parts": [[2023, 2, 30]]}))
    assert of(result, DCT("issued")) == {"2023-02"}
    assert kinds(result) == ["bad-value"]


def test_more_authors_than_any_paper_has_are_cut_and_reported() -> None:
    result = mapped(work(author=[{"family": f"Author {number}"} for number in range(2100)]))
    assert len(of(result, PROV("qualifiedAttribution"))) == 2000
    assert kinds(result) == ["bad-value"]


@settings(max_examples=50, deadline=None)
@given(altered(work(**{"updated-by": [{"DOI": "10.1029/x", "type": "correction"}]})))
def test_any_value_at_any_place_is_a_finding_or_a_reason(record: dict[str, Any]) -> None:
    result = read_or_refused(lambda: mapped(record))
    assert result is None or not violations(result)


@given(objects)
def test_any_object_is_read_or_refused(record: dict[str, Any]) -> None:
    result = read_or_refused(lambda: mapped(record))
    assert result is None or not violations(result)
