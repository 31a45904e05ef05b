"""People whom a published equivalence makes one are one on every list and in every number, and two without it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse

from leap_kg.graph.activity import Activity
from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from leap_kg.links.assertion import Evidence, Link, link_node, link_triples, run_triple
from leap_kg.links.verdicts import decide
from leap_kg.ontology.jsonld import quads_in
from leap_kg.ontology.namespaces import OWL
from leap_kg.outputs import same
from leap_kg.outputs.reading import Reader
from leap_kg.outputs.report import Report
from leap_kg.outputs.same import Same
from leap_kg.outputs.selection import Selection
from leap_kg.sparql.parameters import Value
from leap_kg.sparql.run import select
from tests.outputs.made import BASE
from tests.sparql.questions.asked import PREFIXES, questions

ADA = "https://orcid.org/0000-0001-5109-3700"
LOGIN, MINTED = f"{BASE}person/github/ada-l", f"{BASE}person/lab/ada"
OLD = "https://orcid.org/0000-0001-5000-0007"
WORKS = f"""
<{ADA}> a foaf:Person ; foaf:name "Ada Lovelace" .
<{LOGIN}> a foaf:Person ; foaf:name "ada-l" .
<{MINTED}> a foaf:Person ; foaf:name "A. Lovelace" .
<urn:why> rdfs:label "names an award of the platform" .
<urn:paper> a fabio:JournalArticle ; dct:title "Engines" ; dct:issued "2024"^^xsd:gYear ;
  dct:creator <{LOGIN}>, <{ADA}> ; prov:qualifiedInfluence <urn:why> .
