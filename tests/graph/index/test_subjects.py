"""Stores that are known from a table only are found by the variable that is their subject, and by what it means."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.graph.index.indexing import SearchWriter
from leap_kg.graph.index.narrowing import Narrowing
from leap_kg.graph.index.search import SearchIndex
from leap_kg.graph.names import source_graph
from leap_kg.ontology.identifiers.standard_name import StandardName
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, RDF, SKOS, ours
from tests.ontology.terms import BASE

GRAPH = source_graph(BASE, "runs")
DATASET, STORE = mint(BASE, "dataset", "runs"), NamedNode(f"{BASE}store/gs/runs/member-1/tas/gn")
VARIABLE, TABLE = mint(BASE, "facet", "cmip6", "variable-id", "tas"), mint(BASE, "facet", "cmip6", "table-id", "Amon")
AIR, SKIN = (NamedNode(StandardName(name).iri) for name in ("air_temperature", "surface_temperature"))
MEANS = Quad(VARIABLE, SKOS("broadMatch"), AIR, GRAPH)


@pytest.fixture
def graph() -> Store:
    made = Store()
    made.extend(
        [
            Quad(DATASET, RDF("type"), DCAT("Dataset"), GRAPH),
            Quad(DATASET, DCAT("distribution"), STORE, GRAPH),
            Quad(STORE, RDF("type"), ours(BASE)("ZarrStore"), GRAPH),
            Quad(STORE, DCT("subject"), VARIABLE, GRAPH),
            Quad(STORE, DCT("subject"), TABLE, GRAPH),
            Quad(VARIABLE, SKOS("prefLabel"), Literal("tas"), GRAPH),
            Quad(TABLE, SKOS("prefLabel"), Literal("Amon"), GRAPH),
            MEANS,
        ]
    )
    return made


@pytest.fixture
def writer(graph: Store, tmp_path: Path) -> Iterator[SearchWriter]:
    with SearchWriter(tmp_path / "index.sqlite", BASE) as opened:
        opened.rebuild(graph, 1)
        yield opened


def found(path: Path, **facets: list[str]) -> set[str]:
    index = SearchIndex(path)
    meanings = facets.pop("meaning", None)
    hits = index.find("", facets, narrowing=Narrowing(meanings=meanings)).hits
    index.close()
    return {hit.iri for hit in hits}


def test_a_store_and_its_dataset_are_found_by_its_variable_and_by_what_that_means(
    writer: SearchWriter, graph: Store, tmp_path: Path
) -> None:
    path, both = tmp_path / "index.sqlite", {DATASET.value, STORE.value}
    assert found(path, variable=["tas"]) == found(path, meaning=[AIR.value]) == both
    assert found(path, variable=["Amon"]) == set()
    # What a variable means is said of the variable, and shows at its stores.
    other = Quad(VARIABLE, SKOS("broadMatch"), SKIN, GRAPH)
    graph.remove(MEANS)
    graph.add(other)
    writer.update(graph, 2, [MEANS, other])
    assert found(path, meaning=[SKIN.value]) == found(path, variable=["tas"]) == both
    assert found(path, meaning=[AIR.value]) == set()
