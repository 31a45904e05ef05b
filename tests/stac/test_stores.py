"""A dataset of very many stores, most of them with one name: none is lost, and a document that shows a part says so."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from leap_kg.graph.names import source_graph
from leap_kg.graph.statements import MAX_VALUES, Statements
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import DCAT, DCT, RDF, ours
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.stac.collection import FIRST, STORES, Shown, collection
from leap_kg.stac.export.contents import Contents
from leap_kg.stac.export.intake import Intake
from leap_kg.stac.export.static import Static
from leap_kg.stac.searching import Index
from leap_kg.stac.stores import stores_of
from tests.stac import made

NUMBER = MAX_VALUES + 51
LOST = NUMBER - 1
"""The place of the store that has no address."""

NODE = mint(BASE, "dataset", "esm", "model-runs")
HERE = "https://kg.example.org/stac/collections/dataset-esm-model-runs"


def _graph() -> Store:
    graph, name, leap = Store(), source_graph(BASE, "runs"), ours(BASE)
    quads = [Quad(NODE, RDF("type"), DCAT("Dataset"), name), Quad(NODE, DCT("title"), Literal("Model runs"), name)]
    for number in range(NUMBER):
        path = f"gs/runs/member-{number:05}/tas/gn"
        store = NamedNode(f"{BASE}store/{path}")
        quads += [
            Quad(NODE, DCAT("distribution"), store, name),
            Quad(store, DCT("format"), mint(BASE, "format", "zarr"), name),
        ]
        if number < 3:
            quads.append(Quad(store, DCT("identifier"), Literal("one" if number == 0 else "two"), name))
        if number != LOST:
            quads.append(Quad(store, leap("storageURI"), Literal(path.replace("/", "://", 1)), name))
    graph.extend(quads)
    return graph


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contents]:
    graph = _graph()
    index = Index(made.indexed(tmp_path_factory.mktemp("stores") / "index.sqlite", graph))
    yield Contents(index, Statements(graph, BASE), "Runs")
    index.close()


def shown(contents: Contents, index: Index, which: Shown | None) -> dict[str, Any]:
    row = index.collection("dataset-esm-model-runs")
    assert row is not None
    return collection(row, contents.reading, index, "https://kg.example.org", which)


def test_each_store_has_a_name_of_its_own(contents: Contents) -> None:
    found = stores_of(contents.reading, NODE)
    names = [store.name for store in found]
    assert len(set(names)) == len(found) == NUMBER
    assert names[:4] == ["one", *(f"gs/runs/member-{number:05}/tas/gn" for number in (1, 2, 3))]


def test_a_document_that_is_not_told_which_shows_all_stores(contents: Contents) -> None:
    (each,) = contents.collections()
    assert len(each.document["assets"]) == NUMBER - 1
    assert each.document[STORES] == {"matched": NUMBER, "returned": NUMBER, "withoutAddress": 1}
    assert not [link for link in each.document["links"] if link["rel"] in ("next", "prev")]


def test_links_lead_through_all_stores_and_each_document_says_what_it_shows(contents: Contents) -> None:
    index, seen, first = contents._index, list[str](), 1
    while True:
        document = shown(contents, index, Shown(700, first, HERE))
        seen += document["assets"]
        told = document[STORES]
        assert (told["matched"], told["first"]) == (NUMBER, first)
        assert f"Of its {NUMBER:,} stores this document shows stores {first:,} to " in document["description"]
        links = {link["rel"]: link["href"] for link in document["links"]}
        assert ("prev" in links) == (first > 1)
        if "next" not in links:
            break
        assert links["next"].startswith(f"{HERE}?")
        first = int(parse_qs(urlsplit(links["next"]).query)[FIRST][0])
    assert len(seen) == len(set(seen)) == NUMBER - 1
    assert seen == list(shown(contents, index, None)["assets"])
    beyond = shown(contents, index, Shown(700, NUMBER * 2, HERE))
    assert beyond[STORES]["returned"] == 0
    assert "next" not in {link["rel"] for link in beyond["links"]}


def test_exports_have_all_of_them_and_count_the_rest(contents: Contents, tmp_path: Path) -> None:
    written = Intake(contents, tmp_path)
    # Names, addresses and counts are what matters here, and YAML of all entries takes seconds.
    stores = list(written._stores())
    assert (len(stores), written.left_out) == (NUMBER - 1, 1)
    static = Static(contents, tmp_path)
    static.write()
    assert (static.collections, static.stores, static.without_address) == (1, NUMBER - 1, 1)
    assert len({store.name for store in stores}) == len({store.url for store in stores}) == NUMBER - 1
