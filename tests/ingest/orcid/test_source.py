"""People as ORCID describes them: names, accounts, employments, works; and no value at any place can do harm."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from pydantic import ValidationError
from pyoxigraph import NamedNode

from leap_kg.ingest.fetch import Ask, Body
from leap_kg.ingest.orcid.source import OrcidConfig, OrcidPeople
from leap_kg.ingest.source import Listing, Mapped, RawRecord, RecordUnusable
from leap_kg.ingest.works.document import cut
from leap_kg.ontology.namespaces import (
    DCAT,
    DCT,
    FABIO,
    FOAF,
    ORG,
    OWL,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    ours,
)  # fmt: skip
from tests.ingest.crossref.records import CARBERRY, COLUMBIA
from tests.ingest.shelf import BASE, Bench, Shelf
from tests.ingest.works.altered import altered, objects, read_or_refused, violations

API = "https://pub.orcid.org/v3.0"
PERSON = NamedNode(f"https://orcid.org/{CARBERRY}")


def value(text: str | None) -> dict[str, Any] | None:
    return None if text is None else {"value": text}


def link(address: str) -> dict[str, Any]:
    return {"url-name": "A page", "url": value(address)}


def person(**more: Any) -> dict[str, Any]:
    return {
        "name": {
            "given-names": value("Josiah"),
            "family-name": value("Carberry"),
            "credit-name": value("J. S. Carberry"),
            "path": CARBERRY,
        },
        "other-names": {"other-name": [{"content": "Prof. Carberry"}]},
        "biography": {"content": "Psychoceramics."},
        "researcher-urls": {
            "researcher-url": [link("https://github.com/JCarberry"), link("https://carberry.example/")]
        },
        "keywords": {"keyword": [{"content": "cracks"}]},
        "emails": {"email": [{"email": "josiah@example.org"}]},
        "addresses": {"address": [{"country": {"value": "US"}}]},
        **more,
    }


def employment(code: int, name: str, end: str | None, identifier: str = "") -> dict[str, Any]:
    organization = {
        "name": name,
        "disambiguated-organization": {
            "disambiguated-organization-identifier": identifier,
            "disambiguation-source": "ROR",
        },
    }
    summary = {
        "put-code": code,
        "role-title": "Professor",
        "department-name": "Ceramics",
        "start-date": {"year": value("2010"), "month": value("9"), "day": None},
        "end-date": {"year": value(end)} if end else None,
        "organization": organization,
    }
    return {"summaries": [{"employment-summary": summary}]}


def employments() -> dict[str, Any]:
    return {
        "affiliation-group": [
            employment(1, "Columbia University", None, f"https://ror.org/{COLUMBIA}"),
            employment(2, "Brown", "2009"),
        ]
    }


def identifier(scheme: str, text: str, how: str = "self") -> dict[str, Any]:
    return {"external-id-type": scheme, "external-id-value": text, "external-id-relationship": how}


def group(code: int, title: str, kind: str, *ids: dict[str, Any], **more: Any) -> dict[str, Any]:
    summary = {
        "put-code": code,
        "title": {"title": value(title)},
        "type": kind,
        "external-ids": {"external-id": list(ids)},
        "publication-date": {"year": value("2023"), "month": value("05"), "day": None},
        "journal-title": value("Journal"),
        "url": value(f"https://work.example/{code}"),
        **more,
    }
    return {
        "external-ids": {"external-id": [each for each in ids if each["external-id-relationship"] == "self"]},
        "work-summary": [summary],
    }


def works() -> dict[str, Any]:
    return {
        "group": [
            group(
                11,
                "An article",
                "journal-article",
                identifier("doi", "10.1000/ABC"),
                identifier("issn", "2041-1723", "part-of"),
            ),
            group(12, "A preprint", "preprint", identifier("arxiv", "2306.08754v2")),
            group(13, "A lecture", "lecture-speech"),
            group(
                14,
                "Two ids",
                "journal-article",
                identifier("doi", "10.1000/x"),
                identifier("doi", "10.1000/x.v1", "version-of"),
            ),
        ]
    }


def config(**more: Any) -> OrcidConfig:
    return OrcidConfig(id="lab", kind="orcid", title="ORCID", **{"people": (CARBERRY,), **more})


def mapped(sections: dict[str, dict[str, Any]]) -> Mapped:
    parts = tuple(cut(role, f"{API}/{CARBERRY}/{role}", section) for role, section in sections.items())
    return OrcidPeople(config(), BASE).map(RawRecord(CARBERRY, parts))


def everything() -> dict[str, dict[str, Any]]:
    return {"person": person(), "works": works(), "employments": employments()}


def of(result: Mapped, predicate: NamedNode, subject: NamedNode | str = PERSON) -> set[str]:
    node = NamedNode(subject) if isinstance(subject, str) else subject
    return {t.object.value for t in result.triples if (t.subject, t.predicate) == (node, predicate)}  # type: ignore[union-attr]


def test_a_record_without_fault_has_no_finding_and_conforms() -> None:
    result = mapped(everything())
    assert result.subject == PERSON
    assert not result.findings
    assert not violations(result)


def test_a_person_has_the_name_they_use_and_their_others() -> None:
    result = mapped(everything())
    assert of(result, FOAF("name")) == {"J. S. Carberry"}
    assert of(result, SCHEMA("alternateName")) == {"Josiah Carberry", "Prof. Carberry"}
    assert of(result, DCT("description")) == {"Psychoceramics."}
    assert of(result, DCAT("keyword")) == {"cracks"}


def test_mail_and_country_are_not_said() -> None:
    said = "\n".join(map(str, mapped(everything()).triples))
    assert "josiah@example.org" not in said
    assert '"US"' not in said


def test_a_github_account_joins_and_other_pages_do_not() -> None:
    result = mapped(everything())
    assert of(result, FOAF("account")) == {"https://github.com/jcarberry"}
    assert of(result, FOAF("page")) == {"https://carberry.example/"}
    assert list(result.logins) == ["jcarberry"]


def test_of_several_accounts_none_is_taken() -> None:
    links = [link("https://github.com/jcarberry"), link("https://github.com/the-lab"), link("javascript:alert(1)")]
    result = mapped({"person": person(**{"researcher-urls": {"researcher-url": links}})})
    assert not of(result, FOAF("account"))
    assert of(result, FOAF("page")) == {"https://github.com/jcarberry", "https://github.com/the-lab"}
    assert not result.logins


def test_a_person_without_credit_name_is_called_by_their_parts() -> None:
    name = {"given-names": value("Josiah"), "family-name": None, "credit-name": None, "path": CARBERRY}
    assert of(mapped({"person": person(name=name)}), FOAF("name")) == {"Josiah"}
    assert of(mapped({"person": {}}), FOAF("name")) == {CARBERRY}


def test_an_id_that_was_given_up_is_the_same_as_the_one_that_answers() -> None:
    result = mapped({"person": person(name={"given-names": value("J."), "path": "0000-0002-1694-233X"})})
    assert of(result, OWL("sameAs")) == {"https://orcid.org/0000-0002-1694-233X"}


def test_employments_have_their_dates_and_the_open_one_is_where_they_are() -> None:
    result = mapped(everything())
    ror = f"https://ror.org/{COLUMBIA}"
    assert of(result, ORG("memberOf")) == {ror}
    held = {next(iter(of(result, ORG("organization"), node))): node for node in of(result, ORG("hasMembership"))}
    assert set(held) == {ror, f"{BASE}organization/brown"}
    assert of(result, SCHEMA("startDate"), held[ror]) == {"2010-09"}
    assert of(result, SCHEMA("endDate"), held[f"{BASE}organization/brown"]) == {"2009"}
    assert of(result, DCT("title"), held[ror]) == {"Professor"}


def test_works_are_named_by_doi_arxiv_or_the_persons_own_number() -> None:
    result = mapped(everything())
    article, preprint, lecture = (
        "https://doi.org/10.1000/abc",
        "https://arxiv.org/abs/2306.08754",
        f"{BASE}work/{CARBERRY}/13",
    )
    for node, cls, title in (
        (article, FABIO("JournalArticle"), "An article"),
        (preprint, FABIO("Preprint"), "A preprint"),
        (lecture, FABIO("Presentation"), "A lecture"),
    ):
        assert of(result, RDF("type"), node) == {cls.value}
        assert of(result, RDFS("label"), node) == {title}
        assert of(result, DCT("contributor"), node) == {PERSON.value}
        assert of(result, DCT("issued"), node) == {"2023-05"}
    assert of(result, DCT("isPartOf"), article) == {"https://portal.issn.org/resource/ISSN/2041-1723"}
    assert of(result, FOAF("page"), lecture) == {"https://work.example/13"}


def test_a_work_that_somebody_lists_may_be_the_platforms() -> None:
    result = mapped(everything())
    (why,) = of(result, PROV("qualifiedInfluence"), "https://doi.org/10.1000/abc")
    assert of(result, PROV("influencer"), why) == {PERSON.value}
    assert of(result, ours(BASE)("confidence"), why) == {"0.6"}
    assert of(result, ours(BASE)("pointer"), why) == {"group[0].work-summary[0]"}


@pytest.mark.parametrize(
    ("kind", "cls"),
    [
        ("conference-paper", "ConferencePaper"), ("conference-presentation", "Presentation"),
        ("conference-poster", "ConferencePoster"), ("dissertation-thesis", "Thesis"), ("working-paper", "Preprint"),
    ],
)  # fmt: skip
def test_kinds_of_works(kind: str, cls: str) -> None:
    result = mapped(
        {"person": person(), "works": {"group": [group(1, "A work", kind, identifier("doi", "10.1000/a"))]}}
    )
    assert of(result, RDF("type"), "https://doi.org/10.1000/a") == {FABIO(cls).value}


def test_a_version_is_related_and_not_the_same() -> None:
    result = mapped(everything())
    assert of(result, DCT("hasVersion"), "https://doi.org/10.1000/x") == {"https://doi.org/10.1000/x.v1"}
    assert not [t for t in result.triples if t.predicate == OWL("sameAs")]


def test_more_works_than_anybody_has_are_cut_and_reported() -> None:
    many = {"group": [group(number, "x", "other") for number in range(5001)]}
    result = mapped({"person": person(), "works": many})
    assert [finding.kind for finding in result.findings] == ["bad-value"]
    assert len({t.subject for t in result.triples if t.predicate == DCT("contributor")}) == 5000


class Asked(Shelf):
    """A shelf that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Ask] = []

    def fetch(self, ask: Ask | str) -> Body:
        self.asked.append(Ask.of(ask))
        return super().fetch(ask)


