"""Counts of facets among very many hits: some are counted, and no number is above what there is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.graph.index.indexing import SearchWriter
from leap_kg.graph.index.search import Found, SearchIndex
from leap_kg.graph.names import source_graph
from leap_kg.ontology.namespaces import DCAT, DCT, FOAF, RDF
from tests.ontology.terms import BASE

NUMBER = 1_200
TAGS = 4


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """Datasets and papers by turns that all have one word, each with one of four tags."""
    store, graph = Store(), source_graph(BASE, "one")
    for number in range(NUMBER):
        kind, cls = (("dataset", DCAT("Dataset")), ("document", FOAF("Document")))[number % 2]
        node = NamedNode(f"{BASE}{kind}/d{number}")
        for predicate, term in (
            (RDF("type"), cls),
            (DCT("title"), Literal(f"broad {number}")),
            (DCAT("keyword"), Literal(f"tag {number // 2 % TAGS}")),
        ):
            store.add(Quad(node, predicate, term, graph))
    path: Path = tmp_path_factory.mktemp("counting") / "index.sqlite"
    with SearchWriter(path, BASE) as writer:
        writer.rebuild(store, 1)
    found = SearchIndex(path)
    yield found
    found.close()


def tags(found: Found) -> dict[str, int]:
    return {count.facet.value: count.hits for count in found.facets["tag"]}


@pytest.mark.parametrize("most", [100, 300, 599])
def test_of_very_many_hits_some_are_counted_from_all_over_the_graph(
    index: SearchIndex, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    whole = index.find("broad", counted=("tag",))
    assert not whole.least
    monkeypatch.setattr("leap_kg.graph.index.counting.MOST_COUNTED", most)
    found = index.find("broad", counted=("tag",))
    assert (found.least, found.total) == (True, whole.total)
    assert tags(found).keys() == tags(whole).keys()
    assert all(0 < number <= tags(whole)[tag] for tag, number in tags(found).items())
    assert most / 3 < sum(tags(found).values()) < most * 1.5


def test_up_to_the_bound_and_without_words_all_are_counted(index: SearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    total = index.find("broad", limit=0).total
    monkeypatch.setattr("leap_kg.graph.index.counting.MOST_COUNTED", total)
    assert not index.find("broad", counted=("tag",)).least
    monkeypatch.setattr("leap_kg.graph.index.counting.MOST_COUNTED", 10)
    everything = index.find(counted=("tag",))
    assert (everything.least, sum(tags(everything).values())) == (False, total)