<urn:heat> a dcat:Dataset ; dct:title "Heat" ; dct:issued "2024"^^xsd:gYear ; schema:maintainer <{LOGIN}> .
<urn:ice> a dcat:Dataset ; dct:title "Ice" ; dct:issued "2023"^^xsd:gYear ; dct:creator <{MINTED}> .
<urn:heat> dct:source <urn:file> . <urn:ice> dct:source <urn:file> .
<urn:e1> a dcat:CatalogRecord ; dct:title "Heat" ; foaf:primaryTopic <urn:heat> .
<urn:e2> a dcat:CatalogRecord ; dct:title "Ice" ; foaf:primaryTopic <urn:ice> .
"""
SAME = [(LOGIN, ADA), (LOGIN, MINTED)]


def graph(*equal: tuple[str, str]) -> Store:
    store = Store()
    for quad in parse(PREFIXES + WORKS, format=RdfFormat.TURTLE):
        store.add(Quad(quad.subject, quad.predicate, quad.object, NamedNode("urn:g")))
    for one, other in equal:
        store.add(Quad(NamedNode(one), OWL("sameAs"), NamedNode(other), NamedNode("urn:links")))
    return store


def report(store: Store, selection: Selection = Selection()) -> Report:  # noqa: B008 - frozen
    return Report.of(Reader(store, BASE).outputs(), selection)


def rows(store: Store, name: str, **values: Value) -> list[dict[str, str]]:
    query = questions().get(name)
    assert query is not None
    return [{k: term.value for k, term in row.items()} for row in select(store, query.bind(**values))]  # type: ignore[union-attr]


def test_one_person_is_counted_once_and_has_an_orcid() -> None:
    apart, joined = report(graph()), report(graph(*SAME))
    assert len(apart.everybody) == 3
    assert [maker.iri for maker in apart.without_orcid] == [MINTED, LOGIN]
    assert {maker.iri: number for maker, number in joined.everybody.items()} == {ADA: 3}
    assert joined.without_orcid == []
    paper = next(each for each in joined.outputs if each.title == "Engines")
    assert [maker.name for maker in paper.makers] == ["Ada Lovelace"]


@pytest.mark.parametrize("person", ["0000-0001-5109-3700", ADA, LOGIN, MINTED, "lovelace", "ada-l"])
def test_all_identifiers_and_names_choose_the_same_works(person: str) -> None:
    store = graph(*SAME)
    assert {each.title for each in report(store, Selection(person=person)).outputs} == {"Engines", "Heat", "Ice"}
    assert {row["title"] for row in rows(store, "questions/produced", person=person)} == {"Engines", "Heat", "Ice"}


def test_without_the_equivalence_they_are_other_people_again() -> None:
    store = graph(*SAME)
    for one, other in SAME:
        store.remove(Quad(NamedNode(one), OWL("sameAs"), NamedNode(other), NamedNode("urn:links")))
    assert {each.title for each in report(store, Selection(person=ADA)).outputs} == {"Engines"}
    assert {row["title"] for row in rows(store, "questions/produced", person=ADA)} == {"Engines"}


@pytest.mark.parametrize("equal", [(), SAME[:1], SAME, [(OLD, ADA), (LOGIN, OLD)]], ids=["none", "one", "two", "old"])
def test_the_queries_count_people_as_the_report_does(equal: list[tuple[str, str]]) -> None:
    store = graph(*equal)
    said = report(store)
    counted = [row for row in rows(store, "questions/produced-counts") if row["by"] == "2 person"]
    assert {row["value"]: int(row["works"]) for row in counted} == {m.iri: n for m, n in said.everybody.items()}
    lacking = rows(store, "questions/no-orcid")
    assert {row["person"]: int(row["count"]) for row in lacking} == {
        m.iri: said.everybody[m] for m in said.without_orcid
    }


def test_people_of_works_that_do_not_count_are_not_asked_for_an_orcid() -> None:
    store = graph()
    more = "<urn:cited> a fabio:JournalArticle ; dct:title 'Of others' ; dct:creator <urn:eve> . "
    more += "<urn:eve> a foaf:Person ; foaf:name 'Eve' ."
    for quad in parse(PREFIXES + more, format=RdfFormat.TURTLE):
        store.add(Quad(quad.subject, quad.predicate, quad.object, NamedNode("urn:g")))
    assert [row["person"] for row in rows(store, "questions/no-orcid")] == [LOGIN, MINTED]
    assert [(row["person"], row["name"]) for row in rows(store, "questions/no-orcid", year=2023)] == [
        (MINTED, "A. Lovelace")
    ]


@pytest.mark.parametrize("node", [ADA, LOGIN, MINTED])
def test_the_page_of_each_has_all_the_works(node: str) -> None:
    found = {row["work"] for row in rows(graph(*SAME), "panels/works-of-person", node=node)}
    assert found == {"urn:paper", "urn:ice"}
    assert [row["dataset"] for row in rows(graph(*SAME), "panels/maintained-datasets", node=node)] == ["urn:heat"]


def test_an_orcid_id_that_was_given_up_does_not_stand_for_its_owner() -> None:
    assert [maker.iri for maker in report(graph((OLD, ADA), (LOGIN, OLD))).without_orcid] == [MINTED]
    assert ADA in {maker.iri for maker in report(graph((OLD, ADA), (LOGIN, OLD))).everybody}


def test_what_is_the_same_as_too_much_stays_by_itself() -> None:
    edges = {NamedNode(f"urn:{n}"): [NamedNode(f"urn:{n + 1}")] for n in range(same.MOST)}
    assert len(Same(lambda node, _: edges.get(node, ()), lambda _, __: ()).of(NamedNode("urn:1"))) == same.MOST
    assert Same(lambda node, _: edges.get(node, ()), lambda _, __: ()).of(NamedNode("urn:0")) == (NamedNode("urn:0"),)


def test_a_curators_yes_joins_two_people_and_taking_it_back_parts_them(tmp_path: Path) -> None:
    home, link = Home(tmp_path / "kg"), Link(LOGIN, OWL("sameAs"), ADA, (Evidence("P1", 0.5, "urn:record", "ada"),))
    triples = [Triple(quad.subject, quad.predicate, quad.object) for quad in graph()]
    with Writer(home, BASE) as writer:
        now = datetime(2026, 3, 1, tzinfo=UTC)
        for source, said in (
            ("lab", triples),
            ("links-of-p1", [*link_triples(link, BASE), run_triple(link, NamedNode(f"{BASE}run/links"), BASE)]),
        ):
            place = source_graph(BASE, source)
            writer.publish(source, quads_in(said, place), Activity(f"{source}/1", source, now, now))

    def people() -> list[str]:
        snapshot = Snapshots(home).current()
        assert snapshot is not None
        return sorted(maker.iri for maker in report(snapshot.store).everybody)  # type: ignore[arg-type]

    node = link_node(LOGIN, OWL("sameAs"), ADA, BASE).value
    assert people() == sorted((ADA, LOGIN, MINTED))
    decide(home, BASE, node, "accepted")
    assert people() == sorted((ADA, MINTED))
    decide(home, BASE, node, "none")
    assert people() == sorted((ADA, LOGIN, MINTED))