def test_each_section_is_asked_for_as_json_and_a_person_is_one_record(tmp_path: Path) -> None:
    shelf = Asked()
    shelf.bodies = {f"{API}/{CARBERRY}/{role}": json.dumps(section).encode() for role, section in everything().items()}
    bench = Bench(tmp_path, shelf, lambda: OrcidPeople(config(), BASE))
    report = bench.harvest()
    assert (report.seen, report.published, report.outcome) == (1, 1, "complete")
    assert {ask.url.rpartition("/")[2] for ask in shelf.asked} == {"person", "works", "employments"}
    assert all("json" in ask.accept for ask in shelf.asked)
    assert bench.harvest().revision == report.revision


def test_a_person_who_is_not_there_is_a_dead_letter(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Asked(), lambda: OrcidPeople(config(), BASE))
    assert bench.harvest().dead == 1
    assert list(bench.dead_letters()) == [CARBERRY]


def test_people_are_listed_once_in_every_spelling() -> None:
    made = OrcidPeople(config(people=(CARBERRY, f"https://orcid.org/{CARBERRY}", CARBERRY.replace("-", ""))), BASE)
    assert [ref.key for ref in made.enumerate(Listing(Asked()))] == [CARBERRY]


@pytest.mark.parametrize("wrong", [{"people": ()}, {"people": ("0000-0002-1825-0098",)}, {"sections": ("emails",)}])
def test_a_mistake_in_the_configuration_is_an_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        config(**wrong)


def test_a_stored_record_without_its_person_says_to_harvest_again() -> None:
    with pytest.raises(RecordUnusable, match="harvest it again"):
        mapped({"works": works()})


@settings(max_examples=50, deadline=None)
@given(altered(everything()))
def test_any_value_at_any_place_is_a_finding_or_a_reason(sections: dict[str, Any]) -> None:
    whole = {role: section for role, section in sections.items() if isinstance(section, dict)}
    result = read_or_refused(lambda: mapped(whole))
    assert result is None or not violations(result)


@given(objects, objects, objects)
def test_any_object_is_read_or_refused(first: dict[str, Any], second: dict[str, Any], third: dict[str, Any]) -> None:
    result = read_or_refused(lambda: mapped({"person": first, "works": second, "employments": third}))
    assert result is None or not violations(result)
