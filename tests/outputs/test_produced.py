"""The queries on what was produced and the report agree: on each kind, person, award and period, and on what counts."""

import re
from collections import Counter

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from leap_kg.outputs import kind as kinds
from leap_kg.outputs.kind import Kind
from leap_kg.outputs.period import between
from leap_kg.outputs.reading import Reader
from leap_kg.outputs.report import Report
from leap_kg.outputs.selection import Selection
from leap_kg.sparql.parameters import Value
from leap_kg.sparql.run import select
from tests.outputs.made import BASE, TURTLE
from tests.sparql.questions.asked import questions

# Versions of data, works that a curator refused or took in, one that is not sure enough, a recipe, a course.
MORE = f"""
@prefix leap: <{BASE}ontology#> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix verdict: <{BASE}verdict/> . @prefix stac: <https://w3id.org/ogc/stac/core/> .
:v1 a dcat:Dataset ; dct:title "Ice" ; dct:issued "2023-05-01"^^xsd:date ; dct:isVersionOf :ice .
:v2 a dcat:Dataset ; dct:title "Ice" ; dct:issued "2024-05-01"^^xsd:date ; dct:isVersionOf :ice .
:e1 a dcat:CatalogRecord ; foaf:primaryTopic :v1 . :e2 a dcat:CatalogRecord ; foaf:primaryTopic :v2 .
:v2 schema:maintainer <https://orcid.org/0000-0002-1825-0097> ; leap:feedstock :feedstock ; dcat:keyword "Ocean" .
:feedstock a schema:SoftwareSourceCode ; dct:title "lab/ice" ; dct:created "2022"^^xsd:gYear .
:recipe a leap:Recipe, schema:SoftwareSourceCode ; dct:title "ice" ; codemeta:referencePublication :refused .
:refused a fabio:Thesis ; dct:title "Not ours" ; dct:issued "2024"^^xsd:gYear ; prov:qualifiedInfluence :why .
:no rdf:predicate schema:sourceOrganization ; rdf:subject :refused ; adms:status verdict:rejected .
:doubtful a fabio:Thesis ; dct:title "Perhaps" ; dct:issued "2024"^^xsd:gYear ; prov:qualifiedInfluence :maybe .
:taken a fabio:Thesis ; dct:title "Ours" ; schema:datePublished "2024"^^xsd:gYear ; prov:qualifiedInfluence :maybe .
:yes rdf:predicate schema:sourceOrganization ; rdf:subject :taken ; adms:status verdict:accepted .
:maybe rdfs:label "names a person of the platform" ; leap:confidence 0.6 .
:course a schema:Course ; dct:title "Rain for all" . :scene a stac:Item, dcat:Dataset ; dct:title "Scene" .
:se a dcat:CatalogRecord ; foaf:primaryTopic :scene .
"""


def made() -> Store:
    """The graph of `made`, with more, in two graphs that both say all of it."""
    store = Store()
    for graph in (NamedNode("urn:a"), NamedNode("urn:b")):
        quads = parse((TURTLE + MORE).encode(), format=RdfFormat.TURTLE)
        store.extend(Quad(each.subject, each.predicate, each.object, graph) for each in quads)
    return store


STORE = made()
OUTPUTS = list(Reader(STORE, BASE).outputs())
CATALOGUE = questions()


def asked(name: str, **values: Value) -> list[dict[str, str]]:
    query = CATALOGUE.get(f"questions/{name}")
    assert query is not None
    rows = select(STORE, query.bind(**values))
    return [{key: str(getattr(term, "value", "")) for key, term in row.items()} for row in rows]


@pytest.mark.parametrize(
    ("since", "until", "titles"),
    [
        ("", "", ["Heat", "Ice", "lab/ice", "lab/rain", "Ours", "Rain for all", "Warm water & rain"]),
        ("2024", "2024", ["Ice", "Ours", "Warm water & rain"]),
        ("2023", "2023", ["Ice", "lab/rain"]),
        ("2024-05-17", "2024-06", ["Ours", "Warm water & rain"]),
        ("2024-06", "", ["Ours", "Warm water?"]),
        ("", "2022-01", ["lab/ice"]),
    ],
    ids=["all", "year", "earlier", "days", "open-end", "open-beginning"],
)
def test_the_query_has_what_the_report_has(since: str, until: str, titles: list[str]) -> None:
    report = Report.of(OUTPUTS, Selection(period=between(since or None, until or None)))
    rows = asked("produced", since=since, until=until)
    assert sorted(row["title"] for row in rows) == sorted(titles)
    assert {(row["work"], row["kind"], row["published"]) for row in rows} == {
        (each.iri, each.kind.value, each.issued) for each in report.outputs
    }


@pytest.mark.parametrize(
    ("chosen", "number"),
    [
        ({"person": "0000-0002-1825-0097"}, 2),
        ({"person": "TOMAS van"}, 1),
        ({"award": "2019625"}, 1),
        ({"theme": "ocean"}, 2),
    ],
    ids=["orcid", "name", "award", "theme"],
)
def test_both_choose_alike(chosen: dict[str, str], number: int) -> None:
    report = Report.of(OUTPUTS, Selection(**chosen))  # type: ignore[arg-type]
    assert len(report.outputs) == number
    assert {row["work"] for row in asked("produced", **chosen)} == {each.iri for each in report.outputs}


def test_both_choose_a_kind_alike() -> None:
    for kind in Kind:
        report = Report.of(OUTPUTS, Selection(kinds=frozenset({kind})))
        assert {row["work"] for row in asked("produced", kind=kind.value)} == {each.iri for each in report.outputs}


def test_the_counts_are_those_of_the_report() -> None:
    report = Report.of(OUTPUTS, Selection(period=between("2024", "2024")))
    counts: dict[str, Counter[str]] = {}
    for row in asked("produced-counts", since="2024", until="2024"):
        counts.setdefault(row["by"].partition(" ")[2], Counter())[row["value"]] = int(row["works"])
    assert counts["kind"] == {kind.value: len(those) for kind, those in report.groups}
    assert counts["person"] == {maker.iri: number for maker, number in report.people}
    assert counts["award"] == {thing.iri: number for thing, number in report.awards}
    assert counts["theme"] == dict(report.themes)


def test_the_queries_know_the_classes_of_every_kind() -> None:
    for name in ("produced", "produced-counts"):
        query = CATALOGUE.get(f"questions/{name}")
        assert query is not None
        found = re.findall(r'\((\w+:\w+) "\d\d ([\w-]+)"\)', query.text)
        assert [kind for _, kind in found] == [kind.value for _, kind in kinds._CLASSES]
        assert [name.partition(":")[2] for name, _ in found] == [
            re.split(r"[#/]", each.value)[-1] for each, _ in kinds._CLASSES
        ]
